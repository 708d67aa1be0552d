//! `GET /v1/payments` and `GET /v1/payments/{id}`: charges, refunds, and payment intents that have not come to an end, with what
//! they are about.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use daybook_domain::id::EventId;
use daybook_domain::scope::ScopeId;
use daybook_projections::payments::{self, Kind};
use daybook_store::snapshot::Snapshot;
use serde::Serialize;
use utoipa::ToSchema;

use super::list::Part;
use super::refusals::{Unanswered, Unlisted};
use super::shown::{self, Around, FailureShown, Money, Seller, Show, text};
use crate::Problem;
use crate::auth::AnalystCaller;
use crate::config::Config;
use crate::entitlement::answer::{Because, time};
use crate::extract::{Named, check_id};
use crate::query::{Asked, Parameters, Query};
use crate::state::Shared;
use crate::wait::{Wait, then_answer};

/// Which payments are wanted.
#[derive(Clone, Debug, Default, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// `charge`, `refund` or `payment_intent`.
    #[param(value_type = Option<String>)]
    pub kind: Option<Kind>,
    /// Of this customer.
    pub customer: Option<String>,
    /// Of this subscription.
    pub subscription: Option<String>,
    /// Of this invoice.
    pub invoice: Option<String>,
    /// With this status: `succeeded`, `failed`, `requires_action`, ...
    pub status: Option<String>,
}

impl Parameters for Wanted {
    fn names() -> impl Iterator<Item = &'static str> {
        ["kind", "customer", "subscription", "invoice", "status"].into_iter()
    }

    fn read(query: &Query, _: &Config) -> Result<Self, Problem> {
        let kind = |name| {
            let expected = || Problem::malformed("kind: expected charge, refund or payment_intent");
            Kind::parse(name).ok_or_else(expected)
        };
        Ok(Self {
            kind: query.text("kind").map(kind).transpose()?,
            customer: query.id("customer")?,
            subscription: query.id("subscription")?,
            invoice: query.id("invoice")?,
            status: query.id("status")?,
        })
    }
}

/// Payments, newest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Payments)]
pub struct Page {
    /// Newest first.
    pub payments: Vec<Payment>,
    /// `before` of the next page; null on the last one.
    pub next: Option<String>,
    /// How many records of the log the answer has seen.
    pub size: i64,
}

/// Money that moved, or that somebody tries to move.
#[derive(Debug, Serialize, ToSchema)]
pub struct Payment {
    /// `ch_...`, `py_...`, `re_...` or `pi_...`.
    pub id: String,
    /// `charge`, `refund` or `payment_intent`. An intent is shown while it waits; once it has succeeded or was canceled, its charge tells all there is.
    pub kind: &'static str,
    /// Stripe's status; `authorized` for a charge that succeeded and is not captured.
    pub status: String,
    /// What was asked for.
    pub amount: Money,
    /// What was taken, or given back by a refund.
    pub moved: Money,
    /// Of a charge: given back so far.
    pub refunded: Money,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was first seen in this status.
    pub since: DateTime<Utc>,
    /// Who pays.
    pub customer: Option<String>,
    /// The subscription that its invoice bills.
    pub subscription: Option<String>,
    /// The invoice it is about; null for a sale without one, and while no event links them.
    pub invoice: Option<String>,
    /// The charge: of a refund the one it gives back, of an intent its newest.
    pub charge: Option<String>,
    /// The payment intent.
    pub payment_intent: Option<String>,
    /// The connected account that sold it; null for sales of your own.
    pub seller: Option<Seller>,
    /// How it was paid: `card`, `sepa_debit`, ...
    pub method: Option<String>,
    /// Radar's estimate: `normal`, `elevated`, `highest`.
    pub risk: Option<String>,
    /// Why it did not work.
    pub failure: Option<FailureShown>,
    /// Of a refund: why it was made.
    pub reason: Option<String>,
    /// What the customer has to do.
    pub next_action: Option<String>,
    /// The dispute over it that is open or was lost.
    pub disputed_by: Option<String>,
    /// The events that show it in this status first, and as it is now.
    pub because: Vec<Because>,
}

/// A payment and the size it stands so at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PaymentAnswer)]
pub struct Answer {
    /// The payment.
    #[serde(flatten)]
    pub payment: Payment,
    /// How many records of the log the answer has seen.
    pub size: i64,
}

/// Which payments are there?
#[utoipa::path(
    get, path = "/v1/payments", tag = "books",
    params(Wanted, Part, Wait),
    responses(
        (status = 200, description = "A page, newest first.", body = Page),
        Unlisted,
    )
)]
pub async fn payments(
    State(app): State<Shared>,
    AnalystCaller(access): AnalystCaller,
    Asked((wanted, part, wait)): Asked<(Wanted, Part, Wait)>,
) -> Result<Json<Page>, Problem> {
    then_answer(&app, access.scope, &wait, async |snapshot| page(snapshot, access.scope, &wanted, &part).await).await
}

/// What became of this payment?
#[utoipa::path(
    get, path = "/v1/payments/{id}", tag = "books",
    params(("id" = String, Path, description = "A charge, a refund, or a payment intent that waits."), Wait),
    responses(
        (status = 200, description = "The payment.", body = Answer),
        (status = 404, description = "Nobody has seen it, or it is an intent that has come to an end: ask for its charge."),
        Unanswered,
    )
)]
pub async fn payment(
    State(app): State<Shared>,
    AnalystCaller(access): AnalystCaller,
    Named(id): Named<String>,
    Asked(wait): Asked<Wait>,
) -> Result<Json<Answer>, Problem> {
    check_id(&id, "the payment")?;
    then_answer(&app, access.scope, &wait, async |snapshot| {
        let unknown = Problem::Unknown { what: "payment", size: snapshot.size() };
        one(snapshot, access.scope, &id).await?.ok_or(unknown)
    })
    .await
}

/// A page of payments, as the API and the command line tell it.
///
/// # Errors
/// What the database says.
pub async fn page(snapshot: &mut Snapshot, scope: ScopeId, wanted: &Wanted, part: &Part) -> Result<Page, Problem> {
    let wanted = payments::Wanted {
        kind: wanted.kind,
        customer: wanted.customer.clone(),
        subscription: wanted.subscription.clone(),
        invoice: wanted.invoice.clone(),
        status: wanted.status.clone(),
        before: part.before.clone(),
    };
    let found = payments::list(snapshot, scope, &wanted, part.limit()).await?;
    let (payments, next) = shown::page(snapshot, scope, found).await?;
    Ok(Page { payments, next, size: snapshot.size() })
}

/// One payment, as the API and the command line tell it.
///
/// # Errors
/// What the database says.
pub async fn one(snapshot: &mut Snapshot, scope: ScopeId, id: &str) -> Result<Option<Answer>, Problem> {
    let found = payments::find(snapshot, scope, id).await?;
    let found = shown::one(snapshot, scope, found).await?;
    Ok(found.map(|payment| Answer { payment, size: snapshot.size() }))
}

impl Show for Payment {
    type Row = payments::Payment;

    fn causes(row: &Self::Row) -> Vec<&EventId> {
        row.details.0.causes()
    }

    fn of(found: &Self::Row, around: &Around) -> Self {
        let shown = &found.details.0;
        let place = &shown.place;
        let money = |amount| Money::new(amount, shown.currency);
        Self {
            id: found.id.clone(),
            kind: Kind::from_number(found.kind).map_or("other", Kind::as_str),
            status: shown.status.to_string(),
            amount: money(shown.amount),
            moved: money(shown.moved),
            refunded: money(shown.refunded),
            created_at: found.created_at,
            since: time(shown.since.at),
            customer: place.customer.as_ref().map(ToString::to_string),
            subscription: place.subscription.as_ref().map(ToString::to_string),
            invoice: text(place.invoice.as_deref()),
            charge: text(place.charge.as_deref()),
            payment_intent: text(place.payment_intent.as_deref()),
            seller: around.seller(place.seller.as_ref()),
            method: text(shown.method.as_deref()),
            risk: text(shown.risk.as_deref()),
            failure: shown.failure.as_ref().map(FailureShown::from),
            reason: text(shown.reason.as_deref()),
            next_action: text(shown.next_action.as_deref()),
            disputed_by: text(shown.disputed_by.as_deref()),
            because: around.because(shown.causes()),
        }
    }
}
