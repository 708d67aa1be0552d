//! PostgreSQL: the log of what was received, the recorder that appends to it, and the few tables beside it that cannot be rebuilt.
//!
//! # Layout
//! - [`database`]: connections and migrations
//! - [`log`]: the log itself: what goes in, the leaf, the Merkle tree, reading and checking it
//! - [`recorder`]: the one task per process that appends
//! - [`scope`]: scopes and the numbers they are stored under
//! - [`immutability`]: the self-test that the log cannot be changed
//! - [`error`]: what can go wrong here

pub mod database;
pub mod error;
pub mod immutability;
pub mod log;
pub mod recorder;
pub mod scope;

pub use database::{Database, DatabaseConfig};
pub use error::Error;
pub use immutability::immutability_self_test;
pub use log::envelope::{Incoming, Source};
pub use recorder::{Recorded, Recorder};
