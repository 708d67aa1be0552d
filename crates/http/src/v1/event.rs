//! `GET /v1/events/{id}` and `.../body`: one record of the log, every delivery and every contradiction of it, what came of it, and its body. Analysts read the
//! body with personal fields covered, auditors as it came; client secrets are covered for everybody.

use std::borrow::Cow;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use daybook_domain::scope::{Scope, ScopeId};
use daybook_projections::{aggregates, journal, records};
use daybook_store::key::Role;
use daybook_store::log::conflict;
use daybook_store::log::read::{self, Record};
use daybook_store::scope;
use daybook_store::snapshot::Snapshot;
use daybook_stripe::private::{self, Cover, cover};
use serde::Serialize;
use serde_json::value::RawValue;
use sqlx::PgConnection;
use utoipa::ToSchema;

use super::balances::{MOST_POSTINGS, Posting, causes_of};
use super::events::{Event, outcomes_of};
use super::refusals::Unanswered;
use crate::Problem;
use crate::auth::{AnalystCaller, AuditorCaller};
use crate::extract::{Named, check_id};
use crate::query::Asked;
use crate::state::Shared;
use crate::wait::{Wait, then_read};

/// One record of the log and what it led to.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventAnswer {
    /// The record.
    #[serde(flatten)]
    pub event: Event,
    /// How it came and how it is proved.
    pub evidence: Evidence,
    /// The verified deliveries, oldest first; the first 100 of `delivery_count`.
    pub deliveries: Vec<Delivery>,
    /// How many there were.
    pub delivery_count: i64,
    /// What came under the same id but says something else, oldest first; the first 20 of `conflict_count`.
    pub conflicts: Vec<Conflict>,
    /// How many there are; `conflicts` shows the first 20.
    pub conflict_count: i64,
    /// What it led to.
    pub led_to: LedTo,
    /// The body as JSON; null when it is none.
    #[schema(value_type = Object)]
    pub body: Option<Box<RawValue>>,
    /// The body as text where it is no JSON.
    pub body_text: Option<String>,
    /// Whether something in the body is covered.
    pub body_masked: bool,
    /// How many bytes came.
    pub body_bytes: usize,
    /// How many records of the log the answer has seen.
    pub size: i64,
}

/// How a record came and how it is proved.
#[derive(Debug, Serialize, ToSchema)]
pub struct Evidence {
    /// The Stripe account; null for the endpoint's own.
    pub account: Option<String>,
    /// Live or test mode.
    pub livemode: Option<bool>,
    /// The endpoint's label.
    pub endpoint: Option<String>,
    /// The label of the secret that verified it.
    pub secret: Option<String>,
    /// The signature header; only for auditors.
    pub signature: Option<String>,
    /// Its hash in the tree, hexadecimal.
    pub leaf_hash: String,
    /// Whether the record and its body still are what that hash was made of; false when somebody altered them outside daybook.
    pub intact: bool,
}

/// One verified delivery.
#[derive(Debug, Serialize, ToSchema)]
pub struct Delivery {
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// `appended`, `duplicate` or `conflict`.
    pub outcome: String,
    /// The API version it was rendered in.
    pub api_version: Option<String>,
    /// The endpoint's label.
    pub endpoint: Option<String>,
    /// The label of the secret that verified it.
    pub secret: Option<String>,
}

/// What contradicts the record.
#[derive(Debug, Serialize, ToSchema)]
pub struct Conflict {
    /// Its number.
    pub id: i64,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// How it came.
    pub source: String,
    /// The API version it gives itself.
    pub api_version: Option<String>,
    /// The endpoint's label.
    pub endpoint: Option<String>,
    /// How many bytes came.
    pub body_bytes: i32,
}

/// What a record led to.
#[derive(Debug, Serialize, ToSchema)]
pub struct LedTo {
    /// Events that aggregates took in because of it.
    pub domain_events: Vec<DomainEvent>,
    /// Postings of the object it is about, and others of its customer that it caused.
    pub postings: Vec<Posting>,
}

/// An event that an aggregate took in.
#[derive(Debug, Serialize, ToSchema)]
pub struct DomainEvent {
    /// `Subscription` or `Customer`.
    pub aggregate: String,
    /// The aggregate's id at Stripe.
    pub id: String,
    /// Its place among the aggregate's events.
    pub sequence: i64,
    /// What kind of event.
    pub event: String,
}

/// What is this event, and what did it lead to?
#[utoipa::path(
    get, path = "/v1/events/{id}", tag = "log",
    params(("id" = String, Path, description = "The event: `evt_...`, or `body:<sha256>`."), Wait),
    responses(
        (status = 200, description = "The record.", body = EventAnswer),
        (status = 404, description = "The log has no such event."),
        Unanswered,
    )
)]
pub async fn event(
    State(app): State<Shared>,
    AnalystCaller(access): AnalystCaller,
    Named(id): Named<String>,
    Asked(wait): Asked<Wait>,
) -> Result<Json<EventAnswer>, Problem> {
    let what = if access.needs(Role::Auditor).is_ok() { Cover::Secrets } else { Cover::SecretsAndPersons };
    let mut snapshot = then_read(&app, access.scope, &wait).await?;
    let record = find(&mut snapshot, access.scope, &id).await?;
    let answer = in_full(&mut snapshot, record, what).await?;
    snapshot.end().await?;
    Ok(Json(answer))
}

/// A record with everything around it. Who may read what persons wrote may also see its signature.
///
/// # Errors
/// What the database says.
pub async fn in_full(snapshot: &mut Snapshot, record: Record, what: Cover) -> Result<EventAnswer, Problem> {
    let (position, size) = (record.position, snapshot.size());
    let (scope, bytes, intact) = stored(snapshot, &record).await?;
    let covered = cover(&bytes, what);
    let body = serde_json::from_slice::<Box<RawValue>>(&covered).ok();
    let text = body.is_none().then(|| as_text(&covered, what));
    let is_text_masked = text.as_deref().is_some_and(|text| text != String::from_utf8_lossy(&bytes));
    let deliveries = read::deliveries(snapshot, position).await?;
    let conflicts = conflict::of_record(snapshot, position).await?;
    let mut outcomes = outcomes_of(snapshot, &[position]).await?;
    let outcome = outcomes.get(&position).cloned();
    Ok(EventAnswer {
        evidence: Evidence::of(&record, scope, (what, intact)),
        deliveries: deliveries.into_iter().map(Delivery::from).collect(),
        delivery_count: read::count_deliveries(snapshot, position).await?,
        conflicts: conflicts.into_iter().map(Conflict::from).collect(),
        conflict_count: conflict::count_of_record(snapshot, position).await?,
        led_to: LedTo::of(snapshot, &record, outcome.as_ref()).await?,
        event: Event::of(record, &mut outcomes),
        body,
        body_text: text,
        body_masked: is_text_masked || matches!(covered, Cow::Owned(_)),
        body_bytes: bytes.len(),
        size,
    })
}

/// Whose a record is, its exact bytes, and whether both still are what was written.
async fn stored(snapshot: &mut Snapshot, record: &Record) -> Result<(Option<Scope>, Bytes, bool), Problem> {
    let scope = scope::all(snapshot).await?.remove(&record.scope);
    let (bytes, intact) = match &scope {
        Some(scope) => read::body_as_written(snapshot, record, scope).await?,
        None => (read::body(snapshot, record.position).await?.unwrap_or_default(), false),
    };
    Ok((scope, bytes, intact))
}

/// A covered body that is no JSON, as text.
pub fn as_text(body: &[u8], what: Cover) -> String {
    let text = String::from_utf8_lossy(body);
    if what == Cover::Secrets { text.into_owned() } else { private::text(&text).into_owned() }
}

/// The exact bytes of this event.
///
/// Client secrets never leave: where the body has any, each is covered by as many asterisks, and `daybook-masked` says so. `daybook-altered: true` says that the
/// record or its body is no longer what was written.
#[utoipa::path(
    get, path = "/v1/events/{id}/body", tag = "log",
    params(("id" = String, Path, description = "The event: `evt_...`, or `body:<sha256>`.")),
    responses(
        (status = 200, description = "The bytes as they came.", content_type = "application/octet-stream"),
        (status = 403, description = "The key is not an auditor's."),
        (status = 404, description = "The log has no such event."),
    )
)]
pub async fn body(
    State(app): State<Shared>,
    AuditorCaller(access): AuditorCaller,
    Named(id): Named<String>,
    Asked(()): Asked<()>,
) -> Result<Response, Problem> {
    let mut snapshot = then_read(&app, access.scope, &Wait::default()).await?;
    let size = snapshot.size();
    let record = find(&mut snapshot, access.scope, &id).await?;
    let (_, bytes, intact) = stored(&mut snapshot, &record).await?;
    snapshot.end().await?;
    let covered = cover(&bytes, Cover::Secrets);
    let masked = matches!(covered, Cow::Owned(_));
    let mut response = covered.into_owned().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert("daybook-position", HeaderValue::from(record.position));
    headers.insert("daybook-size", HeaderValue::from(size));
    if masked {
        headers.insert("daybook-masked", HeaderValue::from_static("client_secret"));
    }
    if !intact {
        headers.insert("daybook-altered", HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// The record of an event of this scope.
async fn find(snapshot: &mut Snapshot, scope: ScopeId, id: &str) -> Result<Record, Problem> {
    check_id(id, "the event")?;
    let size = snapshot.size();
    let record = read::record_by_event_id(snapshot, id).await?;
    record.filter(|record| record.scope == scope).ok_or(Problem::Unknown { what: "event", size })
}

impl Evidence {
    fn of(record: &Record, scope: Option<Scope>, (what, intact): (Cover, bool)) -> Self {
        Self {
            livemode: scope.as_ref().map(|scope| scope.mode.is_live()),
            account: scope.and_then(|scope| scope.account).map(String::from),
            endpoint: record.endpoint.clone(),
            secret: record.secret_label.clone(),
            signature: record.signature.clone().filter(|_| what == Cover::Secrets),
            leaf_hash: hex::encode(&record.leaf_hash),
            intact,
        }
    }
}

impl LedTo {
    async fn of(snapshot: &mut Snapshot, record: &Record, outcome: Option<&records::Outcome>) -> Result<Self, Problem> {
        if !snapshot.has_read_models() {
            return Ok(Self { domain_events: Vec::new(), postings: Vec::new() });
        }
        let domain_events = aggregates::caused_by(snapshot, record.position).await?;
        Ok(Self {
            domain_events: domain_events.into_iter().map(DomainEvent::from).collect(),
            postings: postings_of(snapshot, record, outcome).await?,
        })
    }
}

/// The postings of the object that a record is about, and others of its customer that it caused.
async fn postings_of(
    connection: &mut PgConnection,
    record: &Record,
    outcome: Option<&records::Outcome>,
) -> Result<Vec<Posting>, sqlx::Error> {
    let mut postings = Vec::new();
    if let Some(object) = outcome.and_then(|outcome| outcome.object_id.as_deref()) {
        postings = journal::of_id(connection, record.scope, object, MOST_POSTINGS).await?;
    }
    if let Some(customer) = outcome.and_then(|outcome| outcome.customer.as_deref()) {
        let caused = journal::caused_by(connection, record.scope, customer, &record.event_id, MOST_POSTINGS).await?;
        let others: Vec<_> = caused.into_iter().filter(|one| !postings.contains(one)).collect();
        postings.extend(others);
    }
    let positions = records::positions_of_events(connection, &causes_of(&postings)).await?;
    Ok(postings.into_iter().map(|posting| Posting::new(posting, &positions)).collect())
}

impl From<aggregates::Led> for DomainEvent {
    fn from(led: aggregates::Led) -> Self {
        let id = led.aggregate_id.split_once('/').map_or(led.aggregate_id.as_str(), |(_, id)| id).to_owned();
        Self { aggregate: led.aggregate_type, id, sequence: led.sequence, event: led.event_type }
    }
}

impl From<read::Delivery> for Delivery {
    fn from(delivery: read::Delivery) -> Self {
        Self {
            received_at: delivery.received_at,
            outcome: delivery.outcome,
            api_version: delivery.api_version,
            endpoint: delivery.endpoint,
            secret: delivery.secret_label,
        }
    }
}

impl From<conflict::OfRecord> for Conflict {
    fn from(conflict: conflict::OfRecord) -> Self {
        Self {
            id: conflict.id,
            received_at: conflict.received_at,
            source: conflict.source,
            api_version: conflict.api_version,
            endpoint: conflict.endpoint,
            body_bytes: conflict.body_bytes,
        }
    }
}
