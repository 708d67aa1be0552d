//! The rules of the ledger, and nothing else: no I/O, no clock, no randomness.
//!
//! # Layout
//! - [`id`], [`scope`], [`time`], [`money`]: the words everything else is written in
//! - [`fact`]: what a record says in our own vocabulary, whatever API version rendered it
//! - [`order`]: event order of one object, and the register that keeps its newest value
//! - [`object`]: one Stripe object as all events known so far show it

pub mod fact;
pub mod id;
pub mod money;
pub mod object;
pub mod order;
pub mod scope;
pub mod time;
