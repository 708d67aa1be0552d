//! What a subscription can be told. All of it comes from the log, so nothing is ever refused.

use crate::{
    fact::Subscription,
    id::InvoiceId,
    order::{Evidence, Moment},
    settlement::{DisputeStanding, InvoiceStanding},
};

/// What the worker tells a subscription.
#[derive(Clone, Debug)]
pub enum SubscriptionCommand {
    /// An event shows the subscription itself.
    Observe {
        /// When.
        moment: Moment,
        /// What ties are settled by.
        evidence: Evidence,
        /// As it is shown.
        snapshot: Box<Subscription>,
    },
    /// One of its invoices stands like this now.
    ObserveInvoice(Box<InvoiceStanding>),
    /// A dispute over one of its payments stands like this now.
    ObserveDispute(Box<DisputeStanding>),
    /// An invoice turned out to belong elsewhere.
    WithdrawInvoice(InvoiceId),
    /// A dispute turned out to belong elsewhere.
    WithdrawDispute(Box<str>),
}
