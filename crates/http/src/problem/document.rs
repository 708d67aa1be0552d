//! A problem as it is sent: problem+json (RFC 9457), with the headers that belong to it.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::Problem;
use super::shape::Shape;

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

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use daybook_stripe::signature;

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
