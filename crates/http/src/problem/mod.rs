//! Everything that can go wrong with a request. What a caller reads never quotes a secret, a body or the database; what the database said is logged
//! once, where the refusal is written, and nowhere else.
//!
//! Here stands what can go wrong, and in which words; `origin` says what an error of the layers below becomes, `shape` in one exhaustive match how
//! each looks from outside, and `document` how it is sent.

use std::borrow::Cow;
use std::sync::Arc;

use daybook_store::key::Role;
use daybook_stripe::signature;

mod document;
mod origin;
mod shape;

pub(crate) use document::ProblemDocument;
pub(crate) use origin::is_not_built;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// No bearer key came with the request.
    #[error("send a key: `Authorization: Bearer dbk_...`, made by `daybook key create`")]
    NoKey,
    /// The key is none, or was revoked.
    #[error("the key is unknown or revoked")]
    UnknownKey,
    /// The key may not do this.
    #[error("this needs a key with the role {needed} or one above it; this key's role is {has}")]
    RoleTooLow {
        /// what is asked of the key
        needed: Role,
        /// what it has
        has: Role,
    },
    /// Nothing answers at this path.
    #[error("nothing answers at this path; /openapi.json, with a key, says what does")]
    NoSuchPath,
    /// Nothing answers to this method here.
    #[error("this path does not answer to this method; /openapi.json, with a key, says to which it does")]
    NoSuchMethod,
    /// The path names something nobody has seen in the key's scope.
    #[error("no {what} of this id is known in the account and mode of this key")]
    Unknown {
        /// what kind of thing
        what: &'static str,
        /// the size at which it is not known
        size: i64,
    },
    /// The request cannot be read.
    #[error("{0}")]
    Malformed(Cow<'static, str>),
    /// The body's media type is another.
    #[error("the body must be sent as application/json")]
    MediaType,
    /// The body is too large.
    #[error("the body is larger than {limit} bytes")]
    TooLarge {
        /// the largest that is read
        limit: usize,
    },
    /// The body did not arrive in time.
    #[error("the body did not arrive within {seconds} s")]
    TooSlow {
        /// how long was waited
        seconds: u64,
    },
    /// The body broke off.
    #[error("the body broke off before its end")]
    BrokenOff,
    /// No endpoint has this name.
    #[error("no webhook endpoint has this name; compare the url at Stripe with the endpoints configured here")]
    NoSuchEndpoint,
    /// The delivery is not verified.
    #[error(transparent)]
    Signature(#[from] signature::Error),
    /// What was waited for did not come in time.
    #[error("{awaited} had not been applied when the wait ended; ask again")]
    NotYet {
        /// what was waited for
        awaited: String,
        /// the size reached
        size: i64,
    },
    /// Answers are older than may be given.
    #[error("the read models could not be confirmed for {seconds} s")]
    TooStale {
        /// how long
        seconds: u64,
    },
    /// Nothing has been built yet.
    #[error("the read models are not built yet: is a worker running?")]
    NotBuilt,
    /// The policy in force cannot be read.
    #[error("the policy in force, applied at position {position}, cannot be read by this version")]
    Policy {
        /// the record that applied it
        position: i64,
        /// what is wrong with it
        #[source]
        source: Arc<daybook_domain::entitlement::policy::Error>,
    },
    /// An operator's act was refused; nothing was recorded.
    #[error("{detail}")]
    Refused {
        /// how far it is the request's own fault
        fault: Fault,
        /// a word for programs
        reason: &'static str,
        /// why, and what to do
        detail: String,
    },
    /// An act is decided against everything recorded, and the read models are not as far.
    #[error(
        "the read models have applied {size} of {wanted} records, and an act is decided against all of them; try again"
    )]
    Behind {
        /// how far they must be
        wanted: i64,
        /// how far they are
        size: i64,
    },
    /// Too much is waiting.
    #[error("too much is waiting here; try again")]
    Busy,
    /// The program is stopping.
    #[error("this process is stopping; try again")]
    Stopping,
    /// So much happened around a customer that its past is not folded for one question.
    #[error("{0}")]
    LongPast(#[source] Arc<daybook_worker::Error>),
    /// The past cannot be folded.
    #[error("something went wrong here; it is in the log of this process")]
    Past(#[source] Arc<daybook_worker::Error>),
    /// The database cannot be reached, or does not answer in time.
    #[error("{}", origin::told(.0))]
    DatabaseAway(#[source] Arc<daybook_store::Error>),
    /// The log did not take a delivery or an act, and says no more.
    #[error("the log cannot be written; try again")]
    NotRecorded(#[source] daybook_store::recorder::Refused),
    /// An answer cannot be written as JSON.
    #[error("something went wrong here; it is in the log of this process")]
    Unwritable(#[from] serde_json::Error),
    /// Something that should not happen.
    #[error("something went wrong here; it is in the log of this process")]
    Internal(#[source] Arc<daybook_store::Error>),
}

/// Why an act was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It contradicts how things are
    State,
    /// It can never be
    Request,
}

impl Problem {
    /// A request that cannot be read, and why.
    pub fn malformed(what: impl Into<Cow<'static, str>>) -> Self {
        Self::Malformed(what.into())
    }
}
