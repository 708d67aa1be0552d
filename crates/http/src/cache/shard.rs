//! The rule by which answers are kept and forgotten, without clock, lock or database.
//!
//! A shard stands at a size. What it holds of a customer is right at that size, because moving on forgets every customer that changed. An answer that
//! comes in was read at a size of its own: one read earlier is kept only if the shard remembers all changes since then and the customer is in none
//! of them; one read later is kept too, and outlives a change that it has seen already.

use std::collections::HashMap;
use std::sync::Arc;

use daybook_domain::scope::ScopeId;
use daybook_store::generation::Pointer;

use super::half::{Answer, Answers, ByCustomer, Half};
use super::kept::Kept;

/// Features of one customer that are kept: more than may be asked for at once.
const FEATURES: usize = 128;
/// Changed customers that are remembered for answers that are being read.
const REMEMBERED: usize = 4096;
/// Bytes a half may take for each customer it has room for. Whoever asks for many features of each keeps fewer customers, and made-up names fill nothing
/// else.
const BYTES: usize = 2048;

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

/// A part of the cache.
#[derive(Debug)]
pub struct Shard {
    /// Customers kept in each half: at least so many are remembered, unless their answers are large.
    capacity: usize,
    /// What was asked for lately.
    young: Half,
    /// What was asked for before that; dropped when the young half is full.
    old: Half,
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
            young: Half::default(),
            old: Half::default(),
            size: 0,
            pointer: None,
            floor: 0,
            changed: ByCustomer::default(),
            changed_scopes: HashMap::new(),
        }
    }

    /// Customers whose answers are kept.
    pub fn customers(&self) -> usize {
        self.young.answers.count + self.old.answers.count
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
        if self.is_heavy() {
            // Also for one that is known already: its answers grow in number.
            self.turn();
        }
        let new = Answer { feature: feature.into(), kept, size: read_at.size };
        if let Some((customer, answers)) = self.old.remove(scope, customer) {
            self.put(scope, customer, answers);
        }
        let mut new = Some(new);
        self.young.change(scope, customer, |answers| {
            answers.retain(|answer| *answer.feature != *feature);
            if answers.len() >= FEATURES {
                answers.remove(0);
            }
            answers.extend(new.take());
        });
        if let Some(new) = new {
            self.put(scope, customer.into(), vec![new]);
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
        if self.young.answers.count >= self.capacity || self.is_heavy() {
            self.turn();
        }
        self.young.insert(scope, customer, answers);
    }

    /// Whether what was asked for lately takes as much memory as its half may.
    fn is_heavy(&self) -> bool {
        self.young.bytes >= self.capacity.saturating_mul(BYTES)
    }

    /// Lets go of what was asked for longest ago.
    fn turn(&mut self) {
        self.old = std::mem::take(&mut self.young);
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
                self.young.forget(change.scope, customer, size);
                self.old.forget(change.scope, customer, size);
            } else {
                self.changed_scopes.insert(change.scope, size);
                self.young.forget_scope(change.scope, size);
                self.old.forget_scope(change.scope, size);
            }
        }
        self.size = size;
    }

    /// Forgets everything and stands at a size of these generations.
    pub fn begin_again(&mut self, size: i64, pointer: &Arc<Pointer>) {
        *self = Self { size, floor: size, pointer: Some(Arc::clone(pointer)), ..Self::new(self.capacity) };
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SCOPE: ScopeId = ScopeId(1);

    fn stands(capacity: usize) -> (Shard, ReadAt) {
        let mut shard = Shard::new(capacity);
        let pointer = Arc::new(Pointer::new());
        shard.begin_again(5, &pointer);
        (shard, ReadAt { size: 5, pointer })
    }

    fn answer(text: &str) -> Kept {
        Kept::render(&json!({"customer": "cus"}), &json!({ "text": text }), (0, None)).unwrap()
    }

    #[test]
    fn many_answers_of_few_customers_are_bounded_like_few_answers_of_many() {
        let text = "x".repeat(1_000);
        let by_customer = (0..100).flat_map(|customer| (0..100).map(move |feature| (customer, feature)));
        let by_feature = (0..100).flat_map(|feature| (0..100).map(move |customer| (customer, feature)));
        for order in [by_customer.collect::<Vec<_>>(), by_feature.collect()] {
            let (mut shard, read_at) = stands(100);
            for (customer, feature) in order {
                shard.keep(&read_at, SCOPE, &format!("cus_{customer}"), &format!("f{feature}"), answer(&text));
            }
            // Whoever comes last may bring all of its answers.
            let most = 100 * BYTES + FEATURES * 1_300;
            assert!(shard.young.bytes <= most && shard.old.bytes <= most, "{} {}", shard.young.bytes, shard.old.bytes);
            assert!(shard.find(SCOPE, "cus_99", "f99", 0).is_some() && shard.find(SCOPE, "cus_0", "f0", 0).is_none());
        }
    }

    #[test]
    fn what_is_forgotten_takes_no_memory() {
        let (mut shard, read_at) = stands(1);
        for customer in ["cus_1", "cus_2", "cus_3"] {
            shard.keep(&read_at, SCOPE, customer, "f", answer("x"));
            shard.keep(&read_at, SCOPE, customer, "f", answer("xyz"));
        }
        let change = |customer: Option<&str>| Change { scope: SCOPE, customer: customer.map(Into::into) };
        shard.advance(6, &[&change(Some("cus_3"))]);
        assert_eq!((shard.customers(), shard.young.bytes), (1, 0));
        shard.advance(7, &[&change(None)]);
        assert_eq!((shard.customers(), shard.old.bytes), (0, 0));
    }
}
