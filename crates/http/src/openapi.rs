//! What this process offers, as an OpenAPI document: served at `/openapi.json`, and kept as `docs/openapi.json` so that a change of the interface is seen.

use axum::http::header;
use axum::response::IntoResponse;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::router;

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
        (name = "operation", description = "How it is. No key, `/v1/projections` an analyst's."),
    ),
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

/// The document.
pub fn document() -> Document {
    router::routes_of_all().into_openapi()
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

/// Serves the document.
#[utoipa::path(
    get, path = "/openapi.json", tag = "operation", security(()),
    responses((status = 200, description = "This document.", content_type = "application/json"))
)]
pub async fn openapi() -> Result<impl IntoResponse, crate::Problem> {
    Ok(([(header::CONTENT_TYPE, "application/json")], text()?))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// Set `UPDATE_OPENAPI` when an interface was changed on purpose.
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
