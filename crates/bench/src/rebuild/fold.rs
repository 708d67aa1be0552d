//! The rebuild itself, as `daybook rebuild --all` does it, from the first statement to the switch.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use daybook_store::{Database, DatabaseConfig};
use daybook_worker::rebuild::{BesideLive, Observer, Progress, RebuildConfig, What, rebuild};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::machine::peak_kilobytes;
use crate::statistics::micros;

/// How it went.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Folded {
    /// How long it took.
    pub(crate) micros: u64,
    /// What it was doing, and for how long.
    pub(crate) phases: Vec<(String, u64)>,
    /// The most memory it had at once.
    pub(crate) peak_kilobytes: u64,
}

/// Phases with the times they began.
#[derive(Default)]
struct Clock(Mutex<Vec<(&'static str, Instant)>>);

impl Clock {
    fn note(&self, progress: Progress) {
        let name = match progress {
            Progress::Folding { .. } => "folding",
            Progress::Writing => "writing",
            Progress::Indexing => "indexing",
            Progress::CatchingUp => "catching up",
            Progress::Comparing => "comparing",
            Progress::Switching => "switching",
        };
        self.begin(name);
    }

    fn begin(&self, name: &'static str) {
        let mut phases = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if phases.last().is_none_or(|(last, _)| *last != name) {
            phases.push((name, Instant::now()));
        }
    }

    fn phases(self, end: Instant) -> Vec<(String, u64)> {
        let begun = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let ends = begun.iter().skip(1).map(|(_, next)| *next).chain([end]);
        let lasted = begun.iter().zip(ends).map(|((name, begun), end)| ((*name).to_owned(), micros(end - *begun)));
        lasted.collect()
    }
}

/// Rebuilds everything.
pub(crate) async fn fold(url: &str) -> anyhow::Result<Folded> {
    let database = Database::connect(&DatabaseConfig::new(url.to_owned())).await?;
    let clock = Clock::default();
    let begun = Instant::now();
    clock.begin("folding");
    let progress = |progress: Progress| clock.note(progress);
    let shutdown = CancellationToken::new();
    // What is measured is building, not looking at what was built before.
    let config = RebuildConfig { beside_live: BesideLive::Trust, ..RebuildConfig::default() };
    let observer = Observer { progress: &progress, shutdown: &shutdown };
    rebuild(&database, What::Everything, &config, &observer).await?;
    let end = Instant::now();
    Ok(Folded { micros: micros(end - begun), phases: clock.phases(end), peak_kilobytes: peak_kilobytes() })
}
