//! How each problem looks from outside, in one exhaustive match: status, word for programs and title; when to ask again; and what this process writes
//! into its own log.

use std::time::Duration;

use axum::http::StatusCode;
use daybook_stripe::signature;

use super::{Fault, Problem};

/// How a problem looks from outside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// The status of the answer.
    pub(super) status: StatusCode,
    /// A word for programs.
    pub(super) reason: &'static str,
    /// What went wrong, in few words.
    pub(super) title: &'static str,
}

const RETRY_SOON: Duration = Duration::from_secs(1);
const RETRY_LATER: Duration = Duration::from_secs(5);

impl Problem {
    /// A word for programs, also used in metrics.
    pub fn reason(&self) -> &'static str {
        self.shape().reason
    }

    /// The status it is answered with.
    pub fn status(&self) -> StatusCode {
        self.shape().status
    }

    /// All of it that does not depend on the case.
    pub(super) fn shape(&self) -> Shape {
        use StatusCode as Status;
        let (status, reason, title) = match self {
            Self::NoKey => (Status::UNAUTHORIZED, "no_key", "A key is needed"),
            Self::UnknownKey => (Status::UNAUTHORIZED, "unknown_key", "The key is not valid"),
            Self::RoleTooLow { .. } => (Status::FORBIDDEN, "role_too_low", "The key may not do this"),
            Self::NoSuchPath => (Status::NOT_FOUND, "no_such_path", "Nothing is here"),
            Self::NoSuchMethod => (Status::METHOD_NOT_ALLOWED, "no_such_method", "Not by this method"),
            Self::Unknown { .. } => (Status::NOT_FOUND, "unknown", "Not known"),
            Self::Malformed(_) => (Status::BAD_REQUEST, "malformed", "The request cannot be read"),
            Self::MediaType => (Status::UNSUPPORTED_MEDIA_TYPE, "media_type", "The media type is another"),
            Self::TooLarge { .. } => (Status::PAYLOAD_TOO_LARGE, "too_large", "The body is too large"),
            Self::TooSlow { .. } => (Status::REQUEST_TIMEOUT, "too_slow", "The body came too slowly"),
            Self::BrokenOff => (Status::BAD_REQUEST, "broken_off", "The body broke off"),
            Self::NoSuchEndpoint => (Status::NOT_FOUND, "no_such_endpoint", "No such endpoint"),
            Self::Signature(error) => (Status::BAD_REQUEST, signature_reason(error), "The delivery is not verified"),
            Self::NotYet { .. } => (Status::GATEWAY_TIMEOUT, "not_yet", "Not applied yet"),
            Self::TooStale { .. } => (Status::SERVICE_UNAVAILABLE, "too_stale", "The answer would be too old"),
            Self::NotBuilt => (Status::SERVICE_UNAVAILABLE, "not_built", "Nothing is built yet"),
            Self::Policy { .. } => (Status::INTERNAL_SERVER_ERROR, "policy", "The policy cannot be read"),
            Self::Refused { fault: Fault::State, reason, .. } => (Status::CONFLICT, *reason, "Refused as things are"),
            Self::Refused { fault: Fault::Request, reason, .. } => {
                (Status::UNPROCESSABLE_ENTITY, *reason, "Refused as it is asked")
            }
            Self::Behind { .. } => (Status::SERVICE_UNAVAILABLE, "behind", "Not applied yet"),
            Self::Busy => (Status::SERVICE_UNAVAILABLE, "busy", "Too much is waiting"),
            Self::Stopping => (Status::SERVICE_UNAVAILABLE, "stopping", "This process is stopping"),
            Self::DatabaseAway(_) => (Status::SERVICE_UNAVAILABLE, "database_away", "The database is away"),
            Self::NotRecorded(_) => (Status::SERVICE_UNAVAILABLE, "not_recorded", "The log cannot be written"),
            Self::LongPast(_) => (Status::UNPROCESSABLE_ENTITY, "long_past", "Too much to fold"),
            Self::Unwritable(_) | Self::Internal(_) | Self::Past(_) => {
                (Status::INTERNAL_SERVER_ERROR, "internal", "Something went wrong")
            }
        };
        Shape { status, reason, title }
    }

    /// When asking again may help.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::NotYet { .. } | Self::Behind { .. } | Self::Stopping | Self::Busy => Some(RETRY_SOON),
            Self::TooStale { .. } | Self::NotBuilt | Self::DatabaseAway(_) | Self::NotRecorded(_) => Some(RETRY_LATER),
            _ => None,
        }
    }

    /// How many records the answer had seen, where that matters.
    pub(super) fn size(&self) -> Option<i64> {
        match self {
            Self::Unknown { size, .. } | Self::NotYet { size, .. } | Self::Behind { size, .. } => Some(*size),
            _ => None,
        }
    }

    /// Writes into the log of this process what the caller is not told.
    pub(super) fn log(&self, reason: &'static str) {
        match self {
            Self::DatabaseAway(error) => tracing::warn!(%error, "a request failed because the database is away"),
            Self::NotRecorded(error) => tracing::error!(%error, "what was to be recorded was not"),
            Self::Internal(error) => tracing::error!(%error, "a request failed"),
            Self::Past(error) => tracing::error!(%error, "the past cannot be folded"),
            Self::Unwritable(error) => tracing::error!(%error, "an answer cannot be written"),
            Self::Policy { position, source } => {
                tracing::error!(position, error = %source, "the policy cannot be read");
            }
            Self::TooStale { .. } | Self::NotBuilt | Self::Behind { .. } | Self::Busy | Self::Stopping => {
                tracing::warn!(reason, "a request was turned away");
            }
            _ => {}
        }
    }
}

fn signature_reason(error: &signature::Error) -> &'static str {
    match error {
        signature::Error::Missing => "signature_missing",
        signature::Error::TooLong { .. } | signature::Error::Malformed { .. } => "signature_malformed",
        signature::Error::TooMany => "signature_too_many",
        signature::Error::Several => "signature_twice",
        signature::Error::NoV1 => "signature_without_v1",
        signature::Error::NoMatch => "signature_mismatch",
        signature::Error::TooOld { .. } => "signature_too_old",
        signature::Error::TooNew { .. } => "signature_too_new",
    }
}
