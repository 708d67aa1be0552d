//! Operators' acts: grants, revocations, links, releases, settlements. Each is a command to an aggregate that can be refused, executed by
//! `CqrsFramework` over an event store of our own, and a record of the log once it is accepted. Nothing here writes what aggregates are made of: the
//! worker folds the records, as it folds Stripe's.
//!
//! A decision is made against the present: under a lock of the aggregate, once everything that the log held when the lock was taken has been applied.
//! The record's id is made of the idempotency key, so that asking again, after whatever happened in between, finds the first answer.
//!
//! # Layout
//! - [`desk`]: where acts are asked for
//! - [`request`]: who asks, and under which key
//! - [`error`]: why nothing was recorded
//! - `circumstances`: what a decision needs besides the aggregate
//! - `customers`, `findings`: the event stores, one for each aggregate
//! - `counter`: what both do alike: locking, waiting, appending

mod circumstances;
mod counter;
mod customers;
pub mod desk;
pub mod error;
mod findings;
pub mod request;

pub use desk::{Desk, Limits};
pub use error::Error;
pub use request::{Done, Receipt, Request};
