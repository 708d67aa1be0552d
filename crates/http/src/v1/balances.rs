//! `GET /v1/customers/{id}/balances`: what the journal sums to for one customer, by currency and account, and the postings behind it.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use daybook_domain::money::shown;
use daybook_projections::{balances, customers, journal, records};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Problem;
use crate::auth::AnalystCaller;
use crate::config::Config;
use crate::entitlement::answer::{Because, Positions, because_of};
use crate::extract::{Named, check_id};
use crate::query::{Asked, Parameters, Query};
use crate::state::Shared;
use crate::wait::{Wait, then_read};

/// Postings shown when the request does not say.
const USUAL_POSTINGS: i64 = 20;
/// Postings shown at most.
pub(super) const MOST_POSTINGS: i64 = 500;

/// How much of the journal is shown.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Shown {
    /// How many of the newest postings are shown: 20 unless said, at most 500.
    postings: Option<i64>,
}

impl Parameters for Shown {
    fn names() -> impl Iterator<Item = &'static str> {
        ["postings"].into_iter()
    }

    fn read(query: &Query, _: &Config) -> Result<Self, Problem> {
        Ok(Self { postings: query.whole("postings", 0..=MOST_POSTINGS)? })
    }
}

/// A customer's books.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Balances)]
pub struct Books {
    /// The customer.
    customer: String,
    /// By currency and account. Never summed across currencies.
    balances: Vec<Balance>,
    /// The newest postings.
    postings: Vec<Posting>,
    /// How many records of the log the answer has seen.
    size: i64,
}

/// The sum of one account in one currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct Balance {
    /// The currency.
    currency: String,
    /// The account, by its name in the chart.
    account: String,
    /// Minor units, debit positive.
    amount: i64,
    /// The same for people.
    display: String,
    /// How many postings it sums.
    postings: i64,
}

/// One posting of a transaction. All postings of a transaction sum to zero in each currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct Posting {
    /// The transaction: `<object>:<transition>`.
    transaction: String,
    /// Its place in the transaction.
    line: i32,
    /// The account, by its name in the chart.
    account: String,
    /// What it is about: an invoice, a charge, a refund, a line.
    subject: String,
    /// The currency.
    currency: String,
    /// Minor units, debit positive.
    amount: i64,
    /// The same for people.
    display: String,
    /// When it happened at Stripe.
    effective_at: DateTime<Utc>,
    /// The events that caused it.
    because: Vec<Because>,
    /// Why a person should look at it.
    problem: Option<String>,
}

/// What are the balances of this customer, and why?
#[utoipa::path(
    get, path = "/v1/customers/{id}/balances", tag = "books",
    params(("id" = String, Path, description = "The customer: `cus_...`."), Shown, Wait),
    responses(
        (status = 200, description = "The balances and the newest postings.", body = Books),
        (status = 403, description = "The key is not an analyst's."),
        (status = 404, description = "Nobody has seen this customer."),
        (status = 504, description = "What was waited for has not been applied yet."),
    )
)]
pub async fn balances(
    State(app): State<Shared>,
    AnalystCaller(access): AnalystCaller,
    Named(customer): Named<String>,
    Asked((shown, wait)): Asked<(Shown, Wait)>,
) -> Result<Json<Books>, Problem> {
    check_id(&customer, "the customer")?;
    let limit = shown.postings.unwrap_or(USUAL_POSTINGS);
    let mut snapshot = then_read(&app, access.scope, &wait).await?;
    let size = snapshot.size();
    let sums = balances::of_customer(&mut snapshot, access.scope, &customer).await?;
    if sums.is_empty() && customers::find(&mut snapshot, access.scope, &customer).await?.is_none() {
        return Err(Problem::Unknown { what: "customer", size });
    }
    let postings = journal::of_customer(&mut snapshot, access.scope, &customer, limit).await?;
    let positions = records::positions_of_events(&mut snapshot, &causes_of(&postings)).await?;
    snapshot.end().await?;
    Ok(Json(Books {
        customer,
        balances: sums.into_iter().map(Balance::from).collect(),
        postings: postings.into_iter().map(|posting| Posting::new(posting, &positions)).collect(),
        size,
    }))
}

/// The events that caused these postings, each once.
pub(super) fn causes_of(postings: &[journal::Posting]) -> Vec<String> {
    let mut causes: Vec<String> = postings.iter().flat_map(|posting| &posting.causes).cloned().collect();
    causes.sort_unstable();
    causes.dedup();
    causes
}

impl From<balances::Balance> for Balance {
    fn from(sum: balances::Balance) -> Self {
        Self {
            display: shown(sum.amount, &sum.currency),
            currency: sum.currency,
            account: sum.account,
            amount: sum.amount,
            postings: sum.postings,
        }
    }
}

impl Posting {
    pub(super) fn new(posting: journal::Posting, positions: &Positions) -> Self {
        Self {
            display: shown(posting.amount, &posting.currency),
            transaction: posting.transaction_key,
            line: posting.line,
            account: posting.account,
            subject: posting.subject,
            currency: posting.currency,
            amount: posting.amount,
            effective_at: posting.effective_at,
            because: because_of(posting.causes.iter().map(String::as_str), positions),
            problem: posting.problem,
        }
    }
}
