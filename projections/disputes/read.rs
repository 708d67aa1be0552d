//! Asking for disputes.

use chrono::{DateTime, Utc};
use daybook_domain::{scope::ScopeId, settlement::DisputeCase};
use sqlx::{PgConnection, types::Json};

use crate::page::{Cursor, Page, before};

/// A dispute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispute {
    /// `dp_...` or `du_...`
    pub id: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Everything known of it.
    pub case: Json<DisputeCase>,
}

/// Which disputes are wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Of this customer.
    pub customer: Option<String>,
    /// With this status of Stripe's.
    pub status: Option<String>,
    /// Only those that are open, or only those that are not.
    pub open: Option<bool>,
    /// Whose evidence is asked for before this time.
    pub due_before: Option<DateTime<Utc>>,
    /// Of this seller, as the sale names it.
    pub seller: Option<String>,
    /// After the page that ended here.
    pub before: Option<Cursor>,
}

/// One dispute.
///
/// # Errors
/// What the database says.
pub async fn find(connection: &mut PgConnection, scope: ScopeId, id: &str) -> Result<Option<Dispute>, sqlx::Error> {
    sqlx::query_as!(
        Dispute,
        "select id, created_at, details as \"case: Json<DisputeCase>\" from dispute where scope = $1 and id = $2",
        scope.0,
        id
    )
    .fetch_optional(connection)
    .await
}

/// A page of disputes, newest first.
///
/// # Errors
/// What the database says.
pub async fn list(
    connection: &mut PgConnection,
    scope: ScopeId,
    wanted: &Wanted,
    limit: u32,
) -> Result<Page<Dispute>, sqlx::Error> {
    let (at, id) = before(wanted.before.as_ref());
    let found = sqlx::query_as!(
        Dispute,
        "select id, created_at, details as \"case: Json<DisputeCase>\" from dispute
         where scope = $1 and (created_at, id) < ($2, $3)
           and ($4::text is null or customer = $4) and ($5::text is null or status = $5)
           and ($6::boolean is null or is_open = $6) and ($7::timestamptz is null or due_at < $7)
           and ($8::text is null or seller = $8)
         order by created_at desc, id desc limit $9",
        scope.0,
        at,
        id,
        wanted.customer.as_deref(),
        wanted.status.as_deref(),
        wanted.open,
        wanted.due_before,
        wanted.seller.as_deref(),
        i64::from(limit) + 1
    )
    .fetch_all(connection)
    .await?;
    Ok(Page::of(found, limit, |one| Cursor { at: one.created_at, id: one.id.clone() }))
}
