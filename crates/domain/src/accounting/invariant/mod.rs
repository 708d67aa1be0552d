//! What must hold of the books whatever happened (I1 to I8): pure functions of what is known of objects and of the postings that
//! stand in the journal, wherever those come from.
//!
//! They do not ask the posting rules: what Stripe's own documents say is held against what was posted. So a defect of a rule, a
//! row that was damaged, and an event that contradicts another are all named, by the object they are about. An event that is
//! still on its way looks like one that is missing.
//!
//! # Layout
//! - [`of_settlement`]: all that concerns one sale; [`of_credit`]: a customer's balance
//! - `journal`: what postings alone show (I1, I2, I3)
//! - `owed`: receivables, money not applied or contested (I4, I6)
//! - `refunds`: what is owed back (I7)
//! - `tax`: what was charged of it, less what went with each step that took of the sale (I8)

mod credit;
mod journal;
mod owed;
mod refunds;
mod tax;

pub use credit::of_credit;

use std::{collections::BTreeMap, fmt};

use serde::{Serialize, Serializer};

use super::{Account, Transaction};
use crate::{money::Currency, settlement::Settlement, time::Timestamp};

/// The invariants of the books, by the numbers under which they are documented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Invariant {
    /// I1: every transaction sums to zero in each currency
    Balanced,
    /// I2: what Stripe holds is the sum of what balance transactions say
    StripeBalance,
    /// I3: what is claimed is matched once its balance transaction is known
    Clearing,
    /// I4: what an invoice leaves to pay is what its customer owes
    Receivable,
    /// I5: a customer's credit is minus Stripe's balance of the customer
    CustomerCredit,
    /// I6: money waits for nothing any more once what it waited for has come
    Settled,
    /// I7: refunds owed are those promised and not delivered
    RefundsPayable,
    /// I8: tax is what was charged less what was credited, refunded, voided, written off and lost
    Tax,
}

impl Invariant {
    /// All of them, in their order.
    pub const ALL: [Self; 8] = [
        Self::Balanced,
        Self::StripeBalance,
        Self::Clearing,
        Self::Receivable,
        Self::CustomerCredit,
        Self::Settled,
        Self::RefundsPayable,
        Self::Tax,
    ];

    /// Its number in `docs/BOOKS.md`.
    pub fn number(self) -> &'static str {
        match self {
            Self::Balanced => "I1",
            Self::StripeBalance => "I2",
            Self::Clearing => "I3",
            Self::Receivable => "I4",
            Self::CustomerCredit => "I5",
            Self::Settled => "I6",
            Self::RefundsPayable => "I7",
            Self::Tax => "I8",
        }
    }

    /// What it says.
    pub fn title(self) -> &'static str {
        match self {
            Self::Balanced => "every transaction sums to zero",
            Self::StripeBalance => "Stripe's balance is the sum of balance transactions",
            Self::Clearing => "clearing is zero once the balance transaction is known",
            Self::Receivable => "receivables are what invoices leave to pay",
            Self::CustomerCredit => "credit is minus the customer's balance at Stripe",
            Self::Settled => "nothing waits after what it waited for has come",
            Self::RefundsPayable => "refunds owed are those promised and not delivered",
            Self::Tax => "tax goes with what it was charged on",
        }
    }
}

impl Serialize for Invariant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.number())
    }
}

/// Something that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Breach {
    /// What it breaks.
    pub invariant: Invariant,
    /// The object it is about, or a transaction's key, or a customer.
    pub object: Box<str>,
    /// Currency of the amounts.
    pub currency: Currency,
    /// What should stand there, minor units.
    pub expected: i128,
    /// What stands there.
    pub found: i128,
    /// What was compared.
    pub why: &'static str,
}

impl fmt::Display for Breach {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { invariant, object, currency, expected, found, why } = self;
        write!(formatter, "{} {object}: {found} {currency}, expected {expected}: {why}", invariant.number())
    }
}

/// One posting, wherever it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg<'a> {
    /// The transaction's key.
    pub key: &'a str,
    /// When it takes effect.
    pub at: Timestamp,
    /// The account it moves.
    pub account: Account,
    /// What it is about.
    pub subject: &'a str,
    /// Its currency.
    pub currency: Currency,
    /// Minor units, debit positive.
    pub amount: i128,
}

/// The legs of these transactions.
pub fn legs_of<'a>(transactions: impl IntoIterator<Item = &'a Transaction>) -> Vec<Leg<'a>> {
    let legs = transactions.into_iter().flat_map(|transaction| {
        transaction.postings.iter().map(|posting| Leg {
            key: &transaction.key,
            at: transaction.effective,
            account: posting.account,
            subject: &posting.object,
            currency: posting.currency,
            amount: i128::from(posting.amount),
        })
    });
    legs.collect()
}

/// Everything that does not hold of one sale. `legs` are all postings that its members own.
pub fn of_settlement(settlement: &Settlement<'_>, legs: &[Leg<'_>]) -> Vec<Breach> {
    let view = View { settlement, legs };
    let mut breaches = Vec::new();
    journal::check(&view, &mut breaches);
    owed::check(&view, &mut breaches);
    refunds::check(&view, &mut breaches);
    tax::check(&view, &mut breaches);
    breaches.sort();
    breaches
}

/// Every transaction among these legs sums to zero (I1).
pub fn balanced(legs: &[Leg<'_>]) -> Vec<Breach> {
    let mut sums: BTreeMap<(&str, Currency), i128> = BTreeMap::new();
    for leg in legs {
        *sums.entry((leg.key, leg.currency)).or_default() += leg.amount;
    }
    let uneven = sums.into_iter().filter(|(_, sum)| *sum != 0);
    let breaches = uneven.map(|((key, currency), found)| Breach {
        invariant: Invariant::Balanced,
        object: key.into(),
        currency,
        expected: 0,
        found,
        why: "the postings of this transaction leave something over",
    });
    breaches.collect()
}

/// One sale with what was posted about it.
struct View<'a> {
    settlement: &'a Settlement<'a>,
    legs: &'a [Leg<'a>],
}

impl<'a> View<'a> {
    /// Legs of one account.
    fn on(&self, account: Account) -> impl Iterator<Item = &'a Leg<'a>> {
        self.legs.iter().filter(move |leg| leg.account == account)
    }

    /// What one account comes to for one object, by currency.
    fn sums(&self, account: Account, subject: &str) -> BTreeMap<Currency, i128> {
        let mut sums = BTreeMap::new();
        for leg in self.on(account).filter(|leg| leg.subject == subject) {
            *sums.entry(leg.currency).or_default() += leg.amount;
        }
        sums
    }

    /// One that has nothing posted and should have something is seen too.
    fn expect(
        &self,
        (account, subject): (Account, &str),
        (currency, expected): (Option<Currency>, i128),
        (invariant, why): (Invariant, &'static str),
        breaches: &mut Vec<Breach>,
    ) {
        let mut sums = self.sums(account, subject);
        let main = currency.or_else(|| sums.keys().next().copied());
        if let Some(main) = main {
            sums.entry(main).or_default();
        }
        for (currency, found) in sums {
            let expected = if Some(currency) == main { expected } else { 0 };
            if found != expected {
                breaches.push(Breach { invariant, object: subject.into(), currency, expected, found, why });
            }
        }
    }
}
