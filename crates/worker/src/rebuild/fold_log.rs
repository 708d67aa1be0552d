//! The log from the first record on, folded into the tables of a new generation.
//!
//! The work is shared by tasks: one reads and translates ahead, one folds and derives, one writes the rows that only ever
//! grow (events of aggregates, outcomes of records) and indexes them at the end, one writes the rows of a flush while
//! more are derived. All channels between them are short.

use daybook_projections::{
    balances,
    copy::Rows,
    generation::{PARTS, Tables},
};
use daybook_store::{
    Database, generation,
    log::bulk::{BulkReader, BulkRow},
};
use sqlx::{Connection, PgConnection};
use tokio::{sync::mpsc, task::JoinHandle};

use super::{Observer, Progress, RebuildConfig, What};
use crate::{
    Error,
    engine::{Engine, Reading, Record},
    flush::Outlet,
    loader::Loader,
    output::Output,
};

/// Chunks read ahead while one is folded.
const READ_AHEAD: usize = 3;
/// A chunk ends after so many records, or so many bytes of bodies.
const CHUNK_RECORDS: usize = 1_000;
const CHUNK_BYTES: usize = 8 << 20;

/// What is being filled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    /// The new generation.
    pub generation: i32,
    /// Records to fold.
    pub size: i64,
    /// What is rebuilt: other rows are not written.
    pub what: What,
}

/// Fills the tables of a generation with what the first records say. Returns the engine only because giving back the
/// memory of so many states takes a while: the caller drops it when nobody waits any more.
pub(super) async fn fold_log(
    database: &Database,
    target: Target,
    config: &RebuildConfig,
    observer: &Observer<'_>,
) -> Result<Engine, Error> {
    let (sender, mut chunks) = mpsc::channel(READ_AHEAD);
    let reader = tokio::spawn(read(BulkReader::new(database), target.size, config.records, sender));
    let mut filling = Filling::begin(database, target).await?;
    let mut done = 0;
    while let Some(chunk) = chunks.recv().await {
        if observer.shutdown.is_cancelled() {
            reader.abort();
            return Err(Error::Stopped);
        }
        let readings: Vec<Reading> = chunk?;
        done += i64::try_from(readings.len()).unwrap_or(i64::MAX);
        filling.apply(readings, config).await?;
        (observer.progress)(Progress::Folding { done, total: target.size });
    }
    reader.await.map_err(|_| Error::Gap { expected: done })?;
    if done != target.size {
        return Err(Error::Gap { expected: done });
    }
    (observer.progress)(Progress::Writing);
    filling.flush(Growing::Complete).await?;
    (observer.progress)(Progress::Indexing);
    filling.finish().await
}

/// What the reader hands over: some records in the order of their positions, or why there are no more.
type Chunk = Result<Vec<Reading>, daybook_store::Error>;

async fn read(mut reader: BulkReader, size: i64, records: i64, sender: mpsc::Sender<Chunk>) {
    let mut start = 0;
    while start < size {
        let end = (start + records).min(size);
        if let Err(error) = read_range(&mut reader, start..end, &sender).await {
            // Nobody listens any more when the fold has failed first.
            let _ended = sender.send(Err(error)).await;
            return;
        }
        start = end;
    }
}

/// Reads and translates one range, in chunks of bounded size.
async fn read_range(
    reader: &mut BulkReader,
    range: std::ops::Range<i64>,
    sender: &mpsc::Sender<Chunk>,
) -> Result<(), daybook_store::Error> {
    let mut stream = reader.read(range).await?;
    let (mut readings, mut bytes) = (Vec::new(), 0);
    while let Some(row) = stream.next().await? {
        bytes += row.body().len();
        readings.push(reading_of(&row));
        if readings.len() >= CHUNK_RECORDS || bytes >= CHUNK_BYTES {
            let _ended = sender.send(Ok(std::mem::take(&mut readings))).await;
            bytes = 0;
        }
    }
    if !readings.is_empty() {
        let _ended = sender.send(Ok(readings)).await;
    }
    Ok(())
}

fn reading_of(row: &BulkRow) -> Reading {
    Reading::of(&Record {
        position: row.position(),
        scope: row.scope(),
        source: row.source(),
        kind: row.kind(),
        body: row.body(),
    })
}

/// Whether rows that only grow will still come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Growing {
    /// They will.
    Incomplete,
    /// All are there: they can be indexed.
    Complete,
}

struct Filling {
    /// States are read back through it.
    connection: PgConnection,
    /// Flushed rows are written through it.
    writing: Option<PgConnection>,
    engine: Engine,
    generation: i32,
    what: What,
    growing: Option<mpsc::Sender<Rows>>,
    grower: JoinHandle<Result<(), Error>>,
    indexed: bool,
}

impl Filling {
    async fn begin(database: &Database, Target { generation, what, .. }: Target) -> Result<Self, Error> {
        let (growing, rows) = mpsc::channel(1);
        Ok(Self {
            connection: database.dedicated_connection().await?,
            writing: Some(database.dedicated_connection().await?),
            engine: Engine::new(Loader::of_empty_generation()),
            generation,
            what,
            growing: Some(growing),
            grower: tokio::spawn(grow(database.dedicated_connection().await?, generation, rows)),
            indexed: false,
        })
    }

    async fn apply(&mut self, readings: Vec<Reading>, config: &RebuildConfig) -> Result<(), Error> {
        let mut transaction = self.connection.begin().await?;
        generation::use_generation(&mut transaction, self.generation).await?;
        self.engine.apply(&mut transaction, readings).await?;
        transaction.commit().await?;
        self.hand_over(config.rows).await;
        if self.engine.states() > config.states {
            self.flush(Growing::Incomplete).await?;
            // Half of it goes at once, so that the next flush is far away.
            self.engine.evict(config.states / 2);
            self.index().await?;
        }
        Ok(())
    }

    /// Gives rows that only grow to their writer, once they are so many bytes. When the writer has failed nobody takes
    /// them; the end of the rebuild says why.
    async fn hand_over(&mut self, enough: usize) {
        self.what.keep(&mut self.engine.output);
        let Some(growing) = &self.growing else { return };
        for rows in [&mut self.engine.output.events, &mut self.engine.output.outcomes] {
            if rows.size() >= enough {
                let _failed = growing.send(rows.take()).await;
            }
        }
    }

    /// Writes everything derived so far.
    async fn flush(&mut self, growing: Growing) -> Result<(), Error> {
        self.hand_over(1).await;
        if growing == Growing::Complete {
            self.growing = None;
        }
        let Some(connection) = self.writing.take() else { return Err(Error::Stopped) };
        let (outlet, pieces) = mpsc::channel(1);
        let writer = tokio::spawn(write(connection, (self.generation, self.what), pieces));
        let derived = self.derive(&outlet).await;
        drop(outlet);
        // States may be read back only when all of them are written.
        self.writing = Some(joined(writer.await)?);
        derived
    }

    async fn derive(&mut self, outlet: &Outlet) -> Result<(), Error> {
        let mut transaction = self.connection.begin().await?;
        generation::use_generation(&mut transaction, self.generation).await?;
        self.engine.flush(&mut transaction, Some(outlet)).await?;
        transaction.commit().await?;
        let _failed = outlet.send(std::mem::take(&mut self.engine.output)).await;
        Ok(())
    }

    /// Makes keys and indexes of what is replaced, once: before states are read back.
    async fn index(&mut self) -> Result<(), Error> {
        if !self.indexed {
            index(&mut self.connection, self.generation, Tables::Replaced).await?;
            self.indexed = true;
        }
        Ok(())
    }

    async fn finish(mut self) -> Result<Engine, Error> {
        self.index().await?;
        sum(&mut self.connection, self.generation).await?;
        joined(self.grower.await)?;
        for connection in [Some(self.connection), self.writing].into_iter().flatten() {
            connection.close().await?;
        }
        Ok(self.engine)
    }
}

/// What a task came to. One that was torn down with the runtime counts as stopped.
fn joined<T>(task: Result<Result<T, Error>, tokio::task::JoinError>) -> Result<T, Error> {
    task.map_err(|_| Error::Stopped)?
}

/// Writes growing rows as they come, and indexes them when all are there.
async fn grow(mut connection: PgConnection, generation: i32, mut growing: mpsc::Receiver<Rows>) -> Result<(), Error> {
    while let Some(mut rows) = growing.recv().await {
        let mut transaction = connection.begin().await?;
        generation::use_generation(&mut transaction, generation).await?;
        rows.write(&mut transaction).await?;
        transaction.commit().await?;
    }
    index(&mut connection, generation, Tables::Growing).await?;
    connection.close().await?;
    Ok(())
}

/// Writes the pieces of one flush in one transaction, and gives the connection back.
async fn write(
    mut connection: PgConnection,
    (generation, what): (i32, What),
    mut pieces: mpsc::Receiver<Output>,
) -> Result<PgConnection, Error> {
    let mut transaction = connection.begin().await?;
    generation::use_generation(&mut transaction, generation).await?;
    while let Some(mut output) = pieces.recv().await {
        // Balances are summed at the end and nobody has read anything yet, so deltas and changes are not written.
        what.keep(&mut output);
        output.remove_replaced(&mut transaction).await?;
        output.write_rows(&mut transaction).await?;
    }
    transaction.commit().await?;
    Ok(connection)
}

async fn index(connection: &mut PgConnection, generation: i32, tables: Tables) -> Result<(), Error> {
    let mut transaction = connection.begin().await?;
    generation::use_generation(&mut transaction, generation).await?;
    sqlx::query_scalar!("select set_config('maintenance_work_mem', '256MB', true)")
        .fetch_one(&mut *transaction)
        .await?;
    for part in PARTS {
        part.index_tables(&mut transaction, tables).await?;
    }
    transaction.commit().await?;
    Ok(())
}

async fn sum(connection: &mut PgConnection, generation: i32) -> Result<(), Error> {
    let mut transaction = connection.begin().await?;
    generation::use_generation(&mut transaction, generation).await?;
    balances::sum(&mut transaction).await?;
    transaction.commit().await?;
    Ok(())
}
