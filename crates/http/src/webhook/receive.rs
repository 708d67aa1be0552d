//! The two handlers of a delivery.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use daybook_store::Recorded;
use daybook_store::recorder::Refused;
use daybook_stripe::signature;
use serde::Serialize;
use tokio::time::Instant;
use utoipa::ToSchema;

use super::entry::Delivery;
use super::{Receiver, body, refusal};
use crate::Problem;
use crate::extract::Named;
use crate::metrics::{Delivered, of_endpoint};
use crate::state::Shared;

/// The header Stripe signs with.
const SIGNATURE: &str = "stripe-signature";

/// What Stripe is told.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "Stripe's own examples answer `received`")]
pub struct Received {
    /// Always true: the event is in the log.
    received: bool,
    /// `appended`, `duplicate` or `conflict`.
    outcome: &'static str,
    /// Where the event stands in the log. `min_size` of a question that must know it is one more.
    position: i64,
}

/// Delivers an event to the endpoint that has no name.
#[utoipa::path(
    post, path = "/webhooks/stripe", tag = "webhooks", security(()),
    request_body(description = "A Stripe event, signed in `Stripe-Signature`.", content_type = "application/json", content = Object),
    responses(
        (status = 200, description = "In the log, durably: new, known already, or in conflict with what is known.", body = Received),
        (status = 400, description = "Not verified; `reason` says why."),
        (status = 408, description = "The body came too slowly."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not JSON."),
        (status = 503, description = "Not recorded; deliver again."),
    )
)]
pub async fn receive(State(app): State<Shared>, request: Request) -> Response {
    answer(&app, None, request).await
}

/// Delivers an event to an endpoint with a name.
#[utoipa::path(
    post, path = "/webhooks/stripe/{endpoint}", tag = "webhooks", security(()),
    params(("endpoint" = String, Path, description = "The endpoint's name in the configuration.")),
    request_body(description = "A Stripe event, signed in `Stripe-Signature`.", content_type = "application/json", content = Object),
    responses(
        (status = 200, description = "In the log, durably: new, known already, or in conflict with what is known.", body = Received),
        (status = 400, description = "Not verified; `reason` says why."),
        (status = 404, description = "No endpoint has this name."),
        (status = 408, description = "The body came too slowly."),
        (status = 413, description = "The body is too large."),
        (status = 415, description = "The body is not JSON."),
        (status = 503, description = "Not recorded; deliver again."),
    )
)]
pub async fn receive_named(State(app): State<Shared>, Named(endpoint): Named<String>, request: Request) -> Response {
    answer(&app, Some(&endpoint), request).await
}

async fn answer(app: &Shared, name: Option<&str>, request: Request) -> Response {
    let started = Instant::now();
    let Some(receiver) = app.receivers.find(name) else {
        let problem = Problem::NoSuchEndpoint;
        app.metrics.delivered(&Delivered { endpoint: of_endpoint(None), outcome: problem.reason() });
        return problem.into_response();
    };
    let result = deliver(app, receiver, request).await;
    let outcome = result.as_ref().map_or_else(Problem::reason, |recorded| recorded.name());
    app.metrics.delivered(&Delivered { endpoint: of_endpoint(Some(&receiver.label)), outcome });
    match result {
        Ok(recorded) => {
            app.metrics.acknowledged(started.elapsed());
            if let Recorded::Conflict(position) = recorded {
                tracing::warn!(
                    position,
                    endpoint = receiver.label,
                    "a delivery contradicts the record of its event id"
                );
            }
            Json(Received { received: true, outcome: recorded.name(), position: recorded.position() }).into_response()
        }
        Err(problem) => {
            if let Problem::Signature(reason) = &problem
                && let Some(deliveries) = receiver.unverified.note(app.clock.now().timestamp())
            {
                tracing::warn!(endpoint = receiver.label, deliveries, %reason, "deliveries could not be verified, the last for this reason");
            }
            problem.into_response()
        }
    }
}

async fn deliver(app: &Shared, receiver: &Receiver, request: Request) -> Result<Recorded, Problem> {
    let (parts, body) = request.into_parts();
    if !is_json(&parts.headers) {
        return Err(Problem::MediaType);
    }
    let header = the_only(&parts.headers)?;
    let limits = &app.config.webhook;
    let body = body::read(body, &parts.headers, limits, &app.arriving).await?;
    let now = app.clock.now();
    let verified = signature::verify(Some(header), &body, &receiver.secrets, now.timestamp(), limits.tolerance)?;
    let secret = receiver.secrets.get(verified.secret);
    let delivery = Delivery {
        receiver,
        secret_label: secret.map(signature::Secret::label).unwrap_or_default(),
        signature: String::from_utf8_lossy(header).into_owned(),
        received_at: now,
    };
    record(app, &delivery, body).await
}

/// Hands a verified body to the recorder. A caller that goes away meanwhile cancels nothing: the entry is the recorder's own.
async fn record(app: &Shared, delivery: &Delivery<'_>, body: Bytes) -> Result<Recorded, Problem> {
    let refused = match app.recorder.try_record(delivery.entry(&body)) {
        Ok(ticket) => match ticket.wait().await {
            Ok(recorded) => return Ok(recorded),
            Err(refused) => refused,
        },
        Err(refused) => refused,
    };
    if !refusal::is_about_the_fields(&refused) {
        return Err(refusal::problem(refused));
    }
    tracing::warn!(%refused, "a verified delivery is recorded without the fields that cannot be stored");
    let again =
        async || -> Result<Recorded, Refused> { app.recorder.try_record(delivery.bare_entry(body))?.wait().await };
    again().await.map_err(refusal::problem)
}

/// The signature header. A second one is refused: Stripe sends one, and the record keeps the one that was verified.
fn the_only(headers: &HeaderMap) -> Result<&[u8], signature::Error> {
    let mut found = headers.get_all(SIGNATURE).iter();
    let header = found.next().ok_or(signature::Error::Missing)?;
    if found.next().is_some() { Err(signature::Error::Several) } else { Ok(header.as_bytes()) }
}

/// `application/json`, whatever parameters follow.
fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}
