//! From Stripe's JSON to postings and balances: the cases that the accounting rules work through, and what people do at
//! the edges of them. Every case is told in its own order and in the orders that are hardest for it, event by event, with
//! nothing kept in memory between two events.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod cases;
mod disputed;
mod ledger;
mod said;
