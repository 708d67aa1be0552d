//! The law of the cache, as a property: whatever is written, followed, read and kept in whatever order, an answer served at a size is the answer that
//! reading at that size gives.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use daybook_domain::scope::ScopeId;
use daybook_store::generation::Pointer;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::EntitlementCache;
use super::kept::{Kept, close};
use super::shard::{Change, ReadAt};

const SCOPES: i16 = 2;
const CUSTOMERS: u8 = 4;

/// One thing that happens.
#[derive(Clone, Debug)]
enum Step {
    /// The worker commits a batch that changes a customer.
    Write(i16, u8),
    /// The worker commits a batch that changes all of a scope.
    WriteScope(i16),
    /// The follower moves the cache to where the read models stand.
    Follow,
    /// A reader reads an answer and holds it.
    Read(i16, u8),
    /// The oldest answer that is held is kept.
    Keep,
    /// Another generation answers.
    Switch,
    /// Somebody asks.
    Ask(i16, u8),
}

fn step() -> impl Strategy<Value = Step> {
    let scope = || 0..SCOPES;
    let customer = || 0..CUSTOMERS;
    prop_oneof![
        4 => (scope(), customer()).prop_map(|(scope, customer)| Step::Write(scope, customer)),
        1 => scope().prop_map(Step::WriteScope),
        4 => Just(Step::Follow),
        6 => (scope(), customer()).prop_map(|(scope, customer)| Step::Read(scope, customer)),
        6 => Just(Step::Keep),
        1 => Just(Step::Switch),
        8 => (scope(), customer()).prop_map(|(scope, customer)| Step::Ask(scope, customer)),
    ]
}

/// The read models as they are: every change by the size that brought it.
struct World {
    cache: EntitlementCache,
    size: i64,
    generation: i32,
    pointer: Arc<Pointer>,
    changes: BTreeMap<i64, (i16, Option<u8>)>,
    followed: Option<(i64, i32)>,
    held: Vec<(ReadAt, i16, u8, Kept)>,
}

impl World {
    fn new() -> Self {
        let pointer = Arc::new(Pointer::from([("entitlements".to_owned(), 0)]));
        let cache = EntitlementCache::new(2);
        Self { cache, size: 0, generation: 0, pointer, changes: BTreeMap::new(), followed: None, held: Vec::new() }
    }

    /// What reading a customer at a size gives: the size of its last change.
    fn truth(&self, scope: i16, customer: u8, size: i64) -> Value {
        let mine = |(_, changed): &(&i64, &(i16, Option<u8>))| {
            changed.0 == scope && changed.1.is_none_or(|changed| changed == customer)
        };
        let last = self.changes.range(..=size).filter(mine).map(|(size, _)| *size).next_back();
        json!({ "scope": scope, "customer": customer, "last": last })
    }

    fn write(&mut self, scope: i16, customer: Option<u8>) {
        self.size += 1;
        self.changes.insert(self.size, (scope, customer));
    }

    fn follow(&mut self) {
        match self.followed {
            Some((size, generation)) if generation == self.generation => {
                let since = self.changes.iter().filter(|(changed, _)| **changed > size);
                let distinct: BTreeSet<_> = since.map(|(_, changed)| *changed).collect();
                let changes: Vec<Change> = distinct
                    .into_iter()
                    .map(|(scope, customer)| Change {
                        scope: ScopeId(scope),
                        customer: customer.map(|customer| customer.to_string().into()),
                    })
                    .collect();
                self.cache.advance(self.size, &changes);
            }
            _ => self.cache.begin_again(self.size, &self.pointer),
        }
        self.followed = Some((self.size, self.generation));
    }

    fn read(&mut self, scope: i16, customer: u8) {
        let read_at = ReadAt { size: self.size, pointer: Arc::clone(&self.pointer) };
        let kept = Kept::render(&self.truth(scope, customer, self.size), None).unwrap();
        self.held.push((read_at, scope, customer, kept));
    }

    fn keep(&mut self) {
        if !self.held.is_empty() {
            let (read_at, scope, customer, kept) = self.held.remove(0);
            self.cache.keep(&read_at, ScopeId(scope), &customer.to_string(), "feature", kept);
        }
    }

    fn switch(&mut self) {
        self.generation += 1;
        self.pointer = Arc::new(Pointer::from([("entitlements".to_owned(), self.generation)]));
    }

    fn ask(&self, scope: i16, customer: u8) {
        let mut body = Vec::new();
        let Some(size) = self.cache.find(ScopeId(scope), &customer.to_string(), "feature", 0, &mut body) else {
            return;
        };
        close(&mut body, size, 0, false);
        let mut served: Value = serde_json::from_slice(&body).unwrap();
        let served = served.as_object_mut().unwrap();
        let truth = self.truth(scope, customer, size);
        assert_eq!(served.get("last"), truth.get("last"), "served at size {size}");
        assert!(size <= self.size && self.followed.is_some_and(|(followed, _)| size >= followed));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn an_answer_served_at_a_size_is_what_reading_at_that_size_gives(steps in prop::collection::vec(step(), 1..80)) {
        let mut world = World::new();
        for step in steps {
            match step {
                Step::Write(scope, customer) => world.write(scope, Some(customer)),
                Step::WriteScope(scope) => world.write(scope, None),
                Step::Follow => world.follow(),
                Step::Read(scope, customer) => world.read(scope, customer),
                Step::Keep => world.keep(),
                Step::Switch => world.switch(),
                Step::Ask(scope, customer) => world.ask(scope, customer),
            }
        }
    }
}

#[test]
fn an_answer_that_was_being_read_while_its_customer_changed_is_not_kept() {
    let mut world = World::new();
    world.follow();
    world.read(0, 1);
    world.write(0, Some(1));
    world.follow();
    world.keep();
    assert_eq!(world.cache.customers(), 0);
    world.read(0, 1);
    world.keep();
    assert_eq!(world.cache.customers(), 1);
}
