//! Asking what is parked.

use chrono::{DateTime, Utc};
use daybook_domain::{id::ObjectKind, scope::ScopeId};
use sqlx::PgConnection;

/// Something that others name and no event has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// What kind of object it is, by Stripe's name.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// The first time, at Stripe, that an event showed something that waits for it.
    pub since: DateTime<Utc>,
    /// The first of those that wait, as kind and id.
    pub waiting: Vec<String>,
    /// How many wait.
    pub waiting_count: i64,
}

/// What is parked in one scope, the longest first, of one kind or of all; at most `limit`.
///
/// # Errors
/// What the database says.
pub async fn list(
    connection: &mut PgConnection,
    scope: ScopeId,
    kind: Option<ObjectKind>,
    limit: i64,
) -> Result<Vec<Parked>, sqlx::Error> {
    let rows = sqlx::query!(
        "select kind, id, since, waiting, waiting_count from parked
         where scope = $1 and ($2::smallint is null or kind = $2) order by since, kind, id limit $3",
        scope.0,
        kind.map(ObjectKind::number),
        limit
    )
    .fetch_all(connection)
    .await?;
    let parked = rows.into_iter().filter_map(|row| {
        let kind = ObjectKind::from_number(row.kind)?.name();
        let (id, since, waiting, waiting_count) = (row.id, row.since, row.waiting, row.waiting_count);
        Some(Parked { kind, id, since, waiting, waiting_count })
    });
    Ok(parked.collect())
}

/// How much is parked in one scope.
///
/// # Errors
/// What the database says.
pub async fn count(connection: &mut PgConnection, scope: ScopeId) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!("select count(*) as \"count!\" from parked where scope = $1", scope.0)
        .fetch_one(connection)
        .await
}

/// How much is parked in all scopes together.
///
/// # Errors
/// What the database says.
pub async fn count_all(connection: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!("select count(*) as \"count!\" from parked").fetch_one(connection).await
}
