//! A tiny world that keeps objects and their links as the worker does, and the books that come of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    accounting::{
        Account, CustomerCredit, Posting, Problem, Transaction, credit_effects,
        invariant::{Breach, Leg, legs_of, of_credit, of_settlement},
        post,
    },
    fact::{BalanceTransaction, Claim, Dispute, Fact, Observed, ShownTransaction},
    id::{CustomerId, ObjectRef},
    money::Currency,
    object::Object,
    settlement::Settlement,
};

/// Objects and customers' credit.
#[derive(Default)]
pub struct World {
    objects: BTreeMap<ObjectRef, Object>,
    credits: BTreeMap<CustomerId, CustomerCredit>,
}

impl World {
    /// Learns facts in this order.
    pub fn learning<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> Self {
        let mut world = Self::default();
        for fact in facts {
            world.observe(fact);
        }
        world
    }

    fn observe(&mut self, fact: &Fact) {
        if let Observed::Customer(customer) = &fact.observed {
            let credit = self.credits.entry(CustomerId::new(fact.id.clone())).or_default();
            if let Some(balance) = customer.balance {
                credit.observe_balance(&fact.moment, customer.currency, customer.previous_balance, balance);
            }
            return;
        }
        self.take_in(fact);
        // As the translator reads them: what a dispute embeds is shown by itself too.
        if let Observed::Dispute(dispute) = &fact.observed {
            for transaction in &dispute.balance_transactions {
                self.take_in(&embedded(fact, dispute, transaction));
            }
        }
    }

    fn take_in(&mut self, fact: &Fact) {
        let subject = fact.subject();
        let object = self.objects.entry(subject.clone()).or_default();
        let before: BTreeSet<ObjectRef> = object.outgoing().collect();
        object.observe(fact);
        let after: BTreeSet<ObjectRef> = object.outgoing().collect();
        for target in before.difference(&after) {
            self.objects.entry(target.clone()).or_default().incoming.remove(&subject);
        }
        for target in after.difference(&before) {
            self.objects.entry(target.clone()).or_default().incoming.insert(subject.clone());
        }
    }

    /// What the settlement around an object shows.
    pub fn look<T>(&self, at: &ObjectRef, look: impl FnOnce(&Settlement<'_>) -> T) -> T {
        look(&Settlement::around(at, |wanted| self.objects.get(wanted)))
    }

    /// What does not hold of the sales once each of their postings was changed.
    pub fn breaches(&self, damage: impl Fn(&mut Leg<'_>)) -> Vec<Breach> {
        self.breaches_of(|legs| legs.iter_mut().for_each(&damage))
    }

    /// What does not hold of the sales once the postings of each were changed.
    pub fn breaches_of(&self, mut damage: impl FnMut(&mut Vec<Leg<'_>>)) -> Vec<Breach> {
        let mut breaches = Vec::new();
        let mut done = BTreeSet::new();
        for reference in self.objects.keys() {
            if !done.contains(reference) {
                let settlement = Settlement::around(reference, |wanted| self.objects.get(wanted));
                done.extend(settlement.members().map(|(member, _)| member.clone()));
                let posted = post(&settlement);
                let mut legs = legs_of(&posted);
                damage(&mut legs);
                breaches.extend(of_settlement(&settlement, &legs));
            }
        }
        breaches
    }

    /// What does not hold of customers' credit when so much is added to it.
    pub fn credit_breaches(&self, added: i128) -> Vec<Breach> {
        let of_one = self.credits.iter().flat_map(|(customer, credit)| {
            let posted = credit.post(customer);
            let postings = posted.iter().flat_map(|transaction| &transaction.postings);
            let mut sums: BTreeMap<Currency, i128> = BTreeMap::new();
            for posting in postings.filter(|posting| posting.account == Account::CustomerCredit) {
                *sums.entry(posting.currency).or_insert(added) += i128::from(posting.amount);
            }
            of_credit(customer, credit, &sums)
        });
        of_one.collect()
    }

    /// Everything posted, by key.
    pub fn post(mut self) -> Vec<Transaction> {
        let mut all = Vec::new();
        let mut done = BTreeSet::new();
        for reference in self.objects.keys() {
            if done.contains(reference) {
                continue;
            }
            let settlement = Settlement::around(reference, |wanted| self.objects.get(wanted));
            done.extend(settlement.members().map(|(member, _)| member.clone()));
            let transactions = post(&settlement);
            for transaction in &transactions {
                let owner = &transaction.object;
                assert!(settlement.get(owner.kind, &owner.id).is_some(), "{owner} is no member");
            }
            for (customer, object, changes) in credit_effects(&settlement, &transactions) {
                self.credits.entry(customer).or_default().explain(&object, changes);
            }
            all.extend(transactions);
        }
        for (customer, credit) in &self.credits {
            all.extend(credit.post(customer));
        }
        all.sort_by(|left, right| left.key.cmp(&right.key));
        all
    }
}

fn embedded(fact: &Fact, dispute: &Dispute, transaction: &BalanceTransaction) -> Fact {
    let claim = if dispute.status.is_inquiry() { Claim::OfInquiry } else { Claim::Own };
    let shown = ShownTransaction { transaction: transaction.clone(), by: Some(fact.subject()), claim };
    Fact {
        id: transaction.id.as_str().into(),
        signal: None,
        observed: Observed::BalanceTransaction(Box::new(shown)),
        ..fact.clone()
    }
}

/// What was posted.
pub struct Books(Vec<Transaction>);

impl Books {
    /// Posts facts in several orders of arrival, which must not show.
    pub fn of(facts: &[Fact]) -> Self {
        let books = World::learning(facts).post();
        assert_eq!(books, World::learning(facts.iter().rev()).post(), "in reverse");
        for start in 1..facts.len() {
            let turned = facts.iter().cycle().skip(start).take(facts.len() * 2);
            assert_eq!(books, World::learning(turned).post(), "beginning with {start}, twice");
        }
        for transaction in &books {
            assert_balanced(transaction);
        }
        Self(books)
    }

    /// All keys.
    pub fn keys(&self) -> Vec<&str> {
        self.0.iter().map(|transaction| &*transaction.key).collect()
    }

    /// A transaction by key.
    pub fn transaction(&self, key: &str) -> &Transaction {
        self.0
            .iter()
            .find(|transaction| &*transaction.key == key)
            .unwrap_or_else(|| panic!("{key} in {:?}", self.keys()))
    }

    /// A transaction as `debits / credits`, accounts by the last word of their names.
    pub fn entry(&self, key: &str) -> String {
        let postings = &self.transaction(key).postings;
        let side = |debit: bool| -> String {
            let legs = postings.iter().filter(|posting| (posting.amount > 0) == debit);
            let legs = legs.map(|posting| format!("{} {}", short(posting), posting.amount.abs()));
            legs.collect::<Vec<_>>().join(", ")
        };
        format!("{} / {}", side(true), side(false))
    }

    /// Sum of the debits of an account.
    pub fn balance(&self, account: &str) -> i64 {
        let postings = self.0.iter().flat_map(|transaction| &transaction.postings);
        postings.filter(|posting| posting.account.as_str() == account).map(|posting| posting.amount).sum()
    }

    /// What needs a person's look.
    pub fn problems(&self) -> Vec<(&str, Problem)> {
        self.0.iter().filter_map(|transaction| Some((&*transaction.key, transaction.problem?))).collect()
    }
}

fn short(posting: &Posting) -> &str {
    posting.account.as_str().rsplit(':').next().unwrap()
}

/// I1.
pub fn assert_balanced(transaction: &Transaction) {
    let mut sums = BTreeMap::new();
    for posting in &transaction.postings {
        *sums.entry(posting.currency).or_insert(0_i128) += i128::from(posting.amount);
    }
    assert!(sums.values().all(|sum| *sum == 0), "{transaction:?}");
    assert!(!transaction.causes.is_empty());
}
