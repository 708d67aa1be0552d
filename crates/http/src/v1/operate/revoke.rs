//! `POST /v1/customers/{id}/revocations`: a feature is taken from a customer, whatever it pays for.

use axum::extract::State;
use axum::response::Response;
use daybook_domain::customer::Act;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{Asking, Key, Words, insistence, time};
use crate::Problem;
use crate::auth::OperatorCaller;
use crate::extract::{Body, Named, check_id};
use crate::query::Asked;
use crate::state::Shared;
use crate::v1::refusals::Outcome;

/// What is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeRequest {
    /// The feature.
    feature: String,
    /// From when on: a time like `2026-12-01T14:30:00Z`, or a day, which means its first second; now unless said.
    #[schema(value_type = Option<String>)]
    starts: Option<Value>,
    /// The first second after it, a time or a day; for good unless said.
    #[schema(value_type = Option<String>)]
    ends: Option<Value>,
    /// Why, for whoever reads it later.
    reason: String,
    /// Where it was asked for.
    ticket: Option<String>,
    /// The person behind the key; without it, the key is named.
    actor: Option<String>,
    /// The customer, or the feature, is meant although nobody has seen it.
    force: Option<bool>,
}

/// Take a feature from this customer.
#[utoipa::path(
    post, path = "/v1/customers/{id}/revocations", tag = "operators",
    params(
        ("id" = String, Path, description = "The customer: `cus_...`."),
        ("idempotency-key" = Option<String>, Header, description = "The same key never acts twice; 1 to 255 bytes.")
    ),
    request_body = RevokeRequest,
    responses(Outcome)
)]
pub async fn revoke(
    State(app): State<Shared>,
    OperatorCaller(access): OperatorCaller,
    Named(customer): Named<String>,
    Asked(()): Asked<()>,
    Key(key): Key,
    Body(body): Body<Value>,
) -> Result<Response, Problem> {
    check_id(&customer, "the customer")?;
    let asking = Asking::new(&app, access, key, body);
    let request: RevokeRequest = asking.read()?;
    let words = Words { actor: request.actor, reason: request.reason, ticket: request.ticket };
    let act = Act::Revoke {
        feature: request.feature.into(),
        starts: time("starts", request.starts.as_ref())?.unwrap_or_else(|| asking.second()),
        ends: time("ends", request.ends.as_ref())?,
    };
    asking.act(&app, &customer, words, act, insistence(request.force)).await
}
