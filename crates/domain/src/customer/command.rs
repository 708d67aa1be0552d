//! What a customer can be told by the log.

use crate::{
    fact::{Customer, EntitlementSummary},
    order::{Evidence, Moment},
};

/// What the worker tells a customer.
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
}
