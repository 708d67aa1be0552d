//! Customers and the cards they pay with. Names and addresses are obviously invented.

use crate::currency::Currency;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    pub city: &'static str,
    pub line1: String,
    pub postal_code: String,
    pub country: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Card {
    pub id: String,
    pub created: i64,
    pub brand: &'static str,
    pub last4: &'static str,
    pub exp_month: i64,
    pub exp_year: i64,
    pub fingerprint: String,
    pub country: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Customer {
    pub id: String,
    pub created: i64,
    pub name: String,
    pub email: String,
    pub phone: Option<String>,
    pub address: Address,
    /// Set by the first invoice.
    pub currency: Option<Currency>,
    /// Negative is credit to the customer.
    pub balance: i64,
    pub delinquent: bool,
    pub card: Card,
    /// Whether the card has become the default for invoices.
    pub card_is_default: bool,
    /// The seller's own id of this customer.
    pub user_id: String,
    pub invoice_prefix: String,
}
