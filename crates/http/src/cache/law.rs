//! The law of the cache, as a property: whatever is written, followed, read and kept in whatever order, an answer served at a size is the answer that
//! reading at that size gives.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use daybook_domain::scope::ScopeId;
use daybook_store::generation::Pointer;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::kept::{Kept, close};
use super::shard::{Change, ReadAt};
use super::{EntitlementCache, account_key};

const SCOPES: i32 = 2;
const CUSTOMERS: u8 = 4;
const ACCOUNTS: u8 = 2;

/// One thing that happens.
#[derive(Clone, Debug)]
enum Step {
    /// The worker commits a batch that changes a customer.
    Write(i32, u8),
    /// The worker commits a batch that changes all of a scope.
    WriteScope(i32),
    /// The follower moves the cache to where the read models stand.
    Follow,
    /// A reader reads an answer and holds it.
    Read(i32, u8),
    /// The oldest answer that is held is kept.
    Keep,
    /// Another generation answers.
    Switch,
    /// Somebody asks.
    Ask(i32, u8),
    /// The worker commits a batch in which a customer comes to belong to another account.
    Move(i32, u8, u8),
    /// A reader reads the answer about an account and holds it.
    ReadAccount(i32, u8),
    /// Somebody asks about an account.
    AskAccount(i32, u8),
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
        3 => (scope(), customer(), 0..ACCOUNTS).prop_map(|(scope, customer, account)| Step::Move(scope, customer, account)),
        4 => (scope(), 0..ACCOUNTS).prop_map(|(scope, account)| Step::ReadAccount(scope, account)),
        6 => (scope(), 0..ACCOUNTS).prop_map(|(scope, account)| Step::AskAccount(scope, account)),
    ]
}

/// The read models as they are: every change by the size that brought it.
struct World {
    cache: EntitlementCache,
    size: i64,
    generation: i32,
    pointer: Arc<Pointer>,
    changes: BTreeMap<i64, (i32, Option<u8>)>,
    /// Whose customer each is since which size.
    moves: Vec<(i64, i32, u8, u8)>,
    followed: Option<(i64, i32)>,
    held: Vec<(ReadAt, i32, String, Kept)>,
}

impl World {
    fn new() -> Self {
        let pointer = Arc::new(Pointer::from([("entitlements".to_owned(), 0)]));
        let cache = EntitlementCache::new(2);
        cache.expect_accounts();
        Self {
            cache,
            size: 0,
            generation: 0,
            pointer,
            changes: BTreeMap::new(),
            moves: Vec::new(),
            followed: None,
            held: Vec::new(),
        }
    }

    /// What reading a customer at a size gives: the size of its last change.
    fn truth(&self, scope: i32, customer: u8, size: i64) -> Value {
        let mine = |(_, changed): &(&i64, &(i32, Option<u8>))| {
            changed.0 == scope && changed.1.is_none_or(|changed| changed == customer)
        };
        let last = self.changes.range(..=size).filter(mine).map(|(size, _)| *size).next_back();
        json!({ "scope": scope, "customer": customer, "last": last })
    }

    /// To whom a customer belongs at a size.
    fn account(&self, scope: i32, customer: u8, size: i64) -> Option<u8> {
        let mine = |moved: &&(i64, i32, u8, u8)| moved.0 <= size && moved.1 == scope && moved.2 == customer;
        self.moves.iter().rfind(mine).map(|moved| moved.3)
    }

    /// The customers of an account at a size.
    fn customers(&self, scope: i32, account: u8, size: i64) -> Vec<u8> {
        (0..CUSTOMERS).filter(|customer| self.account(scope, *customer, size) == Some(account)).collect()
    }

    /// What reading an account at a size gives.
    fn truth_of_account(&self, scope: i32, account: u8, size: i64) -> Value {
        let customers = self.customers(scope, account, size).into_iter();
        json!({ "of": customers.map(|customer| self.truth(scope, customer, size)).collect::<Vec<_>>() })
    }

    fn write(&mut self, scope: i32, customer: Option<u8>) {
        self.size += 1;
        self.changes.insert(self.size, (scope, customer));
    }

    fn follow(&mut self) {
        match self.followed {
            Some((size, generation)) if generation == self.generation => {
                let since = self.changes.iter().filter(|(changed, _)| **changed > size);
                let distinct: BTreeSet<_> = since.map(|(_, changed)| *changed).collect();
                let beside = distinct.iter().filter_map(|(scope, customer)| {
                    Some((*scope, account_key(&self.account(*scope, (*customer)?, self.size)?.to_string())))
                });
                let named = distinct.iter().map(|(scope, customer)| (*scope, customer.map(|one| one.to_string())));
                let changes: Vec<Change> = named
                    .chain(beside.map(|(scope, key)| (scope, Some(key))))
                    .map(|(scope, key)| Change { scope: ScopeId(scope), customer: key.map(String::into_boxed_str) })
                    .collect();
                self.cache.advance(self.size, &changes);
            }
            _ => self.cache.begin_again(self.size, &self.pointer),
        }
        self.followed = Some((self.size, self.generation));
    }

    fn read(&mut self, scope: i32, customer: u8) {
        let read_at = ReadAt { size: self.size, pointer: Arc::clone(&self.pointer) };
        let kept =
            Kept::render(&json!({ "customer": customer }), &self.truth(scope, customer, self.size), (0, None)).unwrap();
        self.held.push((read_at, scope, customer.to_string(), kept));
    }

    fn read_account(&mut self, scope: i32, account: u8) {
        let read_at = ReadAt { size: self.size, pointer: Arc::clone(&self.pointer) };
        let truth = self.truth_of_account(scope, account, self.size);
        let beside = self.customers(scope, account, self.size).into_iter().map(|customer| customer.to_string());
        let kept = Kept::render(&json!({ "account": account }), &truth, (0, None)).unwrap().beside(beside);
        self.held.push((read_at, scope, account_key(&account.to_string()), kept));
    }

    fn shift(&mut self, scope: i32, customer: u8, account: u8) {
        self.write(scope, Some(customer));
        self.moves.push((self.size, scope, customer, account));
    }

    fn keep(&mut self) {
        if !self.held.is_empty() {
            let (read_at, scope, key, kept) = self.held.remove(0);
            self.cache.keep(&read_at, ScopeId(scope), &key, "feature", kept);
        }
    }

    fn switch(&mut self) {
        self.generation += 1;
        self.pointer = Arc::new(Pointer::from([("entitlements".to_owned(), self.generation)]));
    }

    fn ask(&self, scope: i32, customer: u8) {
        if let Some((size, served)) = self.served(scope, &customer.to_string()) {
            assert_eq!(served.get("last"), self.truth(scope, customer, size).get("last"), "served at size {size}");
        }
    }

    fn ask_account(&self, scope: i32, account: u8) {
        if let Some((size, served)) = self.served(scope, &account_key(&account.to_string())) {
            assert_eq!(
                served.get("of"),
                self.truth_of_account(scope, account, size).get("of"),
                "served at size {size}"
            );
        }
    }

    fn served(&self, scope: i32, key: &str) -> Option<(i64, Value)> {
        let mut body = Vec::new();
        let size = self.cache.find(ScopeId(scope), key, "feature", 0, &mut body)?;
        assert!(size <= self.size && self.followed.is_some_and(|(followed, _)| size >= followed));
        close(&mut body, size, 0, false);
        Some((size, serde_json::from_slice(&body).unwrap()))
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
                Step::Move(scope, customer, account) => world.shift(scope, customer, account),
                Step::ReadAccount(scope, account) => world.read_account(scope, account),
                Step::AskAccount(scope, account) => world.ask_account(scope, account),
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

#[test]
fn an_account_that_gains_or_loses_a_customer_is_forgotten() {
    let mut world = World::new();
    world.shift(0, 1, 0);
    world.follow();
    world.read_account(0, 0);
    world.read_account(0, 1);
    world.keep();
    world.keep();
    assert!(world.served(0, &account_key("0")).is_some() && world.served(0, &account_key("1")).is_some());
    world.shift(0, 1, 1);
    world.follow();
    assert!(world.served(0, &account_key("0")).is_none() && world.served(0, &account_key("1")).is_none());
}
