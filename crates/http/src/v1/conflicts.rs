//! `GET /v1/conflicts`: what contradicts the log, newest first. Both contents are kept and the record answers; which of the two is right is for a person
//! to say.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use daybook_domain::finding::{About, Stands};
use daybook_store::log::conflict;
use daybook_store::operated;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Problem;
use crate::auth::AnalystCaller;
use crate::config::Config;
use crate::query::{Asked, Parameters, Query};
use crate::state::Shared;
use crate::wait::{Wait, then_read};

/// Contradictions of a page when the request does not say.
const USUAL_PAGE: u32 = 50;
/// Contradictions of a page at most.
const LARGEST_PAGE: u32 = 200;

/// Which are wanted.
#[derive(Debug, Default, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Continue a page: its `next`.
    before: Option<i64>,
    /// How many: 50 unless said, at most 200.
    limit: Option<u32>,
}

impl Parameters for Wanted {
    fn names() -> impl Iterator<Item = &'static str> {
        ["before", "limit"].into_iter()
    }

    fn read(query: &Query, _: &Config) -> Result<Self, Problem> {
        Ok(Self { before: query.whole("before", 1..=i64::MAX)?, limit: query.whole("limit", 1..=LARGEST_PAGE)? })
    }
}

/// A page of what contradicts the log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Conflicts)]
pub struct Page {
    /// Newest first.
    conflicts: Vec<Contradiction>,
    /// `before` of the next page; null on the last one.
    next: Option<i64>,
    /// How many records of the log the answer has seen.
    size: i64,
}

/// Something that came under the id of a record and says something else.
#[derive(Debug, Serialize, ToSchema)]
pub struct Contradiction {
    /// Its number, by which it is settled.
    number: i64,
    /// The event's id.
    event: String,
    /// The `type` it gives itself.
    r#type: String,
    /// The record it contradicts.
    position: i64,
    /// How it came.
    source: String,
    /// When it came.
    received_at: DateTime<Utc>,
    /// The API version it gives itself.
    api_version: Option<String>,
    /// The endpoint's label.
    endpoint: Option<String>,
    /// The label of the secret that verified it.
    secret: Option<String>,
    /// Which content stands, as an operator has decided: `record` or `delivery`; null while nobody has.
    stands: Option<&'static str>,
}

/// What contradicts the log?
#[utoipa::path(
    get, path = "/v1/conflicts", tag = "log",
    params(Wanted, Wait),
    responses(
        (status = 200, description = "A page, newest first.", body = Page),
        (status = 400, description = "A parameter that cannot be read."),
        (status = 403, description = "The key is not an analyst's."),
        (status = 504, description = "What was waited for has not been applied yet."),
    )
)]
pub async fn conflicts(
    State(app): State<Shared>,
    AnalystCaller(access): AnalystCaller,
    Asked((wanted, wait)): Asked<(Wanted, Wait)>,
) -> Result<Json<Page>, Problem> {
    let limit = wanted.limit.unwrap_or(USUAL_PAGE);
    let before = wanted.before.unwrap_or(i64::MAX);
    let mut snapshot = then_read(&app, access.scope, &wait).await?;
    let size = snapshot.size();
    let mut found = conflict::list(&mut snapshot, Some(access.scope), before, i64::from(limit) + 1).await?;
    let settled = operated::settlements(&mut snapshot).await?;
    snapshot.end().await?;
    let page = usize::try_from(limit).unwrap_or(usize::MAX);
    let is_more = found.len() > page;
    found.truncate(page);
    let next = found.last().map(|one| one.id).filter(|_| is_more);
    let conflicts = found.into_iter().map(|one| Contradiction::new(one, &settled)).collect();
    Ok(Json(Page { conflicts, next, size }))
}

impl Contradiction {
    fn new(one: conflict::Summary, settled: &BTreeMap<About, Stands>) -> Self {
        let stands = settled.get(&About::Conflict(one.id)).map(|stands| match stands {
            Stands::Record => "record",
            Stands::Delivery => "delivery",
            Stands::Acknowledged => "acknowledged",
        });
        Self {
            number: one.id,
            event: one.event_id,
            r#type: one.kind,
            position: one.position,
            source: one.source,
            received_at: one.received_at,
            api_version: one.api_version,
            endpoint: one.endpoint,
            secret: one.secret_label,
            stands,
        }
    }
}
