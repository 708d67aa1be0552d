//! What is too much to count for every scrape: what needs a person and what is parked. It is counted at most once a minute, beside the scrape that
//! asks for it, and how old the counts are is told with them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use daybook_domain::attention::Code;
use daybook_projections::parked;
use daybook_store::snapshot::Snapshot;
use tokio::time::{Instant, timeout};

use super::{Metrics, Needing};
use crate::Problem;
use crate::state::Shared;
use crate::v1::attention::counts;

/// At most once in this time: it asks every read model.
const EVERY: Duration = Duration::from_secs(60);
/// So long a scrape waits for it.
const PATIENCE: Duration = Duration::from_secs(3);

impl Metrics {
    /// Counts what needs a person and what is parked, unless that was done lately. A scrape does not wait long for it: what takes longer
    /// goes on, and is told to the next one.
    pub(super) async fn count(app: &Shared) {
        if app.metrics.counted.begin() {
            let counting = tokio::spawn(Self::count_now(Arc::clone(app)));
            // Whether it is still at work or has failed, the last counts stay; how old they are is told beside them.
            let _in_time = timeout(PATIENCE, counting).await;
        }
        app.metrics.gauges.counted_seconds.set(app.metrics.counted.age());
    }

    async fn count_now(app: Shared) {
        let metrics = &app.metrics;
        match Self::counts(&app).await {
            Ok((attention, parked)) => {
                for (code, count) in attention {
                    metrics.attention.get_or_create(&Needing { code: code.as_str() }).set(count);
                }
                metrics.gauges.parked_objects.set(parked);
                metrics.counted.end();
            }
            Err(error) => {
                tracing::warn!(%error, "what needs a person could not be counted; the last counts stay");
                metrics.counted.give_up();
            }
        }
    }

    async fn counts(app: &Shared) -> Result<(BTreeMap<Code, i64>, i64), Problem> {
        let attention = counts(app).await?;
        let mut snapshot = Snapshot::begin(&app.pool).await?;
        let parked = parked::count_all(&mut snapshot).await?;
        snapshot.end().await?;
        Ok((attention, parked))
    }
}

/// When something was counted last, and whether somebody is at it.
#[derive(Debug, Default)]
pub(super) struct Counted(Mutex<Counting>);

#[derive(Debug, Default)]
struct Counting {
    begun: Option<Instant>,
    ended: Option<Instant>,
    at_it: bool,
}

impl Counted {
    /// Whether it is time to count. Whoever is told so counts.
    fn begin(&self) -> bool {
        let mut counting = self.lock();
        let due = !counting.at_it && counting.begun.is_none_or(|begun| begun.elapsed() >= EVERY);
        if due {
            (counting.begun, counting.at_it) = (Some(Instant::now()), true);
        }
        due
    }

    fn end(&self) {
        let mut counting = self.lock();
        (counting.ended, counting.at_it) = (counting.begun, false);
    }

    fn give_up(&self) {
        self.lock().at_it = false;
    }

    /// How old the counts are in seconds; -1 before the first.
    fn age(&self) -> i64 {
        self.lock().ended.map_or(-1, |ended| i64::try_from(ended.elapsed().as_secs()).unwrap_or(i64::MAX))
    }

    fn lock(&self) -> MutexGuard<'_, Counting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
