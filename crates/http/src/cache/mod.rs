//! Entitlement answers, kept in this process and right across processes. Whatever is kept was read at a size; when the live read models move on, a
//! follower learns which customers changed, makes the cache forget them, and only then says that it has moved on. An answer is served at a size only
//! if nothing of its customer changed up to that size; an answer that was being read meanwhile is kept only if the same holds for it.
//!
//! Answers about your own accounts are kept under a key of their own and name the customers they were worked out from. One is served only if none of those
//! has changed since it was read; and when a customer changes, the accounts it is now seen beside are forgotten too, because it may be new to them.
//!
//! # Layout
//! - [`shard`]: the rule itself, as a pure data structure
//! - [`half`]: answers by customer, with about how much memory they take
//! - [`kept`]: an answer as it is kept: rendered but for its size and time
//! - [`horizon`]: the size this process knows to be live, and since when it could not confirm it
//! - [`follower`]: the task that moves the horizon

pub mod follower;
mod half;
pub mod horizon;
pub mod kept;
pub mod shard;

#[cfg(test)]
mod law;

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use daybook_domain::scope::ScopeId;
use daybook_store::generation::Pointer;

use kept::Kept;
use shard::{Change, ReadAt, Shard};

/// Shards: a power of two, enough that two cores seldom meet in one.
const SHARDS: usize = 64;

/// All shards.
#[derive(Debug)]
pub struct EntitlementCache {
    shards: Box<[Mutex<Shard>]>,
    hasher: RandomState,
    accounts: AtomicBool,
}

/// A kept answer, and where it is right.
#[derive(Clone, Debug)]
pub struct Told {
    /// The answer.
    pub kept: Kept,
    /// It is right at this size.
    pub from: i64,
    /// And at every size up to this one.
    pub until: i64,
}

/// The key under which answers about one of your own accounts are kept. No customer's id holds a control character.
pub fn account_key(account: &str) -> String {
    format!("\u{1}{account}")
}

impl EntitlementCache {
    /// An empty cache that keeps the answers of at least so many customers.
    pub fn new(customers: usize) -> Self {
        let each = customers.div_ceil(SHARDS).max(1);
        Self {
            shards: (0..SHARDS).map(|_| Mutex::new(Shard::new(each))).collect(),
            hasher: RandomState::new(),
            accounts: AtomicBool::new(false),
        }
    }

    /// Puts a kept answer that holds at `now` (seconds) into `body`, complete but for its closing; gives the size it holds at.
    pub fn find(&self, scope: ScopeId, key: &str, feature: &str, now: i64, body: &mut Vec<u8>) -> Option<i64> {
        let mut shard = self.shard(key);
        let found = shard.find(scope, key, feature, now)?;
        if found.kept.beside.is_empty() {
            found.kept.write(body);
            return Some(found.until);
        }
        drop(shard);
        let told = self.take(scope, key, feature, now)?;
        told.kept.write(body);
        Some(told.until)
    }

    /// A kept answer that holds at `now` (seconds), and the sizes at which it is right.
    pub fn take(&self, scope: ScopeId, key: &str, feature: &str, now: i64) -> Option<Told> {
        let mut shard = self.shard(key);
        let found = shard.find(scope, key, feature, now)?;
        let (kept, mut until) = (found.kept.clone(), found.until);
        let read_at = ReadAt { size: found.read_at, pointer: Arc::clone(found.pointer) };
        drop(shard);
        for customer in &*kept.beside {
            until = until.min(self.shard(customer).unchanged(&read_at, scope, customer)?);
        }
        Some(Told { kept, from: read_at.size, until })
    }

    /// Notes that accounts are asked about, before anything about one is read: from then on the follower must say which accounts changed.
    pub fn expect_accounts(&self) {
        self.accounts.store(true, Ordering::SeqCst);
    }

    /// Whether accounts are asked about.
    pub fn expects_accounts(&self) -> bool {
        self.accounts.load(Ordering::SeqCst)
    }

    /// Keeps an answer, unless what it was read from has changed since.
    pub fn keep(&self, read_at: &ReadAt, scope: ScopeId, customer: &str, feature: &str, kept: Kept) {
        self.shard(customer).keep(read_at, scope, customer, feature, kept);
    }

    /// Moves on to a size: forgets what changed between.
    pub fn advance(&self, size: i64, changes: &[Change]) {
        let mut by_shard: Vec<Vec<&Change>> = vec![Vec::new(); self.shards.len()];
        for change in changes {
            match &change.customer {
                Some(customer) => by_shard.get_mut(self.place(customer)).into_iter().for_each(|one| one.push(change)),
                None => by_shard.iter_mut().for_each(|one| one.push(change)),
            }
        }
        for (shard, changes) in self.shards.iter().zip(by_shard) {
            lock(shard).advance(size, &changes);
        }
    }

    /// Forgets everything and begins again at a size of other generations, or after changes that nobody can list.
    pub fn begin_again(&self, size: i64, pointer: &Arc<Pointer>) {
        for shard in &self.shards {
            lock(shard).begin_again(size, pointer);
        }
    }

    /// Customers whose answers are kept.
    pub fn customers(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).customers()).sum()
    }

    fn place(&self, customer: &str) -> usize {
        usize::try_from(self.hasher.hash_one(customer) % SHARDS as u64).unwrap_or_default()
    }

    fn shard(&self, customer: &str) -> MutexGuard<'_, Shard> {
        let shard = self.shards.get(self.place(customer)).expect("there are as many shards as places");
        lock(shard)
    }
}

fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}
