//! Money between a platform and its connected accounts: transfers with their reversals, application fees with their
//! refunds.

use serde::{Deserialize, Serialize};

use crate::{money::Currency, time::Timestamp};

/// What the ledger needs of a `transfer` to a connected account. Amounts are minor units of `currency`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// What was transferred.
    pub amount: i64,
    /// Cumulative, of all reversals.
    pub amount_reversed: i64,
    /// Their currency.
    pub currency: Option<Currency>,
    /// The connected account.
    pub destination: Option<Box<str>>,
    /// The charge whose money it is (`source_transaction`).
    pub charge: Option<Box<str>>,
    /// When it was made.
    pub created: Option<Timestamp>,
}

/// What the ledger needs of a `transfer_reversal`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferReversal {
    /// The transfer it takes back from.
    pub transfer: Option<Box<str>>,
    /// Minor units.
    pub amount: i64,
    /// Their currency.
    pub currency: Option<Currency>,
    /// When it was made.
    pub created: Option<Timestamp>,
}

/// What the ledger needs of an `application_fee`. Amounts are minor units of `currency`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationFee {
    /// What was taken.
    pub amount: i64,
    /// Cumulative, of all refunds.
    pub amount_refunded: i64,
    /// Their currency.
    pub currency: Option<Currency>,
    /// The connected account it was taken from.
    pub account: Option<Box<str>>,
    /// The platform's own charge (`originating_transaction`); `charge` belongs to the connected account's books.
    pub charge: Option<Box<str>>,
    /// When it was made.
    pub created: Option<Timestamp>,
}

/// What the ledger needs of a `fee_refund`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeRefund {
    /// The application fee it gives back.
    pub fee: Option<Box<str>>,
    /// Minor units.
    pub amount: i64,
    /// Their currency.
    pub currency: Option<Currency>,
    /// When it was made.
    pub created: Option<Timestamp>,
}
