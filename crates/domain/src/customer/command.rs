//! What a customer can be told: by the log, which is never refused, and by operators, who can be.

use super::{Circumstances, Operated};
use crate::{
    fact::{Customer, EntitlementSummary},
    order::{Evidence, Moment},
};

/// What a customer is told.
#[derive(Clone, Debug)]
pub enum CustomerCommand {
    /// An event shows the customer.
    Observe {
        /// When.
        moment: Moment,
        /// What ties are settled by.
        evidence: Evidence,
        /// As it is shown.
        snapshot: Box<Customer>,
    },
    /// Stripe says what the customer is entitled to.
    ObserveSummary {
        /// When.
        moment: Moment,
        /// What ties are settled by.
        evidence: Evidence,
        /// What Stripe says.
        summary: Box<EntitlementSummary>,
    },
    /// The log holds an operator's act.
    TakeIn(Box<Operated>),
    /// An operator wants to act now. Refused when it cannot be; nothing happens when all is so already.
    Operate {
        /// What the log would hold.
        operated: Box<Operated>,
        /// What the decision needs besides the customer.
        circumstances: Box<Circumstances>,
    },
}
