//! The log: dense positions from 0 in commit order, one record per event id, exact bytes, and an RFC 6962 Merkle tree over all of it.
//!
//! # Layout
//! - [`envelope`]: what a caller hands in, and its limits
//! - [`leaf`]: the bytes a record contributes to the tree
//! - [`merkle`]: the frontier that grows with every record
//! - [`content`]: whether two bodies say the same
//! - [`classify`]: what becomes of each of a batch, as a pure function
//! - [`append`]: the transaction

pub(crate) mod append;
pub(crate) mod classify;
pub mod content;
pub mod envelope;
pub mod leaf;
pub mod merkle;
