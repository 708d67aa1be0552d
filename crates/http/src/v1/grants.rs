//! `GET /v1/customers/{id}/grants`: what operators said of a customer: grants, revocations, released disputes.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use daybook_domain::customer::{Authority, Extent, Given, Word};
use daybook_domain::entitlement::Source;
use daybook_domain::id::EventId;
use daybook_domain::order::Moment;
use daybook_domain::time::Timestamp;
use daybook_projections::{entitlements, records};
use daybook_stripe::private::text;
use serde::Serialize;
use utoipa::ToSchema;

use super::refusals::Unanswered;
use crate::Problem;
use crate::auth::AnalystCaller;
use crate::entitlement::answer::{Because, Positions, Value, time};
use crate::entitlement::inquiry::now;
use crate::extract::{Named, check_id};
use crate::query::Asked;
use crate::state::Shared;
use crate::wait::{Wait, then_read};

/// What operators said of a customer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Grants)]
pub struct Said {
    /// The customer.
    customer: String,
    /// Grants and revocations, newest first.
    grants: Vec<Grant>,
    /// Disputes whose hold was released.
    released: Vec<Released>,
    /// How many records of the log the answer has seen.
    size: i64,
}

/// A grant or a revocation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Grant {
    /// The record that gave it.
    record: Because,
    /// `grant` or `revocation`.
    kind: &'static str,
    /// The feature.
    feature: String,
    /// How much of it.
    value: Option<Value>,
    /// `pending`, `in_force` or `over`.
    state: &'static str,
    /// From when on.
    starts: DateTime<Utc>,
    /// The first second after it; none when it is for good.
    ends: Option<DateTime<Utc>>,
    /// Who gave it.
    actor: String,
    /// Why.
    reason: String,
    /// Where it was asked for.
    ticket: Option<String>,
    /// The record that ended it early.
    ended_by: Option<Because>,
}

/// A released dispute.
#[derive(Debug, Serialize, ToSchema)]
pub struct Released {
    /// The dispute.
    dispute: String,
    /// When.
    at: DateTime<Utc>,
    /// The record that did it.
    record: Because,
}

/// What did operators say of this customer?
#[utoipa::path(
    get, path = "/v1/customers/{id}/grants", tag = "operators",
    params(("id" = String, Path, description = "The customer: `cus_...`."), Wait),
    responses(
        (status = 200, description = "Grants, revocations and releases; none when nobody said anything.", body = Said),
        Unanswered,
    )
)]
pub async fn grants(
    State(app): State<Shared>,
    AnalystCaller(access): AnalystCaller,
    Named(customer): Named<String>,
    Asked(wait): Asked<Wait>,
) -> Result<Json<Said>, Problem> {
    check_id(&customer, "the customer")?;
    let mut snapshot = then_read(&app, access.scope, &wait).await?;
    let size = snapshot.size();
    let sources = entitlements::sources_of(&mut snapshot, access.scope, &customer).await?;
    let events: Vec<String> = sources.iter().flat_map(records_of).map(ToString::to_string).collect();
    let positions = records::positions_of_events(&mut snapshot, &events).await?;
    snapshot.end().await?;
    let mut answer = Said { customer, grants: Vec::new(), released: Vec::new(), size };
    for source in &sources {
        if let Source::Operators { given, released } = source {
            let grant = |(record, given)| Grant::new(record, given, now(&app), &positions);
            answer.grants.extend(given.iter().map(grant));
            answer.released.extend(released.iter().map(|(dispute, moment)| Released::new(dispute, moment, &positions)));
        }
    }
    answer.grants.sort_by_key(|grant| std::cmp::Reverse(grant.record.position()));
    Ok(Json(answer))
}

fn records_of(source: &Source) -> Vec<&EventId> {
    let Source::Operators { given, released } = source else { return Vec::new() };
    let ends = given.values().filter_map(|given| given.ended.as_ref().map(|(record, _)| record));
    given.keys().chain(ends).chain(released.values().map(|moment| &moment.event)).collect()
}

impl Grant {
    fn new(record: &EventId, given: &Given, now: Timestamp, positions: &Positions) -> Self {
        let Authority { actor, reason, ticket, .. } = &given.by;
        Self {
            record: Because::new(record.as_str(), positions),
            kind: match given.word {
                Word::Grant => "grant",
                Word::Revocation => "revocation",
            },
            feature: given.feature.to_string(),
            value: given.extent.as_ref().map(Extent::value).as_ref().map(Value::from),
            state: given.state(now),
            starts: time(given.starts),
            ends: given.ends.map(time),
            actor: actor.to_string(),
            reason: text(reason).into_owned(),
            ticket: ticket.as_deref().map(str::to_owned),
            ended_by: given.ended.as_ref().map(|(record, _)| Because::new(record.as_str(), positions)),
        }
    }
}

impl Released {
    fn new(dispute: &str, moment: &Moment, positions: &Positions) -> Self {
        Self {
            dispute: dispute.to_owned(),
            at: time(moment.at),
            record: Because::new(moment.event.as_str(), positions),
        }
    }
}
