//! Credit notes: what reduces an invoice after it was finalized.

use super::Tax;
use crate::currency::Currency;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CreditNoteLine {
    pub id: String,
    pub invoice_line: String,
    pub description: String,
    pub quantity: i64,
    /// Net of tax when the tax is exclusive, with it when inclusive.
    pub amount: i64,
    pub tax_amount: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CreditNote {
    pub id: String,
    pub created: i64,
    pub number: String,
    pub customer: String,
    pub invoice: String,
    pub currency: Currency,
    pub status: &'static str,
    pub reason: &'static str,
    pub line: CreditNoteLine,
    pub tax: Option<Tax>,
    pub pre_payment: i64,
    pub post_payment: i64,
    /// The refund that pays a part of it out.
    pub refund: Option<(String, i64)>,
    /// The customer balance transaction that credits a part of it.
    pub balance_transaction: Option<String>,
    pub out_of_band: Option<i64>,
    pub voided_at: Option<i64>,
}

impl CreditNote {
    pub fn total(&self) -> i64 {
        self.pre_payment + self.post_payment
    }
}
