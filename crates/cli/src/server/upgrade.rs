//! What stands before the worker's first batch, and between two: read models that an earlier version of the code built are rebuilt from the log,
//! while the old ones go on answering and deliveries go on being recorded. Those of a later version are left to it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use daybook_store::Database;
use daybook_worker::live::{self, Ended, WorkerConfig};
use daybook_worker::rebuild::{Observer, Progress, RebuildConfig, What, rebuild};
use daybook_worker::setup::{self, Built};
use tokio_util::sync::CancellationToken;

/// The pause before something that failed is tried again.
const PAUSE: Duration = Duration::from_secs(2);
/// How long a rebuild may take to end when it is asked to.
const LONGEST_END: Duration = Duration::from_secs(10);
/// Records between two lines of the log.
const STEP: i64 = 100_000;

/// Brings the read models to this version and works on them, until told to stop; stands by where a later version does.
pub async fn then_work(database: Database, config: WorkerConfig, stop: CancellationToken) {
    let mut told_of_later = false;
    while !stop.is_cancelled() {
        match bring_to_this_version(&database, &stop).await {
            Ok(Built::Later) if !told_of_later => {
                tracing::warn!(
                    "a later version of daybook built the read models and works on them: this process records and answers. Replace it; \
                     to go back to this version stop the later one and run `daybook rebuild --all` with this one"
                );
                told_of_later = true;
            }
            Ok(Built::Later) => {}
            Ok(Built::Here | Built::Earlier) => match live::run(&database, &config, stop.clone()).await {
                Ended::Asked => return,
                Ended::AnotherVersion => {
                    told_of_later = false;
                    continue;
                }
            },
            Err(daybook_worker::Error::Stopped) => return,
            Err(daybook_worker::Error::AlreadyRebuilding) => {
                tracing::info!("another process rebuilds the read models; waiting for it");
            }
            Err(error) => tracing::warn!(%error, "the read models could not be brought to this version; trying again"),
        }
        tokio::select! { () = tokio::time::sleep(PAUSE) => {}, () = stop.cancelled() => return }
    }
}

/// Rebuilds what an earlier version built. Returns who had built it.
async fn bring_to_this_version(database: &Database, stop: &CancellationToken) -> Result<Built, daybook_worker::Error> {
    let mut connection = database.pool().acquire().await?;
    setup::ensure_generation(&mut connection).await?;
    let built = setup::built(&mut connection).await?;
    drop(connection);
    if built == Built::Earlier {
        tracing::info!(
            "an earlier version built the read models: rebuilding them from the log; the old ones answer meanwhile"
        );
        let told = AtomicI64::new(0);
        let observer = Observer { progress: &|progress| tell(progress, &told), shutdown: stop };
        let config = RebuildConfig::default();
        let rebuilt = tokio::select! {
            rebuilt = rebuild(database, What::Everything, &config, &observer) => rebuilt?,
            // What is not live yet may be left behind at any moment: the next rebuild takes it away.
            () = given_up(stop) => return Err(daybook_worker::Error::Stopped),
        };
        tracing::info!(generation = rebuilt.generation, size = rebuilt.size, "the read models were rebuilt");
    }
    Ok(built)
}

/// Ready some seconds after the process was asked to stop: making an index or comparing tables cannot be interrupted by asking.
async fn given_up(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(LONGEST_END).await;
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
