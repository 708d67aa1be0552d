//! Reading single records: the envelope, the exact bytes, every delivery, and the tip of the log. Many records with their bodies are
//! read by [`super::bulk`], what contradicts a record by [`super::conflict`].

use bytes::Bytes;
use chrono::{DateTime, Utc};
use daybook_domain::scope::{Scope, ScopeId};
use sqlx::PgConnection;

pub use super::conflict::{Conflict, of_record as conflicts};
use super::envelope::Source;
use super::leaf::{Leaf, commitment};
use crate::Error;

/// A record without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// dense, from 0
    pub position: i64,
    /// unique
    pub event_id: String,
    /// the way it came
    pub source: Source,
    /// account and mode, by number
    pub scope: ScopeId,
    /// Stripe's `type`
    pub kind: String,
    /// the API version of the body
    pub api_version: Option<String>,
    /// Stripe's `created`, in seconds
    pub created: Option<i64>,
    /// when it arrived
    pub received_at: DateTime<Utc>,
    /// the endpoint's label
    pub endpoint: Option<String>,
    /// the label of the secret that verified it
    pub secret_label: Option<String>,
    /// the signature header
    pub signature: Option<String>,
    /// its hash in the tree
    pub leaf_hash: Vec<u8>,
}

/// A record's columns as they are stored.
pub(super) struct RecordRow {
    pub position: i64,
    pub event_id: String,
    pub source: String,
    pub scope: i32,
    pub kind: String,
    pub api_version: Option<String>,
    pub created: Option<i64>,
    pub received_at: DateTime<Utc>,
    pub endpoint: Option<String>,
    pub secret_label: Option<String>,
    pub signature: Option<String>,
    pub leaf_hash: Vec<u8>,
}

impl TryFrom<RecordRow> for Record {
    type Error = Error;

    fn try_from(row: RecordRow) -> Result<Self, Error> {
        Ok(Self {
            position: row.position,
            source: stored_source(row.position, &row.source)?,
            event_id: row.event_id,
            scope: ScopeId(row.scope),
            kind: row.kind,
            api_version: row.api_version,
            created: row.created,
            received_at: row.received_at,
            endpoint: row.endpoint,
            secret_label: row.secret_label,
            signature: row.signature,
            leaf_hash: row.leaf_hash,
        })
    }
}

/// Records by a query of which only the end differs: what follows their columns, in one text or several, then its values. Every use is checked at
/// compile time.
macro_rules! record_rows {
    ($($end:literal)+ $(, $value:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::log::read::RecordRow,
            "select position, event_id, source, scope, kind, api_version, created, received_at, endpoint, secret_label,
             signature, leaf_hash from record " $(+ $end)+
            $(, $value)*
        )
    };
}
pub(super) use record_rows;

/// A source as it is stored.
pub(super) fn stored_source(position: i64, source: &str) -> Result<Source, Error> {
    source.parse().map_err(|_| Error::Stored { column: "source", position, value: source.to_owned() })
}

/// The end of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tip {
    /// the count of records
    pub size: i64,
    /// the RFC 6962 tree hash, 32 bytes
    pub root: Vec<u8>,
    /// when the last batch was appended
    pub appended_at: DateTime<Utc>,
}

/// The tip, or nothing while the log is empty.
///
/// # Errors
/// When the database fails.
pub async fn tip(connection: &mut PgConnection) -> Result<Option<Tip>, Error> {
    let tip = sqlx::query_as!(Tip, "select size, root, appended_at from batch order by size desc limit 1")
        .fetch_optional(connection)
        .await?;
    Ok(tip)
}

/// The count of records.
///
/// # Errors
/// When the database fails.
pub async fn size(connection: &mut PgConnection) -> Result<i64, Error> {
    Ok(tip(connection).await?.map_or(0, |tip| tip.size))
}

/// The record of this event.
///
/// # Errors
/// When the database fails.
pub async fn record_by_event_id(connection: &mut PgConnection, event_id: &str) -> Result<Option<Record>, Error> {
    let row = record_rows!("where event_id = $1", event_id).fetch_optional(connection).await?;
    row.map(Record::try_from).transpose()
}

/// The record at this position.
///
/// # Errors
/// When the database fails.
pub async fn record_by_position(connection: &mut PgConnection, position: i64) -> Result<Option<Record>, Error> {
    Ok(records_at(connection, &[position]).await?.pop())
}

/// The records at these positions, in the order of their positions; positions without a record are left out.
///
/// # Errors
/// When the database fails.
pub async fn records_at(connection: &mut PgConnection, positions: &[i64]) -> Result<Vec<Record>, Error> {
    let rows = record_rows!("where position = any($1) order by position", positions).fetch_all(connection).await?;
    rows.into_iter().map(Record::try_from).collect()
}

/// The exact bytes of a record.
///
/// # Errors
/// When the database fails.
pub async fn body(connection: &mut PgConnection, position: i64) -> Result<Option<Bytes>, Error> {
    let body =
        sqlx::query_scalar!("select body from body where position = $1", position).fetch_optional(connection).await?;
    Ok(body.map(Bytes::from))
}

/// The exact bytes of a record, and whether they and its fields still are what its leaf hash was made of. A record without a body has none of its own.
///
/// # Errors
/// When the database fails.
pub async fn body_as_written(
    connection: &mut PgConnection,
    record: &Record,
    scope: &Scope,
) -> Result<(Bytes, bool), Error> {
    let found = sqlx::query!("select salt, body from body where position = $1", record.position)
        .fetch_optional(connection)
        .await?;
    let Some(found) = found else { return Ok((Bytes::new(), false)) };
    let leaf = Leaf {
        event_id: &record.event_id,
        source: record.source,
        kind: &record.kind,
        scope,
        api_version: record.api_version.as_deref(),
        created: record.created,
        received_at: record.received_at.timestamp_micros(),
        endpoint: record.endpoint.as_deref(),
        secret_label: record.secret_label.as_deref(),
        signature: record.signature.as_deref(),
        commitment: commitment(&found.salt, &found.body),
    };
    let is_as_written = leaf.hash().as_slice() == record.leaf_hash;
    Ok((Bytes::from(found.body), is_as_written))
}

/// The bodies of Stripe's records of these types in a scope, from a position on, in the order of the log; at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn bodies_of_kinds(
    connection: &mut PgConnection,
    scope: ScopeId,
    kinds: &[&str],
    from: i64,
    limit: i64,
) -> Result<Vec<(i64, Bytes)>, Error> {
    let rows = sqlx::query!(
        "select position, body from record join body using (position)
         where scope = $1 and kind = any($2) and position >= $3 and source <> 'operator'
         order by position limit $4",
        scope.0,
        kinds as &[&str],
        from,
        limit,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.position, Bytes::from(row.body))).collect())
}

/// A record as the worker reads it: what translation needs, and no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// dense, from 0
    pub position: i64,
    /// unique
    pub event_id: String,
    /// the way it came
    pub source: Source,
    /// account and mode, by number
    pub scope: ScopeId,
    /// Stripe's `type`
    pub kind: String,
    /// the API version of the body
    pub api_version: Option<String>,
    /// Stripe's `created`, in seconds
    pub created: Option<i64>,
    /// when it arrived
    pub received_at: DateTime<Utc>,
    /// the exact bytes
    pub body: Bytes,
}

/// An entry's columns as they are stored.
pub(super) struct EntryRow {
    pub position: i64,
    pub event_id: String,
    pub source: String,
    pub scope: i32,
    pub kind: String,
    pub api_version: Option<String>,
    pub created: Option<i64>,
    pub received_at: DateTime<Utc>,
    pub body: Vec<u8>,
}

impl TryFrom<EntryRow> for Entry {
    type Error = Error;

    fn try_from(row: EntryRow) -> Result<Self, Error> {
        Ok(Self {
            position: row.position,
            source: stored_source(row.position, &row.source)?,
            event_id: row.event_id,
            scope: ScopeId(row.scope),
            kind: row.kind,
            api_version: row.api_version,
            created: row.created,
            received_at: row.received_at,
            body: row.body.into(),
        })
    }
}

/// The records from `start` on, at most `entries` of them and no more after `bytes` of bodies, but always one if there is one.
///
/// # Errors
/// When the database fails.
pub async fn entries_from(
    connection: &mut PgConnection,
    start: i64,
    entries: i64,
    bytes: i64,
) -> Result<Vec<Entry>, Error> {
    let rows = sqlx::query_as!(
        EntryRow,
        r#"select position as "position!", event_id as "event_id!", source as "source!", scope as "scope!", kind as "kind!",
             api_version as "api_version?", created as "created?", received_at as "received_at!", body as "body!"
         from (
             select record.*, body,
                 sum(octet_length(body)) over (order by position) - octet_length(body) as bytes_before
             from record join body using (position)
             where position >= $1 and position < $1 + $2
         ) bounded
         where bytes_before < $3
         order by position"#,
        start,
        entries,
        bytes,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Entry::try_from).collect()
}

/// One verified delivery of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// when it arrived
    pub received_at: DateTime<Utc>,
    /// `appended`, `duplicate` or `conflict`
    pub outcome: String,
    /// the API version it was rendered in
    pub api_version: Option<String>,
    /// the endpoint's label
    pub endpoint: Option<String>,
    /// the label of the secret that verified it
    pub secret_label: Option<String>,
    /// the signature header
    pub signature: Option<String>,
}

/// So many deliveries of one event are read at a time: whoever holds one signed request can repeat it for minutes.
pub const MOST_DELIVERIES: i64 = 100;

/// The verified deliveries of the event at this position, oldest first, the first [`MOST_DELIVERIES`] of them.
///
/// # Errors
/// When the database fails.
pub async fn deliveries(connection: &mut PgConnection, position: i64) -> Result<Vec<Delivery>, Error> {
    let deliveries = sqlx::query_as!(
        Delivery,
        "select received_at, outcome, api_version, endpoint, secret_label, signature
         from delivery where position = $1 order by received_at, id limit $2",
        position,
        MOST_DELIVERIES,
    )
    .fetch_all(connection)
    .await?;
    Ok(deliveries)
}

/// How many verified deliveries of the event at this position there were.
///
/// # Errors
/// When the database fails.
pub async fn count_deliveries(connection: &mut PgConnection, position: i64) -> Result<i64, Error> {
    let count = sqlx::query_scalar!(r#"select count(*) as "count!" from delivery where position = $1"#, position)
        .fetch_one(connection)
        .await?;
    Ok(count)
}

/// The types seen so far in a scope, with their counts. It reads an index from end to end: not for every request.
///
/// # Errors
/// When the database fails.
pub async fn kinds_seen(connection: &mut PgConnection, scope: ScopeId) -> Result<Vec<(String, i64)>, Error> {
    let rows = sqlx::query!(
        r#"select kind, count(*) as "count!" from record where scope = $1 group by kind order by kind"#,
        scope.0,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.kind, row.count)).collect())
}
