//! The rules, one sentence each; and the laws, over random customers and policies.

mod combining;
mod disputes;
mod given;
mod grace;
mod laws;
mod limits;
mod operators;
mod purchases;
mod subscriptions;

pub(in crate::entitlement) use laws::policies;
