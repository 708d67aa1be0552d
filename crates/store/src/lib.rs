//! PostgreSQL: the log of what was received, the recorder that appends to it, and the few tables beside it that cannot be rebuilt.
//!
//! # Layout
//! - [`database`]: connections and migrations
//! - [`log`]: the log itself: what goes in, the leaf, the Merkle tree, reading, bulk reading, checking
//! - [`recorder`]: the one task per process that appends
//! - [`operated`]: operators' acts as records of the log
//! - [`policy`]: the entitlement policy as a record of the log
//! - [`scope`]: scopes and the numbers they are stored under
//! - [`key`]: bearer keys and their roles
//! - [`generation`], [`checkpoint`], [`snapshot`]: builds of the derived state, how far each has come, and reading one whole
//! - [`lease`]: jobs that only one process may do
//! - [`notify`]: waiting for news, notified or not
//! - [`immutability`]: the self-test that the log cannot be changed
//! - [`error`]: what can go wrong here

pub mod checkpoint;
pub mod database;
pub mod error;
pub mod generation;
pub mod immutability;
pub mod key;
pub mod lease;
pub mod log;
pub mod notify;
pub mod operated;
pub mod policy;
pub mod recorder;
pub mod scope;
pub mod snapshot;

pub use database::{Database, DatabaseConfig};
pub use error::Error;
pub use immutability::immutability_self_test;
pub use log::LOG_CHANNEL;
pub use log::envelope::{Incoming, Source};
pub use recorder::{Recorded, Recorder};
