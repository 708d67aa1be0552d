//! The aggregate of one subscription: what Stripe shows of it, how its invoices stand, what is disputed.

mod aggregate;
mod command;
mod error;
mod event;
mod paid;
mod standing;
#[cfg(test)]
mod tests;

pub use aggregate::Subscription;
pub use command::SubscriptionCommand;
pub use error::Error;
pub use event::SubscriptionEvent;
pub use paid::{Names, PaidItem};
pub use standing::{Standing, UnpaidInvoice};
