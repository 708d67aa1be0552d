//! `GET /v1/customers/{id}`: a customer as the log shows it, your accounts it was seen beside, and its subscriptions.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use daybook_projections::{customers, records, subscriptions};
use daybook_stripe::private::{self, text};
use serde::Serialize;
use utoipa::ToSchema;

use super::refusals::Unanswered;
use super::subscriptions::Subscription;
use crate::Problem;
use crate::auth::AnalystCaller;
use crate::entitlement::answer::{Because, Positions};
use crate::extract::{Named, check_id};
use crate::query::Asked;
use crate::state::Shared;
use crate::wait::{Wait, then_read};

/// Subscriptions shown at most.
const MOST_SUBSCRIPTIONS: i64 = 100;

/// A customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Customer {
    /// The customer: `cus_...`.
    id: String,
    /// The customer itself; null while only what belongs to it was seen.
    shown: Option<Shown>,
    /// Your accounts it was seen beside, newest first. Which of them count is the policy's business.
    accounts: Vec<Sighting>,
    /// Its subscriptions, by id; at most 100.
    subscriptions: Vec<Subscription>,
    /// How many records of the log the answer has seen.
    size: i64,
}

/// A customer as the newest event shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Shown {
    /// When it was created.
    created_at: Option<DateTime<Utc>>,
    /// When it was first seen deleted.
    deleted_at: Option<DateTime<Utc>>,
    /// Its currency.
    currency: Option<String>,
    /// Stripe's customer balance in minor units; negative is credit to the customer.
    balance: Option<i64>,
    /// Whether its newest invoice is overdue.
    delinquent: Option<bool>,
    /// Whether a default payment method is set.
    has_payment_method: bool,
    /// Its metadata; what is personal in it is covered.
    metadata: BTreeMap<String, String>,
    /// The event that shows it.
    because: Because,
}

/// One of your ids beside the customer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Account)]
pub struct Sighting {
    /// Your id; covered where it is an e-mail address, or the field says that it is personal.
    account: String,
    /// The field it stood in: `client_reference_id` or `metadata.<name>`.
    field: String,
    /// When it was said.
    effective_at: DateTime<Utc>,
    /// The event that said so.
    because: Because,
}

/// What is known of this customer?
#[utoipa::path(
    get, path = "/v1/customers/{id}", tag = "books",
    params(("id" = String, Path, description = "The customer: `cus_...`."), Wait),
    responses(
        (status = 200, description = "The customer.", body = Customer),
        (status = 404, description = "Nobody has seen this customer."),
        Unanswered,
    )
)]
pub async fn customer(
    State(app): State<Shared>,
    AnalystCaller(access): AnalystCaller,
    Named(id): Named<String>,
    Asked(wait): Asked<Wait>,
) -> Result<Json<Customer>, Problem> {
    check_id(&id, "the customer")?;
    let mut snapshot = then_read(&app, access.scope, &wait).await?;
    let size = snapshot.size();
    let found = customers::find(&mut snapshot, access.scope, &id).await?;
    let links = customers::links_of(&mut snapshot, access.scope, &id).await?;
    let subscribed = subscriptions::of_customer(&mut snapshot, access.scope, &id, MOST_SUBSCRIPTIONS).await?;
    if found.is_none() && links.is_empty() && subscribed.is_empty() {
        return Err(Problem::Unknown { what: "customer", size });
    }
    let mut causes: Vec<String> = found.iter().map(|customer| customer.cause.clone()).collect();
    causes.extend(links.iter().map(|link| link.cause.clone()));
    causes.extend(subscribed.iter().flat_map(Subscription::causes));
    let positions = records::positions_of_events(&mut snapshot, &causes).await?;
    snapshot.end().await?;
    Ok(Json(Customer {
        id,
        shown: found.map(|customer| Shown::new(customer, &positions)),
        accounts: links.iter().map(|link| Sighting::new(link, &positions)).collect(),
        subscriptions: subscribed.into_iter().map(|one| Subscription::new(one, &positions)).collect(),
        size,
    }))
}

impl Shown {
    fn new(customer: customers::Customer, positions: &Positions) -> Self {
        let metadata = customer.metadata.0.iter();
        let metadata =
            metadata.map(|(name, value)| (text(name).into_owned(), private::value(name, value).into_owned()));
        Self {
            created_at: customer.created_at,
            deleted_at: customer.deleted_at,
            currency: customer.currency,
            balance: customer.balance,
            delinquent: customer.delinquent,
            has_payment_method: customer.has_payment_method,
            metadata: metadata.collect(),
            because: Because::new(&customer.cause, positions),
        }
    }
}

/// The name of the entry of metadata that a source is, or the source itself.
fn field_of(source: &str) -> &str {
    source.strip_prefix("metadata.").unwrap_or(source)
}

impl Sighting {
    fn new(link: &customers::AccountLink, positions: &Positions) -> Self {
        Self {
            because: Because::new(&link.cause, positions),
            account: private::value(field_of(&link.source), &link.account).into_owned(),
            field: text(&link.source).into_owned(),
            effective_at: link.effective_at,
        }
    }
}
