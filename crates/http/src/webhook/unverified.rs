//! Deliveries that could not be verified, as the process's own log tells of them. Anybody who knows the address can send one, so the log must not grow
//! with their number: the first is told of at once, those that follow once a minute, with how many they were.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// Seconds between two lines.
const PAUSE: i64 = 60;

/// What was not told of yet, of one endpoint.
#[derive(Debug, Default)]
pub(super) struct Unverified {
    /// The first second in which the next line may be written.
    next: AtomicI64,
    untold: AtomicU64,
}

impl Unverified {
    /// Takes note of one more. Gives how many are to be told of now, this one among them; nothing while it is too soon.
    pub fn note(&self, now: i64) -> Option<u64> {
        self.untold.fetch_add(1, Ordering::Relaxed);
        let next = self.next.load(Ordering::Relaxed);
        let is_ours =
            now >= next && self.next.compare_exchange(next, now + PAUSE, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        is_ours.then(|| self.untold.swap(0, Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_forgeries_is_a_line_a_minute_that_counts_them() {
        let unverified = Unverified::default();
        assert_eq!(unverified.note(1_000), Some(1));
        assert!((1_000..1_060).all(|now| unverified.note(now).is_none()));
        assert_eq!(unverified.note(1_060), Some(61));
        assert_eq!(unverified.note(1_061), None);
    }
}
