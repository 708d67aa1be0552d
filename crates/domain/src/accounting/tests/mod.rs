//! Accounting as given / when / then. Each case is posted in several orders of arrival and must not notice.

pub(crate) mod build;
mod connect;
mod credit;
mod disputes;
mod documents;
mod invariants;
mod laws;
mod payments;
mod payouts;
mod refunds;
pub(crate) mod world;
