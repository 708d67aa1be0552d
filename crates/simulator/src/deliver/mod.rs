//! Delivery: what stands between Stripe's event and an endpoint. Signatures, the disorder of at-least-once delivery without order,
//! and a bounded HTTP client. Pure but for [`send`].

pub mod schedule;
pub mod send;
pub mod sign;

pub use schedule::{Bursts, Disorder, Redelivery, disorder};
pub use send::{Delivered, Delivery, Error, Outcome, Report, Target, send_all};
pub use sign::signature_header;
