//! Transactions and their postings. Both can only be made here, through a draft that balances them: a transaction that
//! does not sum to zero in each currency cannot be written down.

use serde::Serialize;

use super::Account;
use crate::{
    id::{CustomerId, EventId, ObjectRef, ProductId},
    money::Currency,
    time::{Period, Timestamp},
};

/// One transition of one object as postings that sum to zero per currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Transaction {
    /// `object:transition` (`in_1:finalized`), or a balance transaction's own id. Unique inside a scope.
    pub key: Box<str>,
    /// The object that owns it: the one whose id stands in the key, save for balance transactions (the object whose
    /// money they move) and for movements of a customer's credit (the credit).
    pub object: ObjectRef,
    /// When it happened, as Stripe states it.
    pub effective: Timestamp,
    /// The events that caused it, sorted, least owner first.
    pub causes: Vec<EventId>,
    /// The postings, in an order that follows from what they are.
    pub postings: Vec<Posting>,
    /// Why it needs a person's look, where it does.
    pub problem: Option<Problem>,
}

/// One leg of a transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Posting {
    /// The account it moves.
    pub account: Account,
    /// The customer behind it, where one is known.
    pub customer: Option<CustomerId>,
    /// What it is about: the id of an invoice, a charge, a refund, a dispute, a line.
    pub object: Box<str>,
    /// Currency of the amount.
    pub currency: Currency,
    /// Minor units, debit positive. Zero only where the real amount cannot be written ([`Problem::Overflow`]).
    pub amount: i64,
    /// What a deferred amount is earned over; absent everywhere else.
    pub earned_over: Option<Period>,
    /// The product sold, where a line names one.
    pub product: Option<ProductId>,
}

/// Why something stands in `suspense`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// The event shows only the first lines; the rest must be fetched
    NeedsFetch,
    /// The object's own amounts do not add up
    Difference,
    /// Money came from where no event says
    SourceUnknown,
    /// More is given back than was sold, or what it takes back is not known yet
    NothingToUndo,
    /// An amount beyond 64 bits: nothing but this mark is written
    Overflow,
    /// No event names the currency; the postings carry `xxx`
    CurrencyUnknown,
    /// No rule says what this money is for
    NoRule,
}
