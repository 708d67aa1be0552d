//! What an answer can come from. Stored as rows of the `entitlements` read model: fields may be added as optional ones,
//! nothing is renamed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    customer::Given,
    fact::EntitlementSummary,
    id::{EventId, SubscriptionId},
    order::Moment,
    settlement::Purchase,
    subscription::Standing,
};

/// One thing a customer has that may grant a feature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Source {
    /// A subscription, whatever its state.
    Subscription {
        /// Which.
        id: SubscriptionId,
        /// How it stands, as far as neither clock nor policy is needed to say so.
        standing: Box<Standing>,
    },
    /// What Stripe itself says the customer is entitled to.
    Summary {
        /// When Stripe said so.
        moment: Moment,
        /// What it said.
        summary: EntitlementSummary,
    },
    /// Something that was bought once.
    Purchase {
        /// The invoice or the checkout that stands for it.
        id: Box<str>,
        /// What was bought, and what became of its payment.
        purchase: Box<Purchase>,
    },
    /// What operators said of the customer.
    Operators {
        /// Grants and revocations, by their records.
        given: BTreeMap<EventId, Given>,
        /// Disputes whose hold was released, and when.
        released: BTreeMap<Box<str>, Moment>,
    },
}
