//! Disputes and the balance transactions they embed.

use crate::currency::Currency;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BalanceTransaction {
    pub id: String,
    pub created: i64,
    pub available_on: i64,
    /// The settlement currency.
    pub currency: Currency,
    pub amount: i64,
    pub fee: i64,
    pub exchange_rate: Option<&'static str>,
    pub description: String,
    pub source: String,
    pub category: &'static str,
}

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
