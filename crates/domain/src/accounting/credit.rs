//! The credit balance of one customer: what customers' events show of it, and what documents explain.
//!
//! Invariant (I5): the debits of `liabilities:customer_credit` over all transactions of a customer, its settlements' and
//! those made here, sum to the newest balance that an event showed plus what documents explain after that event. While no
//! event has shown the balance, the first document that names the balance before it stands in; with neither, the
//! account holds what documents explain, counted from zero.
//!
//! The state grows with the movements of the balance, not with the customer's charges, and cannot be cut off: every movement
//! either is a posting or is kept from being one by the document that explains it, and a document or an event that
//! comes late may turn the one into the other, or part a movement in two, anywhere in the chain. What a cut would carry
//! forward as one sum would depend on what had arrived before it. Sights that show no movement are dropped, but for the
//! first and the newest; working the chain out takes time in proportion to its length.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Account, Transaction, chain, draft::Draft};
use crate::{
    id::{CustomerId, EventId, ObjectKind, ObjectRef},
    money::Currency,
    object::Object,
    order::Moment,
    settlement::Settlement,
    time::Timestamp,
};

/// A change of a customer's balance that a document explains.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Explained {
    /// When Stripe made it. A document can be dated back; the balance cannot.
    pub at: Timestamp,
    /// The event that says so.
    pub cause: EventId,
    /// Currency of the amounts.
    pub currency: Currency,
    /// By how much `customer.balance` changed, minor units: negative when the customer got credit.
    pub delta: i64,
    /// The balance before, where the document shows it (`starting_balance`).
    pub before: Option<i64>,
}

/// What is known of one customer's credit balance: a join.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerCredit {
    /// Sorted by currency, then event order.
    seen: Vec<Sight>,
    /// Sorted by object.
    explained: Vec<(ObjectRef, Vec<Explained>)>,
}

/// One event's view of the balance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Sight {
    /// The customer's currency, once it has one.
    pub currency: Option<Currency>,
    /// When, and which event.
    pub moment: Moment,
    /// The balance before, where the event says that it moved.
    pub previous: Option<i64>,
    /// The balance.
    pub balance: i64,
}

impl CustomerCredit {
    /// Takes in what an event shows of the balance. Returns whether anything is new.
    ///
    /// Kept are the first and the newest sight of each currency, and every sight that names the balance before: so
    /// it stays small for customers whose balance never moves.
    pub fn observe_balance(
        &mut self,
        moment: &Moment,
        currency: Option<Currency>,
        previous: Option<i64>,
        balance: i64,
    ) -> bool {
        let sight = Sight { currency, moment: moment.clone(), previous, balance };
        let place = self.seen.partition_point(|known| *known < sight);
        let repeats = |known: &Sight| known.currency == currency && known.moment == *moment;
        let neighbours = place.checked_sub(1).into_iter().chain([place]);
        if neighbours.filter_map(|index| self.seen.get(index)).any(repeats) {
            return false;
        }
        self.seen.insert(place, sight);
        let previous_one = place.checked_sub(1).and_then(|index| self.seen.get(index));
        let is_first = previous_one.is_none_or(|known| known.currency != currency);
        let is_newest = self.seen.get(place + 1).is_none_or(|known| known.currency != currency);
        if is_first {
            self.forget(place + 1, currency);
        } else if is_newest {
            self.forget(place - 1, currency);
        } else {
            return !self.forget(place, currency);
        }
        true
    }

    /// Drops a sight that is neither first nor newest of its currency and names no balance before. Says whether.
    fn forget(&mut self, index: usize, currency: Option<Currency>) -> bool {
        let same = |index: Option<usize>| {
            index.and_then(|index| self.seen.get(index)).is_some_and(|known| known.currency == currency)
        };
        let inside = same(index.checked_sub(1)) && same(Some(index + 1));
        let idle = self.seen.get(index).is_some_and(|known| known.currency == currency && known.previous.is_none());
        if inside && idle {
            self.seen.remove(index);
        }
        inside && idle
    }

    /// Sets what an object explains of the balance's changes; nothing withdraws it. Returns whether that is news.
    pub fn explain(&mut self, by: &ObjectRef, changes: Vec<Explained>) -> bool {
        match self.explained.binary_search_by(|(known, _)| known.cmp(by)) {
            Ok(index) if changes.is_empty() => {
                self.explained.remove(index);
                true
            }
            Ok(index) => self.explained.get_mut(index).is_some_and(|(_, known)| {
                let news = *known != changes;
                *known = changes;
                news
            }),
            Err(_) if changes.is_empty() => false,
            Err(index) => {
                self.explained.insert(index, (by.clone(), changes));
                true
            }
        }
    }

    /// The transactions of what no document explains: `evt_1:opening`, what existed before the log, and
    /// `evt_1:balance`, goodwill. Owned by the customer's credit ([`ObjectKind::CustomerCredit`]).
    ///
    /// A sight without a currency counts for the only currency known; where several are known it says nothing.
    pub fn post(&self, customer: &CustomerId) -> Vec<Transaction> {
        let owner = ObjectRef::new(ObjectKind::CustomerCredit, customer.as_str());
        let mut drafts: BTreeMap<Box<str>, Draft> = BTreeMap::new();
        for currency in self.currencies() {
            for found in self.unexplained(currency) {
                let (transition, against) =
                    if found.opening { ("opening", Account::Opening) } else { ("balance", Account::ContraGoodwill) };
                let key: Box<str> = format!("{}:{transition}", found.when.cause).into();
                let begun = || Draft::with_key(key.clone(), owner.clone(), &found.when, Some(customer.clone()));
                let draft = drafts.entry(key.clone()).or_insert_with(begun);
                draft.debit(Account::CustomerCredit, customer.as_str(), currency, found.amount);
                draft.credit(against, customer.as_str(), currency, found.amount);
            }
        }
        let mut transactions: Vec<Transaction> = drafts.into_values().filter_map(Draft::finish).collect();
        transactions.sort_by(|left, right| (left.effective, &left.key).cmp(&(right.effective, &right.key)));
        transactions
    }

    /// Where the balance stands in each currency in which an event has shown it, as `customer.balance` counts: the newest sight and
    /// what documents explain after it. A document of about the same time may be part of what that sight shows or come
    /// after it, so there can be two such sums.
    pub(super) fn stands_at(&self) -> Vec<(Currency, Vec<i128>)> {
        let only = self.currencies().len() == 1;
        let mut stands = Vec::new();
        for currency in self.currencies() {
            let counts = |sight: &&Sight| sight.currency == Some(currency) || (only && sight.currency.is_none());
            let sights = chain::in_order(self.seen.iter().filter(counts).collect());
            let Some(newest) = sights.last() else { continue };
            let since = |seconds: i64| -> i128 {
                let own = self.all_explained().filter(|explained| explained.currency == currency);
                let later = own.filter(|explained| explained.at.seconds_since(newest.moment.at) > seconds);
                later.map(|explained| i128::from(explained.delta)).sum()
            };
            let balance = i128::from(newest.balance);
            stands.push((currency, vec![balance + since(0), balance + since(chain::SAME_CHANGE)]));
        }
        stands
    }

    /// Every currency that anything names; `xxx` where only sights without one exist.
    fn currencies(&self) -> Vec<Currency> {
        let seen = self.seen.iter().filter_map(|sight| sight.currency);
        let mut named: Vec<Currency> = seen.chain(self.all_explained().map(|explained| explained.currency)).collect();
        named.sort();
        named.dedup();
        if named.is_empty() {
            named.extend(Currency::parse(super::draft::NO_CURRENCY));
        }
        named
    }

    fn all_explained(&self) -> impl Iterator<Item = &Explained> {
        self.explained.iter().flat_map(|(_, changes)| changes)
    }

    fn unexplained(&self, currency: Currency) -> Vec<chain::Unexplained> {
        let only = self.currencies().len() == 1;
        let counts = |sight: &&Sight| sight.currency == Some(currency) || (only && sight.currency.is_none());
        let sights = chain::in_order(self.seen.iter().filter(counts).collect());
        let mut explained: Vec<&Explained> =
            self.all_explained().filter(|explained| explained.currency == currency).collect();
        explained.sort();
        chain::unexplained(&sights, &explained)
    }
}

/// What the objects of a settlement explain of their customers' balances, object by object. `transactions` are those
/// that [`super::post`] made of the same settlement, so that both always agree.
pub fn credit_effects(
    settlement: &Settlement<'_>,
    transactions: &[Transaction],
) -> Vec<(CustomerId, ObjectRef, Vec<Explained>)> {
    let mut effects: Vec<(CustomerId, ObjectRef, Vec<Explained>)> = Vec::new();
    for transaction in transactions {
        for posting in transaction.postings.iter().filter(|posting| posting.account == Account::CustomerCredit) {
            let (Some(customer), Some(cause)) = (&posting.customer, transaction.causes.first()) else { continue };
            let invoice =
                settlement.get(ObjectKind::Invoice, &transaction.object.id).and_then(|object| object.invoice());
            let note = settlement.get(ObjectKind::CreditNote, &transaction.object.id).and_then(Object::credit_note);
            let made = note.filter(|_| transaction.key.ends_with(":issued")).and_then(|note| note.created);
            let explained = Explained {
                at: made.unwrap_or(transaction.effective),
                cause: cause.clone(),
                currency: posting.currency,
                delta: posting.amount,
                before: invoice
                    .filter(|_| transaction.key.ends_with(":customer_balance"))
                    .map(|invoice| invoice.starting_balance),
            };
            match effects.iter_mut().find(|(of, object, _)| of == customer && *object == transaction.object) {
                Some((_, _, known)) => known.push(explained),
                None => effects.push((customer.clone(), transaction.object.clone(), vec![explained])),
            }
        }
    }
    effects
}
