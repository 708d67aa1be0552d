//! Movements of the balance that Stripe holds: balance transactions, wherever an object shows them, payouts to the bank,
//! and money that no rule knows.

use serde::{Deserialize, Serialize};

use crate::{
    id::{BalanceTransactionId, ObjectRef},
    money::Currency,
    time::Timestamp,
};

/// A balance transaction. Amounts are minor units of its own `currency`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalanceTransaction {
    /// `txn_...`
    pub id: BalanceTransactionId,
    /// Gross; negative when money leaves.
    pub amount: i64,
    /// All fees.
    pub fee: i64,
    /// `amount - fee`
    pub net: i64,
    /// Settlement currency.
    pub currency: Option<Currency>,
    /// What an amount of the source was multiplied with to settle it, as Stripe writes it, where two currencies meet.
    pub exchange_rate: Option<Box<str>>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When Stripe lets go of the money (`available_on`).
    pub available: Option<Timestamp>,
    /// `reporting_category`, else `type`.
    pub category: Box<str>,
    /// Fees one by one.
    pub fees: Vec<Fee>,
    /// The object whose money it moves (`source`), where it says so.
    pub source: Option<Box<str>>,
    /// Stripe's words for what it takes fees for; of nothing else, because other descriptions are the seller's.
    pub fee_for: Option<Box<str>>,
}

/// One fee of a balance transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fee {
    /// `stripe_fee`, `application_fee`, `tax`, ... as Stripe writes it.
    pub kind: Box<str>,
    /// Minor units of the balance transaction's currency.
    pub amount: i64,
}

/// A balance transaction as one object shows it: embedded there, or by itself naming that object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownTransaction {
    /// What is shown.
    pub transaction: BalanceTransaction,
    /// Who shows it; none for one by itself whose source is of no kind that is known.
    pub by: Option<ObjectRef>,
    /// How much that proves that it moves that object's money.
    pub claim: Claim,
}

/// How much a sight of a balance transaction inside an object proves. The least is the strongest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// Its `source` is this object, or it names none
    Own,
    /// The object is an inquiry, which takes no money
    OfInquiry,
    /// Its `source` is another object
    OfAnother,
}

/// What the ledger needs of a `payout`, and of a `transfer` to a bank account before there were payouts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payout {
    /// Minor units; negative when money is taken from the bank.
    pub amount: i64,
    /// Their currency.
    pub currency: Option<Currency>,
    /// Stripe's status: `pending`, `in_transit`, `paid`, `failed`, `canceled`.
    pub status: Box<str>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it is expected to arrive.
    pub arrival: Option<Timestamp>,
    /// Why it failed, as Stripe writes it.
    pub failure: Option<Box<str>>,
}

/// Money of an object that no rule knows (`topup`, `issuing.transaction`, ...): it waits in `suspense`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherMoney {
    /// What Stripe calls the object.
    pub object: Box<str>,
    /// Minor units; negative when money leaves.
    pub amount: i64,
    /// Their currency.
    pub currency: Option<Currency>,
    /// Stripe's status; `posted` where the object has none.
    pub status: Box<str>,
    /// When it was made.
    pub created: Option<Timestamp>,
}
