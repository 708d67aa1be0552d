//! The loop: one active worker by lease tails the log; the others stand by and take over when it dies.

use std::time::Duration;

use daybook_store::{
    Database, checkpoint, generation,
    lease::{self, Lease},
    log::read,
    notify::News,
};
use sqlx::PgConnection;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    Error,
    batch::{BatchLimits, Generations, Place, apply_next},
    engine::Engine,
    loader::Loader,
    setup::{self, Built},
};

/// The job's name among the leases.
pub const LEASE: &str = "worker";
/// The channel on which the recorder announces appends.
const LOG_CHANNEL: &str = "daybook_log";

/// How long it waits after a failure, at first and at last.
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// How long the database may take for one turn. A machine that vanished says nothing for a quarter of an hour, and meanwhile whoever stands by would wait
/// for the same machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a turn may go on when the loop is told to stop.
const LAST_TURN: Duration = Duration::from_secs(10);

/// How the loop behaves.
#[derive(Clone, Copy, Debug)]
pub struct WorkerConfig {
    /// One unit of work.
    pub limits: BatchLimits,
    /// How long a lease lasts: how long nothing moves after the active worker dies.
    pub lease: Duration,
    /// How long it waits for news at most.
    pub poll: Duration,
    /// The next batch begins so long after the last one began, for each of its records: where records come so fast that
    /// it makes a difference, larger batches cost less for each of them.
    pub gather_by_record: Duration,
    /// At most so long, which is then how far answers lag behind.
    pub gather: Duration,
}

impl Default for WorkerConfig {
    fn default() -> Self {
        Self {
            limits: BatchLimits::default(),
            lease: Duration::from_secs(5),
            poll: Duration::from_millis(250),
            gather_by_record: Duration::from_millis(1),
            gather: Duration::from_millis(200),
        }
    }
}

impl WorkerConfig {
    /// How long after the beginning of a batch of so many records the next one begins, when so many wait by now: at once
    /// where they are as many again, for then the worker is behind and has nothing to gather.
    fn gathering(&self, records: i64, waiting: i64) -> Duration {
        if waiting >= records {
            return Duration::ZERO;
        }
        let records = u32::try_from(records).unwrap_or(u32::MAX);
        self.gather_by_record.saturating_mul(records).min(self.gather)
    }
}

/// Why the loop ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was told to stop.
    Asked,
    /// What is live was built by another version of the code. The lease is free for a worker of that version.
    AnotherVersion,
}

/// Works until told to stop, between two units of work, or until another version's read models are live. Failures are logged and tried
/// again.
pub async fn run(database: &Database, config: &WorkerConfig, shutdown: CancellationToken) -> Ended {
    let holder = Uuid::now_v7();
    let mut patience = SHORTEST_PAUSE;
    let mut limits = config.limits;
    while !shutdown.is_cancelled() {
        let began = Instant::now();
        match session(database, config, &mut limits, holder, &shutdown).await {
            Ok(ended) => return ended,
            Err(Error::Stopped) => {
                tracing::info!("stopped in the middle of a batch, which is done again at the next start");
                break;
            }
            Err(error) => {
                tracing::warn!(%error, "the worker begins again");
                // Smaller batches, so that the next failures close in on the record behind them.
                limits.records = (limits.records / 2).max(1);
                if began.elapsed() > LONGEST_PAUSE {
                    patience = SHORTEST_PAUSE;
                }
                let pause = tokio::time::sleep(patience);
                tokio::select! { () = pause => {}, () = shutdown.cancelled() => break }
                patience = (patience * 2).min(LONGEST_PAUSE);
            }
        }
    }
    Ended::Asked
}

/// Works on one connection until something fails.
async fn session(
    database: &Database,
    config: &WorkerConfig,
    limits: &mut BatchLimits,
    holder: Uuid,
    shutdown: &CancellationToken,
) -> Result<Ended, Error> {
    let opened = async {
        let mut connection = database.worker_connection().await?;
        setup::ensure_generation(&mut connection).await?;
        Ok(connection)
    };
    let mut connection = in_time(shutdown, opened).await?;
    let mut news = News::new(database, &[LOG_CHANNEL]);
    let mut held: Option<Held> = None;
    let mut active: Option<Active> = None;
    let mut ended = Ended::Asked;
    while !shutdown.is_cancelled() {
        let began = Instant::now();
        let turn = async {
            // Whoever stands by and holds the lease keeps out those who could work.
            if active.is_none() && setup::built(&mut connection).await? != Built::Here {
                return Ok(Done::ForAnotherVersion);
            }
            if !hold(&mut connection, &mut held, holder, config.lease).await? {
                active = None;
            }
            match &held {
                Some(held) => work(&mut connection, &mut active, &held.lease, limits).await,
                None => Ok(Done::Nothing),
            }
        };
        let done = in_time(shutdown, turn).await;
        if let (Err(error), Some(active), 1) = (&done, &active, limits.records)
            && !matches!(error, Error::Stopped)
        {
            let position = active.size;
            tracing::error!(%error, position, "this record cannot be applied, and those after it wait");
        }
        match done? {
            Done::ForAnotherVersion => {
                ended = Ended::AnotherVersion;
                break;
            }
            Done::Nothing => wait(&mut news, config.poll, shutdown).await,
            Done::Records { records, waiting } => {
                limits.records = (limits.records * 2).min(config.limits.records);
                let gathered = tokio::time::sleep_until(began + config.gathering(records, waiting));
                tokio::select! { () = gathered => {}, () = shutdown.cancelled() => {} }
            }
            Done::Switched => {}
        }
    }
    if let Some(held) = held {
        let released = async { Ok(lease::release(&mut connection, &held.lease).await?) };
        in_time(shutdown, released).await?;
    }
    Ok(ended)
}

/// What the database is asked to do, in time: what takes longer fails, and is begun again on another connection.
async fn in_time<T>(shutdown: &CancellationToken, asked: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let told_to_stop = async {
        shutdown.cancelled().await;
        tokio::time::sleep(LAST_TURN).await;
    };
    tokio::select! {
        done = tokio::time::timeout(PATIENCE, asked) => {
            done.unwrap_or_else(|_| Err(daybook_store::Error::TooSlow { seconds: PATIENCE.as_secs() }.into()))
        }
        () = told_to_stop => Err(Error::Stopped),
    }
}

/// A lease, and when it was last asked for by this process's clock.
struct Held {
    lease: Lease,
    asked: Instant,
}

/// Takes the lease, or renews it once a third of its time has passed. Returns whether it is held: a batch is safe even
/// if that is wrong, because the checkpoint moves under the lease's epoch only.
async fn hold(
    connection: &mut PgConnection,
    held: &mut Option<Held>,
    holder: Uuid,
    duration: Duration,
) -> Result<bool, Error> {
    let fresh = held.as_ref().is_some_and(|held| held.asked.elapsed() < duration / 3);
    if !fresh {
        let asked = Instant::now();
        let lease = lease::acquire(connection, LEASE, holder, duration).await?;
        *held = lease.map(|lease| Held { lease, asked });
    }
    Ok(held.is_some())
}

async fn wait(news: &mut News, longest: Duration, shutdown: &CancellationToken) {
    tokio::select! { _woken = news.wait(longest) => {}, () = shutdown.cancelled() => {} }
}

/// What the active worker carries from one batch to the next.
struct Active {
    epoch: i64,
    generations: Generations,
    engine: Engine,
    size: i64,
}

/// What came of looking for work.
enum Done {
    /// There was none, or it is not this worker's.
    Nothing,
    /// Some were applied, and more wait by now.
    Records {
        /// How many were applied.
        records: i64,
        /// How many wait.
        waiting: i64,
    },
    /// Other generations are live now.
    Switched,
    /// What is live was built by another version of the code.
    ForAnotherVersion,
}

/// Does one unit of work.
async fn work(
    connection: &mut PgConnection,
    active: &mut Option<Active>,
    lease: &Lease,
    limits: &BatchLimits,
) -> Result<Done, Error> {
    let generations = Generations::live(&generation::pointer(connection).await?);
    let fits = active.as_ref().is_some_and(|one| one.epoch == lease.epoch && one.generations == generations);
    if !fits {
        *active = begin(connection, lease, generations).await?;
    }
    let Some(current) = active.as_mut() else { return Ok(Done::Nothing) };
    let place = (Place::Live, &current.generations);
    let applied = apply_next(connection, &mut current.engine, place, current.size, lease.epoch, limits).await;
    match applied {
        Ok(reached) => {
            let records = reached - current.size;
            current.size = reached;
            if records == 0 {
                return Ok(Done::Nothing);
            }
            let waiting = read::size(connection).await? - reached;
            Ok(Done::Records { records, waiting })
        }
        Err(Error::Switched) => {
            *active = None;
            Ok(Done::Switched)
        }
        Err(error) => Err(error),
    }
}

async fn begin(
    connection: &mut PgConnection,
    lease: &Lease,
    generations: Generations,
) -> Result<Option<Active>, Error> {
    let Some(newest) = generations.newest() else { return Ok(None) };
    if setup::built(connection).await? != Built::Here {
        return Ok(None);
    }
    let size = checkpoint::read(connection, newest).await?.size;
    tracing::info!(epoch = lease.epoch, size, "this worker is active");
    Ok(Some(Active { epoch: lease.epoch, generations, engine: Engine::new(Loader::Any), size }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_records_are_not_held_back_and_a_flood_is_gathered_for_a_fifth_of_a_second_at_most() {
        let config = WorkerConfig::default();
        assert_eq!(config.gathering(2, 0), Duration::from_millis(2));
        assert_eq!(config.gathering(1_500, 40), Duration::from_millis(200));
    }

    #[tokio::test(start_paused = true)]
    async fn a_database_that_says_nothing_is_given_up_and_one_that_answers_is_not() {
        let never = std::future::pending::<Result<(), Error>>();
        let silent = in_time(&CancellationToken::new(), never).await;
        assert!(matches!(silent, Err(Error::Store(daybook_store::Error::TooSlow { seconds: 60 }))), "{silent:?}");
        let late = async {
            tokio::time::sleep(Duration::from_secs(59)).await;
            Ok(7)
        };
        assert_eq!(in_time(&CancellationToken::new(), late).await.unwrap(), 7);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_is_told_to_stop_finishes_a_turn_but_waits_for_no_vanished_machine() {
        let (told, began) = (CancellationToken::new(), Instant::now());
        told.cancel();
        let never = std::future::pending::<Result<(), Error>>();
        assert!(matches!(in_time(&told, never).await, Err(Error::Stopped)));
        assert_eq!(began.elapsed(), LAST_TURN);
        assert_eq!(in_time(&told, async { Ok(7) }).await.unwrap(), 7);
    }

    #[test]
    fn a_worker_that_is_behind_does_not_wait_whatever_ended_its_batch() {
        // Eighty large bodies fill a batch by their bytes.
        assert_eq!(WorkerConfig::default().gathering(80, 5_000), Duration::ZERO);
    }
}
