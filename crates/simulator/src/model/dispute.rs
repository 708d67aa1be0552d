//! Disputes.

use super::BalanceTransaction;
use crate::currency::Currency;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dispute {
    pub id: String,
    pub created: i64,
    pub amount: i64,
    pub currency: Currency,
    pub charge: String,
    pub payment_intent: String,
    pub status: &'static str,
    pub reason: &'static str,
    pub due_by: i64,
    pub submissions: i64,
    pub evidence: Option<String>,
    pub email: String,
    pub transactions: Vec<BalanceTransaction>,
    pub brand: &'static str,
}
