//! What this process offers, as an OpenAPI document: served at `/openapi.json`, and kept as `docs/openapi.json` so that a change of the interface is seen.

use axum::http::header;
use axum::response::IntoResponse;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, OpenApi as Document, Ref, RefOr, Response};
use utoipa::{Modify, OpenApi};

use crate::auth::AppCaller;
use crate::problem::ProblemDocument;
use crate::router;
use crate::v1::operate::Acted;

/// What the document says besides its routes.
#[derive(Debug, OpenApi)]
#[openapi(
    info(
        title = "daybook",
        description = "A billing ledger for Stripe: deliveries in, entitlement answers and balances out. Every answer names its size: how many records of \
                       the log it has seen. Problems are application/problem+json with a `reason` for programs.",
    ),
    tags(
        (name = "entitlements", description = "May this customer use this feature, right now, and until when? Any key."),
        (name = "books", description = "Customers, subscriptions and balances. An analyst's key."),
        (name = "log", description = "The events behind it all. An analyst's key; exact bytes an auditor's."),
        (name = "webhooks", description = "Where Stripe delivers. Signed, no key."),
        (name = "operation", description = "How it is. No key; `/openapi.json` any key, `/v1/projections` an analyst's."),
    ),
    components(schemas(ProblemDocument, Acted)),
    modifiers(&BearerKeys)
)]
pub(crate) struct Frame;

/// Says that bearer keys are needed, wherever a route does not say otherwise.
struct BearerKeys;

impl Modify for BearerKeys {
    fn modify(&self, document: &mut Document) {
        let bearer =
            SecurityScheme::Http(Http::builder().scheme(HttpAuthScheme::Bearer).bearer_format("dbk_...").build());
        document.components.get_or_insert_default().add_security_scheme("key", bearer);
        document.security = Some(vec![SecurityRequirement::new("key", Vec::<String>::new())]);
    }
}

/// The document. Every refusal that a route may give stands in it, as the problem it is.
pub fn document() -> Document {
    let mut document = router::routes_of_all().into_openapi();
    for (path, item) in &mut document.paths.paths {
        for operation in [&mut item.get, &mut item.post].into_iter().flatten() {
            if path.starts_with("/v1/") {
                add_common(operation);
            }
            describe_problems(operation);
        }
    }
    document
}

/// What any question may be answered with.
const COMMON: &[(&str, &str)] = &[
    ("400", "The request cannot be read."),
    ("401", "No valid key."),
    ("500", "Something went wrong here; the policy in force may be one that this version cannot read."),
    ("503", "No answer now, or none that is new enough; `Retry-After` says when to ask again."),
];

fn add_common(operation: &mut Operation) {
    for (status, description) in COMMON {
        let missing = || Response::new(*description).into();
        operation.responses.responses.entry((*status).to_owned()).or_insert_with(missing);
    }
}

fn describe_problems(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && status.starts_with(['4', '5'])
            && response.content.is_empty()
        {
            let problem = Content::new(Some(Ref::from_schema_name("Problem")));
            response.content.insert("application/problem+json".to_owned(), RefOr::T(problem));
        }
    }
}

/// The document as it is served and kept: JSON, indented, with a line's end.
///
/// # Errors
/// When it cannot be written, which a test rules out.
pub fn text() -> Result<String, serde_json::Error> {
    let mut text = document().to_pretty_json()?;
    text.push('\n');
    Ok(text)
}

/// Serves the document. Any key opens it.
#[utoipa::path(
    get, path = "/openapi.json", tag = "operation",
    responses(
        (status = 200, description = "This document.", content_type = "application/json"),
        (status = 401, description = "No valid key."),
        (status = 503, description = "Keys cannot be looked up now; `Retry-After` says when to ask again."),
    )
)]
pub async fn openapi(_caller: AppCaller) -> Result<impl IntoResponse, crate::Problem> {
    Ok(([(header::CONTENT_TYPE, "application/json")], text()?))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// Set `UPDATE_OPENAPI` when an interface was changed on purpose.
    #[test]
    fn every_refusal_is_described_as_a_problem() {
        let document = serde_json::to_value(super::document()).unwrap();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let responses = operation["responses"].as_object().unwrap();
                let refusals = responses.iter().filter(|(status, _)| status.starts_with(['4', '5']));
                for (status, response) in refusals {
                    let content = &response["content"];
                    let described = content["application/problem+json"]["schema"]["$ref"].is_string();
                    let own = path.starts_with("/readyz") && content["application/json"].is_object();
                    assert!(described || own, "{method} {path} {status}: {response}");
                }
                let common = ["400", "401", "500", "503"].iter().all(|status| responses.contains_key(*status));
                assert!(common || !path.starts_with("/v1/"), "{method} {path}");
            }
        }
    }

    #[test]
    fn the_kept_document_is_the_one_that_is_served() {
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
        let text = super::text().unwrap();
        if std::env::var_os("UPDATE_OPENAPI").is_some() {
            std::fs::write(&kept, &text).unwrap();
        }
        let found = std::fs::read_to_string(&kept).unwrap_or_default();
        assert!(
            found == text,
            "docs/openapi.json differs: run the tests once with UPDATE_OPENAPI=1 and look at the change"
        );
    }
}
