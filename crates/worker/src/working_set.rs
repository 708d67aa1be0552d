//! The states the worker holds in memory: those it needs for the records at hand, and a bounded number of others.
//!
//! A state that is not here is not lost: it stands in the `object` table of the generation. What has changed since the
//! last flush is never let go.

use std::collections::HashMap;

use daybook_domain::{
    id::{ObjectKind, ObjectRef},
    object::Object,
    scope::ScopeId,
    settlement::Settlement,
};
use foldhash::fast::RandomState;

use crate::state::State;

/// One state and what is known about its stored form.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What is known of the object.
    pub state: State,
    /// How many cqrs events it has.
    pub sequence: i64,
    /// Digest of the rows last derived from it; 0 when it has none.
    pub derived: i64,
    /// Whether the `object` table holds a row of it.
    pub stored: bool,
    /// The round in which it was last needed.
    used: u64,
    /// Whether it has changed since the last flush; it then stands in `Books::dirty`.
    dirty: bool,
    /// Whether postings around it may have changed since; it then stands in `Books::unsettled`.
    unsettled: bool,
}

impl Entry {
    /// A state read from the `object` table.
    pub fn stored(state: State, sequence: i64, derived: i64) -> Self {
        Self { state, sequence, derived, stored: true, used: 0, dirty: false, unsettled: false }
    }

    fn new(kind: ObjectKind) -> Self {
        Self {
            state: State::new(kind),
            sequence: 0,
            derived: 0,
            stored: false,
            used: 0,
            dirty: false,
            unsettled: false,
        }
    }
}

/// The states of one scope.
#[derive(Debug, Default)]
pub struct Books {
    entries: HashMap<ObjectRef, Entry, RandomState>,
    /// What has changed since the last flush, each once.
    dirty: Vec<ObjectRef>,
    /// Members of settlements whose postings may have changed since, each once.
    unsettled: Vec<ObjectRef>,
    round: u64,
}

impl Books {
    /// The state of an object, if it is here.
    pub fn get(&self, object: &ObjectRef) -> Option<&Entry> {
        self.entries.get(object)
    }

    /// The plain object, if it is here.
    pub fn object(&self, object: &ObjectRef) -> Option<&Object> {
        self.entries.get(object).and_then(|entry| entry.state.as_object())
    }

    /// The state of an object, to be changed; made if it is not here.
    pub fn change(&mut self, object: &ObjectRef) -> &mut Entry {
        let entry = self.entries.entry(object.clone()).or_insert_with(|| Entry::new(object.kind));
        if !entry.dirty {
            entry.dirty = true;
            self.dirty.push(object.clone());
        }
        entry.used = self.round;
        entry
    }

    /// The plain object, to be changed; made if it is not here.
    pub fn change_object(&mut self, object: &ObjectRef) -> Option<&mut Object> {
        match &mut self.change(object).state {
            State::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Takes in a state read from the database, unless a newer one is here.
    pub fn put(&mut self, object: ObjectRef, mut entry: Entry) {
        entry.used = self.round;
        self.entries.entry(object).or_insert(entry);
    }

    /// Whether the state is here; if so it counts as needed in this round.
    pub fn touch(&mut self, object: &ObjectRef) -> bool {
        let round = self.round;
        self.entries.get_mut(object).map(|entry| entry.used = round).is_some()
    }

    /// Notes that the postings of the settlement around `object` may have changed.
    pub fn unsettle(&mut self, object: &ObjectRef) {
        if let Some(entry) = self.entries.get_mut(object).filter(|entry| !entry.unsettled) {
            entry.unsettled = true;
            self.unsettled.push(object.clone());
        }
    }

    /// The settlement around an object, as far as it is here.
    pub fn settlement(&self, object: &ObjectRef) -> Settlement<'_> {
        Settlement::around(object, |reference| self.object(reference))
    }

    /// Objects whose settlements may have changed since the last flush, in canonical order; the list is forgotten by
    /// asking, each object's mark by [`Books::settled`].
    pub fn take_unsettled(&mut self) -> Vec<ObjectRef> {
        let mut unsettled = std::mem::take(&mut self.unsettled);
        unsettled.sort_unstable();
        unsettled
    }

    /// Whether the settlement around an object may have changed since it was last settled.
    pub fn is_unsettled(&self, object: &ObjectRef) -> bool {
        self.entries.get(object).is_some_and(|entry| entry.unsettled)
    }

    /// Notes that the postings around an object are known.
    pub fn settled(&mut self, object: &ObjectRef) {
        if let Some(entry) = self.entries.get_mut(object) {
            entry.unsettled = false;
        }
    }

    /// What has changed since the last flush, in canonical order; the list is forgotten by asking, each object's mark
    /// by [`Books::mark_stored`].
    pub fn take_dirty(&mut self) -> Vec<ObjectRef> {
        let mut dirty = std::mem::take(&mut self.dirty);
        dirty.sort_unstable();
        dirty
    }

    /// Whether an object has changed since it was last stored.
    pub fn is_dirty(&self, object: &ObjectRef) -> bool {
        self.entries.get(object).is_some_and(|entry| entry.dirty)
    }

    /// Notes the digest of the rows derived from an object.
    pub fn derived(&mut self, object: &ObjectRef, digest: i64) {
        if let Some(entry) = self.entries.get_mut(object) {
            entry.derived = digest;
        }
    }

    /// Notes that the `object` table holds the state.
    pub fn mark_stored(&mut self, object: &ObjectRef) {
        if let Some(entry) = self.entries.get_mut(object) {
            entry.stored = true;
            entry.dirty = false;
        }
    }

    /// Whose states are here.
    pub fn objects(&self) -> impl Iterator<Item = &ObjectRef> {
        self.entries.keys()
    }

    /// How many states are here.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no state is here.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// All states in memory, by scope.
#[derive(Debug, Default)]
pub struct WorkingSet {
    books: HashMap<ScopeId, Books>,
    round: u64,
}

impl WorkingSet {
    /// The states of one scope.
    pub fn books(&mut self, scope: ScopeId) -> &mut Books {
        let round = self.round;
        let books = self.books.entry(scope).or_default();
        books.round = round;
        books
    }

    /// All scopes with states here.
    pub fn all(&mut self) -> impl Iterator<Item = (ScopeId, &mut Books)> {
        self.books.iter_mut().map(|(scope, books)| (*scope, books))
    }

    /// How many states are here.
    pub fn len(&self) -> usize {
        self.books.values().map(Books::len).sum()
    }

    /// Whether no state is here.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Begins a round: what is needed from now on counts as used later than before.
    pub fn begin_round(&mut self) {
        self.round += 1;
    }

    /// Lets go of the states not needed for longest until at most `keep` are left. Only after a flush: what has
    /// changed and is not written would be lost, so it stays.
    pub fn evict(&mut self, keep: usize) -> usize {
        let before = self.len();
        if before <= keep {
            return 0;
        }
        let mut used: Vec<u64> =
            self.books.values().flat_map(|books| books.entries.values()).map(|one| one.used).collect();
        let surplus = before - keep;
        let (_, newest_to_go, _) = used.select_nth_unstable(surplus - 1);
        let newest_to_go = *newest_to_go;
        for books in self.books.values_mut() {
            books.entries.retain(|_, entry| entry.used > newest_to_go || entry.dirty || entry.unsettled);
            books.entries.shrink_to_fit();
        }
        before - self.len()
    }
}
