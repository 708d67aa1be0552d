//! What contradicts the log: what came under the id of a record and says something else ([`super::classify`] says what counts). Each is kept in full until a person has
//! settled it; none is ever taken for the record.

use chrono::{DateTime, Utc};
use daybook_domain::scope::ScopeId;
use sqlx::PgConnection;

use crate::Error;

/// Something that arrived under the id of a record but says something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// its number
    pub id: i64,
    /// the record it contradicts
    pub position: i64,
    /// the id both have
    pub event_id: String,
    /// the way it came
    pub source: String,
    /// when it arrived
    pub received_at: DateTime<Utc>,
    /// the API version it gives itself
    pub api_version: Option<String>,
    /// the endpoint's label
    pub endpoint: Option<String>,
    /// the exact bytes
    pub body: Vec<u8>,
}

/// A conflict without its body, and the scope of the record it contradicts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// its number
    pub id: i64,
    /// the record it contradicts
    pub position: i64,
    /// the id both have
    pub event_id: String,
    /// the `type` it gives itself
    pub kind: String,
    /// the scope of the record
    pub scope: ScopeId,
    /// the way it came
    pub source: String,
    /// when it arrived
    pub received_at: DateTime<Utc>,
    /// the API version it gives itself
    pub api_version: Option<String>,
    /// the endpoint's label
    pub endpoint: Option<String>,
    /// the label of the secret that verified it
    pub secret_label: Option<String>,
}

/// What contradicts one record, without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfRecord {
    /// its number
    pub id: i64,
    /// the way it came
    pub source: String,
    /// when it arrived
    pub received_at: DateTime<Utc>,
    /// the API version it gives itself
    pub api_version: Option<String>,
    /// the endpoint's label
    pub endpoint: Option<String>,
    /// how many bytes came
    pub body_bytes: i32,
}

/// So many of one record are read at a time: whoever holds a leaked secret can make any number of them.
pub const MOST: i64 = 20;

/// What contradicts the record at this position, oldest first, the first [`MOST`] of it.
///
/// # Errors
/// When the database fails.
pub async fn of_record(connection: &mut PgConnection, position: i64) -> Result<Vec<OfRecord>, Error> {
    let conflicts = sqlx::query_as!(
        OfRecord,
        r#"select id, source, received_at, api_version, endpoint, octet_length(body) as "body_bytes!"
         from conflict where position = $1 order by id limit $2"#,
        position,
        MOST,
    )
    .fetch_all(connection)
    .await?;
    Ok(conflicts)
}

/// How many contradict the record at this position.
///
/// # Errors
/// When the database fails.
pub async fn count_of_record(connection: &mut PgConnection, position: i64) -> Result<i64, Error> {
    let count = sqlx::query_scalar!(r#"select count(*) as "count!" from conflict where position = $1"#, position)
        .fetch_one(connection)
        .await?;
    Ok(count)
}

/// The conflict of this number.
///
/// # Errors
/// When the database fails.
pub async fn find(connection: &mut PgConnection, id: i64) -> Result<Option<Conflict>, Error> {
    let conflict = sqlx::query_as!(
        Conflict,
        "select id, position, event_id, source, received_at, api_version, endpoint, body from conflict where id = $1",
        id,
    )
    .fetch_optional(connection)
    .await?;
    Ok(conflict)
}

/// Conflicts with numbers below `before`, newest first, of one scope or of every one.
///
/// # Errors
/// When the database fails.
pub async fn list(
    connection: &mut PgConnection,
    scope: Option<ScopeId>,
    before: i64,
    limit: i64,
) -> Result<Vec<Summary>, Error> {
    let rows = sqlx::query!(
        "select conflict.id, position, conflict.event_id, conflict.kind, scope, conflict.source, conflict.received_at,
             conflict.api_version, conflict.endpoint, conflict.secret_label
         from conflict join record using (position)
         where conflict.id < $1 and ($3::integer is null or record.scope = $3)
         order by conflict.id desc limit $2",
        before,
        limit,
        scope.map(|scope| scope.0),
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Summary {
            id: row.id,
            position: row.position,
            event_id: row.event_id,
            kind: row.kind,
            scope: ScopeId(row.scope),
            source: row.source,
            received_at: row.received_at,
            api_version: row.api_version,
            endpoint: row.endpoint,
            secret_label: row.secret_label,
        })
        .collect())
}

/// How many conflicts there are, for the doctor and for alarms.
///
/// # Errors
/// When the database fails.
pub async fn count(connection: &mut PgConnection) -> Result<i64, Error> {
    Ok(sqlx::query_scalar!(r#"select count(*) as "count!" from conflict"#).fetch_one(connection).await?)
}
