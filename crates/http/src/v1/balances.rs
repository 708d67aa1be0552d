//! `GET /v1/customers/{id}/balances`: what the journal comes to for one customer: in the words people ask in, by account of the chart, and the
//! postings and events behind it; as of any time, posted or earned, and as it was known at any size.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use daybook_domain::accounting::Summary;
use daybook_domain::money::shown;
use daybook_projections::journal::overdue::{self, Overdue};
use daybook_projections::journal::trial;
use daybook_projections::{customers, journal, records};
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;

use super::refusals::Unanswered;
use super::view::View;
use crate::Problem;
use crate::auth::AnalystCaller;
use crate::config::Config;
use crate::entitlement::answer::{Because, Positions, because_of};
use crate::extract::{Named, check_id};
use crate::past::look_back;
use crate::query::{Asked, Parameters, Query};
use crate::state::Shared;
use crate::wait::{Wait, then_read};

/// Postings shown when the request does not say.
pub const USUAL_POSTINGS: i64 = 20;
/// Postings shown at most.
pub const MOST_POSTINGS: i64 = 500;

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
    pub customer: String,
    /// In the words people ask in, by currency.
    pub summary: Vec<InShort>,
    /// By currency and account. Never summed across currencies.
    pub balances: Vec<Balance>,
    /// The newest postings.
    pub postings: Vec<Posting>,
    /// What had happened by then; null for all of it.
    pub as_of: Option<DateTime<Utc>>,
    /// `posted` or `earned`.
    pub basis: &'static str,
    /// On the earned basis: when deferred amounts were looked at.
    pub earned_at: Option<DateTime<Utc>>,
    /// How many records of the log the answer has seen.
    pub size: i64,
}

/// One currency in the words people ask in.
#[derive(Debug, Serialize, ToSchema)]
pub struct InShort {
    /// The currency.
    pub currency: String,
    /// Invoiced or sold, tax included, less what was voided.
    pub billed: Figure,
    /// Received, inside Stripe and outside.
    pub paid: Figure,
    /// Given back by refunds that did not fail, and by credit notes outside Stripe.
    pub refunded: Figure,
    /// Taken away by disputes and not given back: open ones and lost ones.
    pub disputed: Figure,
    /// Taken off by credit notes.
    pub credited: Figure,
    /// Written off as uncollectible and not paid since.
    pub written_off: Figure,
    /// Credit the customer can use: minus Stripe's `customer.balance`.
    pub credit: Figure,
    /// Invoiced and not paid yet.
    pub outstanding: Figure,
    /// How much of it is overdue; null where nothing is.
    pub overdue: Option<Figure>,
    /// Since when the oldest of it is overdue: past its due date, or, without one, since collecting it first failed. Null where nothing is overdue.
    pub overdue_since: Option<DateTime<Utc>>,
}

/// An amount.
#[derive(Debug, Serialize, ToSchema)]
pub struct Figure {
    /// Minor units.
    pub amount: i64,
    /// The same for people.
    pub display: String,
}

/// The sum of one account in one currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct Balance {
    /// The currency.
    pub currency: String,
    /// The account, by its name in the chart.
    pub account: String,
    /// Minor units, debit positive.
    pub amount: i64,
    /// The same for people.
    pub display: String,
    /// How many postings it sums.
    pub postings: i64,
    /// The newest events behind it, at most five.
    pub because: Vec<Because>,
}

/// One posting of a transaction. All postings of a transaction sum to zero in each currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct Posting {
    /// The transaction: `<object>:<transition>`.
    pub transaction: String,
    /// Its place in the transaction.
    pub line: i32,
    /// The account, by its name in the chart.
    pub account: String,
    /// What it is about: an invoice, a charge, a refund, a line.
    pub subject: String,
    /// The currency.
    pub currency: String,
    /// Minor units, debit positive.
    pub amount: i64,
    /// The same for people.
    pub display: String,
    /// When it happened at Stripe.
    pub effective_at: DateTime<Utc>,
    /// The events that caused it.
    pub because: Vec<Because>,
    /// Why a person should look at it.
    pub problem: Option<String>,
}

/// What are the balances of this customer, and why?
#[utoipa::path(
    get, path = "/v1/customers/{id}/balances", tag = "books",
    params(("id" = String, Path, description = "The customer: `cus_...`."), Shown, View, Wait),
    responses(
        (status = 200, description = "The balances and the newest postings.", body = Books),
        (status = 404, description = "Nobody has seen this customer."),
        Unanswered,
        (status = 422, description = "So much happened that the past is not folded for one question."),
    )
)]
pub async fn balances(
    State(app): State<Shared>,
    AnalystCaller(access): AnalystCaller,
    Named(customer): Named<String>,
    Asked(parameters): Asked<(Shown, (View, Wait))>,
) -> Result<Json<Books>, Problem> {
    let (shown, (view, wait)) = parameters;
    check_id(&customer, "the customer")?;
    let limit = shown.postings.unwrap_or(USUAL_POSTINGS);
    let asked = trial::Asked {
        scope: access.scope,
        customer: Some(&customer),
        as_of: view.as_of,
        earned_at: view.earned_at(&app),
    };
    let mut snapshot = match view.earlier() {
        Some(when) => look_back(&app, access, std::slice::from_ref(&customer), &wait, when).await?,
        None => then_read(&app, access.scope, &wait).await?,
    };
    let size = snapshot.size();
    let books = read(&mut snapshot, (&customer, &asked), (limit, app.clock.now()), size).await?;
    let is_known =
        !books.balances.is_empty() || customers::find(&mut snapshot, access.scope, &customer).await?.is_some();
    if view.earlier().is_some() {
        snapshot.undo().await?;
    } else {
        snapshot.end().await?;
    }
    if is_known { Ok(Json(books)) } else { Err(Problem::Unknown { what: "customer", size }) }
}

/// The books of one customer, at most `limit` of the newest postings, and what is overdue `now`; empty where no money has moved.
///
/// # Errors
/// What the database says.
pub async fn read(
    connection: &mut PgConnection,
    (customer, asked): (&str, &trial::Asked<'_>),
    (limit, now): (i64, DateTime<Utc>),
    size: i64,
) -> Result<Books, sqlx::Error> {
    let by = asked.as_of.unwrap_or(now);
    let overdue = overdue::since(connection, asked.scope, customer, (asked.as_of, by)).await?;
    let sums = trial::sums(connection, asked).await?;
    let summaries = trial::summaries(connection, asked.scope, customer, asked.as_of).await?;
    let postings = journal::of_customer(connection, asked.scope, customer, asked.as_of, limit).await?;
    let mut causes = causes_of(&postings);
    causes.extend(sums.iter().flat_map(|sum| sum.causes.iter().cloned()));
    let positions = records::positions_of_events(connection, &causes).await?;
    Ok(Books {
        customer: customer.to_owned(),
        summary: summaries.into_iter().map(|summary| InShort::new(summary, &overdue)).collect(),
        balances: sums.into_iter().map(|sum| Balance::new(sum, &positions)).collect(),
        postings: postings.into_iter().map(|posting| Posting::new(posting, &positions)).collect(),
        as_of: asked.as_of,
        basis: asked.basis().as_str(),
        earned_at: asked.earned_at,
        size,
    })
}

/// The events that caused these postings, each once.
pub fn causes_of(postings: &[journal::Posting]) -> Vec<String> {
    let mut causes: Vec<String> = postings.iter().flat_map(|posting| &posting.causes).cloned().collect();
    causes.sort_unstable();
    causes.dedup();
    causes
}

impl Balance {
    fn new(sum: trial::Sum, positions: &Positions) -> Self {
        Self {
            display: shown(sum.amount, &sum.currency),
            because: because_of(sum.causes.iter().map(String::as_str), positions),
            currency: sum.currency,
            account: sum.account,
            amount: sum.amount,
            postings: sum.postings,
        }
    }
}

impl InShort {
    fn new((currency, summary): (String, Summary), overdue: &BTreeMap<String, Overdue>) -> Self {
        let figure = |amount: i128| {
            let amount = i64::try_from(amount).unwrap_or(i64::MAX);
            Figure { amount, display: shown(amount, &currency) }
        };
        Self {
            billed: figure(summary.billed),
            paid: figure(summary.paid),
            refunded: figure(summary.refunded),
            disputed: figure(summary.disputed),
            credited: figure(summary.credited),
            written_off: figure(summary.written_off),
            credit: figure(summary.credit),
            outstanding: figure(summary.outstanding),
            overdue: overdue.get(&currency).map(|overdue| figure(overdue.amount.into())),
            overdue_since: overdue.get(&currency).map(|overdue| overdue.since),
            currency: currency.clone(),
        }
    }
}

impl Posting {
    /// A posting, with where its events stand.
    pub fn new(posting: journal::Posting, positions: &Positions) -> Self {
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
