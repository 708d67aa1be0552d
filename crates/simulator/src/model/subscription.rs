//! Subscriptions and their items.

use std::sync::Arc;

use super::{Discount, Price, Tax};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub id: String,
    pub created: i64,
    pub price: Arc<Price>,
    pub quantity: i64,
    pub period: (i64, i64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Collection {
    Automatic,
    /// An invoice is sent and due after so many days.
    Invoice {
        days_until_due: i64,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BillingMode {
    Classic,
    Flexible,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PauseCollection {
    pub behavior: &'static str,
    pub resumes_at: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Subscription {
    pub id: String,
    pub customer: String,
    pub created: i64,
    pub status: &'static str,
    pub items: Vec<Item>,
    pub anchor: i64,
    pub trial: Option<(i64, i64)>,
    /// What a trial's end does when there is no card: `create_invoice` or `pause`.
    pub without_card: &'static str,
    pub cancel_at_period_end: bool,
    pub cancel_at: Option<i64>,
    /// When cancellation was requested.
    pub canceled_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub cancellation_reason: Option<&'static str>,
    pub pause_collection: Option<PauseCollection>,
    pub latest_invoice: Option<String>,
    pub payment_method: Option<String>,
    pub collection: Collection,
    pub billing_mode: BillingMode,
    pub discount: Option<Discount>,
    pub tax: Option<Tax>,
    pub user_id: String,
}

impl Subscription {
    /// The period of the first item; items of one simulated subscription share it.
    pub fn period(&self) -> (i64, i64) {
        self.items.first().map_or((self.created, self.created), |item| item.period)
    }
}
