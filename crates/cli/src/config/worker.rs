//! The worker: how long the others wait for it when its process dies.

use std::time::Duration;

use daybook_worker::live::WorkerConfig;

use super::Problems;

/// The worker.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Worker")]
pub struct WorkerArguments {
    /// Seconds after which another instance takes over from a worker that died
    #[arg(long, env = "DAYBOOK_WORKER_LEASE", hide_env_values = true, value_name = "SECONDS", default_value = "5")]
    worker_lease: String,
}

impl WorkerArguments {
    /// Checks it.
    pub fn read(&self, problems: &mut Problems) -> Option<WorkerConfig> {
        let seconds = self.worker_lease.trim().parse().ok().filter(|seconds| (1..=600).contains(seconds));
        if seconds.is_none() {
            let wrong = format!("{:?} is no number from 1 to 600", self.worker_lease);
            problems.add("DAYBOOK_WORKER_LEASE (--worker-lease)", wrong, "DAYBOOK_WORKER_LEASE=5");
        }
        Some(WorkerConfig { lease: Duration::from_secs(seconds?), ..WorkerConfig::default() })
    }
}
