//! A checkout session as one event shows it.

use serde::{Deserialize, Serialize};

use super::Metadata;
use crate::{
    id::{CustomerId, SubscriptionId},
    money::Currency,
    time::Timestamp,
};

/// What a session is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionMode {
    /// A one-off sale
    Payment,
    /// A subscription
    Subscription,
    /// Saving a payment method
    Setup,
    /// A mode this version does not know
    Other(Box<str>),
}

/// What the ledger needs of a `checkout.session`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckoutSession {
    /// The customer, once there is one.
    pub customer: Option<CustomerId>,
    /// What it is for.
    pub mode: SessionMode,
    /// `complete`, `open`, `expired`.
    pub status: Option<Box<str>>,
    /// `payment_status` is `paid` or `no_payment_required`.
    pub paid: bool,
    /// Your own id of the user or tenant.
    pub client_reference: Option<Box<str>>,
    /// The subscription it began.
    pub subscription: Option<SubscriptionId>,
    /// The invoice it made.
    pub invoice: Option<Box<str>>,
    /// The payment intent that pays it.
    pub payment_intent: Option<Box<str>>,
    /// The payment link it came from.
    pub payment_link: Option<Box<str>>,
    /// Total in minor units, tax included.
    pub amount_total: Option<i64>,
    /// Tax in it (`total_details.amount_tax`).
    pub amount_tax: i64,
    /// Currency of both.
    pub currency: Option<Currency>,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// Metadata.
    pub metadata: Metadata,
}
