//! Operators' acts on real PostgreSQL, with a recorder and a worker: what is refused, what is recorded once, and what happens when two act at once or
//! somebody dies in between.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod acting;
mod at_once;
mod house;
mod settling;
