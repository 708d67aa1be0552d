//! Why an act was not recorded.

use daybook_domain::{customer, finding};
use daybook_store::recorder;

/// Everything an act can fail with. Only after [`Error::Unknown`] it may have been recorded all the same; asking again under the same key tells.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The customer's aggregate refuses it.
    #[error(transparent)]
    Customer(customer::Error),
    /// The finding's aggregate refuses it.
    #[error(transparent)]
    Finding(finding::Error),
    /// Another act has the key.
    #[error("this idempotency key was used for another act before (record {position}): use a new one")]
    KeyReused {
        /// The record of that act.
        position: i64,
    },
    /// The key cannot be one.
    #[error("an idempotency key has 1 to {longest} bytes")]
    Key {
        /// The longest in bytes.
        longest: usize,
    },
    /// The read models are not as far as the log, so nothing could be decided.
    #[error(
        "the read models have applied {size} of {wanted} records, and an act is decided against all of them: is a worker running?"
    )]
    Behind {
        /// How many they must have applied.
        wanted: i64,
        /// How many they have.
        size: i64,
    },
    /// Too many acts at once, or a long one on the same customer.
    #[error("too much is being done at once; try again")]
    Busy,
    /// The log did not answer in time: it may be recorded or not.
    #[error("the log did not answer: ask again, under the same idempotency key if there was one")]
    Unknown(#[source] recorder::Refused),
    /// The database could not be asked.
    #[error(transparent)]
    Store(#[from] daybook_store::Error),
    /// The stored events of an aggregate are none this version knows.
    #[error("stored event {sequence} of {aggregate} cannot be read by this version: run `daybook rebuild --all`")]
    Unreadable {
        /// Whose event.
        aggregate: String,
        /// Its place.
        sequence: i64,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// Something that should not happen.
    #[error("an act could not be written down")]
    Unwritable(#[from] serde_json::Error),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
