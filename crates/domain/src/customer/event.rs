//! What a customer has taken in. Stored: fields may be added as optional ones, nothing is renamed.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use super::Operated;
use crate::{
    fact::{Customer, EntitlementSummary},
    order::{Evidence, Moment},
};

/// An observation that added information, or an operator's act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CustomerEvent {
    /// An event showed the customer.
    Observed {
        /// When.
        moment: Moment,
        /// What ties are settled by.
        evidence: Evidence,
        /// As it was shown.
        snapshot: Box<Customer>,
    },
    /// Stripe said what the customer is entitled to.
    SummaryObserved {
        /// When.
        moment: Moment,
        /// What ties are settled by.
        evidence: Evidence,
        /// What Stripe said.
        summary: Box<EntitlementSummary>,
    },
    /// An operator acted.
    Operated(Box<Operated>),
}

impl DomainEvent for CustomerEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Observed { .. } => "CustomerObserved",
            Self::SummaryObserved { .. } => "SummaryObserved",
            Self::Operated(operated) => operated.act.event_type(),
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}
