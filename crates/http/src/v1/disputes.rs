//! `GET /v1/disputes` and `GET /v1/disputes/{id}`: what is asked for until when, whose it is, what it holds, and what came of it.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use daybook_domain::fact::DisputeStatus;
use daybook_domain::id::EventId;
use daybook_domain::scope::ScopeId;
use daybook_domain::settlement::{DisputeCase, DisputePhase, Moved};
use daybook_projections::disputes;
use daybook_store::snapshot::Snapshot;
use serde::Serialize;
use utoipa::ToSchema;

use super::list::{Part, flag};
use super::refusals::{Unanswered, Unlisted};
use super::shown::{self, Around, Money, Seller, Show, at, text};
use crate::Problem;
use crate::auth::AnalystCaller;
use crate::config::Config;
use crate::entitlement::answer::{Because, time};
use crate::extract::{Named, check_id};
use crate::query::{Asked, Parameters, Query, read_time};
use crate::state::Shared;
use crate::wait::{Wait, then_answer};

/// Which disputes are wanted.
#[derive(Clone, Debug, Default, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Of this customer.
    pub customer: Option<String>,
    /// With this status of Stripe's: `needs_response`, `under_review`, `won`, `lost`, ...
    pub status: Option<String>,
    /// Only those that are not decided (`true`), or only those that are (`false`).
    pub open: Option<bool>,
    /// For which evidence is asked for before this time: RFC 3339 or seconds.
    #[param(value_type = Option<String>)]
    pub due_before: Option<DateTime<Utc>>,
    /// Of this seller, as the sale names it: `acct_...`.
    pub seller: Option<String>,
}

impl Parameters for Wanted {
    fn names() -> impl Iterator<Item = &'static str> {
        ["customer", "status", "open", "due_before", "seller"].into_iter()
    }

    fn read(query: &Query, _: &Config) -> Result<Self, Problem> {
        let due = query.text("due_before").map(|text| read_time(text, "due_before")).transpose()?;
        Ok(Self {
            customer: query.id("customer")?,
            status: query.id("status")?,
            open: flag(query, "open")?,
            due_before: due.and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
            seller: query.id("seller")?,
        })
    }
}

/// Disputes, newest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Disputes)]
pub struct Page {
    /// Newest first.
    pub disputes: Vec<Dispute>,
    /// `before` of the next page; null on the last one.
    pub next: Option<String>,
    /// How many records of the log the answer has seen.
    pub size: i64,
}

/// A dispute.
#[derive(Debug, Serialize, ToSchema)]
pub struct Dispute {
    /// `dp_...` or `du_...`.
    pub id: String,
    /// Stripe's status.
    pub status: String,
    /// Whether nothing is decided yet; an appeal counts as open.
    pub open: bool,
    /// What came of it: `won`, `lost`, `prevented`, `inquiry_closed`; null while it is open. A loss that is appealed is still `lost`.
    pub outcome: Option<&'static str>,
    /// The bank's reason: `fraudulent`, `product_not_received`, ...
    pub reason: Option<String>,
    /// The network's code of the reason.
    pub network_reason: Option<String>,
    /// What is in dispute.
    pub amount: Money,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was first seen as more than an inquiry; of an inquiry, when it was first seen.
    pub opened_at: DateTime<Utc>,
    /// When it was first seen decided.
    pub closed_at: Option<DateTime<Utc>>,
    /// The charge in dispute.
    pub charge: Option<String>,
    /// Its payment intent.
    pub payment_intent: Option<String>,
    /// The invoice that the charge paid; null while no event links them.
    pub invoice: Option<String>,
    /// The subscription that the invoice bills.
    pub subscription: Option<String>,
    /// The customer who paid.
    pub customer: Option<String>,
    /// The connected account that sold it; null for sales of your own.
    pub seller: Option<Seller>,
    /// What is asked for.
    pub evidence: Evidence,
    /// What to hold back until it is decided.
    pub hold: Hold,
    /// What it has moved so far, by currency of your balance.
    pub money: Vec<MovedShown>,
    /// When money was first said to be withdrawn.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// When money was first said to be given back.
    pub reinstated_at: Option<DateTime<Utc>>,
    /// The events that opened it, show it as it is now, and decided it.
    pub because: Vec<Because>,
}

/// What is asked for in a dispute.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DisputeEvidence)]
pub struct Evidence {
    /// Whether somebody waits for it.
    pub needed: bool,
    /// Until when it can be submitted.
    pub due_at: Option<DateTime<Utc>>,
    /// Whether some is saved, submitted or not.
    pub saved: bool,
    /// How often some was submitted.
    pub submissions: i64,
    /// Whether the last came too late.
    pub past_due: bool,
}

/// What a dispute holds back.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DisputeHold)]
pub struct Hold {
    /// Whether it does now: more than an inquiry, and not decided.
    pub active: bool,
    /// How much.
    pub amount: Money,
    /// Since when.
    pub since: Option<DateTime<Utc>>,
    /// When it ended.
    pub until: Option<DateTime<Utc>>,
}

/// What a dispute moved in one currency.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DisputeMoney)]
pub struct MovedShown {
    /// Taken.
    pub withdrawn: Money,
    /// Given back.
    pub reinstated: Money,
    /// Fees.
    pub fees: Money,
}

/// A dispute and the size it stands so at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DisputeAnswer)]
pub struct Answer {
    /// The dispute.
    #[serde(flatten)]
    pub dispute: Dispute,
    /// How many records of the log the answer has seen.
    pub size: i64,
}

/// Which disputes are there?
#[utoipa::path(
    get, path = "/v1/disputes", tag = "books",
    params(Wanted, Part, Wait),
    responses(
        (status = 200, description = "A page, newest first.", body = Page),
        Unlisted,
    )
)]
pub async fn disputes(
    State(app): State<Shared>,
    AnalystCaller(access): AnalystCaller,
    Asked((wanted, part, wait)): Asked<(Wanted, Part, Wait)>,
) -> Result<Json<Page>, Problem> {
    then_answer(&app, access.scope, &wait, async |snapshot| page(snapshot, access.scope, &wanted, &part).await).await
}

/// What is this dispute about, until when, and what came of it?
#[utoipa::path(
    get, path = "/v1/disputes/{id}", tag = "books",
    params(("id" = String, Path, description = "The dispute: `dp_...` or `du_...`."), Wait),
    responses(
        (status = 200, description = "The dispute.", body = Answer),
        (status = 404, description = "Nobody has seen this dispute."),
        Unanswered,
    )
)]
pub async fn dispute(
    State(app): State<Shared>,
    AnalystCaller(access): AnalystCaller,
    Named(id): Named<String>,
    Asked(wait): Asked<Wait>,
) -> Result<Json<Answer>, Problem> {
    check_id(&id, "the dispute")?;
    then_answer(&app, access.scope, &wait, async |snapshot| {
        let unknown = Problem::Unknown { what: "dispute", size: snapshot.size() };
        one(snapshot, access.scope, &id).await?.ok_or(unknown)
    })
    .await
}

/// A page of disputes, as the API and the command line tell it.
///
/// # Errors
/// What the database says.
pub async fn page(snapshot: &mut Snapshot, scope: ScopeId, wanted: &Wanted, part: &Part) -> Result<Page, Problem> {
    let wanted = disputes::Wanted {
        customer: wanted.customer.clone(),
        status: wanted.status.clone(),
        open: wanted.open,
        due_before: wanted.due_before,
        seller: wanted.seller.clone(),
        before: part.before.clone(),
    };
    let found = disputes::list(snapshot, scope, &wanted, part.limit()).await?;
    let (disputes, next) = shown::page(snapshot, scope, found).await?;
    Ok(Page { disputes, next, size: snapshot.size() })
}

/// One dispute, as the API and the command line tell it.
///
/// # Errors
/// What the database says.
pub async fn one(snapshot: &mut Snapshot, scope: ScopeId, id: &str) -> Result<Option<Answer>, Problem> {
    let found = disputes::find(snapshot, scope, id).await?;
    let found = shown::one(snapshot, scope, found).await?;
    Ok(found.map(|dispute| Answer { dispute, size: snapshot.size() }))
}

impl Show for Dispute {
    type Row = disputes::Dispute;

    fn causes(row: &Self::Row) -> Vec<&EventId> {
        row.case.0.causes()
    }

    fn of(found: &Self::Row, around: &Around) -> Self {
        let case = &found.case.0;
        let place = &case.place;
        Self {
            id: found.id.clone(),
            status: case.status.as_str().to_owned(),
            open: case.is_open(),
            outcome: outcome(case),
            reason: text(case.reason.as_deref()),
            network_reason: text(case.details.network_reason.as_deref()),
            amount: Money::new(case.amount, case.currency),
            created_at: found.created_at,
            opened_at: time(case.opened.at),
            closed_at: at(case.closed.as_ref()),
            charge: text(place.charge.as_deref()),
            payment_intent: text(place.payment_intent.as_deref()),
            invoice: text(place.invoice.as_deref()),
            subscription: place.subscription.as_ref().map(ToString::to_string),
            customer: place.customer.as_ref().map(ToString::to_string),
            seller: around.seller(place.seller.as_ref()),
            evidence: Evidence::of(case),
            hold: Hold::of(case),
            money: case.moved.iter().map(MovedShown::from).collect(),
            withdrawn_at: at(case.withdrawn.as_ref()),
            reinstated_at: at(case.reinstated.as_ref()),
            because: around.because(case.causes()),
        }
    }
}

fn outcome(case: &DisputeCase) -> Option<&'static str> {
    match (&case.status, case.phase) {
        (DisputeStatus::Prevented, _) => Some("prevented"),
        (DisputeStatus::WarningClosed, _) => Some("inquiry_closed"),
        (_, DisputePhase::Won) => Some("won"),
        (_, DisputePhase::Lost) => Some("lost"),
        (_, DisputePhase::Open | DisputePhase::Harmless) => None,
    }
}

impl Evidence {
    fn of(case: &DisputeCase) -> Self {
        Self {
            needed: case.needs_response(),
            due_at: case.evidence_due.map(time),
            saved: case.details.has_evidence,
            submissions: case.details.submissions,
            past_due: case.details.past_due,
        }
    }
}

impl Hold {
    fn of(case: &DisputeCase) -> Self {
        let held = case.phase != DisputePhase::Harmless;
        Self {
            active: case.holds(),
            amount: Money::new(if case.holds() { case.amount } else { 0 }, case.currency),
            since: held.then(|| time(case.opened.at)),
            until: at(case.closed.as_ref()).filter(|_| held),
        }
    }
}

impl From<&Moved> for MovedShown {
    fn from(moved: &Moved) -> Self {
        let money = |amount| Money::new(amount, Some(moved.currency));
        Self { withdrawn: money(moved.withdrawn), reinstated: money(moved.reinstated), fees: money(moved.fees) }
    }
}
