//! `GET /v1/customers/{id}/grants`: what operators said of a customer: grants, revocations, links with your accounts, released disputes.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use daybook_domain::customer::{Authority, Extent, Given, Word};
use daybook_domain::entitlement::Source;
use daybook_domain::id::EventId;
use daybook_domain::order::Moment;
use daybook_domain::scope::ScopeId;
use daybook_domain::time::Timestamp;
use daybook_projections::{customers, entitlements, records};
use daybook_store::snapshot::Snapshot;
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
    pub customer: String,
    /// Grants and revocations, newest first.
    pub grants: Vec<Grant>,
    /// Your accounts that an operator has linked with the customer, or unlinked.
    pub links: Vec<Link>,
    /// Disputes whose hold was released.
    pub released: Vec<Released>,
    /// How many records of the log the answer has seen.
    pub size: i64,
}

/// A grant or a revocation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Grant {
    /// The record that gave it.
    pub record: Because,
    /// `grant` or `revocation`.
    pub kind: &'static str,
    /// The feature.
    pub feature: String,
    /// How much of it.
    pub value: Option<Value>,
    /// `pending`, `in_force` or `over`.
    pub state: &'static str,
    /// From when on.
    pub starts: DateTime<Utc>,
    /// The first second after it; none when it is for good.
    pub ends: Option<DateTime<Utc>>,
    /// Who gave it.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// Where it was asked for.
    pub ticket: Option<String>,
    /// The record that ended it early.
    pub ended_by: Option<Because>,
}

/// What an operator said of one of your accounts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OperatorsLink)]
pub struct Link {
    /// Your account.
    pub account: String,
    /// Whether it belongs to the customer; if not, no event can link them.
    pub linked: bool,
    /// The record that says so.
    pub record: Because,
}

/// A released dispute.
#[derive(Debug, Serialize, ToSchema)]
pub struct Released {
    /// The dispute.
    pub dispute: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The record that did it.
    pub record: Because,
}

/// What did operators say of this customer?
#[utoipa::path(
    get, path = "/v1/customers/{id}/grants", tag = "operators",
    params(("id" = String, Path, description = "The customer: `cus_...`."), Wait),
    responses(
        (status = 200, description = "Grants, revocations, links and releases; none when nobody said anything.", body = Said),
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
    let said = said_of(&mut snapshot, access.scope, customer, now(&app)).await?;
    snapshot.end().await?;
    Ok(Json(said))
}

/// What operators said of a customer, as it stands at a time.
///
/// # Errors
/// What the database says.
pub async fn said_of(
    snapshot: &mut Snapshot,
    scope: ScopeId,
    customer: String,
    now: Timestamp,
) -> Result<Said, Problem> {
    let sources = entitlements::sources_of(snapshot, scope, &customer).await?;
    let mut links = customers::links_of(snapshot, scope, &customer).await?;
    links.retain(|link| [customers::BY_OPERATOR, customers::UNLINKED].contains(&link.source.as_str()));
    let of_links = links.iter().map(|link| link.cause.clone());
    let events: Vec<String> = sources.iter().flat_map(records_of).map(ToString::to_string).chain(of_links).collect();
    let positions = records::positions_of_events(snapshot, &events).await?;
    let (mut grants, mut disputes) = (Vec::new(), Vec::new());
    for source in &sources {
        if let Source::Operators { given, released } = source {
            grants.extend(given.iter().map(|(record, given)| Grant::new(record, given, now, &positions)));
            disputes.extend(released.iter().map(|(dispute, moment)| Released::new(dispute, moment, &positions)));
        }
    }
    grants.sort_by_key(|grant| std::cmp::Reverse(grant.record.position()));
    let links = links.into_iter().map(|link| Link::new(&link, &positions)).collect();
    Ok(Said { customer, grants, links, released: disputes, size: snapshot.size() })
}

fn records_of(source: &Source) -> Vec<&EventId> {
    let Source::Operators { given, released } = source else { return Vec::new() };
    let ends = given.values().filter_map(|given| given.ended.as_ref().map(|ended| &ended.record));
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
            ended_by: given.ended.as_ref().map(|ended| Because::new(ended.record.as_str(), positions)),
        }
    }
}

impl Link {
    fn new(link: &customers::AccountLink, positions: &Positions) -> Self {
        Self {
            account: text(&link.account).into_owned(),
            linked: link.source == customers::BY_OPERATOR,
            record: Because::new(&link.cause, positions),
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
