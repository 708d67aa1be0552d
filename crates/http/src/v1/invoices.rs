//! `GET /v1/invoices` and `GET /v1/invoices/{id}`: how invoices stand, every line of them, their taxes, and what paid them.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use daybook_domain::fact::PaidBy;
use daybook_domain::id::EventId;
use daybook_domain::money::Currency;
use daybook_domain::scope::ScopeId;
use daybook_domain::settlement::{Bill, PaidWith};
use daybook_projections::invoices;
use daybook_store::snapshot::Snapshot;
use serde::Serialize;
use utoipa::ToSchema;

use super::invoice_lines::{Line, Tax};
use super::list::Part;
use super::refusals::{Unanswered, Unlisted};
use super::shown::{self, Around, Money, Seller, Show, at, text};
use crate::Problem;
use crate::auth::AnalystCaller;
use crate::config::Config;
use crate::entitlement::answer::{Because, time};
use crate::extract::{Named, check_id};
use crate::query::{Asked, Parameters, Query};
use crate::state::Shared;
use crate::wait::{Wait, then_answer};

/// Which invoices are wanted.
#[derive(Clone, Debug, Default, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Of this customer.
    pub customer: Option<String>,
    /// Of this subscription.
    pub subscription: Option<String>,
    /// With this status: `draft`, `open`, `paid`, `void`, `uncollectible`, `deleted`.
    pub status: Option<String>,
}

impl Parameters for Wanted {
    fn names() -> impl Iterator<Item = &'static str> {
        ["customer", "subscription", "status"].into_iter()
    }

    fn read(query: &Query, _: &Config) -> Result<Self, Problem> {
        Ok(Self {
            customer: query.id("customer")?,
            subscription: query.id("subscription")?,
            status: query.id("status")?,
        })
    }
}

/// Invoices, newest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Invoices)]
pub struct Page {
    /// Newest first.
    pub invoices: Vec<Invoice>,
    /// `before` of the next page; null on the last one.
    pub next: Option<String>,
    /// How many records of the log the answer has seen.
    pub size: i64,
}

/// An invoice.
#[derive(Debug, Serialize, ToSchema)]
pub struct Invoice {
    /// `in_...`.
    pub id: String,
    /// The number printed on it.
    pub number: Option<String>,
    /// `draft`, `open`, `paid`, `void`, `uncollectible` or `deleted`; once seen paid it stays paid.
    pub status: String,
    /// Who owes it.
    pub customer: Option<String>,
    /// The subscription it bills.
    pub subscription: Option<String>,
    /// The connected account that sold it; null for sales of your own.
    pub seller: Option<Seller>,
    /// Why it was made, in Stripe's words: `subscription_cycle`, `manual`, ...
    pub billing_reason: Option<String>,
    /// `charge_automatically` or `send_invoice`.
    pub collection: Option<String>,
    /// Before discounts of the whole invoice and tax.
    pub subtotal: Option<Money>,
    /// All discounts.
    pub discount: Money,
    /// All tax.
    pub tax: Money,
    /// After discounts and tax.
    pub total: Money,
    /// The customer's balance before it; negative is credit.
    pub starting_balance: Money,
    /// The customer's balance after it, once finalized.
    pub ending_balance: Option<Money>,
    /// What is asked for after the balance.
    pub amount_due: Money,
    /// What was paid.
    pub amount_paid: Money,
    /// What is left to pay.
    pub amount_remaining: Money,
    /// Given back of what was paid.
    pub refunded: Money,
    /// Credited by credit notes that stand.
    pub credited: Money,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was finalized.
    pub finalized_at: Option<DateTime<Utc>>,
    /// When it was or will be due, for invoices that are sent.
    pub due_at: Option<DateTime<Utc>>,
    /// When it was paid.
    pub paid_at: Option<DateTime<Utc>>,
    /// When it was voided or written off.
    pub closed_at: Option<DateTime<Utc>>,
    /// How collecting it goes.
    pub attempts: Attempts,
    /// What paid it.
    pub paid_with: Vec<Paid>,
    /// Its taxes, rate by rate.
    pub taxes: Vec<Tax>,
    /// Its lines, in the order of the invoice.
    pub lines: Vec<Line>,
    /// Whether events showed only the first of its lines.
    pub lines_truncated: bool,
    /// The events that show it as it is now, paid it, and failed to.
    pub because: Vec<Because>,
}

/// How collecting an invoice goes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InvoiceAttempts)]
pub struct Attempts {
    /// How many there were.
    pub count: i64,
    /// The first that failed.
    pub first_failed_at: Option<DateTime<Utc>>,
    /// When the customer was first asked to act.
    pub action_required_at: Option<DateTime<Utc>>,
    /// When the next one is planned.
    pub next_at: Option<DateTime<Utc>>,
}

/// Money that paid an invoice.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InvoicePaidWith)]
pub struct Paid {
    /// `payment_intent`, `charge`, `out_of_band`, or `unknown` where the event does not say.
    pub by: &'static str,
    /// Its id.
    pub id: Option<String>,
    /// The invoice payment that says so.
    pub invoice_payment: Option<String>,
    /// How much; null where no event says.
    pub amount: Option<Money>,
    /// When.
    pub at: Option<DateTime<Utc>>,
}

/// An invoice and the size it stands so at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InvoiceAnswer)]
pub struct Answer {
    /// The invoice.
    #[serde(flatten)]
    pub invoice: Invoice,
    /// How many records of the log the answer has seen.
    pub size: i64,
}

/// Which invoices are there?
#[utoipa::path(
    get, path = "/v1/invoices", tag = "books",
    params(Wanted, Part, Wait),
    responses(
        (status = 200, description = "A page, newest first, every line of each.", body = Page),
        Unlisted,
    )
)]
pub async fn invoices(
    State(app): State<Shared>,
    AnalystCaller(access): AnalystCaller,
    Asked((wanted, part, wait)): Asked<(Wanted, Part, Wait)>,
) -> Result<Json<Page>, Problem> {
    then_answer(&app, access.scope, &wait, async |snapshot| page(snapshot, access.scope, &wanted, &part).await).await
}

/// What does this invoice bill, how does it stand, and what paid it?
#[utoipa::path(
    get, path = "/v1/invoices/{id}", tag = "books",
    params(("id" = String, Path, description = "The invoice: `in_...`."), Wait),
    responses(
        (status = 200, description = "The invoice.", body = Answer),
        (status = 404, description = "Nobody has seen this invoice."),
        Unanswered,
    )
)]
pub async fn invoice(
    State(app): State<Shared>,
    AnalystCaller(access): AnalystCaller,
    Named(id): Named<String>,
    Asked(wait): Asked<Wait>,
) -> Result<Json<Answer>, Problem> {
    check_id(&id, "the invoice")?;
    then_answer(&app, access.scope, &wait, async |snapshot| {
        let unknown = Problem::Unknown { what: "invoice", size: snapshot.size() };
        one(snapshot, access.scope, &id).await?.ok_or(unknown)
    })
    .await
}

/// A page of invoices, as the API and the command line tell it.
///
/// # Errors
/// What the database says.
pub async fn page(snapshot: &mut Snapshot, scope: ScopeId, wanted: &Wanted, part: &Part) -> Result<Page, Problem> {
    let wanted = invoices::Wanted {
        customer: wanted.customer.clone(),
        subscription: wanted.subscription.clone(),
        status: wanted.status.clone(),
        before: part.before.clone(),
    };
    let found = invoices::list(snapshot, scope, &wanted, part.limit()).await?;
    let (invoices, next) = shown::page(snapshot, scope, found).await?;
    Ok(Page { invoices, next, size: snapshot.size() })
}

/// One invoice, as the API and the command line tell it.
///
/// # Errors
/// What the database says.
pub async fn one(snapshot: &mut Snapshot, scope: ScopeId, id: &str) -> Result<Option<Answer>, Problem> {
    let found = invoices::find(snapshot, scope, id).await?;
    let found = shown::one(snapshot, scope, found).await?;
    Ok(found.map(|invoice| Answer { invoice, size: snapshot.size() }))
}

impl Show for Invoice {
    type Row = invoices::Invoice;

    fn causes(row: &Self::Row) -> Vec<&EventId> {
        row.bill.0.causes()
    }

    fn of(found: &Self::Row, around: &Around) -> Self {
        let bill = &found.bill.0;
        let currency = bill.currency;
        let money = |amount: i64| Money::new(amount, currency);
        Self {
            id: found.id.clone(),
            number: text(bill.details.number.as_deref()),
            status: bill.status.as_str().to_owned(),
            customer: bill.place.customer.as_ref().map(ToString::to_string),
            subscription: bill.place.subscription.as_ref().map(ToString::to_string),
            seller: around.seller(bill.place.seller.as_ref()),
            billing_reason: text(bill.billing_reason.as_deref()),
            collection: text(bill.details.collection.as_deref()),
            subtotal: bill.details.subtotal.map(money),
            discount: money(bill.details.discount),
            tax: money(bill.tax),
            total: money(bill.total),
            starting_balance: money(bill.balance.0),
            ending_balance: bill.balance.1.map(money),
            amount_due: money(bill.amount_due),
            amount_paid: money(bill.amount_paid),
            amount_remaining: money(bill.amount_remaining),
            refunded: money(bill.refunded),
            credited: money(bill.credited),
            created_at: found.created_at,
            finalized_at: bill.finalized.map(time),
            due_at: bill.due.map(time),
            paid_at: at(bill.paid.as_ref()),
            closed_at: bill.closed.map(time),
            attempts: Attempts::of(bill),
            paid_with: bill.paid_with.iter().map(|paid| Paid::new(paid, currency)).collect(),
            taxes: bill.details.taxes.iter().map(|tax| Tax::new(tax, currency)).collect(),
            lines: found.lines.0.iter().map(|line| Line::new(line, currency)).collect(),
            lines_truncated: bill.lines_truncated,
            because: around.because(bill.causes()),
        }
    }
}

impl Attempts {
    fn of(bill: &Bill) -> Self {
        Self {
            count: bill.attempts,
            first_failed_at: at(bill.failed.as_ref()),
            action_required_at: at(bill.action_required.as_ref()),
            next_at: bill.next_attempt.map(time),
        }
    }
}

impl Paid {
    fn new(paid: &PaidWith, currency: Option<Currency>) -> Self {
        let (by, id) = match &paid.by {
            PaidBy::PaymentIntent(id) => ("payment_intent", Some(id.to_string())),
            PaidBy::Charge(id) => ("charge", Some(id.to_string())),
            PaidBy::OutOfBand => ("out_of_band", None),
            PaidBy::Unknown => ("unknown", None),
        };
        Self {
            by,
            id,
            invoice_payment: text(paid.invoice_payment.as_deref()),
            amount: paid.amount.map(|amount| Money::new(amount, currency)),
            at: paid.at.map(time),
        }
    }
}
