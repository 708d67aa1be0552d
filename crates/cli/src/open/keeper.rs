//! Keeps a private cluster while this process uses it. One that another process owns ends with that process; whoever is still attached then
//! starts it again at the same place, where the pools of connections find it.

use std::time::Duration;

use local_postgres::{Cluster, Error};
use tokio::task::{JoinError, JoinHandle, spawn_blocking};
use tokio_util::sync::CancellationToken;

/// The pause between two looks at whether the owner lives: one attempt at a lock.
const LOOK: Duration = Duration::from_millis(250);
/// The pause before a start that failed is tried again.
const PAUSE: Duration = Duration::from_secs(5);

/// A cluster in use.
#[derive(Debug)]
pub(super) struct Keeper {
    stop: CancellationToken,
    kept: JoinHandle<Result<Cluster, JoinError>>,
}

impl Keeper {
    /// Keeps it from now on.
    pub(super) fn of(cluster: Cluster) -> Self {
        let stop = CancellationToken::new();
        let kept = tokio::spawn(keep(cluster, stop.clone()));
        Self { stop, kept }
    }

    /// Lets go of it. Stopping waits for the server, so it is done where waiting is allowed.
    pub(super) async fn stop(self) {
        self.stop.cancel();
        let stopped = async {
            let cluster = self.kept.await??;
            spawn_blocking(move || drop(cluster)).await
        };
        if let Err(error) = stopped.await {
            tracing::warn!(%error, "the private PostgreSQL was not stopped in order");
        }
    }
}

/// Takes an attached cluster over when its owner has ended; hands it back when told to stop.
async fn keep(mut cluster: Cluster, stop: CancellationToken) -> Result<Cluster, JoinError> {
    let mut pause = LOOK;
    while cluster.is_attached() {
        tokio::select! { () = tokio::time::sleep(pause) => {}, () = stop.cancelled() => return Ok(cluster) }
        let inherited;
        (cluster, inherited) = inherit(cluster).await?;
        pause = match inherited {
            Ok(true) => {
                tracing::warn!("the daybook that ran the private PostgreSQL has ended: this one runs it now");
                LOOK
            }
            Ok(false) => LOOK,
            Err(error) => {
                tracing::error!(%error, "the daybook that ran the private PostgreSQL has ended, and it cannot be started here; trying again");
                PAUSE
            }
        };
    }
    stop.cancelled().await;
    Ok(cluster)
}

async fn inherit(mut cluster: Cluster) -> Result<(Cluster, Result<bool, Error>), JoinError> {
    spawn_blocking(move || {
        let inherited = cluster.inherit();
        (cluster, inherited)
    })
    .await
}
