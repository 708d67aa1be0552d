//! Smaller objects: checkout sessions, discounts with their coupon, entitlement summaries.

use super::Customer;
use crate::currency::Currency;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SessionMode {
    Payment { payment_intent: Option<String> },
    Subscription { subscription: Option<String>, invoice: Option<String> },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    pub id: String,
    pub created: i64,
    pub customer: Customer,
    pub mode: SessionMode,
    pub status: &'static str,
    pub payment_status: &'static str,
    pub currency: Currency,
    pub amount_subtotal: i64,
    pub amount_discount: i64,
    pub amount_tax: i64,
    pub amount_total: i64,
    pub user_id: String,
    /// What was bought, for sessions whose line items no event shows.
    pub price_lookup_key: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Coupon {
    pub id: String,
    pub created: i64,
    pub name: String,
    pub percent: u8,
    /// Months it lasts; `None` is for ever.
    pub months: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Discount {
    pub id: String,
    pub coupon: Coupon,
    pub customer: String,
    pub subscription: String,
    pub start: i64,
    pub end: Option<i64>,
}

impl Discount {
    pub fn applies_at(&self, time: i64) -> bool {
        self.end.is_none_or(|end| time < end)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entitlement {
    pub id: String,
    pub feature: String,
    pub lookup_key: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EntitlementSummary {
    pub customer: String,
    pub entitlements: Vec<Entitlement>,
}
