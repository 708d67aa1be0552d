//! What stands before the worker's first batch: read models that another version of the code built are rebuilt from the log, while the old ones
//! go on answering and deliveries go on being recorded.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use daybook_store::Database;
use daybook_worker::live::{self, WorkerConfig};
use daybook_worker::rebuild::{Observer, Progress, RebuildConfig, What, rebuild};
use daybook_worker::setup;
use tokio_util::sync::CancellationToken;

/// The pause before something that failed is tried again.
const PAUSE: Duration = Duration::from_secs(2);
/// Records between two lines of the log.
const STEP: i64 = 100_000;

/// Brings the read models to this version, then works until told to stop.
pub async fn then_work(database: Database, config: WorkerConfig, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match bring_to_this_version(&database, &stop).await {
            Ok(()) => break,
            Err(daybook_worker::Error::Stopped) => return,
            Err(daybook_worker::Error::AlreadyRebuilding) => {
                tracing::info!("another process rebuilds the read models; waiting for it");
            }
            Err(error) => tracing::warn!(%error, "the read models could not be brought to this version; trying again"),
        }
        tokio::select! { () = tokio::time::sleep(PAUSE) => {}, () = stop.cancelled() => return }
    }
    live::run(&database, &config, stop).await;
}

async fn bring_to_this_version(database: &Database, stop: &CancellationToken) -> Result<(), daybook_worker::Error> {
    let mut connection = database.pool().acquire().await?;
    setup::ensure_generation(&mut connection).await?;
    let outdated = setup::is_outdated(&mut connection).await?;
    drop(connection);
    if !outdated {
        return Ok(());
    }
    tracing::info!(
        "another version built the read models: rebuilding them from the log; the old ones answer meanwhile"
    );
    let told = AtomicI64::new(0);
    let observer = Observer { progress: &|progress| tell(progress, &told), shutdown: stop };
    let rebuilt = rebuild(database, What::Everything, &RebuildConfig::default(), &observer).await?;
    tracing::info!(generation = rebuilt.generation, size = rebuilt.size, "the read models were rebuilt");
    Ok(())
}

fn tell(progress: Progress, told: &AtomicI64) {
    match progress {
        Progress::Folding { done, total } => {
            let step = done / STEP;
            if told.swap(step, Ordering::Relaxed) != step {
                tracing::info!(done, total, "rebuilding the read models");
            }
        }
        Progress::Writing => tracing::info!("rebuilding the read models: writing"),
        Progress::Indexing => tracing::info!("rebuilding the read models: making indexes"),
        Progress::CatchingUp => tracing::info!("rebuilding the read models: catching up"),
        Progress::Comparing => tracing::info!("rebuilding the read models: comparing with the old ones"),
        Progress::Switching => tracing::info!("rebuilding the read models: switching over"),
    }
}
