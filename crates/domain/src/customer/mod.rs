//! The aggregate of one customer: what Stripe shows of it, Stripe's own summary of its entitlements, and what operators said.
//!
//! # Layout
//! - [`CustomerCommand`], [`CustomerEvent`], [`Customer`], [`Error`]: the aggregate
//! - [`Act`], [`Operated`]: what operators do, as the log holds it
//! - [`Acts`], [`Given`]: what their acts have come to
//! - `decide`: what is refused

mod act;
mod acts;
mod aggregate;
mod command;
mod decide;
mod error;
mod event;
#[cfg(test)]
mod operators;
#[cfg(test)]
mod tests;

pub use act::{Act, Authority, Extent, LONGEST_ACCOUNT, Operated};
pub use acts::{Acts, Ended, Given, Word};
pub use aggregate::Customer;
pub use command::CustomerCommand;
pub use decide::{Acquaintance, Circumstances, Disputed, Insistence, LONGEST_WORDS, covers};
pub use error::Error;
pub use event::CustomerEvent;
