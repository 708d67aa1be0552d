//! Asking for invoices.

use chrono::{DateTime, Utc};
use daybook_domain::{fact::Line, scope::ScopeId, settlement::Bill};
use sqlx::{PgConnection, types::Json};

use crate::page::{Cursor, Page, before};

/// An invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    /// `in_...`
    pub id: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// How it stands.
    pub bill: Json<Bill>,
    /// Its lines.
    pub lines: Json<Vec<Line>>,
}

/// Which invoices are wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Of this customer.
    pub customer: Option<String>,
    /// Of this subscription.
    pub subscription: Option<String>,
    /// With this status.
    pub status: Option<String>,
    /// After the page that ended here.
    pub before: Option<Cursor>,
}

/// One invoice.
///
/// # Errors
/// What the database says.
pub async fn find(connection: &mut PgConnection, scope: ScopeId, id: &str) -> Result<Option<Invoice>, sqlx::Error> {
    sqlx::query_as!(
        Invoice,
        "select id, created_at, bill as \"bill: Json<Bill>\", lines as \"lines: Json<Vec<Line>>\" from invoice
         where scope = $1 and id = $2",
        scope.0,
        id
    )
    .fetch_optional(connection)
    .await
}

/// A page of invoices, newest first. Those of a subscription are found among those of its customer.
///
/// # Errors
/// What the database says.
pub async fn list(
    connection: &mut PgConnection,
    scope: ScopeId,
    wanted: &Wanted,
    limit: u32,
) -> Result<Page<Invoice>, sqlx::Error> {
    let mut customer = wanted.customer.clone();
    if let (None, Some(subscription)) = (&customer, &wanted.subscription) {
        customer = crate::subscriptions::customer_of(connection, scope, subscription).await?;
    }
    let found = match customer {
        Some(customer) => of_customer(connection, scope, &customer, wanted, limit).await?,
        None => of_all(connection, scope, wanted, limit).await?,
    };
    Ok(Page::of(found, limit, |one| Cursor { at: one.created_at, id: one.id.clone() }))
}

async fn of_customer(
    connection: &mut PgConnection,
    scope: ScopeId,
    customer: &str,
    wanted: &Wanted,
    limit: u32,
) -> Result<Vec<Invoice>, sqlx::Error> {
    let (at, id) = before(wanted.before.as_ref());
    sqlx::query_as!(
        Invoice,
        "select id, created_at, bill as \"bill: Json<Bill>\", lines as \"lines: Json<Vec<Line>>\" from invoice
         where scope = $1 and (created_at, id) < ($2, $3) and customer = $4
           and ($5::text is null or subscription = $5) and ($6::text is null or status = $6)
         order by created_at desc, id desc limit $7",
        scope.0,
        at,
        id,
        customer,
        wanted.subscription.as_deref(),
        wanted.status.as_deref(),
        i64::from(limit) + 1
    )
    .fetch_all(connection)
    .await
}

async fn of_all(
    connection: &mut PgConnection,
    scope: ScopeId,
    wanted: &Wanted,
    limit: u32,
) -> Result<Vec<Invoice>, sqlx::Error> {
    let (at, id) = before(wanted.before.as_ref());
    sqlx::query_as!(
        Invoice,
        "select id, created_at, bill as \"bill: Json<Bill>\", lines as \"lines: Json<Vec<Line>>\" from invoice
         where scope = $1 and (created_at, id) < ($2, $3)
           and ($4::text is null or subscription = $4) and ($5::text is null or status = $5)
         order by created_at desc, id desc limit $6",
        scope.0,
        at,
        id,
        wanted.subscription.as_deref(),
        wanted.status.as_deref(),
        i64::from(limit) + 1
    )
    .fetch_all(connection)
    .await
}

/// Whose invoice this is; none when nobody has seen it.
///
/// # Errors
/// What the database says.
pub async fn customer_of(
    connection: &mut PgConnection,
    scope: ScopeId,
    id: &str,
) -> Result<Option<String>, sqlx::Error> {
    let customer = sqlx::query_scalar!("select customer from invoice where scope = $1 and id = $2", scope.0, id);
    Ok(customer.fetch_optional(connection).await?.flatten())
}
