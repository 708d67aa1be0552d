//! `GET /v1/events/{id}` and `.../body`: one record of the log, every delivery and every contradiction of it, what came of it, and its body. Analysts read the
//! body with personal fields covered, auditors as it came; client secrets are covered for everybody.

use std::borrow::Cow;
use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use daybook_domain::scope::ScopeId;
use daybook_projections::{aggregates, journal, records};
use daybook_store::key::Role;
use daybook_store::log::conflict;
use daybook_store::log::read::{self, Record};
use daybook_store::scope;
use daybook_store::snapshot::Snapshot;
use daybook_stripe::private::{Cover, cover};
use serde::Serialize;
use serde_json::value::RawValue;
use sqlx::PgConnection;
use utoipa::ToSchema;

use super::balances::{MOST_POSTINGS, Posting, causes_of};
use super::events::Event;
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
    event: Event,
    /// How it came and how it is proved.
    evidence: Evidence,
    /// The verified deliveries, oldest first; the first 100 of `delivery_count`.
    deliveries: Vec<Delivery>,
    /// How many there were.
    delivery_count: i64,
    /// What came under the same id but says something else, oldest first; the first 20 of `conflict_count`.
    conflicts: Vec<Conflict>,
    /// How many there are; `conflicts` shows the first 20.
    conflict_count: i64,
    /// What it led to.
    led_to: LedTo,
    /// The body as JSON; null when it is none.
    #[schema(value_type = Object)]
    body: Option<Box<RawValue>>,
    /// Whether something in `body` is covered.
    body_masked: bool,
    /// How many bytes came.
    body_bytes: usize,
    /// How many records of the log the answer has seen.
    size: i64,
}

/// How a record came and how it is proved.
#[derive(Debug, Serialize, ToSchema)]
pub struct Evidence {
    /// The Stripe account; absent for the endpoint's own.
    account: Option<String>,
    /// Live or test mode.
    livemode: Option<bool>,
    /// The endpoint's label.
    endpoint: Option<String>,
    /// The label of the secret that verified it.
    secret: Option<String>,
    /// The signature header; only for auditors.
    signature: Option<String>,
    /// Its hash in the tree, hexadecimal.
    leaf_hash: String,
}

/// One verified delivery.
#[derive(Debug, Serialize, ToSchema)]
pub struct Delivery {
    /// When it came.
    received_at: DateTime<Utc>,
    /// `appended`, `duplicate` or `conflict`.
    outcome: String,
    /// The API version it was rendered in.
    api_version: Option<String>,
    /// The endpoint's label.
    endpoint: Option<String>,
    /// The label of the secret that verified it.
    secret: Option<String>,
}

/// What contradicts the record.
#[derive(Debug, Serialize, ToSchema)]
pub struct Conflict {
    /// Its number.
    id: i64,
    /// When it came.
    received_at: DateTime<Utc>,
    /// How it came.
    source: String,
    /// The API version it gives itself.
    api_version: Option<String>,
    /// The endpoint's label.
    endpoint: Option<String>,
    /// How many bytes came.
    body_bytes: i32,
}

/// What a record led to.
#[derive(Debug, Serialize, ToSchema)]
pub struct LedTo {
    /// Events that aggregates took in because of it.
    domain_events: Vec<DomainEvent>,
    /// Postings of the object it is about, and others of its customer that it caused.
    postings: Vec<Posting>,
}

/// An event that an aggregate took in.
#[derive(Debug, Serialize, ToSchema)]
pub struct DomainEvent {
    /// `Subscription` or `Customer`.
    aggregate: String,
    /// The aggregate's id at Stripe.
    id: String,
    /// Its place among the aggregate's events.
    sequence: i64,
    /// What kind of event.
    event: String,
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
    let is_auditor = access.needs(Role::Auditor).is_ok();
    let mut snapshot = then_read(&app, access.scope, &wait).await?;
    let size = snapshot.size();
    let record = find(&mut snapshot, access.scope, &id).await?;
    let position = record.position;
    let bytes = read::body(&mut snapshot, position).await?.unwrap_or_default();
    let what = if is_auditor { Cover::Secrets } else { Cover::SecretsAndPersons };
    let covered = cover(&bytes, what);
    let deliveries = read::deliveries(&mut snapshot, position).await?;
    let delivery_count = read::count_deliveries(&mut snapshot, position).await?;
    let conflicts = conflict::of_record(&mut snapshot, position).await?;
    let conflict_count = conflict::count_of_record(&mut snapshot, position).await?;
    let mut outcomes: BTreeMap<_, _> = records::of_positions(&mut snapshot, &[position]).await?;
    let outcome = outcomes.get(&position).cloned();
    let answer = EventAnswer {
        evidence: Evidence::of(&mut snapshot, &record, is_auditor).await?,
        deliveries: deliveries.into_iter().map(Delivery::from).collect(),
        delivery_count,
        conflict_count,
        conflicts: conflicts.into_iter().map(Conflict::from).collect(),
        led_to: LedTo::of(&mut snapshot, &record, outcome.as_ref()).await?,
        event: Event::of(record, &mut outcomes),
        body: serde_json::from_slice(&covered).ok(),
        body_masked: matches!(covered, Cow::Owned(_)),
        body_bytes: bytes.len(),
        size,
    };
    snapshot.end().await?;
    Ok(Json(answer))
}

/// The exact bytes of this event.
///
/// Client secrets never leave: where the body has any, each is covered by as many asterisks, and `daybook-masked` says so.
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
    let bytes = read::body(&mut snapshot, record.position).await?.unwrap_or_default();
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
    async fn of(snapshot: &mut Snapshot, record: &Record, is_auditor: bool) -> Result<Self, Problem> {
        let scope = scope::all(snapshot).await?.remove(&record.scope);
        Ok(Self {
            livemode: scope.as_ref().map(|scope| scope.mode.is_live()),
            account: scope.and_then(|scope| scope.account).map(String::from),
            endpoint: record.endpoint.clone(),
            secret: record.secret_label.clone(),
            signature: record.signature.clone().filter(|_| is_auditor),
            leaf_hash: hex::encode(&record.leaf_hash),
        })
    }
}

impl LedTo {
    async fn of(snapshot: &mut Snapshot, record: &Record, outcome: Option<&records::Outcome>) -> Result<Self, Problem> {
        let domain_events = aggregates::caused_by(snapshot, record.position).await?;
        Ok(Self {
            domain_events: domain_events.into_iter().map(DomainEvent::from).collect(),
            postings: postings_of(snapshot, record, outcome).await?,
        })
    }
}

/// The postings of the object that a record is about, and others of its customer that it caused.
///
/// # Errors
/// What the database says.
pub async fn postings_of(
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
