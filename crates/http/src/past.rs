//! Questions about the past: `as_of`, what was true at a time, and `known_at`, what this ledger knew then. Both together ask
//! what was said on a day; `as_of` alone what would be said now about that day. The records of those asked about are folded
//! anew up to there, so it costs as much as they have records: a few are worked on at once, the rest is asked to come again.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use daybook_domain::entitlement::Policy;
use daybook_domain::scope::ScopeId;
use daybook_domain::time::Timestamp;
use daybook_projections::customers::seen_beside;
use daybook_projections::inquiry::{self, Asked};
use daybook_store::key::Role;
use daybook_store::log::past::size_at;
use daybook_store::policy::{Applied, InForce, history, in_force_at};
use daybook_store::snapshot::Snapshot;
use daybook_worker::past::{self, Standpoint};
use tokio::sync::SemaphorePermit;
use utoipa::IntoParams;

use crate::Problem;
use crate::auth::Access;
use crate::config::Config;
use crate::entitlement::facts::{self, Facts, Subjects};
use crate::entitlement::inquiry::now;
use crate::entitlement::policies::fields_of;
use crate::query::{Parameters, Query, read_time};
use crate::state::Shared;
use crate::wait::{Wait, then_read};

/// So many questions about the past are worked on at once.
pub const AT_ONCE: usize = 4;

/// A question about everybody folds so many records at most.
pub const MOST_FOLDED: i64 = 100_000;

/// Which past is asked about; none of it is the present.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct When {
    /// What was true at this time: like 2026-03-03T12:00:00Z, or seconds since 1970. An analyst's key.
    #[param(value_type = Option<String>)]
    pub as_of: Option<Timestamp>,
    /// What was known then: a size of the log (a whole number), or a time like 2026-03-03T12:00:00Z. An analyst's key.
    #[param(value_type = Option<String>)]
    pub known_at: Option<KnownAt>,
}

/// How far the log is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownAt {
    /// So many records.
    Size(i64),
    /// Those that had been written down by then.
    Time(DateTime<Utc>),
}

impl Parameters for When {
    fn names() -> impl Iterator<Item = &'static str> {
        ["as_of", "known_at"].into_iter()
    }

    fn read(query: &Query, _: &Config) -> Result<Self, Problem> {
        let as_of = query.text("as_of").map(read_as_of).transpose()?;
        let known_at = query.text("known_at").map(read_known_at).transpose()?;
        Ok(Self { as_of, known_at })
    }
}

/// Reads what was known: a whole number is a size, all else a time.
///
/// # Errors
/// [`Problem::Malformed`].
pub fn read_known_at(text: &str) -> Result<KnownAt, Problem> {
    if let Ok(size) = text.parse::<i64>() {
        let is_size = || Problem::malformed("known_at: a size of the log is not below 0");
        return if size >= 0 { Ok(KnownAt::Size(size)) } else { Err(is_size()) };
    }
    Ok(KnownAt::Time(at(read_time(text, "known_at")?)))
}

/// Reads a time of Stripe's.
///
/// # Errors
/// [`Problem::Malformed`].
pub fn read_as_of(text: &str) -> Result<Timestamp, Problem> {
    Ok(Timestamp::from_unix(read_time(text, "as_of")?).unwrap_or(Timestamp::MAX))
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}

impl When {
    /// Whether the present is asked about.
    pub fn is_now(&self) -> bool {
        self.as_of.is_none() && self.known_at.is_none()
    }

    /// What was known, as a size that has been applied.
    async fn known(&self, snapshot: &mut Snapshot) -> Result<i64, Problem> {
        let applied = snapshot.size();
        match self.known_at {
            None => Ok(applied),
            Some(KnownAt::Size(size)) if size <= applied => Ok(size),
            Some(KnownAt::Size(_)) => {
                Err(Problem::malformed(format!("known_at: only {applied} records have been applied yet")))
            }
            Some(KnownAt::Time(time)) => Ok(size_at(snapshot, time).await?.min(applied)),
        }
    }
}

/// The read models as they were, as far as they are about these customers. Only for those who may read everything derived.
///
/// # Errors
/// The key's role, that too much is asked at once or of one customer, what waiting or the database says.
pub async fn look_back(
    app: &Shared,
    access: Access,
    customers: &[String],
    wait: &Wait,
    when: When,
) -> Result<Snapshot, Problem> {
    access.needs(Role::Analyst)?;
    let mut snapshot = then_read(app, access.scope, wait).await?;
    let known = when.known(&mut snapshot).await?;
    snapshot.end().await?;
    let _place = take_place(app, access)?;
    Ok(past::look_back(&app.pool, access.scope, customers, Standpoint { known, until: when.as_of }).await?)
}

/// Everything that answers about these are worked out from, and the time they are about.
///
/// # Errors
/// Like [`look_back`], and a policy of back then that this version cannot read.
pub async fn facts(
    app: &Shared,
    access: Access,
    subjects: Subjects,
    wait: &Wait,
    when: When,
) -> Result<(Facts, Timestamp), Problem> {
    access.needs(Role::Analyst)?;
    let scope = access.scope;
    let mut snapshot = then_read(app, scope, wait).await?;
    let known = when.known(&mut snapshot).await?;
    let policy = policy(&mut snapshot, scope, known, when.as_of).await?;
    let mut customers: BTreeSet<String> = subjects.customers.iter().cloned().collect();
    for account in &subjects.accounts {
        customers.extend(seen_beside(&mut snapshot, scope, account).await?);
    }
    snapshot.end().await?;
    let _place = take_place(app, access)?;
    let customers: Vec<String> = customers.into_iter().collect();
    let mut then = past::look_back(&app.pool, scope, &customers, Standpoint { known, until: when.as_of }).await?;
    let of_scope = |texts: &[String]| texts.iter().map(|text| (scope, text.clone())).collect();
    let fields = fields_of(&policy).into_iter().map(|field| (scope, field)).collect();
    let asked = Asked { customers: of_scope(&customers), accounts: of_scope(&subjects.accounts), fields };
    let seen = inquiry::see(&mut then, &asked).await?;
    then.undo().await?;
    let seen = inquiry::Seen { size: known, ..seen };
    let facts = facts::Shared::new(seen).facts(scope, subjects, policy.into());
    Ok((facts, or_now(app, when)))
}

/// The size that is asked about, where the whole log up to there has to be folded anew.
///
/// # Errors
/// What waiting or the database says, or that so much was known then that it takes longer than a question may.
pub async fn size_to_fold(app: &Shared, scope: ScopeId, wait: &Wait, when: When) -> Result<i64, Problem> {
    let mut snapshot = then_read(app, scope, wait).await?;
    let known = when.known(&mut snapshot).await?;
    snapshot.end().await?;
    if known > MOST_FOLDED {
        return Err(daybook_worker::Error::LongLog { most: MOST_FOLDED }.into());
    }
    Ok(known)
}

/// A place among those who look back, for one who may. It is taken when all that is waited for is there.
///
/// # Errors
/// The key's role, or that all places are taken.
pub fn take_place(app: &Shared, access: Access) -> Result<SemaphorePermit<'_>, Problem> {
    access.needs(Role::Analyst)?;
    app.looking_back.try_acquire().map_err(|_| Problem::Busy)
}

/// The time that is asked about.
pub fn or_now(app: &Shared, when: When) -> Timestamp {
    when.as_of.unwrap_or_else(|| now(app))
}

/// From where is looked back, and every policy that had been applied there, oldest first.
///
/// # Errors
/// What waiting or the database says.
pub async fn stand(
    app: &Shared,
    scope: ScopeId,
    wait: &Wait,
    when: When,
) -> Result<(Standpoint, Vec<Applied>), Problem> {
    let mut snapshot = then_read(app, scope, wait).await?;
    let known = when.known(&mut snapshot).await?;
    let policies = history(&mut snapshot, scope, known).await?;
    snapshot.end().await?;
    Ok((Standpoint { known, until: when.as_of }, policies))
}

/// The policy of back then.
async fn policy(
    snapshot: &mut Snapshot,
    scope: ScopeId,
    known: i64,
    as_of: Option<Timestamp>,
) -> Result<Policy, Problem> {
    // That second included.
    let by = as_of.map(|as_of| at(as_of.unix() + 1));
    let Some(found) = in_force_at(snapshot, scope, known, by).await? else { return Ok(Policy::default()) };
    read_policy(&found)
}

/// What a policy of back then says.
///
/// # Errors
/// [`Problem::Policy`] where this version cannot read it.
pub fn read_policy(found: &InForce) -> Result<Policy, Problem> {
    Policy::recorded(&found.applied.policy)
        .map_err(|source| Problem::Policy { position: found.position, source: source.into() })
}
