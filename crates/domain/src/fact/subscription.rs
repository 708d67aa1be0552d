//! A subscription as one event shows it.

use serde::{Deserialize, Serialize};

use super::{Metadata, SubscriptionStatus};
use crate::{
    id::{CustomerId, InvoiceId, PriceId, ProductId, SubscriptionItemId},
    time::{Period, Timestamp},
};

/// What the ledger needs of a `subscription`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "a snapshot: each is a field of Stripe's, not a state of ours")]
pub struct Subscription {
    /// Whose it is. Always there at Stripe; optional because nothing is refused for its absence.
    pub customer: Option<CustomerId>,
    /// Stripe's status.
    pub status: SubscriptionStatus,
    /// The status before this event, where `previous_attributes` names it.
    #[serde(default)]
    pub previous_status: Option<SubscriptionStatus>,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// When it began (`start_date`, `start` before 2019-10-17).
    pub started: Option<Timestamp>,
    /// When it ended (`ended_at`), not when cancellation was asked for.
    pub ended: Option<Timestamp>,
    /// When it will end by itself (`cancel_at`).
    pub cancel_at: Option<Timestamp>,
    /// Whether it ends with the current period.
    pub cancel_at_period_end: bool,
    /// When cancellation was asked for (`canceled_at`).
    pub cancel_requested: Option<Timestamp>,
    /// When the trial ends or ended.
    pub trial_end: Option<Timestamp>,
    /// What the end of a trial does when no payment method is there (`trial_settings.end_behavior`).
    pub trial_end_without_method: TrialEnd,
    /// Whether the subscription itself names a payment method or source.
    pub has_payment_method: bool,
    /// The current period: the subscription's own before basil, the items' hull since.
    pub period: Option<Period>,
    /// Collection is paused; the status stays.
    pub pause_collection: Option<PauseCollection>,
    /// Whether invoices are sent (`send_invoice`) rather than charged.
    pub invoiced_by_mail: bool,
    /// The newest invoice.
    pub latest_invoice: Option<InvoiceId>,
    /// Whether an update waits for its payment: it grants nothing yet.
    pub pending_update: bool,
    /// What is subscribed to.
    pub items: Vec<Item>,
    /// Metadata.
    pub metadata: Metadata,
}

/// One item of a subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// `si_...`; absent on the oldest shape, where the plan stands on the subscription.
    pub id: Option<SubscriptionItemId>,
    /// The price or plan.
    pub price: Option<PriceId>,
    /// Its product.
    pub product: Option<ProductId>,
    /// The price's lookup key.
    pub lookup_key: Option<Box<str>>,
    /// How many; absent for metered items.
    pub quantity: Option<i64>,
    /// The item's own period (since basil).
    pub period: Option<Period>,
}

/// What happens at the end of a trial when there is no payment method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialEnd {
    /// An invoice is made and the subscription becomes past due
    #[default]
    CreateInvoice,
    /// It is canceled
    Cancel,
    /// It is paused
    Pause,
}

/// How collection is paused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PauseCollection {
    /// `keep_as_draft`, `mark_uncollectible` or `void`, as Stripe writes it.
    pub behavior: Box<str>,
    /// When collection resumes by itself.
    pub resumes: Option<Timestamp>,
}
