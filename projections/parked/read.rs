//! Asking what is parked.

use chrono::{DateTime, Utc};
use daybook_domain::{id::ObjectKind, scope::ScopeId};
use sqlx::PgConnection;

use crate::page::{Cursor, Page, after};

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

/// Which part of what is parked is wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Of this kind.
    pub kind: Option<ObjectKind>,
    /// After the page that ended here.
    pub after: Option<Cursor>,
}

/// A page of what is parked in one scope, the longest first.
///
/// # Errors
/// What the database says.
pub async fn list(
    connection: &mut PgConnection,
    scope: ScopeId,
    wanted: &Wanted,
    limit: u32,
) -> Result<Page<Parked>, sqlx::Error> {
    let (at, after) = after(wanted.after.as_ref());
    let rows = sqlx::query!(
        "select kind, id, since, waiting, waiting_count from parked
         where scope = $1 and (since, id) > ($2, $3) and ($4::smallint is null or kind = $4)
         order by since, id limit $5",
        scope.0,
        at,
        after,
        wanted.kind.map(ObjectKind::number),
        i64::from(limit) + 1
    )
    .fetch_all(connection)
    .await?;
    let parked = rows.into_iter().filter_map(|row| {
        let kind = ObjectKind::from_number(row.kind)?.name();
        let (id, since, waiting, waiting_count) = (row.id, row.since, row.waiting, row.waiting_count);
        Some(Parked { kind, id, since, waiting, waiting_count })
    });
    Ok(Page::of(parked.collect(), limit, |one| Cursor { at: one.since, id: one.id.clone() }))
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
