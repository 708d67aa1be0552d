//! Stripe's wire format: the only place that knows Stripe's JSON.
//!
//! A delivery is verified over its raw bytes ([`signature`]), its envelope is read for the log ([`envelope`]), and later
//! its body is translated into facts ([`mod@translate`]), whatever API version rendered it. Nothing here does I/O, reads a
//! clock or panics, and nothing fails on what it does not know: an unknown type is without effect, and what cannot be
//! read is quarantined with the reason.
//!
//! # Layout
//! - [`signature`]: `Stripe-Signature`, made and checked
//! - [`envelope`]: what the log keeps of an event, without reading its object
//! - [`mod@translate`]: an event's body into facts of `daybook-domain`, one file per kind of object
//! - [`private`]: what must not be read by everybody, and covering it
//! - [`secret_mode`]: whether an API key belongs to test or live mode
//! - `json`: the reader the translators share

pub mod envelope;
mod json;
pub mod private;
pub mod secret_mode;
pub mod signature;
mod time;
pub mod translate;

pub use envelope::{Envelope, Unreadable};
pub use translate::{Mention, Mentions, Translated, Translation, translate};
