//! The log: dense positions from 0 in commit order, one record per event id, exact bytes, and an RFC 6962 Merkle tree over all of it.
//!
//! # Layout
//! - [`envelope`]: what a caller hands in, and its limits
//! - [`leaf`]: the bytes a record contributes to the tree
//! - [`merkle`]: the frontier that grows with every record
//! - [`content`]: whether two bodies say the same
//! - [`classify`]: what becomes of each of a batch, as a pure function
//! - [`append`]: the transaction
//! - [`read`]: single records, their bodies and deliveries, and the tip
//! - [`conflict`]: what contradicts a record
//! - [`list`]: pages of records by type, scope, time and position
//! - [`bulk`]: many records with their bodies, as fast as they can be read
//! - [`verify`]: everything recomputed from the stored fields and bytes

pub(crate) mod append;
pub mod bulk;
pub(crate) mod classify;
pub mod conflict;
pub mod content;
mod copy;
pub mod envelope;
pub mod leaf;
pub mod list;
pub mod merkle;
pub mod past;
pub mod read;
pub mod verify;

pub use append::LOG_CHANNEL;
