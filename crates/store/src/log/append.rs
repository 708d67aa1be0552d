//! The transaction that appends a batch: lock the head, read what the log holds, write. Four round trips when everything is new.
//!
//! The head is locked and never updated. What the log holds is read in a *later statement* than the lock, because waiting for a lock
//! does not refresh a statement's snapshot. Any error leaves the connection in an unknown state: its owner drops it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use daybook_domain::scope::ScopeId;
use sqlx::{Connection, PgConnection};

use super::classify::{Known, Plan, Recorded, classify, is_delivery};
use super::envelope::Sealed;
use super::merkle::Frontier;
use crate::Error;

/// The channel on which an append is announced; the payload is the new size.
pub const LOG_CHANNEL: &str = "daybook_log";

/// Appends a batch in one transaction and says what became of each entry. `scopes` must hold the scope of every entry.
pub(crate) async fn append(
    connection: &mut PgConnection,
    batch: &[Sealed],
    scopes: &HashMap<daybook_domain::scope::Scope, ScopeId>,
) -> Result<Vec<Recorded>, Error> {
    let begin = "begin isolation level read committed; select from head for update";
    let mut transaction = connection.begin_with(begin).await?;
    let (mut frontier, known) = read_log(&mut transaction, batch).await?;
    let size = i64::try_from(frontier.size()).map_err(|_| Error::Frontier { size: i64::MAX, hashes: 0 })?;
    let plan = classify(batch, size, &known, scopes);
    if !plan.appended.is_empty() {
        write_records(&mut transaction, &plan, size, &mut frontier, scopes).await?;
    }
    if !plan.repeated.is_empty() {
        write_repeated(&mut transaction, &plan).await?;
    }
    transaction.commit().await?;
    Ok(plan.outcomes)
}

/// The frontier of the log, and its records with the event ids of the batch.
async fn read_log(
    connection: &mut PgConnection,
    batch: &[Sealed],
) -> Result<(Frontier, HashMap<String, Known>), Error> {
    let ids: Vec<&str> = batch.iter().map(|sealed| sealed.incoming.event_id.as_str()).collect();
    let rows = sqlx::query!(
        r#"select tip.size as "size?", tip.frontier as "frontier?",
                known.event_id as "event_id?", known.position as "position?", known.scope as "scope?", known.kind as "kind?",
                known.created as "created?", known.api_version as "api_version?", known.leaf_hash as "leaf_hash?", known.body as "body?"
         from (select) as always
         left join (select size, frontier from batch order by size desc limit 1) tip on true
         left join (
             select event_id, position, scope, kind, created, api_version, leaf_hash, body
             from record join body using (position)
             where event_id = any($1)
         ) known on true"#,
        &ids as &[&str],
    )
    .fetch_all(connection)
    .await?;
    let mut frontier = Frontier::empty();
    if let Some((size, hashes)) = rows.first().and_then(|row| row.size.zip(row.frontier.as_deref())) {
        frontier = Frontier::from_columns(size, hashes)?;
    }
    let known = rows
        .into_iter()
        .filter_map(|row| {
            let known = Known {
                position: row.position?,
                scope: ScopeId(row.scope?),
                kind: row.kind?,
                created: row.created,
                api_version: row.api_version,
                leaf_hash: row.leaf_hash?,
                body: row.body?,
            };
            Some((row.event_id?, known))
        })
        .collect();
    Ok((frontier, known))
}

/// The columns of the records of one batch.
#[derive(Default)]
struct Columns<'batch> {
    positions: Vec<i64>,
    created: Vec<Option<i64>>,
    received_at: Vec<DateTime<Utc>>,
    scopes: Vec<i32>,
    event_ids: Vec<&'batch str>,
    sources: Vec<&'static str>,
    kinds: Vec<&'batch str>,
    api_versions: Vec<Option<&'batch str>>,
    endpoints: Vec<Option<&'batch str>>,
    secret_labels: Vec<Option<&'batch str>>,
    signatures: Vec<Option<&'batch str>>,
    leaf_hashes: Vec<&'batch [u8]>,
    salts: Vec<&'batch [u8]>,
    bodies: Vec<&'batch [u8]>,
}

impl<'batch> Columns<'batch> {
    fn push(&mut self, position: i64, scope: ScopeId, sealed: &'batch Sealed) {
        let incoming = &sealed.incoming;
        self.positions.push(position);
        self.created.push(incoming.created);
        self.received_at.push(incoming.received_at);
        self.scopes.push(scope.0);
        self.event_ids.push(incoming.event_id.as_str());
        self.sources.push(incoming.source.name());
        self.kinds.push(&incoming.kind);
        self.api_versions.push(incoming.api_version.as_deref());
        self.endpoints.push(incoming.endpoint.as_deref());
        self.secret_labels.push(incoming.secret_label.as_deref());
        self.signatures.push(incoming.signature.as_deref());
        self.leaf_hashes.push(&sealed.leaf_hash);
        self.salts.push(&sealed.salt);
        self.bodies.push(&incoming.body);
    }
}

/// Writes records, bodies, the batch and the deliveries of what is new, and announces the new size.
async fn write_records(
    connection: &mut PgConnection,
    plan: &Plan<'_>,
    size: i64,
    frontier: &mut Frontier,
    scopes: &HashMap<daybook_domain::scope::Scope, ScopeId>,
) -> Result<(), Error> {
    let mut columns = Columns::default();
    let mut next = size;
    for sealed in &plan.appended {
        let scope = &sealed.incoming.scope;
        let id = scopes.get(scope).ok_or_else(|| Error::ScopesExhausted(scope.clone()))?;
        columns.push(next, *id, sealed);
        frontier.push(sealed.leaf_hash);
        next += 1;
    }
    let root = frontier.root();
    sqlx::query!(
        r#"with records as (
             insert into record (position, created, received_at, scope, event_id, source, kind, api_version,
                 endpoint, secret_label, signature, leaf_hash)
             select * from unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::integer[], $5::text[], $6::text[],
                 $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::bytea[])
         ), bodies as (
             insert into body (position, salt, body)
             select * from unnest($1::bigint[], $13::bytea[], $14::bytea[])
         ), batches as (
             insert into batch (size, count, frontier, root)
             values ($15::bigint, cardinality($1::bigint[]), $16, $17)
         ), deliveries as (
             insert into delivery (position, received_at, outcome, api_version, endpoint, secret_label, signature)
             select position, received_at, 'appended', api_version, endpoint, secret_label, signature
             from unnest($1::bigint[], $3::timestamptz[], $6::text[], $8::text[], $9::text[], $10::text[], $11::text[])
                 as new (position, received_at, source, api_version, endpoint, secret_label, signature)
             where source = 'webhook'
         )
         select pg_notify($18, $15::bigint::text) as "announced!: ()""#,
        &columns.positions,
        &columns.created as &[Option<i64>],
        &columns.received_at,
        &columns.scopes,
        &columns.event_ids as &[&str],
        &columns.sources as &[&str],
        &columns.kinds as &[&str],
        &columns.api_versions as &[Option<&str>],
        &columns.endpoints as &[Option<&str>],
        &columns.secret_labels as &[Option<&str>],
        &columns.signatures as &[Option<&str>],
        &columns.leaf_hashes as &[&[u8]],
        &columns.salts as &[&[u8]],
        &columns.bodies as &[&[u8]],
        next,
        frontier.to_bytes(),
        root.as_slice(),
        LOG_CHANNEL,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Notes deliveries that became no record, and keeps what conflicts.
async fn write_repeated(connection: &mut PgConnection, plan: &Plan<'_>) -> Result<(), Error> {
    for (sealed, outcome) in plan.repeated.iter().filter(|(_, outcome)| matches!(outcome, Recorded::Conflict(_))) {
        write_conflict(connection, sealed, outcome.position()).await?;
    }
    let delivered: Vec<_> = plan.repeated.iter().filter(|(sealed, _)| is_delivery(sealed)).collect();
    if delivered.is_empty() {
        return Ok(());
    }
    let mut columns = Columns::default();
    for (sealed, outcome) in &delivered {
        columns.push(outcome.position(), ScopeId(0), sealed);
    }
    let outcomes: Vec<&str> = delivered.iter().map(|(_, outcome)| outcome.name()).collect();
    sqlx::query!(
        "insert into delivery (position, received_at, outcome, api_version, endpoint, secret_label, signature)
         select * from unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])",
        &columns.positions,
        &columns.received_at,
        &outcomes as &[&str],
        &columns.api_versions as &[Option<&str>],
        &columns.endpoints as &[Option<&str>],
        &columns.secret_labels as &[Option<&str>],
        &columns.signatures as &[Option<&str>],
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Keeps what conflicts, once: the same import run again, or the same delivery repeated, says nothing more.
async fn write_conflict(connection: &mut PgConnection, sealed: &Sealed, position: i64) -> Result<(), Error> {
    let incoming = &sealed.incoming;
    sqlx::query!(
        "insert into conflict (position, event_id, source, received_at, kind, created, api_version, endpoint, secret_label,
             signature, salt, body)
         select $1::bigint, $2::text, $3::text, $4::timestamptz, $5::text, $6::bigint, $7::text, $8::text, $9::text,
             $10::text, $11::bytea, $12::bytea
         where not exists (
             select from conflict where position = $1 and source = $3 and endpoint is not distinct from $8 and body = $12
         )",
        position,
        incoming.event_id.as_str(),
        incoming.source.name(),
        incoming.received_at,
        incoming.kind,
        incoming.created,
        incoming.api_version,
        incoming.endpoint,
        incoming.secret_label,
        incoming.signature,
        sealed.salt.as_slice(),
        &incoming.body[..],
    )
    .execute(connection)
    .await?;
    Ok(())
}
