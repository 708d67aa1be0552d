//! The log from the first record on, folded into the tables of a new generation.
//!
//! Three tasks share the work: one reads and translates ahead, one folds and derives, one writes the rows that only ever
//! grow (events of aggregates, outcomes of records). All channels between them are short.

use daybook_projections::{balances, copy::Rows, generation::PARTS};
use daybook_store::{
    Database, generation,
    log::bulk::{BulkReader, BulkRow},
};
use sqlx::{Connection, PgConnection};
use tokio::{sync::mpsc, task::JoinHandle};

use super::{Observer, Progress, RebuildConfig};
use crate::{
    Error,
    engine::{Engine, Reading, Record},
    loader::Loader,
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
}

/// Fills the tables of a generation with what the first records say.
pub(super) async fn fold_log(
    database: &Database,
    target: Target,
    config: &RebuildConfig,
    observer: &Observer<'_>,
) -> Result<(), Error> {
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
    filling.flush().await?;
    (observer.progress)(Progress::Indexing);
    filling.finish(database).await
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

struct Filling {
    connection: PgConnection,
    engine: Engine,
    target: Target,
    growing: mpsc::Sender<Rows>,
    writer: JoinHandle<Result<(), Error>>,
    indexed: bool,
}

impl Filling {
    async fn begin(database: &Database, target: Target) -> Result<Self, Error> {
        let (growing, rows) = mpsc::channel(1);
        Ok(Self {
            connection: database.dedicated_connection().await?,
            engine: Engine::new(Loader::of_empty_generation()),
            target,
            growing,
            writer: tokio::spawn(write(database.dedicated_connection().await?, target.generation, rows)),
            indexed: false,
        })
    }

    async fn apply(&mut self, readings: Vec<Reading>, config: &RebuildConfig) -> Result<(), Error> {
        let mut transaction = self.connection.begin().await?;
        generation::use_generation(&mut transaction, self.target.generation).await?;
        self.engine.apply(&mut transaction, readings).await?;
        transaction.commit().await?;
        self.hand_over(config.rows).await;
        if self.engine.states() > config.states {
            self.flush().await?;
            // Half of it goes at once, so that the next flush is far away.
            self.engine.evict(config.states / 2);
            self.index().await?;
        }
        Ok(())
    }

    /// Gives rows that only grow to the writer, once they are so many bytes. When the writer has failed nobody takes
    /// them; the end of the rebuild says why.
    async fn hand_over(&mut self, enough: usize) {
        for rows in [&mut self.engine.output.events, &mut self.engine.output.outcomes] {
            if rows.size() >= enough {
                let full = rows.take();
                let _failed = self.growing.send(full).await;
            }
        }
    }

    /// Writes everything derived so far.
    async fn flush(&mut self) -> Result<(), Error> {
        self.hand_over(1).await;
        let mut transaction = self.connection.begin().await?;
        generation::use_generation(&mut transaction, self.target.generation).await?;
        self.engine.flush(&mut transaction).await?;
        let output = &mut self.engine.output;
        output.remove_replaced(&mut transaction).await?;
        output.write_rows(&mut transaction).await?;
        // Balances are summed at the end, and nobody has read anything yet.
        output.deltas = balances::Deltas::default();
        output.changed.clear();
        transaction.commit().await?;
        Ok(())
    }

    /// Makes keys and indexes before states are read back, once.
    async fn index(&mut self) -> Result<(), Error> {
        if !self.indexed {
            index(&mut self.connection, self.target.generation, |_| true).await?;
            self.indexed = true;
        }
        Ok(())
    }

    async fn finish(mut self, database: &Database) -> Result<(), Error> {
        drop(self.growing);
        // Giving back the memory of so many states takes a while, and nobody has to wait for it.
        let _freed = tokio::task::spawn_blocking(move || drop(self.engine));
        self.writer.await.map_err(|_| Error::Gap { expected: self.target.size })??;
        let number = self.target.generation;
        if self.indexed {
            sum(&mut self.connection, number).await?;
        } else {
            let mut other = database.dedicated_connection().await?;
            let (aggregates, readers) = tokio::join!(
                index(&mut other, number, |name| name == generation::AGGREGATES),
                index_and_sum(&mut self.connection, number),
            );
            aggregates.and(readers)?;
            other.close().await?;
        }
        self.connection.close().await?;
        Ok(())
    }
}

async fn index_and_sum(connection: &mut PgConnection, number: i32) -> Result<(), Error> {
    index(connection, number, |name| name != generation::AGGREGATES).await?;
    sum(connection, number).await
}

/// Writes growing rows as they come.
async fn write(mut connection: PgConnection, generation: i32, mut growing: mpsc::Receiver<Rows>) -> Result<(), Error> {
    while let Some(mut rows) = growing.recv().await {
        let mut transaction = connection.begin().await?;
        generation::use_generation(&mut transaction, generation).await?;
        rows.write(&mut transaction).await?;
        transaction.commit().await?;
    }
    connection.close().await?;
    Ok(())
}

async fn index(connection: &mut PgConnection, generation: i32, which: impl Fn(&str) -> bool) -> Result<(), Error> {
    let mut transaction = connection.begin().await?;
    generation::use_generation(&mut transaction, generation).await?;
    sqlx::query_scalar!("select set_config('maintenance_work_mem', '256MB', true)")
        .fetch_one(&mut *transaction)
        .await?;
    for part in PARTS.iter().filter(|part| which(part.name)) {
        part.index(&mut transaction).await?;
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
