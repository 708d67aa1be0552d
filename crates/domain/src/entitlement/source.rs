//! What an answer can come from. Stored as rows of the `entitlements` read model: fields may be added as optional ones,
//! nothing is renamed. Grants, revocations and one-off purchases become further variants.

use serde::{Deserialize, Serialize};

use crate::{fact::EntitlementSummary, id::SubscriptionId, order::Moment, subscription::Standing};

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
}
