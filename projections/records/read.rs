//! Finding records by what they are about.

use daybook_domain::scope::ScopeId;
use sqlx::PgConnection;

/// What came of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The object it is about.
    pub object_id: Option<String>,
    /// The customer it names.
    pub customer: Option<String>,
    /// `translated`, `without_effect`, `needs_fetch` or `quarantined`.
    pub outcome: String,
    /// Why.
    pub reason: Option<String>,
}

/// A record found, by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where it stands in the log.
    pub position: i64,
}

/// What came of the record at `position`; none while the worker has not reached it.
///
/// # Errors
/// What the database says.
pub async fn of_position(connection: &mut PgConnection, position: i64) -> Result<Option<Outcome>, sqlx::Error> {
    sqlx::query_as!(
        Outcome,
        "select object_id, customer, outcome, reason from record_outcome where position = $1",
        position
    )
    .fetch_optional(connection)
    .await
}

/// The newest records before `before` that are about this object.
///
/// # Errors
/// What the database says.
pub async fn find_by_object(
    connection: &mut PgConnection,
    scope: ScopeId,
    object: &str,
    before: i64,
    limit: i64,
) -> Result<Vec<Found>, sqlx::Error> {
    sqlx::query_as!(
        Found,
        "select position from record_outcome where scope = $1 and object_id = $2 and position < $3
         order by position desc limit $4",
        scope.0,
        object,
        before,
        limit
    )
    .fetch_all(connection)
    .await
}

/// The newest records before `before` that name this customer.
///
/// # Errors
/// What the database says.
pub async fn find_by_customer(
    connection: &mut PgConnection,
    scope: ScopeId,
    customer: &str,
    before: i64,
    limit: i64,
) -> Result<Vec<Found>, sqlx::Error> {
    sqlx::query_as!(
        Found,
        "select position from record_outcome where scope = $1 and customer = $2 and position < $3
         order by position desc limit $4",
        scope.0,
        customer,
        before,
        limit
    )
    .fetch_all(connection)
    .await
}

/// How many records need a fetch, and how many are quarantined.
///
/// # Errors
/// What the database says.
pub async fn count_unread(connection: &mut PgConnection) -> Result<(i64, i64), sqlx::Error> {
    let row = sqlx::query!(
        "select count(*) filter (where outcome = 'needs_fetch') as \"needs_fetch!\",
                count(*) filter (where outcome = 'quarantined') as \"quarantined!\"
         from record_outcome where outcome in ('needs_fetch', 'quarantined')"
    )
    .fetch_one(connection)
    .await?;
    Ok((row.needs_fetch, row.quarantined))
}
