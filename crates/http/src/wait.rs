//! Waiting for one's own write. A caller that knows a position, or the id of an object that Stripe has just shown it, may ask to be answered only when
//! that has been applied. The wait is bounded; when it ends without it, the answer is 504 with the size reached.

use std::time::Duration;

use axum::Json;
use daybook_domain::fact::Observed;
use daybook_domain::scope::ScopeId;
use daybook_projections::records;
use daybook_store::log::read;
use daybook_store::snapshot::Snapshot;
use daybook_stripe::translate::{Translation, translate};
use tokio::time::{Instant, sleep_until, timeout_at};
use utoipa::IntoParams;

use crate::Problem;
use crate::config::Config;
use crate::query::{POSITIONS, Parameters, Query};
use crate::state::Shared;

/// The pause between two searches for an object.
const PAUSE: Duration = Duration::from_millis(20);
/// How the ids of checkout sessions begin.
const CHECKOUT: &str = "cs_";
/// How long the first search may have to wait for its turn, whatever the deadline.
const FIRST_TURN: Duration = Duration::from_secs(1);
/// So many of those who wait for an object search for it at once.
pub const SEARCHING: usize = 4;

/// What must have been applied before an answer.
#[derive(Clone, Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wait {
    /// Answer at this size or a later one: the position of a record that must be seen, plus one.
    pub min_size: Option<i64>,
    /// Answer when an event about the object with this id has been applied: `cs_...` of a checkout that just returned.
    pub after_object: Option<String>,
    /// How long to wait, in milliseconds: 5,000 unless said, at most 15,000.
    pub wait_ms: Option<u64>,
}

impl Parameters for Wait {
    fn names() -> impl Iterator<Item = &'static str> {
        ["min_size", "after_object", "wait_ms"].into_iter()
    }

    fn read(query: &Query, config: &Config) -> Result<Self, Problem> {
        let longest = u64::try_from(config.wait.longest.as_millis()).unwrap_or(u64::MAX);
        Ok(Self {
            min_size: query.whole("min_size", POSITIONS)?,
            after_object: query.id("after_object")?,
            wait_ms: query.whole("wait_ms", 0..=longest)?,
        })
    }
}

impl Wait {
    /// Whether nothing is waited for.
    pub fn is_for_nothing(&self) -> bool {
        self.min_size.is_none() && self.after_object.is_none()
    }
}

/// Waits until what is waited for has been applied. Whoever reads afterwards sees it.
///
/// # Errors
/// Like [`then_read`].
pub async fn until(app: &Shared, scope: ScopeId, wait: &Wait) -> Result<(), Problem> {
    if wait.is_for_nothing() {
        return app.horizon.ensure_reachable(&app.config.cache);
    }
    Ok(then_read(app, scope, wait).await?.end().await?)
}

/// A snapshot in which what is waited for has been applied.
///
/// # Errors
/// [`Problem::NotYet`] when the wait ends first, [`Problem::Busy`] when too many wait, or the database is away.
pub async fn then_read(app: &Shared, scope: ScopeId, wait: &Wait) -> Result<Snapshot, Problem> {
    app.horizon.ensure_reachable(&app.config.cache)?;
    let pool = &app.pool;
    if wait.is_for_nothing() {
        return Ok(Snapshot::begin(pool).await?);
    }
    let limits = &app.config.wait;
    let longest = wait.wait_ms.map_or(limits.usual, Duration::from_millis).min(limits.longest);
    let deadline = Instant::now() + longest;
    let _waiting = app.readers.try_acquire().map_err(|_| Problem::Busy)?;
    let object = wait.after_object.as_deref();
    if let Some(wanted) = wait.min_size {
        let snapshot = read_at_size(app, wanted, deadline).await?;
        if object.is_none() {
            return Ok(snapshot);
        }
        snapshot.end().await?;
    }
    match object {
        None => Ok(Snapshot::begin(pool).await?),
        Some(object) => read_after_object(app, scope, object, deadline).await,
    }
}

async fn read_at_size(app: &Shared, wanted: i64, deadline: Instant) -> Result<Snapshot, Problem> {
    let mut moves = app.horizon.moves();
    let mut pause = Duration::ZERO;
    loop {
        let snapshot = Snapshot::begin(&app.pool).await?;
        let size = snapshot.size();
        if size >= wanted {
            return Ok(snapshot);
        }
        // Whoever waits holds no connection: there are more of them than connections.
        snapshot.end().await?;
        let reached = moves.wait_for(|live| live.as_ref().is_some_and(|live| live.size >= wanted));
        if timeout_at(deadline, reached).await.is_err() {
            return Err(not_yet(app, format!("size {wanted}")));
        }
        // What this process last heard may be of before a crash of the database, which puts read models back: a snapshot has the word.
        let again = Instant::now() + pause;
        if again > deadline {
            return Err(Problem::NotYet { awaited: format!("size {wanted}"), size });
        }
        sleep_until(again).await;
        pause = PAUSE;
    }
}

/// An answer out of one snapshot in which what is waited for has been applied.
///
/// # Errors
/// Like [`then_read`], and what `ask` says.
pub async fn then_answer<T>(
    app: &Shared,
    scope: ScopeId,
    wait: &Wait,
    ask: impl AsyncFnOnce(&mut Snapshot) -> Result<T, Problem>,
) -> Result<Json<T>, Problem> {
    let mut snapshot = then_read(app, scope, wait).await?;
    let answer = ask(&mut snapshot).await?;
    snapshot.end().await?;
    Ok(Json(answer))
}

/// Refused, with the size that is live as far as this process knows: whole crowds are refused at once, and none of them needs a connection for it.
fn not_yet(app: &Shared, awaited: String) -> Problem {
    Problem::NotYet { awaited, size: app.horizon.live().map_or(0, |live| live.size) }
}

async fn read_after_object(app: &Shared, scope: ScopeId, object: &str, deadline: Instant) -> Result<Snapshot, Problem> {
    let mut moves = app.horizon.moves();
    let mut wanted = object.to_owned();
    // Nobody is refused without having looked once, be the wait ever so short.
    let mut until = deadline.max(Instant::now() + FIRST_TURN);
    loop {
        moves.mark_unchanged();
        // Every batch wakes all who wait: a few of them look at once, and the others' questions find a connection.
        let Ok(Ok(turn)) = timeout_at(until, app.searching.acquire()).await else {
            return Err(not_yet(app, format!("an event about {wanted}")));
        };
        until = deadline;
        let mut snapshot = Snapshot::begin(&app.pool).await?;
        match unseen(&mut snapshot, scope, object).await? {
            None => return Ok(snapshot),
            Some(unseen) => wanted = unseen,
        }
        let size = snapshot.size();
        snapshot.end().await?;
        drop(turn);
        let pause = Instant::now() + PAUSE;
        if !matches!(timeout_at(deadline, moves.changed()).await, Ok(Ok(()))) || pause > deadline {
            return Err(Problem::NotYet { awaited: format!("an event about {wanted}"), size });
        }
        sleep_until(pause).await;
    }
}

/// What no event has shown yet: the object, or the subscription that it started as a checkout. Stripe may tell of the checkout first, and it is the
/// subscription that gives what was bought.
async fn unseen(snapshot: &mut Snapshot, scope: ScopeId, object: &str) -> Result<Option<String>, Problem> {
    let Some(position) = newest_about(snapshot, scope, object).await? else { return Ok(Some(object.to_owned())) };
    if !object.starts_with(CHECKOUT) {
        return Ok(None);
    }
    let Some(body) = read::body(snapshot, position).await? else { return Ok(None) };
    let Translation::Facts(facts) = translate(&body).translation else { return Ok(None) };
    let started = facts.into_iter().find_map(|fact| match fact.observed {
        Observed::CheckoutSession(session) => session.subscription,
        _ => None,
    });
    let Some(subscription) = started else { return Ok(None) };
    let is_seen = newest_about(snapshot, scope, subscription.as_str()).await?.is_some();
    Ok((!is_seen).then(|| subscription.as_str().to_owned()))
}

/// The newest record about an object.
async fn newest_about(snapshot: &mut Snapshot, scope: ScopeId, object: &str) -> Result<Option<i64>, Problem> {
    let found = records::find_by_object(snapshot, scope, object, i64::MAX, 1).await?;
    Ok(found.first().map(|found| found.position))
}
