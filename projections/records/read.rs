//! Finding records by what they are about.

use std::collections::{BTreeMap, HashMap};

use daybook_domain::scope::ScopeId;
use daybook_store::log::list::{Filter, KindFilter};
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

/// What came of several records; those the worker has not reached are missing.
///
/// # Errors
/// What the database says.
pub async fn of_positions(
    connection: &mut PgConnection,
    positions: &[i64],
) -> Result<BTreeMap<i64, Outcome>, sqlx::Error> {
    let rows = sqlx::query!(
        "select position, object_id, customer, outcome, reason from record_outcome where position = any($1)",
        positions
    )
    .fetch_all(connection)
    .await?;
    let outcomes = rows.into_iter().map(|row| {
        let outcome =
            Outcome { object_id: row.object_id, customer: row.customer, outcome: row.outcome, reason: row.reason };
        (row.position, outcome)
    });
    Ok(outcomes.collect())
}

/// Where the records of these events stand in the log; events without a record are missing.
///
/// # Errors
/// What the database says.
pub async fn positions_of_events(
    connection: &mut PgConnection,
    event_ids: &[String],
) -> Result<HashMap<String, i64>, sqlx::Error> {
    let rows = sqlx::query!("select event_id, position from record where event_id = any($1)", event_ids)
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.event_id, row.position)).collect())
}

/// The positions before `before` of the records of a scope that are about one of these objects or name one of these
/// customers, in the order of the log; at most `limit`.
///
/// # Errors
/// What the database says.
pub async fn about(
    connection: &mut PgConnection,
    scope: ScopeId,
    (objects, customers): (&[String], &[String]),
    before: i64,
    limit: i64,
) -> Result<Vec<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        "select position as \"position!\" from (
             select position from record_outcome where scope = $1 and object_id = any($2) and position < $4
             union select position from record_outcome where scope = $1 and customer = any($3) and position < $4
         ) as found order by position limit $5",
        scope.0,
        objects,
        customers,
        before,
        limit
    )
    .fetch_all(connection)
    .await
}

/// What records are searched by: at least one of an object and a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject<'a> {
    /// About this object, and naming this customer if one is given.
    Object(&'a str, Option<&'a str>),
    /// Naming this customer.
    Customer(&'a str),
}

/// The positions of the newest records of a scope that are about a subject and pass a filter; at most `limit`.
///
/// # Errors
/// What the database says.
pub async fn search(
    connection: &mut PgConnection,
    scope: ScopeId,
    subject: Subject<'_>,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<i64>, sqlx::Error> {
    match subject {
        Subject::Object(object, customer) => {
            search_by_object(connection, scope, (object, customer), filter, limit).await
        }
        Subject::Customer(customer) => search_by_customer(connection, scope, customer, filter, limit).await,
    }
}

/// The type, and the beginning of types, that a filter asks for.
fn kinds(filter: &Filter) -> (Option<&str>, &str) {
    match &filter.kind {
        None => (None, ""),
        Some(KindFilter::Exactly(kind)) => (Some(kind), ""),
        Some(KindFilter::StartingWith(prefix)) => (None, prefix),
    }
}

/// Whether records without a time of Stripe's are left out.
fn is_bounded(filter: &Filter) -> bool {
    filter.created != (i64::MIN..i64::MAX)
}

async fn search_by_object(
    connection: &mut PgConnection,
    scope: ScopeId,
    (object, customer): (&str, Option<&str>),
    filter: &Filter,
    limit: i64,
) -> Result<Vec<i64>, sqlx::Error> {
    let (kind, prefix) = kinds(filter);
    sqlx::query_scalar!(
        "select record_outcome.position from record_outcome join record using (position)
         where record_outcome.scope = $1 and object_id = $2 and ($3::text is null or customer = $3)
           and ($4::text is null or kind = $4) and starts_with(kind, $5)
           and record_outcome.position >= $6 and record_outcome.position < $7
           and (not $8 or created >= $9 and created < $10)
         order by record_outcome.position desc limit $11",
        scope.0,
        object,
        customer,
        kind,
        prefix,
        filter.positions.start,
        filter.positions.end,
        is_bounded(filter),
        filter.created.start,
        filter.created.end,
        limit
    )
    .fetch_all(connection)
    .await
}

async fn search_by_customer(
    connection: &mut PgConnection,
    scope: ScopeId,
    customer: &str,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<i64>, sqlx::Error> {
    let (kind, prefix) = kinds(filter);
    sqlx::query_scalar!(
        "select record_outcome.position from record_outcome join record using (position)
         where record_outcome.scope = $1 and customer = $2
           and ($3::text is null or kind = $3) and starts_with(kind, $4)
           and record_outcome.position >= $5 and record_outcome.position < $6
           and (not $7 or created >= $8 and created < $9)
         order by record_outcome.position desc limit $10",
        scope.0,
        customer,
        kind,
        prefix,
        filter.positions.start,
        filter.positions.end,
        is_bounded(filter),
        filter.created.start,
        filter.created.end,
        limit
    )
    .fetch_all(connection)
    .await
}
