//! The rules of the ledger, and nothing else: no I/O, no clock, no randomness.
//!
//! # Layout
//! - [`id`], [`scope`], [`time`], [`money`]: the words everything else is written in
//! - [`fact`]: what a record says in our own vocabulary, whatever API version rendered it
//! - [`order`]: event order of one object, and the register that keeps its newest value
//! - [`object`]: one Stripe object as all events known so far show it
//! - [`settlement`]: the documents of one sale and the money behind them, found through their links
//! - [`subscription`], [`customer`]: the two aggregates, on `cqrs_es`
//! - [`finding`]: what a person must look at in the log, an aggregate too
//! - [`parked`]: what is known only by name, and what waits for it
//! - [`accounting`]: the postings of a settlement, and of a customer's credit
//! - [`attention`]: what needs a person: the closed list of reasons
//! - [`entitlement`]: the policy, and the answer to "may this customer use this?"

pub mod accounting;
pub mod attention;
pub mod customer;
pub mod entitlement;
pub mod fact;
pub mod finding;
pub mod id;
pub mod money;
pub mod object;
pub mod order;
pub mod parked;
pub mod scope;
pub mod settlement;
pub mod subscription;
pub mod time;
