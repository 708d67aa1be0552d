//! The log from the first record on, folded into the tables of a new generation.

use daybook_projections::{balances, generation::PARTS};
use daybook_store::{
    Database, generation,
    log::bulk::{BulkReader, BulkRow},
};
use sqlx::{Connection, PgConnection};
use tokio::sync::mpsc;

use super::{Observer, Progress, RebuildConfig};
use crate::{
    Error,
    engine::{Engine, Record},
    loader::Loader,
};

/// Chunks read ahead while one is folded.
const READ_AHEAD: usize = 4;
/// A chunk ends after so many bytes of bodies.
const CHUNK: usize = 8 << 20;

/// Fills the tables of a generation with what the first records say.
pub(super) async fn fold_log(
    database: &Database,
    target: Target,
    config: &RebuildConfig,
    observer: &Observer<'_>,
) -> Result<(), Error> {
    let mut filling = Filling {
        connection: database.dedicated_connection().await?,
        engine: Engine::new(Loader::of_empty_generation()),
        target,
        indexed: false,
    };
    let (sender, mut ranges) = mpsc::channel(READ_AHEAD);
    let reader = tokio::spawn(read(BulkReader::new(database), target.size, config.records, sender));
    let mut done = 0;
    while let Some(range) = ranges.recv().await {
        if observer.shutdown.is_cancelled() {
            reader.abort();
            return Err(Error::Stopped);
        }
        let rows: Vec<BulkRow> = range?;
        done += i64::try_from(rows.len()).unwrap_or(i64::MAX);
        filling.apply(&rows, config).await?;
        (observer.progress)(Progress::Folding { done, total: target.size });
    }
    reader.await.map_err(|_| Error::Gap { expected: done })?;
    if done != target.size {
        return Err(Error::Gap { expected: done });
    }
    (observer.progress)(Progress::Writing);
    filling.flush().await?;
    (observer.progress)(Progress::Indexing);
    filling.finish().await
}

/// What is being filled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    /// The new generation.
    pub generation: i32,
    /// Records to fold.
    pub size: i64,
}

/// What the reader hands over: some records in the order of their positions, or why there are no more.
type Chunk = Result<Vec<BulkRow>, daybook_store::Error>;

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

/// Reads one range, in chunks of bounded size.
async fn read_range(
    reader: &mut BulkReader,
    range: std::ops::Range<i64>,
    sender: &mpsc::Sender<Chunk>,
) -> Result<(), daybook_store::Error> {
    let mut stream = reader.read(range).await?;
    let (mut rows, mut bytes) = (Vec::new(), 0);
    while let Some(row) = stream.next().await? {
        bytes += row.body().len();
        rows.push(row);
        if bytes >= CHUNK {
            let _ended = sender.send(Ok(std::mem::take(&mut rows))).await;
            bytes = 0;
        }
    }
    if !rows.is_empty() {
        let _ended = sender.send(Ok(rows)).await;
    }
    Ok(())
}

struct Filling {
    connection: PgConnection,
    engine: Engine,
    target: Target,
    indexed: bool,
}

impl Filling {
    async fn apply(&mut self, rows: &[BulkRow], config: &RebuildConfig) -> Result<(), Error> {
        let records: Vec<Record<'_>> = rows
            .iter()
            .map(|row| Record {
                position: row.position(),
                scope: row.scope(),
                source: row.source(),
                kind: row.kind(),
                body: row.body(),
            })
            .collect();
        let mut transaction = self.connection.begin().await?;
        generation::use_generation(&mut transaction, self.target.generation).await?;
        self.engine.apply(&mut transaction, &records).await?;
        let output = &mut self.engine.output;
        if output.events.size() + output.outcomes.size() >= config.rows {
            output.events.write(&mut transaction).await?;
            output.outcomes.write(&mut transaction).await?;
        }
        transaction.commit().await?;
        if self.engine.states() > config.states {
            self.flush().await?;
            // Half of it goes at once, so that the next flush is far away.
            self.engine.evict(config.states / 2);
            self.index().await?;
        }
        Ok(())
    }

    /// Writes everything derived so far.
    async fn flush(&mut self) -> Result<(), Error> {
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

    /// Makes keys and indexes, once: before states are read back, or at the end.
    async fn index(&mut self) -> Result<(), Error> {
        if self.indexed {
            return Ok(());
        }
        let mut transaction = self.connection.begin().await?;
        generation::use_generation(&mut transaction, self.target.generation).await?;
        for part in PARTS {
            part.index(&mut transaction).await?;
        }
        transaction.commit().await?;
        self.indexed = true;
        Ok(())
    }

    async fn finish(mut self) -> Result<(), Error> {
        self.index().await?;
        let mut transaction = self.connection.begin().await?;
        generation::use_generation(&mut transaction, self.target.generation).await?;
        balances::sum(&mut transaction).await?;
        transaction.commit().await?;
        self.connection.close().await?;
        Ok(())
    }
}
