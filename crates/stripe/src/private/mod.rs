//! What must not be read by everybody: secrets, and what says who somebody is or how to reach them.
//!
//! # The rule
//! - **Client secrets** leave for nobody, neither as a member of that name nor inside another text, as in the query of an address.
//! - **Personal fields** of a body, and anything in its texts that looks like a secret or a way to reach somebody, are shown only to whoever asks for the raw
//!   body and may: an auditor.
//! - **Everything else that leaves** (answers, output, exports, logs) is made of ids, amounts, times and Stripe's own words; texts that people wrote
//!   go through [`text()`] or [`value`] first, messages and lines of the log through [`message`].
//! - **Your own account ids**, and what operators write of themselves (`actor`, `ticket`), are shown: they are names that were given to be asked by.
//!
//! # Layout
//! - [`names`]: the lists
//! - [`body`]: covering a body as it came
//! - [`secret`]: finding client secrets inside a text
//! - [`mod@text`]: covering a text

pub mod body;
pub mod names;
pub mod secret;
pub mod text;

pub use body::{Cover, cover};
pub use text::{MASK, message, text, value};
