//! Payment intents, charges and refunds.

use super::{Card, Customer};
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
}

impl Charge {
    pub fn status(&self) -> &'static str {
        if self.failure.is_some() { "failed" } else { "succeeded" }
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
}
