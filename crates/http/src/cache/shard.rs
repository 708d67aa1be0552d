//! The rule by which answers are kept and forgotten, without clock, lock or database.
//!
//! A shard stands at a size. What it holds of a customer is right at that size, because moving on forgets every customer that changed. An answer that
//! comes in was read at a size of its own: one read earlier is kept only if the shard remembers all changes since then and the customer is in none
//! of them; one read later is kept too, and outlives a change that it has seen already.

use std::collections::HashMap;
use std::sync::Arc;

use daybook_domain::scope::ScopeId;
use daybook_store::generation::Pointer;

use super::kept::Kept;

/// Features of one customer that are kept: more than may be asked for at once.
const FEATURES: usize = 128;
/// Changed customers that are remembered for answers that are being read.
const REMEMBERED: usize = 4096;

/// What changed: a customer, or all of a scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Whose books.
    pub scope: ScopeId,
    /// Which customer; none for all of them.
    pub customer: Option<Box<str>>,
}

/// Where an answer was read.
#[derive(Clone, Debug)]
pub struct ReadAt {
    /// At which size.
    pub size: i64,
    /// In which generations.
    pub pointer: Arc<Pointer>,
}

/// A kept answer.
#[derive(Debug)]
pub struct Found<'a> {
    /// The answer.
    pub kept: &'a Kept,
    /// The size it was read at.
    pub read_at: i64,
    /// The size until which it is right.
    pub until: i64,
    /// The generations it was read in.
    pub pointer: &'a Arc<Pointer>,
}

/// An answer, and the size it was read at.
#[derive(Debug)]
struct Answer {
    feature: Box<str>,
    kept: Kept,
    size: i64,
}

type Answers = Vec<Answer>;

/// Something about each of some customers.
#[derive(Debug)]
struct ByCustomer<T> {
    scopes: HashMap<ScopeId, HashMap<Box<str>, T>>,
    count: usize,
}

impl<T> Default for ByCustomer<T> {
    fn default() -> Self {
        Self { scopes: HashMap::new(), count: 0 }
    }
}

impl<T> ByCustomer<T> {
    fn get(&self, scope: ScopeId, customer: &str) -> Option<&T> {
        self.scopes.get(&scope)?.get(customer)
    }

    fn get_mut(&mut self, scope: ScopeId, customer: &str) -> Option<&mut T> {
        self.scopes.get_mut(&scope)?.get_mut(customer)
    }

    fn remove(&mut self, scope: ScopeId, customer: &str) -> Option<(Box<str>, T)> {
        let removed = self.scopes.get_mut(&scope)?.remove_entry(customer)?;
        self.count -= 1;
        Some(removed)
    }

    fn insert(&mut self, scope: ScopeId, customer: Box<str>, value: T) {
        if self.scopes.entry(scope).or_default().insert(customer, value).is_none() {
            self.count += 1;
        }
    }

    fn retain_in(&mut self, scope: ScopeId, keep: impl FnMut(&Box<str>, &mut T) -> bool) {
        if let Some(customers) = self.scopes.get_mut(&scope) {
            let before = customers.len();
            customers.retain(keep);
            self.count -= before - customers.len();
        }
    }
}

/// A part of the cache.
#[derive(Debug)]
pub struct Shard {
    /// Customers kept in each half: at least so many are remembered.
    capacity: usize,
    /// What was asked for lately.
    young: ByCustomer<Answers>,
    /// What was asked for before that; dropped when the young half is full.
    old: ByCustomer<Answers>,
    /// Where it stands.
    size: i64,
    pointer: Option<Arc<Pointer>>,
    /// All changes after this size are remembered.
    floor: i64,
    changed: ByCustomer<i64>,
    changed_scopes: HashMap<ScopeId, i64>,
}

impl Shard {
    /// An empty shard that stands nowhere yet and keeps nothing until it does.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            young: ByCustomer::default(),
            old: ByCustomer::default(),
            size: 0,
            pointer: None,
            floor: 0,
            changed: ByCustomer::default(),
            changed_scopes: HashMap::new(),
        }
    }

    /// Customers whose answers are kept.
    pub fn customers(&self) -> usize {
        self.young.count + self.old.count
    }

    /// A kept answer that holds at `now`.
    pub fn find(&mut self, scope: ScopeId, customer: &str, feature: &str, now: i64) -> Option<Found<'_>> {
        if self.young.get(scope, customer).is_none() {
            let (customer, answers) = self.old.remove(scope, customer)?;
            self.put(scope, customer, answers);
        }
        let answers = self.young.get(scope, customer)?;
        let answer = answers.iter().find(|answer| *answer.feature == *feature && answer.kept.holds_at(now))?;
        let pointer = self.pointer.as_ref()?;
        Some(Found { kept: &answer.kept, read_at: answer.size, until: answer.size.max(self.size), pointer })
    }

    /// Until which size nothing of a customer has changed since it was read there; nothing if it has, or if nobody remembers.
    pub fn unchanged(&self, read_at: &ReadAt, scope: ScopeId, customer: &str) -> Option<i64> {
        self.is_right(read_at, scope, customer).then(|| self.size.max(read_at.size))
    }

    /// Keeps an answer, unless it may be older than a change.
    pub fn keep(&mut self, read_at: &ReadAt, scope: ScopeId, customer: &str, feature: &str, kept: Kept) {
        if !self.is_right(read_at, scope, customer) {
            return;
        }
        let new = Answer { feature: feature.into(), kept, size: read_at.size };
        if let Some((customer, answers)) = self.old.remove(scope, customer) {
            self.put(scope, customer, answers);
        }
        match self.young.get_mut(scope, customer) {
            None => self.put(scope, customer.into(), vec![new]),
            Some(answers) => {
                answers.retain(|answer| answer.feature != new.feature);
                if answers.len() >= FEATURES {
                    answers.remove(0);
                }
                answers.push(new);
            }
        }
    }

    /// Whether what was read there is still right here.
    fn is_right(&self, read_at: &ReadAt, scope: ScopeId, customer: &str) -> bool {
        let changed = self.changed.get(scope, customer).copied().max(self.changed_scopes.get(&scope).copied());
        self.pointer.as_ref().is_some_and(|pointer| *pointer == read_at.pointer)
            && read_at.size >= self.floor
            && changed.is_none_or(|changed| read_at.size >= changed)
    }

    fn put(&mut self, scope: ScopeId, customer: Box<str>, answers: Answers) {
        if self.young.count >= self.capacity {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(scope, customer, answers);
    }

    /// Moves on to `size`, given all that changed since where it stood.
    pub fn advance(&mut self, size: i64, changes: &[&Change]) {
        if self.changed.count + changes.len() > REMEMBERED {
            self.changed = ByCustomer::default();
            self.changed_scopes.clear();
            self.floor = size;
        }
        for change in changes {
            if let Some(customer) = &change.customer {
                self.changed.insert(change.scope, customer.clone(), size);
                self.forget(change.scope, customer, size);
            } else {
                self.changed_scopes.insert(change.scope, size);
                for half in [&mut self.young, &mut self.old] {
                    half.retain_in(change.scope, |_, answers| retain_seen(answers, size));
                }
            }
        }
        self.size = size;
    }

    fn forget(&mut self, scope: ScopeId, customer: &str, size: i64) {
        for half in [&mut self.young, &mut self.old] {
            if half.get_mut(scope, customer).is_some_and(|answers| !retain_seen(answers, size)) {
                half.remove(scope, customer);
            }
        }
    }

    /// Forgets everything and stands at a size of these generations.
    pub fn begin_again(&mut self, size: i64, pointer: &Arc<Pointer>) {
        *self = Self { size, floor: size, pointer: Some(Arc::clone(pointer)), ..Self::new(self.capacity) };
    }
}

/// Keeps the answers that were read when the change had happened; whether any are left.
fn retain_seen(answers: &mut Answers, changed: i64) -> bool {
    answers.retain(|answer| answer.size >= changed);
    !answers.is_empty()
}
