//! The loop that turns the log into read models, and the rebuild that makes them anew.
//!
//! # Layout
//! - [`state`], [`working_set`]: states in memory, bounded
//! - `wanted`, `loader`: which states records need, and bringing them in
//! - `fold`: one record into the states
//! - `flush`, [`reader_rows`], [`output`]: from changed states to rows
//! - [`engine`]: all of that, for live processing and rebuild alike
//! - [`batch`], [`live`]: one unit of work, and the loop around it
//! - [`rebuild`]: a new generation beside the live one
//! - [`past`]: what was known of a customer earlier, folded anew
//! - [`catalogue`]: what events have shown to be sold
//! - [`verify`]: whether the books hold what they must
//! - [`setup`]: the first generation

pub mod batch;
pub mod catalogue;
pub mod engine;
mod error;
mod flush;
mod fold;
pub mod live;
mod loader;
pub mod output;
pub mod past;
pub mod reader_rows;
pub mod rebuild;
pub mod setup;
pub mod state;
pub mod verify;
mod wanted;
pub mod working_set;

pub use error::Error;
pub use loader::Loader;
