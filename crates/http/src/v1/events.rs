//! `GET /v1/events`: the log, newest first, by type, customer, object, time and position. Pages are continued by position, so records that come in meanwhile
//! move nothing.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use daybook_domain::scope::ScopeId;
use daybook_projections::records::{self, Outcome, Subject, Unread};
use daybook_store::log::list::{self, Filter, Order};
use daybook_store::log::read::{Record, records_at};
use daybook_store::snapshot::Snapshot;
use serde::Serialize;
use utoipa::ToSchema;

use super::refusals::Unlisted;
use crate::Problem;
use crate::auth::AnalystCaller;
use crate::config::Config;
use crate::query::{Asked, POSITIONS, Parameters, Query, read_time};
use crate::state::Shared;
use crate::wait::{Wait, then_read};

/// Events of a page when the request does not say.
const USUAL_PAGE: u32 = 50;
/// Events of a page at most.
const LARGEST_PAGE: u32 = 200;

/// Filters that can be combined with each other.
const OTHERS: [&str; 5] = ["type", "customer", "object", "created_from", "created_to"];

/// Which events are wanted.
#[derive(Debug, Default, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Of this type, or of a family of types: `invoice.paid`, `invoice.*`.
    pub r#type: Option<String>,
    /// That name this customer.
    pub customer: Option<String>,
    /// About the object with this id.
    pub object: Option<String>,
    /// Stripe's `created` at or after this time: RFC 3339 or seconds.
    #[param(value_type = Option<String>)]
    pub created_from: Option<i64>,
    /// Stripe's `created` before this time: RFC 3339 or seconds.
    #[param(value_type = Option<String>)]
    pub created_to: Option<i64>,
    /// That were not taken in: `quarantined` or `needs_fetch`. Not together with the other filters.
    #[param(value_type = Option<String>)]
    pub outcome: Option<Unread>,
    /// At this position or after.
    pub from_position: Option<i64>,
    /// Before this position.
    pub to_position: Option<i64>,
    /// Continue a page: its `next`.
    pub before: Option<i64>,
    /// How many: 50 unless said, at most 200.
    pub limit: Option<u32>,
}

/// A page of the log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Events)]
pub struct Page {
    /// Newest first.
    pub events: Vec<Event>,
    /// `before` of the next page; null on the last one.
    pub next: Option<i64>,
    /// How many records of the log the read models have seen. Newer ones are listed too, as `pending`.
    pub size: i64,
}

/// One record of the log.
#[derive(Debug, Serialize, ToSchema)]
pub struct Event {
    /// The event's id.
    pub id: String,
    /// Stripe's `type`.
    pub r#type: String,
    /// Where it stands in the log.
    pub position: i64,
    /// How it came: `webhook`, `api`, `import` or `operator`.
    pub source: &'static str,
    /// The API version of its body.
    pub api_version: Option<String>,
    /// When it happened at Stripe.
    pub created: Option<DateTime<Utc>>,
    /// When it came here.
    pub received_at: DateTime<Utc>,
    /// The object it is about.
    pub object: Option<String>,
    /// The customer it names.
    pub customer: Option<String>,
    /// What came of it: `translated`, `without_effect`, `needs_fetch`, `quarantined`, or `pending`.
    pub outcome: String,
    /// Why, for all but `translated`.
    pub reason: Option<String>,
}

/// Which events are in the log?
#[utoipa::path(
    get, path = "/v1/events", tag = "log",
    params(Wanted, Wait),
    responses(
        (status = 200, description = "A page, newest first.", body = Page),
        Unlisted,
    )
)]
pub async fn events(
    State(app): State<Shared>,
    AnalystCaller(access): AnalystCaller,
    Asked((wanted, wait)): Asked<(Wanted, Wait)>,
) -> Result<Json<Page>, Problem> {
    let mut snapshot = then_read(&app, access.scope, &wait).await?;
    let page = page(&mut snapshot, access.scope, &wanted).await?;
    snapshot.end().await?;
    Ok(Json(page))
}

/// A page of the log.
///
/// # Errors
/// [`Problem::NotBuilt`] while no read models know of the customers, objects or outcomes asked for; else what the database says.
pub async fn page(snapshot: &mut Snapshot, scope: ScopeId, wanted: &Wanted) -> Result<Page, Problem> {
    let size = snapshot.size();
    let filter = wanted.filter(scope);
    let limit = wanted.limit.unwrap_or(USUAL_PAGE);
    let more = i64::from(limit) + 1;
    let (found, next) = match (wanted.subject(), wanted.outcome) {
        (None, None) => {
            let page = list::list(snapshot, &filter, Order::NewestFirst, limit).await?;
            (page.records, page.rest.map(|rest| rest.end))
        }
        _ if !snapshot.has_read_models() => return Err(Problem::NotBuilt),
        (Some(subject), _) => {
            let positions = records::search(snapshot, scope, subject, &filter, more).await?;
            page_of(snapshot, positions, limit).await?
        }
        (None, Some(outcome)) => {
            let positions = records::unread(snapshot, scope, outcome, filter.positions.end, more).await?;
            page_of(snapshot, positions, limit).await?
        }
    };
    let positions: Vec<i64> = found.iter().map(|record| record.position).collect();
    let mut outcomes = outcomes_of(snapshot, &positions).await?;
    let events = found.into_iter().map(|record| Event::of(record, &mut outcomes)).collect();
    Ok(Page { events, next, size })
}

/// What came of the records at these positions, as far as the read models have got.
pub(super) async fn outcomes_of(
    snapshot: &mut Snapshot,
    positions: &[i64],
) -> Result<BTreeMap<i64, Outcome>, sqlx::Error> {
    if snapshot.has_read_models() { records::of_positions(snapshot, positions).await } else { Ok(BTreeMap::new()) }
}

/// The records of a page at these positions, which may be one more than it holds, and where the next page begins.
async fn page_of(
    snapshot: &mut Snapshot,
    mut positions: Vec<i64>,
    limit: u32,
) -> Result<(Vec<Record>, Option<i64>), Problem> {
    let page = usize::try_from(limit).unwrap_or(usize::MAX);
    let next = positions.get(page).map(|position| position.saturating_add(1));
    positions.truncate(page);
    let mut found = records_at(snapshot, &positions).await?;
    found.reverse();
    Ok((found, next))
}

impl Parameters for Wanted {
    fn names() -> impl Iterator<Item = &'static str> {
        let positions = ["from_position", "to_position", "before", "limit"];
        OTHERS.into_iter().chain(["outcome"]).chain(positions)
    }

    fn read(query: &Query, _: &Config) -> Result<Self, Problem> {
        let outcome = query.text("outcome").map(|text| {
            let known = Unread::ALL.into_iter().find(|one| one.name() == text);
            known.ok_or_else(|| Problem::malformed("outcome: expected quarantined or needs_fetch"))
        });
        let outcome = outcome.transpose()?;
        let other = OTHERS.into_iter().chain(["from_position"]).find(|name| query.text(name).is_some());
        if let Some(other) = other.filter(|_| outcome.is_some()) {
            return Err(Problem::malformed(format!("outcome: not together with {other}")));
        }
        let time = |name| query.text(name).map(|text| read_time(text, name)).transpose();
        Ok(Self {
            r#type: query.id("type")?,
            customer: query.id("customer")?,
            object: query.id("object")?,
            outcome,
            created_from: time("created_from")?,
            created_to: time("created_to")?,
            from_position: query.whole("from_position", POSITIONS)?,
            to_position: query.whole("to_position", POSITIONS)?,
            before: query.whole("before", POSITIONS)?,
            limit: query.whole("limit", 1..=LARGEST_PAGE)?,
        })
    }
}

impl Wanted {
    fn filter(&self, scope: ScopeId) -> Filter {
        let end = [self.to_position, self.before].into_iter().flatten().min();
        Filter {
            scope: Some(scope),
            kind: self.r#type.as_deref().map(Into::into),
            created: self.created_from.unwrap_or(i64::MIN)..self.created_to.unwrap_or(i64::MAX),
            positions: self.from_position.unwrap_or(0)..end.unwrap_or(i64::MAX),
        }
    }

    fn subject(&self) -> Option<Subject<'_>> {
        match (self.object.as_deref(), self.customer.as_deref()) {
            (Some(object), customer) => Some(Subject::Object(object, customer)),
            (None, customer) => customer.map(Subject::Customer),
        }
    }
}

impl Event {
    /// A record with what came of it.
    pub(super) fn of(record: Record, outcomes: &mut BTreeMap<i64, Outcome>) -> Self {
        let outcome = outcomes.remove(&record.position);
        let (object, customer, outcome, reason) = match outcome {
            Some(known) => (known.object_id, known.customer, known.outcome, known.reason),
            None => (None, None, "pending".to_owned(), None),
        };
        Self {
            id: record.event_id,
            r#type: record.kind,
            position: record.position,
            source: record.source.name(),
            api_version: record.api_version,
            created: record.created.and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
            received_at: record.received_at,
            object,
            customer,
            outcome,
            reason,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_seconds_or_as_text() {
        assert_eq!(read_time("1767225600", "created_from").unwrap(), 1_767_225_600);
        assert_eq!(read_time("2026-01-01T00:00:00Z", "created_from").unwrap(), 1_767_225_600);
        assert_eq!(read_time("yesterday", "created_from").unwrap_err().reason(), "malformed");
    }

    #[test]
    fn the_next_page_never_reaches_past_the_range_asked_for() {
        let wanted = Wanted { to_position: Some(10), before: Some(20), ..Wanted::default() };
        assert_eq!(wanted.filter(ScopeId(1)).positions, 0..10);
    }
}
