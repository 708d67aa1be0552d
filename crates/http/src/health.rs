//! How this process is: whether it lives and what troubles it (`/healthz`), and whether it should be asked (`/readyz`). Both answer without a key and
//! say nothing that only a key may know.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use daybook_domain::scope::ScopeId;
use daybook_store::lease;
use daybook_store::log::read;
use daybook_store::snapshot::Snapshot;
use serde::Serialize;
use tokio::time::{Instant, timeout};
use utoipa::ToSchema;

use crate::Problem;
use crate::config::Readiness as Limits;
use crate::entitlement::facts::Subjects;
use crate::state::Shared;

/// The lease of whoever works on the read models, by its name.
const WORKER: &str = "worker";
/// How long the database may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(2);
/// And how long when only the process is asked after: who asks whether it lives often waits no longer than a second.
const HASTE: Duration = Duration::from_millis(500);

/// How far the read models are behind the log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lag {
    /// Records in the log.
    pub log_size: i64,
    /// Records applied.
    pub live_size: i64,
    /// Age of the oldest record that is not applied.
    pub seconds: i64,
    /// Whether a worker holds the lease.
    pub worked_on: bool,
}

impl Lag {
    /// Looks now.
    ///
    /// # Errors
    /// When the database does not answer soon.
    pub(crate) async fn look(app: &Shared) -> Result<Self, Problem> {
        within(PATIENCE, Self::read(app)).await
    }

    async fn read(app: &Shared) -> Result<Self, Problem> {
        // Nobody in particular is asked about: this says whether this version can read what answers come from.
        app.desk.facts(ScopeId(0), Subjects::default()).await?;
        let mut snapshot = Snapshot::begin(&app.pool).await?;
        let live_size = snapshot.size();
        let log_size = read::size(&mut snapshot).await?;
        let oldest = read::record_by_position(&mut snapshot, live_size).await?;
        let worked_on = lease::holder(&mut snapshot, WORKER).await?.is_some();
        snapshot.end().await?;
        let waiting = oldest.map(|record| app.clock.now().signed_duration_since(record.received_at));
        let seconds = waiting.map_or(0, |waiting| waiting.num_seconds().max(0));
        Ok(Self { log_size, live_size, seconds, worked_on })
    }

    fn records(&self) -> i64 {
        self.log_size.saturating_sub(self.live_size)
    }
}

/// Since when this process has seen nobody work on the read models.
#[derive(Debug, Default)]
pub(crate) struct Idleness(Mutex<Option<Instant>>);

impl Idleness {
    /// For how long nobody has worked, as far as was looked.
    fn note(&self, worked_on: bool) -> Option<Duration> {
        let mut since = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if worked_on {
            *since = None;
            return None;
        }
        Some(since.get_or_insert_with(Instant::now).elapsed())
    }
}

/// How this process is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `ok`, or `degraded` with reasons.
    status: &'static str,
    /// What troubles it.
    reasons: Vec<String>,
}

/// Whether this process should be asked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Ready)]
pub struct Readiness {
    /// Whether it should.
    ready: bool,
    /// Why not.
    reasons: Vec<String>,
    /// Records in the log.
    log_size: Option<i64>,
    /// Records applied to what answers.
    size: Option<i64>,
    /// Age of the oldest record that is not applied, in seconds.
    lag_seconds: Option<i64>,
}

/// Whether this process lives. It answers 200 as long as it does; what troubles it stands in `reasons`.
#[utoipa::path(
    get, path = "/healthz", tag = "operation", security(()),
    responses((status = 200, description = "It lives.", body = Health))
)]
pub async fn healthz(State(app): State<Shared>) -> Json<Health> {
    let look = Look::take(&app, HASTE).await;
    let mut reasons = look.reasons;
    if look.idle.is_some() && reasons.is_empty() {
        reasons.push("no worker holds the lease of the read models: nothing new will be applied".to_owned());
    }
    if app.receivers.are_none() {
        reasons.push("no webhook endpoint is configured: nothing comes in".to_owned());
    }
    Json(Health { status: if reasons.is_empty() { "ok" } else { "degraded" }, reasons })
}

/// Whether this process should be asked: the database answers, this version can read what is live, and it follows the log.
///
/// Records that wait make it unready when the oldest is too old, or when nobody works on them. A balancer that only passes deliveries asks
/// `/readyz/deliveries`: to take those, nothing but the log is needed.
#[utoipa::path(
    get, path = "/readyz", tag = "operation", security(()),
    responses((status = 200, description = "Ask it.", body = Readiness), (status = 503, description = "Ask another.", body = Readiness))
)]
pub async fn readyz(State(app): State<Shared>) -> Response {
    let look = Look::take(&app, PATIENCE).await;
    let lag = look.lag;
    answer(Readiness {
        ready: look.reasons.is_empty(),
        reasons: look.reasons,
        log_size: lag.map(|lag| lag.log_size),
        size: lag.map(|lag| lag.live_size),
        lag_seconds: lag.map(|lag| lag.seconds),
    })
}

/// Whether this process can take deliveries: the log answers. Whatever happens to the read models, it goes on taking them.
#[utoipa::path(
    get, path = "/readyz/deliveries", tag = "operation", security(()),
    responses((status = 200, description = "Deliver here.", body = Readiness), (status = 503, description = "Deliver elsewhere.", body = Readiness))
)]
pub async fn readyz_deliveries(State(app): State<Shared>) -> Response {
    let log_size = async {
        let mut connection = app.pool.acquire().await?;
        Ok(read::size(&mut connection).await?)
    };
    let looked = within(PATIENCE, log_size).await;
    let reasons: Vec<String> = looked.as_ref().err().map(ToString::to_string).into_iter().collect();
    answer(Readiness { ready: reasons.is_empty(), reasons, log_size: looked.ok(), size: None, lag_seconds: None })
}

fn answer(readiness: Readiness) -> Response {
    if readiness.ready {
        return Json(readiness).into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")], Json(readiness)).into_response()
}

/// What was found when somebody asked.
struct Look {
    /// Why this process should not be asked.
    reasons: Vec<String>,
    lag: Option<Lag>,
    /// For how long nobody has worked on the read models.
    idle: Option<Duration>,
}

impl Look {
    async fn take(app: &Shared, patience: Duration) -> Self {
        match within(patience, Lag::read(app)).await {
            Ok(lag) => {
                let idle = app.idleness.note(lag.worked_on);
                Self { reasons: reasons(&lag, idle, &app.config.readiness), lag: Some(lag), idle }
            }
            Err(problem) => Self { reasons: vec![problem.to_string()], lag: None, idle: None },
        }
    }
}

fn reasons(lag: &Lag, idle: Option<Duration>, limits: &Limits) -> Vec<String> {
    let (seconds, records) = (lag.seconds, lag.records());
    let mut reasons = Vec::new();
    if u64::try_from(seconds).is_ok_and(|seconds| seconds > limits.longest_lag.as_secs()) {
        reasons.push(format!(
            "the read models are {seconds} s and {records} records behind the log: is a worker running?"
        ));
    }
    if let Some(idle) = idle.filter(|idle| records > 0 && *idle > limits.longest_idleness) {
        let idle = idle.as_secs();
        reasons
            .push(format!("{records} records wait, and no worker has held the lease of the read models for {idle} s"));
    }
    reasons
}

async fn within<T>(patience: Duration, look: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
    let too_slow = || daybook_store::Error::TooSlow { seconds: patience.as_secs() }.into();
    timeout(patience, look).await.unwrap_or_else(|_| Err(too_slow()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lag(records: i64, seconds: i64) -> Lag {
        Lag { log_size: records, live_size: 0, seconds, worked_on: false }
    }

    fn ready(lag: &Lag, idle: u64) -> bool {
        reasons(lag, Some(Duration::from_secs(idle)), &Limits::default()).is_empty()
    }

    #[test]
    fn records_that_nobody_works_on_make_a_process_unready_before_they_are_old() {
        assert!(ready(&lag(3, 5), 5), "another worker may be taking over");
        assert!(!ready(&lag(3, 20), 20));
        assert!(ready(&lag(0, 0), 3600), "nothing waits: what is told is all there is");
    }

    #[test]
    fn records_that_are_old_make_a_process_unready_whoever_works() {
        assert!(reasons(&lag(3, 59), None, &Limits::default()).is_empty());
        assert!(!reasons(&lag(3, 61), None, &Limits::default()).is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn idleness_counts_from_the_first_look_that_finds_nobody() {
        let idleness = Idleness::default();
        assert_eq!(idleness.note(false), Some(Duration::ZERO));
        tokio::time::advance(Duration::from_secs(7)).await;
        assert_eq!(idleness.note(false), Some(Duration::from_secs(7)));
        assert_eq!(idleness.note(true), None);
        assert_eq!(idleness.note(false), Some(Duration::ZERO));
    }
}
