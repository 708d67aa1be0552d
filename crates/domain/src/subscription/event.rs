//! What a subscription has taken in. Stored: fields may be added as optional ones, nothing is renamed.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::{
    fact::Subscription,
    id::InvoiceId,
    order::{Evidence, Moment},
    settlement::{DisputeStanding, InvoiceStanding},
};

/// An observation that added information.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SubscriptionEvent {
    /// An event showed the subscription itself.
    Observed {
        /// When.
        moment: Moment,
        /// What ties are settled by.
        evidence: Evidence,
        /// As it was shown.
        snapshot: Box<Subscription>,
    },
    /// One of its invoices came to stand like this.
    InvoiceObserved(Box<InvoiceStanding>),
    /// A dispute over one of its payments came to stand like this.
    DisputeObserved(Box<DisputeStanding>),
    /// An invoice turned out to belong elsewhere.
    InvoiceWithdrawn {
        /// Which.
        invoice: InvoiceId,
    },
    /// A dispute turned out to belong elsewhere.
    DisputeWithdrawn {
        /// Which.
        dispute: Box<str>,
    },
}

impl DomainEvent for SubscriptionEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Observed { .. } => "SubscriptionObserved",
            Self::InvoiceObserved(_) => "InvoiceObserved",
            Self::DisputeObserved(_) => "DisputeObserved",
            Self::InvoiceWithdrawn { .. } => "InvoiceWithdrawn",
            Self::DisputeWithdrawn { .. } => "DisputeWithdrawn",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}
