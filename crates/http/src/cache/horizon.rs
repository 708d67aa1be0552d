//! The size this process knows to be live. It moves only after the cache has forgotten what changed up to it, so whoever has seen it reads nothing older.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use daybook_store::generation::Pointer;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::Problem;
use crate::config::CacheLimits;

/// What is live.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Live {
    /// How many records the read models have applied.
    pub size: i64,
    /// The generations that answer.
    pub pointer: Arc<Pointer>,
}

/// How old an answer from the cache would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Staleness {
    /// As new as it gets.
    Fresh,
    /// The live size could not be confirmed for a while.
    Stale,
    /// Nor for longer than answers may be given.
    TooOld,
}

/// What is live, and when that was last confirmed.
#[derive(Debug)]
pub struct Horizon {
    live: watch::Sender<Option<Live>>,
    began: Instant,
    /// Microseconds after `began`.
    confirmed: AtomicU64,
    /// The last look failed.
    away: AtomicBool,
}

impl Horizon {
    /// Nothing is known yet.
    pub fn new() -> Self {
        Self {
            live: watch::Sender::new(None),
            began: Instant::now(),
            confirmed: AtomicU64::new(0),
            away: AtomicBool::new(false),
        }
    }

    /// What is known to be live.
    pub fn live(&self) -> Option<Live> {
        self.live.borrow().clone()
    }

    /// Every move to come.
    pub fn moves(&self) -> watch::Receiver<Option<Live>> {
        self.live.subscribe()
    }

    /// This was live when it was asked for at `asked`.
    pub fn confirm(&self, live: Live, asked: Instant) {
        let after = asked.saturating_duration_since(self.began).as_micros();
        self.confirmed.store(u64::try_from(after).unwrap_or(u64::MAX), Ordering::Release);
        self.away.store(false, Ordering::Release);
        self.live.send_if_modified(|known| {
            let moved = known.as_ref() != Some(&live);
            *known = Some(live);
            moved
        });
    }

    /// A look failed.
    pub fn miss(&self) {
        self.away.store(true, Ordering::Release);
    }

    /// Time since the live size was last confirmed.
    pub fn unconfirmed(&self) -> Duration {
        let confirmed = Duration::from_micros(self.confirmed.load(Ordering::Acquire));
        self.began.elapsed().saturating_sub(confirmed)
    }

    /// How old an answer from the cache would be.
    pub fn staleness(&self, limits: &CacheLimits) -> Staleness {
        let unconfirmed = self.unconfirmed();
        if unconfirmed <= limits.stale_after {
            Staleness::Fresh
        } else if unconfirmed <= limits.refuse_after {
            Staleness::Stale
        } else {
            Staleness::TooOld
        }
    }

    /// Passes unless the database is known to be away, so that nobody queues for it in vain.
    ///
    /// # Errors
    /// [`Problem::TooStale`].
    pub fn ensure_reachable(&self, limits: &CacheLimits) -> Result<(), Problem> {
        let unconfirmed = self.unconfirmed();
        if self.away.load(Ordering::Acquire) && unconfirmed > limits.stale_after {
            return Err(Problem::TooStale { seconds: unconfirmed.as_secs() });
        }
        Ok(())
    }
}

impl Default for Horizon {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn answers_grow_stale_then_too_old_when_nothing_is_confirmed() {
        let (horizon, limits) = (Horizon::new(), CacheLimits::default());
        horizon.confirm(Live::default(), Instant::now());
        assert_eq!(horizon.staleness(&limits), Staleness::Fresh);
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(horizon.staleness(&limits), Staleness::Stale);
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(horizon.staleness(&limits), Staleness::TooOld);
        horizon.confirm(Live::default(), Instant::now());
        assert_eq!(horizon.staleness(&limits), Staleness::Fresh);
    }

    #[tokio::test(start_paused = true)]
    async fn only_a_database_that_was_missed_turns_readers_away() {
        let (horizon, limits) = (Horizon::new(), CacheLimits::default());
        tokio::time::advance(Duration::from_secs(5)).await;
        assert!(horizon.ensure_reachable(&limits).is_ok());
        horizon.miss();
        assert!(horizon.ensure_reachable(&limits).is_err());
    }
}
