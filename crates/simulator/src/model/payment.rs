//! Payment intents, charges and refunds.

use super::{BalanceTransaction, Card, Customer, TransferData};
use crate::currency::Currency;

/// Why a card was declined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Failure {
    pub code: &'static str,
    pub decline_code: &'static str,
    pub message: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PaymentIntent {
    pub id: String,
    pub created: i64,
    pub amount: i64,
    pub amount_received: i64,
    pub currency: Currency,
    pub customer: String,
    pub email: String,
    pub invoice: Option<String>,
    pub description: &'static str,
    pub status: &'static str,
    pub payment_method: Option<String>,
    pub secret: String,
    /// Every charge attempted, the newest last.
    pub charges: Vec<Charge>,
    pub failure: Option<Failure>,
    pub canceled_at: Option<i64>,
    pub cancellation_reason: Option<&'static str>,
    pub off_session: bool,
    /// Money is only set aside until it is captured.
    pub manual: bool,
    pub transfer_data: Option<TransferData>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Charge {
    pub id: String,
    pub created: i64,
    pub amount: i64,
    pub amount_captured: i64,
    pub amount_refunded: i64,
    pub currency: Currency,
    pub customer: Customer,
    pub card: Card,
    pub invoice: Option<String>,
    pub payment_intent: String,
    pub description: &'static str,
    pub failure: Option<Failure>,
    pub balance_transaction: Option<String>,
    pub dispute: Option<String>,
    /// Every refund of it, the newest first, as Stripe lists them.
    pub refunds: Vec<Refund>,
    pub receipt: String,
    pub risk_score: i64,
    pub captured: bool,
    /// What was set aside was released without being captured.
    pub released: bool,
    pub transfer_data: Option<TransferData>,
    /// Its balance transaction, where it is shown whole.
    pub movement: Option<BalanceTransaction>,
}

impl Charge {
    pub fn status(&self) -> &'static str {
        if self.failure.is_some() { "failed" } else { "succeeded" }
    }

    /// What was set aside and not taken; before basil it counted as refunded.
    pub fn given_free(&self) -> i64 {
        if self.captured || self.released { self.amount - self.amount_captured } else { 0 }
    }

    pub fn refundable(&self) -> i64 {
        self.amount_captured - self.amount_refunded
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refund {
    pub id: String,
    pub created: i64,
    pub amount: i64,
    pub currency: Currency,
    pub charge: String,
    pub payment_intent: String,
    pub status: &'static str,
    pub reason: Option<&'static str>,
    pub balance_transaction: Option<String>,
    pub reference: Option<String>,
    pub failure_reason: Option<&'static str>,
    pub failure_balance_transaction: Option<String>,
    /// Its balance transaction, where it is shown whole.
    pub movement: Option<BalanceTransaction>,
}
