//! Everything that can go wrong with a request, as problem+json (RFC 9457), in one exhaustive match. What a caller reads never quotes a
//! secret, a body or the database; what the database said is logged here, once, and nowhere else.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use daybook_store::key::Role;
use daybook_stripe::signature;
use serde::Serialize;
use utoipa::ToSchema;

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
    /// The database cannot be reached.
    #[error("the database cannot be reached; try again")]
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

/// A refusal as it is sent: RFC 9457, with a word for programs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemDocument {
    /// `urn:daybook:problem:` and the reason.
    r#type: String,
    /// What went wrong, in few words.
    title: &'static str,
    /// The status of the answer.
    status: u16,
    /// What went wrong and what to do, for people.
    detail: String,
    /// A word for programs.
    reason: &'static str,
    /// How many records the answer had seen, where that matters.
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<i64>,
}

/// How a problem looks from outside.
#[derive(Clone, Copy, Debug)]
struct Shape {
    status: StatusCode,
    /// A word for programs.
    reason: &'static str,
    title: &'static str,
}

const RETRY_SOON: Duration = Duration::from_secs(1);
const RETRY_LATER: Duration = Duration::from_secs(5);

impl Problem {
    /// A request that cannot be read, and why.
    pub fn malformed(what: impl Into<Cow<'static, str>>) -> Self {
        Self::Malformed(what.into())
    }

    /// A word for programs, also used in metrics.
    pub fn reason(&self) -> &'static str {
        self.shape().reason
    }

    /// The status it is answered with.
    pub fn status(&self) -> StatusCode {
        self.shape().status
    }

    fn shape(&self) -> Shape {
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

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::NotYet { .. } | Self::Behind { .. } | Self::Stopping | Self::Busy => Some(RETRY_SOON),
            Self::TooStale { .. } | Self::NotBuilt | Self::DatabaseAway(_) | Self::NotRecorded(_) => Some(RETRY_LATER),
            _ => None,
        }
    }

    fn size(&self) -> Option<i64> {
        match self {
            Self::Unknown { size, .. } | Self::NotYet { size, .. } | Self::Behind { size, .. } => Some(*size),
            _ => None,
        }
    }

    fn log(&self, reason: &'static str) {
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

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Shape { status, reason, title } = self.shape();
        self.log(reason);
        let document = ProblemDocument {
            r#type: format!("urn:daybook:problem:{reason}"),
            title,
            status: status.as_u16(),
            detail: self.to_string(),
            reason,
            size: self.size(),
        };
        let mut response = (status, Json(document)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(retry_after) = self.retry_after() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(retry_after.as_secs()));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<daybook_store::Error> for Problem {
    fn from(error: daybook_store::Error) -> Self {
        Arc::new(error).into()
    }
}

impl From<Arc<daybook_store::Error>> for Problem {
    fn from(error: Arc<daybook_store::Error>) -> Self {
        match &*error {
            daybook_store::Error::Database(cause) if is_away(cause) => Self::DatabaseAway(error),
            daybook_store::Error::Database(cause) if is_not_built(cause) => Self::NotBuilt,
            daybook_store::Error::TooSlow { .. } => Self::DatabaseAway(error),
            _ => Self::Internal(error),
        }
    }
}

impl From<daybook_worker::Error> for Problem {
    fn from(error: daybook_worker::Error) -> Self {
        match error {
            daybook_worker::Error::Store(error) => error.into(),
            daybook_worker::Error::Database(error) => error.into(),
            long @ (daybook_worker::Error::LongPast { .. } | daybook_worker::Error::LongLog { .. }) => {
                Self::LongPast(Arc::new(long))
            }
            other => Self::Past(Arc::new(other)),
        }
    }
}

impl From<daybook_commands::Error> for Problem {
    fn from(error: daybook_commands::Error) -> Self {
        use daybook_commands::Error;
        let detail = error.to_string();
        let refused = |fault, reason| Self::Refused { fault, reason, detail };
        match error {
            Error::Customer(error) if error.is_about_the_request() => refused(Fault::Request, error.reason()),
            Error::Customer(error) => refused(Fault::State, error.reason()),
            Error::Finding(error @ daybook_domain::finding::Error::Nothing) => refused(Fault::State, error.reason()),
            Error::Finding(error) => refused(Fault::Request, error.reason()),
            Error::KeyReused { .. } => refused(Fault::Request, "key_reused"),
            Error::Key { .. } => refused(Fault::Request, "key"),
            Error::Behind { wanted, size } => Self::Behind { wanted, size },
            Error::Busy => Self::Busy,
            Error::Unknown(refused) => Self::NotRecorded(refused),
            Error::Store(error) => error.into(),
            Error::Unreadable { source, .. } | Error::Unwritable(source) => Self::Unwritable(source),
        }
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        daybook_store::Error::from(error).into()
    }
}

/// Whether the database could not be reached or is on its way down or up, so that asking again may help.
fn is_away(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(refusal) => {
            // connection exception, idle in transaction for too long, a conflict with recovery, insufficient resources, operator
            // intervention (a statement that took too long included)
            let code = refusal.code().unwrap_or_default();
            ["08", "25P03", "40", "53", "57"].iter().any(|class| code.starts_with(class))
        }
        _ => false,
    }
}

/// Whether a table, a column or a schema is missing: no generation is live, or one of another version.
pub(crate) fn is_not_built(error: &sqlx::Error) -> bool {
    let missing = |code: &str| ["42P01", "42703", "3F000"].contains(&code);
    matches!(error, sqlx::Error::Database(refusal) if refusal.code().is_some_and(|code| missing(&code)))
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    async fn shown(problem: Problem) -> String {
        let response = problem.into_response();
        let headers = ["content-type", "retry-after", "www-authenticate"]
            .into_iter()
            .filter_map(|name| Some(format!("{name}: {}", response.headers().get(name)?.to_str().ok()?)))
            .collect::<Vec<_>>()
            .join("\n");
        let body = to_bytes(response.into_body(), 10_000).await.unwrap();
        format!("{headers}\n{}", String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_refused_signature_names_its_reason() {
        insta::assert_snapshot!(shown(signature::Error::NoMatch.into()).await, @r#"
        content-type: application/problem+json
        {"type":"urn:daybook:problem:signature_mismatch","title":"The delivery is not verified","status":400,"detail":"no signature matches a secret of this endpoint: check that its whsec_... secret is this endpoint's and this mode's, and that nothing on the way changes the body","reason":"signature_mismatch"}
        "#);
    }

    #[tokio::test]
    async fn what_the_database_says_stays_inside() {
        let error = daybook_store::Error::Database(sqlx::Error::Protocol("password of wally".into()));
        insta::assert_snapshot!(shown(error.into()).await, @r#"
        content-type: application/problem+json
        {"type":"urn:daybook:problem:internal","title":"Something went wrong","status":500,"detail":"something went wrong here; it is in the log of this process","reason":"internal"}
        "#);
    }

    #[tokio::test]
    async fn a_database_that_is_away_says_when_to_ask_again() {
        insta::assert_snapshot!(shown(sqlx::Error::PoolTimedOut.into()).await, @r#"
        content-type: application/problem+json
        retry-after: 5
        {"type":"urn:daybook:problem:database_away","title":"The database is away","status":503,"detail":"the database cannot be reached; try again","reason":"database_away"}
        "#);
    }

    #[tokio::test]
    async fn a_wait_that_ended_names_the_size_reached() {
        insta::assert_snapshot!(shown(Problem::NotYet { awaited: "an event about cs_1".to_owned(), size: 42 }).await, @r#"
        content-type: application/problem+json
        retry-after: 1
        {"type":"urn:daybook:problem:not_yet","title":"Not applied yet","status":504,"detail":"an event about cs_1 had not been applied when the wait ended; ask again","reason":"not_yet","size":42}
        "#);
    }

    #[tokio::test]
    async fn a_request_without_a_key_is_told_how_to_send_one() {
        insta::assert_snapshot!(shown(Problem::NoKey).await, @r#"
        content-type: application/problem+json
        www-authenticate: Bearer
        {"type":"urn:daybook:problem:no_key","title":"A key is needed","status":401,"detail":"send a key: `Authorization: Bearer dbk_...`, made by `daybook key create`","reason":"no_key"}
        "#);
    }
}
