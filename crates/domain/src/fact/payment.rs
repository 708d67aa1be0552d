//! Payment intents and charges as one event shows them.

use serde::{Deserialize, Serialize};

use super::{ChargeDetails, ChargeStatus, IntentDetails, PaymentIntentStatus, Shown};
use crate::{
    id::{BalanceTransactionId, CustomerId},
    money::Currency,
    time::Timestamp,
};

/// What the ledger needs of a `payment_intent`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentIntent {
    /// Who pays.
    pub customer: Option<CustomerId>,
    /// The invoice it pays; the field is gone since basil.
    pub invoice: Shown,
    /// Stripe's status.
    pub status: PaymentIntentStatus,
    /// What it is meant to collect, minor units.
    pub amount: i64,
    /// What it has collected, minor units.
    pub amount_received: i64,
    /// Currency of both.
    pub currency: Option<Currency>,
    /// The newest charge (`latest_charge`, or the last of `charges.data` before).
    pub latest_charge: Option<Box<str>>,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// What people read of it.
    pub details: Box<IntentDetails>,
}

/// What the ledger needs of a `charge`. Amounts are minor units of `currency`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// Who paid.
    pub customer: Option<CustomerId>,
    /// The invoice it pays; the field is gone since basil, and null says explicitly that there is none.
    pub invoice: Shown,
    /// Its payment intent.
    pub payment_intent: Option<Box<str>>,
    /// Stripe's status.
    pub status: ChargeStatus,
    /// Whether the money was taken, not only authorized.
    pub captured: bool,
    /// What was authorized.
    pub amount: i64,
    /// What was captured; old shapes lack the field, the translator then fills in `amount` of a captured charge.
    pub amount_captured: i64,
    /// Cumulative; contains what a partial capture released in shapes before basil.
    pub amount_refunded: i64,
    /// Currency of all amounts.
    pub currency: Option<Currency>,
    /// The balance transaction, by id.
    pub balance_transaction: Option<BalanceTransactionId>,
    /// The connected account that receives the money (`transfer_data.destination`).
    pub destination: Option<Box<str>>,
    /// How much of it that account receives (`transfer_data.amount`); all of it where the shape does not say.
    pub destination_amount: Option<i64>,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// What people read of it.
    pub details: Box<ChargeDetails>,
}
