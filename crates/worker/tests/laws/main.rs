//! The laws, as property tests: order does not matter (3), live equals rebuilt (4), one size for all answers (5), and what is said of the past is what was said then.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod books;
mod harness;
mod invariants;
mod live_equals_rebuilt;
mod many_orders;
mod mutations;
mod operators;
mod order_does_not_matter;
mod shapes;
mod stock_repository;
mod the_past;
mod truth;
mod version;
mod world;
