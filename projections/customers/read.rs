//! Asking for a customer, and which customers belong to one of your own accounts.

use chrono::{DateTime, Utc};
use daybook_domain::{fact::Metadata, scope::ScopeId};
use sqlx::{PgConnection, types::Json};

/// A customer as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// `cus_...`
    pub id: String,
    /// When it was created.
    pub created_at: Option<DateTime<Utc>>,
    /// When it was first seen deleted.
    pub deleted_at: Option<DateTime<Utc>>,
    /// Its currency.
    pub currency: Option<String>,
    /// Minor units; negative is credit to the customer.
    pub balance: Option<i64>,
    /// Whether its newest invoice is overdue.
    pub delinquent: Option<bool>,
    /// Whether a default payment method is set.
    pub has_payment_method: bool,
    /// Its metadata.
    pub metadata: Json<Metadata>,
    /// The event that shows it as it is now.
    pub cause: String,
}

/// A sighting of one of your account ids beside a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountLink {
    /// `client_reference_id`, or `metadata.<name>`
    pub source: String,
    /// Your id.
    pub account: String,
    /// The customer beside it.
    pub customer: String,
    /// When it was said.
    pub effective_at: DateTime<Utc>,
    /// The event that said so.
    pub cause: String,
}

/// One customer.
///
/// # Errors
/// What the database says.
pub async fn find(connection: &mut PgConnection, scope: ScopeId, id: &str) -> Result<Option<Customer>, sqlx::Error> {
    sqlx::query_as!(
        Customer,
        "select id, created_at, deleted_at, currency, balance, delinquent, has_payment_method,
                metadata as \"metadata: Json<Metadata>\", cause
         from customer where scope = $1 and id = $2",
        scope.0,
        id
    )
    .fetch_optional(connection)
    .await
}

/// Every customer that one of your own ids was ever seen beside, in any field.
///
/// # Errors
/// What the database says.
pub async fn seen_beside(
    connection: &mut PgConnection,
    scope: ScopeId,
    account: &str,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "select distinct customer from account_link where scope = $1 and account = $2 order by customer",
        scope.0,
        account
    )
    .fetch_all(connection)
    .await
}

/// Everything seen beside one customer, newest first.
///
/// # Errors
/// What the database says.
pub async fn links_of(
    connection: &mut PgConnection,
    scope: ScopeId,
    customer: &str,
) -> Result<Vec<AccountLink>, sqlx::Error> {
    sqlx::query_as!(
        AccountLink,
        "select source, account, customer, effective_at, cause from account_link
         where scope = $1 and customer = $2 order by effective_at desc, cause desc, source",
        scope.0,
        customer
    )
    .fetch_all(connection)
    .await
}
