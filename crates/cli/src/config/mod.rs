//! The configuration: one struct per component, read once from flags and environment variables, and nowhere else. Text is kept as it was written and checked
//! here, so that everything that is wrong is said at once, each with its variable and an example. A variable that is set to nothing counts as not set.

mod database;
mod endpoint;
mod endpoints_file;
mod http;
mod log;
mod number;
mod problem;
mod recorder;
mod secrets;
mod webhook;
mod worker;

pub use database::{DatabaseArguments, DatabaseSource, Place};
pub use endpoint::wrong_account;
pub use http::{HttpArguments, HttpSettings};
pub use log::LogArguments;
pub use number::{number_above_zero, page_size, position};
pub use problem::{Problem, Problems};
pub use recorder::RecorderArguments;
pub use webhook::WebhookArguments;
pub use worker::WorkerArguments;

/// What was written, without the spaces around it; nothing when there was nothing else.
fn written(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}
