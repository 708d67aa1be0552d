//! A small world in memory: the objects, links and credits that facts make, the books that come of them, and what does not hold of
//! those. It stands on the domain alone, so it tries the rules without the worker.

use std::collections::{BTreeMap, BTreeSet};

use daybook_domain::{
    accounting::{
        Account, CustomerCredit, Transaction, credit_effects,
        invariant::{Breach, legs_of, of_credit, of_settlement},
        post,
    },
    fact::{Fact, Observed},
    id::{CustomerId, ObjectRef},
    money::Currency,
    object::Object,
    settlement::Settlement,
};
use daybook_stripe::{Translation, translate};

/// What one body says.
pub fn facts(body: &[u8]) -> Vec<Fact> {
    match translate(body).translation {
        Translation::Facts(facts) => facts,
        _ => Vec::new(),
    }
}

/// Sums by customer, currency and account.
pub type Balances = BTreeMap<(String, Currency, Account), i128>;

/// Objects and customers' credits.
#[derive(Default)]
pub struct World {
    objects: BTreeMap<ObjectRef, Object>,
    credits: BTreeMap<CustomerId, CustomerCredit>,
}

/// What came of a world.
pub struct Books {
    pub transactions: Vec<Transaction>,
    pub breaches: Vec<Breach>,
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
        match &fact.observed {
            Observed::Customer(customer) => {
                let credit = self.credits.entry(CustomerId::new(fact.id.clone())).or_default();
                if let Some(balance) = customer.balance {
                    credit.observe_balance(&fact.moment, customer.currency, customer.previous_balance, balance);
                }
                return;
            }
            Observed::Subscription(_) | Observed::EntitlementSummary(_) => return,
            _ => {}
        }
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

    /// Everything posted, and what does not hold of it.
    pub fn books(mut self) -> Books {
        let (mut transactions, mut breaches) = (Vec::new(), Vec::new());
        let mut done = BTreeSet::new();
        for reference in self.objects.keys() {
            if done.contains(reference) {
                continue;
            }
            let settlement = Settlement::around(reference, |wanted| self.objects.get(wanted));
            done.extend(settlement.members().map(|(member, _)| member.clone()));
            let posted = post(&settlement);
            breaches.extend(of_settlement(&settlement, &legs_of(&posted)));
            for (customer, object, changes) in credit_effects(&settlement, &posted) {
                self.credits.entry(customer).or_default().explain(&object, changes);
            }
            transactions.extend(posted);
        }
        for (customer, credit) in &self.credits {
            transactions.extend(credit.post(customer));
        }
        let balances = balances(&transactions);
        for (customer, credit) in &self.credits {
            let own = balances
                .iter()
                .filter(|((of, _, account), _)| of == customer.as_str() && *account == Account::CustomerCredit);
            let sums = own.map(|((_, currency, _), amount)| (*currency, *amount)).collect();
            breaches.extend(of_credit(customer, credit, &sums));
        }
        Books { transactions, breaches }
    }
}

/// What transactions come to.
pub fn balances(transactions: &[Transaction]) -> Balances {
    let mut sums = Balances::new();
    for posting in transactions.iter().flat_map(|transaction| &transaction.postings) {
        let customer = posting.customer.as_ref().map(ToString::to_string).unwrap_or_default();
        *sums.entry((customer, posting.currency, posting.account)).or_default() += i128::from(posting.amount);
    }
    sums.retain(|_, amount| *amount != 0);
    sums
}

impl Books {
    /// What these books come to.
    pub fn balances(&self) -> Balances {
        balances(&self.transactions)
    }

    /// Everything in them that names an object for a person to look at: what does not hold, what is marked, and money received
    /// that was applied to nothing, which is listed by age.
    pub fn named(&self) -> BTreeSet<String> {
        let marked = self.transactions.iter().filter_map(|one| Some(format!("{}: {:?}", one.key, one.problem?)));
        let mut unapplied: BTreeMap<&str, i64> = BTreeMap::new();
        let postings = self.transactions.iter().flat_map(|transaction| &transaction.postings);
        for posting in postings.filter(|posting| posting.account == Account::Unapplied) {
            *unapplied.entry(&posting.object).or_default() += posting.amount;
        }
        let waiting = unapplied.into_iter().filter(|(_, amount)| *amount != 0);
        let waiting = waiting.map(|(object, amount)| format!("{object} waits with {amount}"));
        self.breaches.iter().map(ToString::to_string).chain(marked).chain(waiting).collect()
    }
}
