//! The aggregate of one customer: what Stripe shows of it, and Stripe's own summary of its entitlements.

mod aggregate;
mod command;
mod error;
mod event;
#[cfg(test)]
mod tests;

pub use aggregate::Customer;
pub use command::CustomerCommand;
pub use error::Error;
pub use event::CustomerEvent;
