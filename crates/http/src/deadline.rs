//! Every question ends in a bounded time, whatever the database does: with an answer, or with 503 and the advice to ask again.

use std::time::Duration;

use axum::extract::Request;
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use tokio::time::timeout;

use crate::Problem;
use crate::extract::BODY_PATIENCE;
use crate::state::App;

/// How long a request may take; longer when its query asks to wait for something, or when its body has to arrive first.
pub fn of(app: &App, request: &Request) -> Duration {
    let query = request.uri().query().unwrap_or_default();
    let waits = query.contains("min_size") || query.contains("after_object");
    let wished = if waits { app.config.wait.longest } else { Duration::ZERO };
    let arriving = if request.method() == Method::POST { BODY_PATIENCE } else { Duration::ZERO };
    app.config.questions.request.saturating_add(wished).saturating_add(arriving)
}

/// Answers within this time.
pub async fn keep(deadline: Duration, answer: impl Future<Output = Result<Response, Problem>>) -> Response {
    let answered = timeout(deadline, answer).await;
    let too_slow = || daybook_store::Error::TooSlow { seconds: deadline.as_secs() }.into();
    answered.unwrap_or_else(|_| Err(too_slow())).unwrap_or_else(IntoResponse::into_response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_never_ends_is_answered_with_when_to_ask_again() {
        let response = keep(Duration::from_secs(10), std::future::pending()).await;
        assert_eq!(response.status(), 503);
        assert!(response.headers().contains_key("retry-after"));
    }
}
