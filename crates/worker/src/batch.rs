//! One unit of work of live processing: some records, everything they change, and the checkpoint, in one transaction.

use std::collections::BTreeSet;

use daybook_projections::changes::{self, SIZE_CHANNEL};
use daybook_store::{
    checkpoint, generation,
    log::read::{self, Entry},
};
use sqlx::{Connection, PgConnection};

use crate::{
    Error,
    engine::{Engine, Reading, Record},
};

/// Changes nobody asks for any more are removed once in so many records.
const FORGET_EVERY: i64 = changes::LISTED;

/// How much is one unit of work at most.
#[derive(Clone, Copy, Debug)]
pub struct BatchLimits {
    /// Records.
    pub records: i64,
    /// Bytes of their bodies.
    pub bytes: i64,
    /// States kept in memory between batches.
    pub states: usize,
}

impl Default for BatchLimits {
    fn default() -> Self {
        Self { records: 2_000, bytes: 8 << 20, states: 100_000 }
    }
}

/// The generations that move together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generations(BTreeSet<i32>);

impl Generations {
    /// Those the pointer names.
    pub fn live(pointer: &generation::Pointer) -> Self {
        Self(pointer.values().copied().collect())
    }

    /// One by itself, while it is being built.
    pub fn one(generation: i32) -> Self {
        Self([generation].into())
    }

    /// The newest: what announcements name.
    pub fn newest(&self) -> Option<i32> {
        self.0.last().copied()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = i32> {
        self.0.iter().copied()
    }

    /// Sets the search path so that every table is found in the newest generation that has it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn set_search_path(&self, connection: &mut PgConnection) -> Result<(), Error> {
        let schemas = self.0.iter().rev().map(|one| generation::schema(*one));
        let path = schemas.chain(["public".to_owned()]).collect::<Vec<_>>().join(", ");
        sqlx::query_scalar!("select set_config('search_path', $1, true)", path).fetch_one(connection).await?;
        Ok(())
    }
}

/// Whether the generations answer readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// They do: a batch is refused when the pointer names others by the time it holds the pointer.
    Live,
    /// Not yet: they are being built.
    Apart,
}

/// Applies the next records to these generations. Returns how many there were, and the size reached.
///
/// # Errors
/// What the database says, that the pointer was switched, or that somebody else has moved the checkpoint: nothing is
/// written then, and the engine must be thrown away.
pub async fn apply_next(
    connection: &mut PgConnection,
    engine: &mut Engine,
    (place, generations): (Place, &Generations),
    size: i64,
    epoch: i64,
    limits: &BatchLimits,
) -> Result<i64, Error> {
    let entries = read::entries_from(connection, size, limits.records, limits.bytes).await?;
    let Some(last) = entries.last() else { return Ok(size) };
    if entries.first().is_some_and(|first| first.position != size) {
        return Err(Error::Gap { expected: size });
    }
    let reached = last.position + 1;
    let mut transaction = connection.begin().await?;
    // Before anything else, so that a switch waits for the batch or the batch sees the switch.
    let pointer = generation::hold_pointer(&mut transaction).await?;
    if place == Place::Live && Generations::live(&pointer) != *generations {
        return Err(Error::Switched);
    }
    generations.set_search_path(&mut transaction).await?;
    for generation in generations.iter() {
        checkpoint::advance(&mut transaction, generation, size, reached, epoch).await?;
    }
    write(&mut transaction, engine, &entries, reached).await?;
    if let Some(newest) = generations.newest() {
        let news = format!("{newest}:{reached}");
        sqlx::query!("select pg_notify($1, $2)", SIZE_CHANNEL, news).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    engine.evict(limits.states);
    Ok(reached)
}

async fn write(
    connection: &mut PgConnection,
    engine: &mut Engine,
    entries: &[Entry],
    reached: i64,
) -> Result<(), Error> {
    let records = entries.iter().map(|entry| Record {
        position: entry.position,
        scope: entry.scope,
        source: entry.source,
        kind: &entry.kind,
        body: &entry.body,
    });
    engine.apply(connection, records.map(|record| Reading::of(&record)).collect()).await?;
    engine.flush(connection, None).await?;
    let output = &mut engine.output;
    output.remove_replaced(connection).await?;
    output.write_rows(connection).await?;
    output.deltas.write(connection).await?;
    output.write_changes(connection, reached).await?;
    if entries.iter().any(|entry| entry.position % FORGET_EVERY == 0) {
        changes::forget(connection, reached - changes::KEPT).await?;
    }
    Ok(())
}
