//! What a recorder has done since it started, for metrics. Relaxed atomics: the numbers need not agree with each other to the last one.

use std::sync::atomic::{AtomicU64, Ordering};

/// The running counts.
#[derive(Debug, Default)]
pub struct Counters {
    pub(crate) appended: AtomicU64,
    pub(crate) duplicates: AtomicU64,
    pub(crate) conflicts: AtomicU64,
    pub(crate) rejected: AtomicU64,
    pub(crate) unavailable: AtomicU64,
    pub(crate) busy: AtomicU64,
    pub(crate) batches: AtomicU64,
    pub(crate) failed_attempts: AtomicU64,
    pub(crate) connections: AtomicU64,
    pub(crate) append_microseconds: AtomicU64,
}

/// The counts at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CountersSnapshot {
    /// entries that became records
    pub appended: u64,
    /// entries that were there already
    pub duplicates: u64,
    /// entries that contradict a record
    pub conflicts: u64,
    /// entries the database refused by their values
    pub rejected: u64,
    /// entries given up because the database did not answer
    pub unavailable: u64,
    /// entries turned away because the queue was full
    pub busy: u64,
    /// transactions committed
    pub batches: u64,
    /// attempts that failed and were tried again or given up
    pub failed_attempts: u64,
    /// connections opened
    pub connections: u64,
    /// time spent in committed transactions, in microseconds
    pub append_microseconds: u64,
    /// entries waiting now
    pub queue_entries: usize,
    /// bytes of bodies waiting or being appended now
    pub queue_bytes: usize,
}

impl Counters {
    pub(super) fn snapshot(&self, queue_entries: usize, queue_bytes: usize) -> CountersSnapshot {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        CountersSnapshot {
            appended: read(&self.appended),
            duplicates: read(&self.duplicates),
            conflicts: read(&self.conflicts),
            rejected: read(&self.rejected),
            unavailable: read(&self.unavailable),
            busy: read(&self.busy),
            batches: read(&self.batches),
            failed_attempts: read(&self.failed_attempts),
            connections: read(&self.connections),
            append_microseconds: read(&self.append_microseconds),
            queue_entries,
            queue_bytes,
        }
    }
}

/// Adds one.
pub(super) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
