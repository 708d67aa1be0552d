//! The limit of an append on this machine: the same bodies in the same batches, each by one multi-row INSERT into tables with the columns and indexes of the
//! log, on one connection, with nothing verified, read, hashed, locked or told to anybody.

use std::time::Instant;

use chrono::{DateTime, Utc};
use daybook_simulator::RenderedEvent;
use daybook_simulator::deliver::signature_header;
use daybook_store::{Database, DatabaseConfig};
use sqlx::{Connection, Executor, PgConnection};

use crate::serving::SECRET;
use crate::statistics::micros;

/// Twins of the log's tables, without its triggers.
const TABLES: &str = "
    create table plain_record (like record including all);
    create table plain_body (like body including all);
    alter table plain_body set (toast_tuple_target = 8160);";

const INSERT: &str = "with records as (
        insert into plain_record (position, created, received_at, scope, event_id, source, kind, api_version,
            endpoint, secret_label, signature, leaf_hash)
        select position, created, received_at, scope, event_id, 'webhook', kind, api_version,
            'default', 'default', signature, sha256('')
        from unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::integer[], $5::text[], $6::text[], $7::text[], $8::text[])
            as new (position, created, received_at, scope, event_id, kind, api_version, signature)
    )
    insert into plain_body (position, salt, body)
    select position, sha256(''), body from unnest($1::bigint[], $9::bytea[]) as bodies (position, body)";

/// Appends the events in batches of these sizes; returns the microseconds it took.
pub(crate) async fn insert(
    url: &str,
    events: &[RenderedEvent],
    batches: &[i32],
    ready: impl FnOnce() -> anyhow::Result<()>,
) -> anyhow::Result<u64> {
    let database = Database::connect(&DatabaseConfig::new(url.to_owned())).await?;
    database.migrate().await?;
    let mut connection = PgConnection::connect(url).await?;
    connection.execute(TABLES).await?;
    connection.execute("set jit = off").await?;
    let signature = signature_header(SECRET, Utc::now().timestamp(), b"");
    ready()?;
    let begun = Instant::now();
    let mut events = events.iter();
    let mut position = 0;
    for size in batches {
        let mut columns = Columns::default();
        for event in events.by_ref().take(usize::try_from(*size)?) {
            columns.push(position, event, &signature);
            position += 1;
        }
        columns.insert(&mut connection).await?;
    }
    Ok(micros(begun.elapsed()))
}

#[derive(Default)]
struct Columns<'a> {
    positions: Vec<i64>,
    created: Vec<i64>,
    received_at: Vec<DateTime<Utc>>,
    scopes: Vec<i32>,
    event_ids: Vec<&'a str>,
    kinds: Vec<&'a str>,
    api_versions: Vec<&'a str>,
    signatures: Vec<&'a str>,
    bodies: Vec<&'a [u8]>,
}

impl<'a> Columns<'a> {
    fn push(&mut self, position: i64, event: &'a RenderedEvent, signature: &'a str) {
        self.positions.push(position);
        self.created.push(event.created);
        self.received_at.push(Utc::now());
        self.scopes.push(1);
        self.event_ids.push(&event.id);
        self.kinds.push(event.kind);
        self.api_versions.push(event.shape.version());
        self.signatures.push(signature);
        self.bodies.push(&event.body);
    }

    async fn insert(&self, connection: &mut PgConnection) -> anyhow::Result<()> {
        sqlx::query(INSERT)
            .bind(&self.positions)
            .bind(&self.created)
            .bind(&self.received_at)
            .bind(&self.scopes)
            .bind(&self.event_ids)
            .bind(&self.kinds)
            .bind(&self.api_versions)
            .bind(&self.signatures)
            .bind(&self.bodies)
            .execute(connection)
            .await?;
        Ok(())
    }
}
