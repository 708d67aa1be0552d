//! The loop: one active worker by lease tails the log; the others stand by and take over when it dies.

use std::time::Duration;

use daybook_store::{
    Database, checkpoint, generation,
    lease::{self, Lease},
    notify::News,
};
use sqlx::PgConnection;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    Error,
    batch::{BatchLimits, Generations, apply_next},
    engine::Engine,
    loader::Loader,
    setup,
};

/// The job's name among the leases.
pub const LEASE: &str = "worker";
/// The channel on which the recorder announces appends.
const LOG_CHANNEL: &str = "daybook_log";

/// How the loop behaves.
#[derive(Clone, Copy, Debug)]
pub struct WorkerConfig {
    /// One unit of work.
    pub limits: BatchLimits,
    /// How long a lease lasts: how long nothing moves after the active worker dies.
    pub lease: Duration,
    /// How long it waits for news at most.
    pub poll: Duration,
}

impl Default for WorkerConfig {
    fn default() -> Self {
        Self { limits: BatchLimits::default(), lease: Duration::from_secs(5), poll: Duration::from_millis(250) }
    }
}

/// Works until told to stop, between two units of work. Failures are logged and tried again.
pub async fn run(database: &Database, config: &WorkerConfig, shutdown: CancellationToken) {
    let holder = Uuid::now_v7();
    let mut patience = Duration::from_millis(50);
    while !shutdown.is_cancelled() {
        match session(database, config, holder, &shutdown).await {
            Ok(()) => return,
            Err(error) => {
                tracing::warn!(%error, "the worker begins again");
                let pause = tokio::time::sleep(patience);
                tokio::select! { () = pause => {}, () = shutdown.cancelled() => return }
                patience = (patience * 2).min(Duration::from_secs(2));
            }
        }
    }
}

/// Works on one connection until something fails.
async fn session(
    database: &Database,
    config: &WorkerConfig,
    holder: Uuid,
    shutdown: &CancellationToken,
) -> Result<(), Error> {
    let mut connection = database.dedicated_connection().await?;
    let mut news = News::new(database, &[LOG_CHANNEL]);
    setup::ensure_generation(&mut connection).await?;
    let mut active: Option<Active> = None;
    while !shutdown.is_cancelled() {
        let Some(lease) = lease::acquire(&mut connection, LEASE, holder, config.lease).await? else {
            active = None;
            wait(&mut news, config.poll, shutdown).await;
            continue;
        };
        let moved = work(&mut connection, &mut active, &lease, config).await?;
        if !moved {
            wait(&mut news, config.poll, shutdown).await;
        }
    }
    if let Some(active) = active {
        lease::release(&mut connection, &active.lease).await?;
    }
    Ok(())
}

async fn wait(news: &mut News, longest: Duration, shutdown: &CancellationToken) {
    tokio::select! { _woken = news.wait(longest) => {}, () = shutdown.cancelled() => {} }
}

/// What the active worker carries from one batch to the next.
struct Active {
    lease: Lease,
    generations: Generations,
    engine: Engine,
    size: i64,
}

/// Does one unit of work. Returns whether there was any.
async fn work(
    connection: &mut PgConnection,
    active: &mut Option<Active>,
    lease: &Lease,
    config: &WorkerConfig,
) -> Result<bool, Error> {
    let generations = Generations::live(&generation::pointer(connection).await?);
    let fits = active.as_ref().is_some_and(|one| one.lease.epoch == lease.epoch && one.generations == generations);
    if !fits {
        *active = begin(connection, lease, generations).await?;
    }
    let Some(active) = active.as_mut() else { return Ok(false) };
    active.lease = lease.clone();
    let reached =
        apply_next(connection, &mut active.engine, &active.generations, active.size, lease.epoch, &config.limits)
            .await?;
    let moved = reached > active.size;
    active.size = reached;
    Ok(moved)
}

async fn begin(
    connection: &mut PgConnection,
    lease: &Lease,
    generations: Generations,
) -> Result<Option<Active>, Error> {
    let Some(newest) = generations.newest() else { return Ok(None) };
    let size = checkpoint::read(connection, newest).await?.size;
    tracing::info!(epoch = lease.epoch, size, "this worker is active");
    Ok(Some(Active { lease: lease.clone(), generations, engine: Engine::new(Loader::Any), size }))
}
