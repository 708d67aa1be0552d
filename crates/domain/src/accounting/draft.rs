//! A transaction in the making. Amounts are 128 bits wide here, so that sums and products of Stripe's 64-bit amounts
//! cannot overflow; what does not fit in the end is marked, never wrapped and never a panic.

use std::collections::{BTreeMap, BTreeSet};

use super::{Account, Posting, Problem, Transaction};
use crate::{
    id::{CustomerId, EventId, ObjectRef, ProductId},
    money::Currency,
    order::Moment,
    time::{Period, Timestamp},
};

/// ISO 4217: no currency. Stands where no event names one.
pub(super) const NO_CURRENCY: &str = "xxx";

/// When something took effect, and the event that says so.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct When {
    /// Effective time.
    pub at: Timestamp,
    /// Its least owner in event order.
    pub cause: EventId,
}

impl When {
    /// The time Stripe states, else the event's own.
    pub fn new(stated: Option<Timestamp>, seen: &Moment) -> Self {
        Self { at: stated.unwrap_or(seen.at), cause: seen.event.clone() }
    }
}

/// One leg in the making.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// See [`Posting::account`].
    pub account: Account,
    /// See [`Posting::object`].
    pub subject: Box<str>,
    /// See [`Posting::amount`].
    pub amount: i128,
    /// See [`Posting::earned_over`].
    pub earned_over: Option<Period>,
    /// See [`Posting::product`].
    pub product: Option<ProductId>,
}

impl Entry {
    /// A debit without period or product.
    pub fn debit(account: Account, subject: &str, amount: i128) -> Self {
        Self { account, subject: subject.into(), amount, earned_over: None, product: None }
    }

    /// The same leg the other way.
    #[must_use]
    pub fn reversed(mut self) -> Self {
        self.amount = -self.amount;
        self
    }
}

/// A transaction in the making.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    key: Box<str>,
    object: ObjectRef,
    effective: Timestamp,
    causes: BTreeSet<EventId>,
    customer: Option<CustomerId>,
    entries: Vec<(Currency, Entry)>,
    problem: Option<Problem>,
}

impl Draft {
    /// Begins the transaction `object:transition`.
    pub fn new(object: ObjectRef, transition: &str, when: &When, customer: Option<CustomerId>) -> Self {
        let key = format!("{}:{transition}", object.id).into();
        Self::with_key(key, object, when, customer)
    }

    /// Begins a transaction with a key of its own.
    pub fn with_key(key: Box<str>, object: ObjectRef, when: &When, customer: Option<CustomerId>) -> Self {
        Self {
            key,
            object,
            effective: when.at,
            causes: BTreeSet::from([when.cause.clone()]),
            customer,
            entries: Vec::new(),
            problem: None,
        }
    }

    /// Adds a debit (a credit when negative).
    pub fn debit(&mut self, account: Account, subject: &str, currency: Currency, amount: i128) {
        self.entry(currency, Entry::debit(account, subject, amount));
    }

    /// Adds a credit (a debit when negative).
    pub fn credit(&mut self, account: Account, subject: &str, currency: Currency, amount: i128) {
        self.debit(account, subject, currency, -amount);
    }

    /// Adds a leg.
    pub fn entry(&mut self, currency: Currency, entry: Entry) {
        self.entries.push((currency, entry));
    }

    /// Marks it for a person; the first mark stays.
    pub fn mark(&mut self, problem: Problem) {
        self.problem.get_or_insert(problem);
    }

    /// The balanced transaction. None when nothing moves; what is left over in a currency goes to `suspense`.
    pub fn finish(mut self) -> Option<Transaction> {
        self.entries.retain(|(_, entry)| entry.amount != 0);
        let currency = self.entries.first().map(|(currency, _)| *currency)?;
        let mut sums: BTreeMap<Currency, i128> = BTreeMap::new();
        for (currency, entry) in &self.entries {
            *sums.entry(*currency).or_default() += entry.amount;
        }
        let subject = self.object.id.clone();
        if sums.keys().any(|currency| currency.as_str() == NO_CURRENCY) {
            self.mark(Problem::CurrencyUnknown);
        }
        for (currency, sum) in sums {
            if sum != 0 {
                self.credit(Account::Suspense, &subject, currency, sum);
                self.mark(Problem::Difference);
            }
        }
        let entries = std::mem::take(&mut self.entries);
        let written: Option<Vec<Posting>> =
            entries.into_iter().map(|(currency, entry)| self.write(currency, entry)).collect();
        let postings = written.unwrap_or_else(|| {
            self.problem = Some(Problem::Overflow);
            self.write(currency, Entry::debit(Account::Suspense, &subject, 0)).into_iter().collect()
        });
        Some(Transaction {
            key: self.key,
            object: self.object,
            effective: self.effective,
            causes: self.causes.into_iter().collect(),
            postings,
            problem: self.problem,
        })
    }

    fn write(&self, currency: Currency, entry: Entry) -> Option<Posting> {
        Some(Posting {
            account: entry.account,
            customer: self.customer.clone(),
            object: entry.subject,
            currency,
            amount: i64::try_from(entry.amount).ok()?,
            earned_over: entry.earned_over,
            product: entry.product,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ObjectKind;

    fn draft() -> Draft {
        let when = When { at: Timestamp::MIN, cause: EventId::new("evt_1") };
        Draft::new(ObjectRef::new(ObjectKind::Invoice, "in_1"), "finalized", &when, None)
    }

    #[test]
    fn a_transaction_that_does_not_balance_is_balanced_through_suspense() {
        let usd = Currency::parse("usd").unwrap();
        let mut draft = draft();
        draft.debit(Account::Receivable, "in_1", usd, 10);
        draft.credit(Account::Tax, "in_1", usd, 4);
        let written = draft.finish().unwrap();
        assert_eq!(&*written.key, "in_1:finalized");
        assert_eq!(written.problem, Some(Problem::Difference));
        let legs: Vec<_> = written.postings.iter().map(|posting| (posting.account, posting.amount)).collect();
        assert_eq!(legs, [(Account::Receivable, 10), (Account::Tax, -4), (Account::Suspense, -6)]);
    }

    #[test]
    fn an_amount_beyond_64_bits_leaves_one_marked_posting() {
        let usd = Currency::parse("usd").unwrap();
        let mut draft = draft();
        draft.debit(Account::Receivable, "in_1", usd, i128::from(i64::MAX) + 1);
        let written = draft.finish().unwrap();
        assert_eq!(written.problem, Some(Problem::Overflow));
        assert_eq!(written.postings.len(), 1);
    }

    #[test]
    fn nothing_moved_is_no_transaction() {
        assert_eq!(draft().finish(), None);
    }
}
