//! What a request says, or why it cannot be read: axum's own extractors with our problems. Ids are bounded and free of control characters before anything
//! else looks at them.

use std::time::Duration;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use crate::Problem;

/// The longest id that can be asked for, in bytes. Stripe's have at most 255.
pub const LONGEST_ID: usize = 255;

/// The parts of the path.
#[derive(Debug)]
pub struct Named<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Named<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(named) = Path::from_request_parts(parts, state)
            .await
            .map_err(|rejection| Problem::malformed(format!("the path: {}", rejection.body_text())))?;
        Ok(Self(named))
    }
}

/// A JSON body.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let read = timeout(BODY_PATIENCE, Json::from_request(request, state)).await;
        let read = read.map_err(|_| Problem::TooSlow { seconds: BODY_PATIENCE.as_secs() })?;
        read.map(|Json(body)| Self(body)).map_err(|rejection| match rejection {
            JsonRejection::MissingJsonContentType(_) => Problem::MediaType,
            JsonRejection::BytesRejection(bytes) if bytes.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Problem::TooLarge { limit: LARGEST_BODY }
            }
            JsonRejection::BytesRejection(_) => Problem::BrokenOff,
            other => Problem::malformed(format!("the body: {}", other.body_text())),
        })
    }
}

/// How long the body of a question may take to arrive.
pub(crate) const BODY_PATIENCE: Duration = Duration::from_secs(10);

/// The largest body of a question, in bytes.
pub const LARGEST_BODY: usize = 512 * 1024;

/// The id, if it can be one.
///
/// # Errors
/// [`Problem::Malformed`], which names where it stands.
pub fn check_id<'a>(id: &'a str, place: &'static str) -> Result<&'a str, Problem> {
    if id.is_empty() || id.len() > LONGEST_ID {
        return Err(Problem::malformed(format!("{place}: an id has 1 to {LONGEST_ID} bytes, not {}", id.len())));
    }
    if id.chars().any(char::is_control) {
        return Err(Problem::malformed(format!("{place}: an id has no control characters")));
    }
    Ok(id)
}
