//! The aggregate of one thing in the log that a person must look at: a delivery that contradicts a record, or a record that cannot be
//! read. Settling it notes what a person has decided; both contents stay as they are, and nothing is overwritten.

mod aggregate;
mod command;
mod error;
mod event;
#[cfg(test)]
mod tests;

pub use aggregate::{About, Finding, Stands};
pub use command::FindingCommand;
pub use error::Error;
pub use event::{FindingEvent, SETTLED};
