//! Movements of the seller's balance: balance transactions, payouts, and what passes between a platform and its sellers.

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
    /// `reporting_category`
    pub category: &'static str,
    /// `type`
    pub kind: &'static str,
}

impl BalanceTransaction {
    pub fn net(&self) -> i64 {
        self.amount - self.fee
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Payout {
    pub id: String,
    pub created: i64,
    pub arrival: i64,
    /// The settlement currency.
    pub currency: Currency,
    pub amount: i64,
    pub status: &'static str,
    pub failure: Option<&'static str>,
    pub movement: Option<BalanceTransaction>,
    pub failure_movement: Option<BalanceTransaction>,
    /// Whether the movements are shown whole or by their ids.
    pub expanded: bool,
}

/// A transfer to a connected account, with its reversals, the newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Transfer {
    pub id: String,
    pub created: i64,
    /// The settlement currency.
    pub currency: Currency,
    pub amount: i64,
    pub destination: String,
    pub charge: String,
    pub movement: BalanceTransaction,
    pub reversals: Vec<Reversal>,
}

impl Transfer {
    pub fn reversed(&self) -> i64 {
        self.reversals.iter().map(|reversal| reversal.amount).sum()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reversal {
    pub id: String,
    pub created: i64,
    pub amount: i64,
    pub refund: Option<String>,
    pub movement: BalanceTransaction,
}

/// What a platform takes of a destination charge, with its refunds, the newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApplicationFee {
    pub id: String,
    pub created: i64,
    pub currency: Currency,
    pub amount: i64,
    pub account: String,
    /// The platform's charge.
    pub charge: String,
    /// The connected account's payment.
    pub payment: String,
    pub refunds: Vec<FeeRefund>,
}

impl ApplicationFee {
    pub fn refunded(&self) -> i64 {
        self.refunds.iter().map(|refund| refund.amount).sum()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FeeRefund {
    pub id: String,
    pub created: i64,
    pub amount: i64,
}

/// What a charge says of the connected account that receives its money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TransferData {
    pub destination: String,
    /// How much of the charge; all of it when `None`.
    pub amount: Option<i64>,
    pub transfer: String,
    /// The application fee, with its amount.
    pub fee: Option<(String, i64)>,
}
