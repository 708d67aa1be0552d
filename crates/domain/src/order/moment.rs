//! When an event happened at Stripe, as far as the event itself can say.

use serde::{Deserialize, Serialize};

use crate::{id::EventId, time::Timestamp};

/// Ties inside a second that no evidence settles: something is created, then updated, then closed, then settled, then
/// deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    /// `*.created`
    Created,
    /// Everything else
    Updated,
    /// What updates lead to and only another end can follow: `invoice.marked_uncollectible`, `charge.captured`
    Closed,
    /// What only comes when an object's way is at its end: `invoice.paid`, `payment_intent.succeeded`
    Settled,
    /// `*.deleted`
    Deleted,
}

/// A place in event order: second, rank, event id. Total, and the same whatever arrived first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Moment {
    /// Stripe's `created` of the event.
    pub at: Timestamp,
    /// What kind of change it was.
    pub rank: Rank,
    /// The event that says so.
    pub event: EventId,
}
