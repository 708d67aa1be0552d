//! Reading postings.

use chrono::{DateTime, Utc};
use daybook_domain::{
    id::{ObjectKind, ObjectRef},
    scope::ScopeId,
};
use sqlx::PgConnection;

/// One posting of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    /// `<object>:<transition>`
    pub transaction_key: String,
    /// Its place in the transaction.
    pub line: i32,
    /// By its name in the chart of accounts.
    pub account: String,
    /// Whose it is.
    pub customer: Option<String>,
    /// What it is about.
    pub subject: String,
    /// Currency of the amount.
    pub currency: String,
    /// Minor units, debit positive.
    pub amount: i64,
    /// When it happened at Stripe.
    pub effective_at: DateTime<Utc>,
    /// The events that caused it.
    pub causes: Vec<String>,
    /// Why a person should look at it.
    pub problem: Option<String>,
}

/// The postings that record one object's transitions.
///
/// # Errors
/// What the database says.
pub async fn of_object(
    connection: &mut PgConnection,
    scope: ScopeId,
    object: &ObjectRef,
) -> Result<Vec<Posting>, sqlx::Error> {
    sqlx::query_as!(
        Posting,
        "select transaction_key, line, account, customer, subject, currency, amount, effective_at, causes,
             problem
         from posting
         where scope = $1 and kind = $2 and id = $3 order by effective_at, transaction_key, line",
        scope.0,
        object.kind.number(),
        &*object.id
    )
    .fetch_all(connection)
    .await
}

/// The newest postings of one customer, effective by `as_of` where that is given; at most `limit`.
///
/// # Errors
/// What the database says.
pub async fn of_customer(
    connection: &mut PgConnection,
    scope: ScopeId,
    customer: &str,
    as_of: Option<DateTime<Utc>>,
    limit: i64,
) -> Result<Vec<Posting>, sqlx::Error> {
    sqlx::query_as!(
        Posting,
        "select transaction_key, line, account, customer, subject, currency, amount, effective_at, causes,
             problem
         from posting
         where scope = $1 and customer = $2 and ($3::timestamptz is null or effective_at <= $3)
         order by effective_at desc, transaction_key desc, line limit $4",
        scope.0,
        customer,
        as_of,
        limit
    )
    .fetch_all(connection)
    .await
}

/// The postings that record transitions of the object with this id, whatever kind of object it is; at most `limit`.
///
/// # Errors
/// What the database says.
pub async fn of_id(
    connection: &mut PgConnection,
    scope: ScopeId,
    id: &str,
    limit: i64,
) -> Result<Vec<Posting>, sqlx::Error> {
    let kinds: Vec<i16> = ObjectKind::ALL.into_iter().map(ObjectKind::number).collect();
    sqlx::query_as!(
        Posting,
        "select transaction_key, line, account, customer, subject, currency, amount, effective_at, causes,
             problem
         from posting
         where scope = $1 and kind = any($2) and id = $3 order by effective_at, transaction_key, line limit $4",
        scope.0,
        &kinds,
        id,
        limit
    )
    .fetch_all(connection)
    .await
}

/// The postings of one customer that an event caused, the first cause of each; at most `limit`. Today there is one cause
/// each: the least in event order.
///
/// # Errors
/// What the database says.
pub async fn caused_by(
    connection: &mut PgConnection,
    scope: ScopeId,
    customer: &str,
    event: &str,
    limit: i64,
) -> Result<Vec<Posting>, sqlx::Error> {
    sqlx::query_as!(
        Posting,
        "select transaction_key, line, account, customer, subject, currency, amount, effective_at, causes,
             problem
         from posting
         where scope = $1 and customer = $2 and causes[1] = $3 order by effective_at, transaction_key, line limit $4",
        scope.0,
        customer,
        event,
        limit
    )
    .fetch_all(connection)
    .await
}
