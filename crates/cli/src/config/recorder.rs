//! The recorder: how much may wait before Stripe is asked to come again.

use daybook_store::recorder::Limits;

use super::Problems;

/// The recorder's queue.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Recorder")]
pub struct RecorderArguments {
    /// Deliveries that may wait to be written; more are answered 503 with Retry-After
    #[arg(long, env = "DAYBOOK_QUEUE", hide_env_values = true, value_name = "COUNT", default_value = "4096")]
    queue: String,

    /// Megabytes of bodies that may wait to be written
    #[arg(
        long,
        env = "DAYBOOK_QUEUE_MEGABYTES",
        hide_env_values = true,
        value_name = "MEGABYTES",
        default_value = "64"
    )]
    queue_megabytes: String,
}

impl RecorderArguments {
    /// Checks it.
    pub fn read(&self, problems: &mut Problems) -> Option<Limits> {
        let entries = self.queue.trim().parse().ok().filter(|count| (1..=1_000_000).contains(count));
        if entries.is_none() {
            let wrong = format!("{:?} is no number from 1 to 1000000", self.queue);
            problems.add("DAYBOOK_QUEUE (--queue)", wrong, "DAYBOOK_QUEUE=4096");
        }
        let megabytes: Option<u32> =
            self.queue_megabytes.trim().parse().ok().filter(|count| (1..=2_048).contains(count));
        if megabytes.is_none() {
            let wrong = format!("{:?} is no number from 1 to 2048", self.queue_megabytes);
            problems.add("DAYBOOK_QUEUE_MEGABYTES (--queue-megabytes)", wrong, "DAYBOOK_QUEUE_MEGABYTES=64");
        }
        Some(Limits { queue_entries: entries?, queue_bytes: megabytes? << 20, ..Limits::default() })
    }
}
