//! How this process is: whether it lives and what troubles it (`/healthz`), and whether it should be asked (`/readyz`). Both answer without a key and
//! say nothing that only a key may know.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use daybook_store::generation;
use daybook_store::log::read;
use daybook_store::snapshot::Snapshot;
use serde::Serialize;
use tokio::time::timeout;
use utoipa::ToSchema;

use crate::Problem;
use crate::state::Shared;

/// How long the database may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(2);

/// How far the read models are behind the log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lag {
    /// Records in the log.
    pub log_size: i64,
    /// Records applied.
    pub live_size: i64,
    /// Age of the oldest record that is not applied.
    pub seconds: i64,
}

impl Lag {
    /// Looks now.
    ///
    /// # Errors
    /// When the database does not answer soon.
    pub(crate) async fn look(app: &Shared) -> Result<Self, Problem> {
        let seconds = PATIENCE.as_secs();
        timeout(PATIENCE, Self::read(app))
            .await
            .unwrap_or(Err(Problem::DatabaseAway(daybook_store::Error::TooSlow { seconds })))
    }

    async fn read(app: &Shared) -> Result<Self, Problem> {
        let mut snapshot = Snapshot::begin(app.database.pool()).await?;
        // Before the worker has made the first generation there is nothing to ask.
        if generation::pointer(&mut snapshot).await?.is_empty() {
            return Err(Problem::NotBuilt);
        }
        let live_size = snapshot.size();
        let log_size = read::size(&mut snapshot).await?;
        let oldest = read::record_by_position(&mut snapshot, live_size).await?;
        snapshot.end().await?;
        let waiting = oldest.map(|record| app.clock.now().signed_duration_since(record.received_at));
        Ok(Self { log_size, live_size, seconds: waiting.map_or(0, |waiting| waiting.num_seconds().max(0)) })
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
    let (mut reasons, _) = troubles(&app).await;
    if app.receivers.are_none() {
        reasons.push("no webhook endpoint is configured: nothing comes in".to_owned());
    }
    Json(Health { status: if reasons.is_empty() { "ok" } else { "degraded" }, reasons })
}

/// Whether this process should be asked: the database answers, and the read models follow the log.
#[utoipa::path(
    get, path = "/readyz", tag = "operation", security(()),
    responses((status = 200, description = "Ask it.", body = Readiness), (status = 503, description = "Ask another.", body = Readiness))
)]
pub async fn readyz(State(app): State<Shared>) -> Response {
    let (reasons, lag) = troubles(&app).await;
    let ready = reasons.is_empty();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let answer = Readiness {
        ready,
        reasons,
        log_size: lag.map(|lag| lag.log_size),
        size: lag.map(|lag| lag.live_size),
        lag_seconds: lag.map(|lag| lag.seconds),
    };
    (status, Json(answer)).into_response()
}

async fn troubles(app: &Shared) -> (Vec<String>, Option<Lag>) {
    let mut reasons = Vec::new();
    let lag = match Lag::look(app).await {
        Ok(lag) => lag,
        Err(problem) => {
            reasons.push(problem.to_string());
            return (reasons, None);
        }
    };
    let longest = app.config.readiness.longest_lag.as_secs();
    if u64::try_from(lag.seconds).is_ok_and(|seconds| seconds > longest) {
        reasons.push(format!(
            "the read models are {} s and {} records behind the log: is a worker running?",
            lag.seconds,
            lag.log_size.saturating_sub(lag.live_size)
        ));
    }
    (reasons, Some(lag))
}
