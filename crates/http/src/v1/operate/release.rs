//! `POST /v1/customers/{id}/releases`: a dispute holds nothing back any more.

use axum::extract::State;
use axum::response::Response;
use daybook_domain::customer::{Act, Insistence};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{Asking, Key, Words};
use crate::Problem;
use crate::auth::OperatorCaller;
use crate::extract::{Body, Named, check_id};
use crate::query::Asked;
use crate::state::Shared;
use crate::v1::refusals::Outcome;

/// What is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseRequest {
    /// The dispute: `dp_...` or `du_...`.
    dispute: String,
    /// Why, for whoever reads it later.
    reason: String,
    /// Where it was asked for.
    ticket: Option<String>,
    /// The person behind the key; without it, the key is named.
    actor: Option<String>,
}

/// Release what this dispute holds back.
#[utoipa::path(
    post, path = "/v1/customers/{id}/releases", tag = "operators",
    params(
        ("id" = String, Path, description = "The customer: `cus_...`."),
        ("idempotency-key" = Option<String>, Header, description = "The same key never acts twice; 1 to 255 bytes.")
    ),
    request_body = ReleaseRequest,
    responses(Outcome)
)]
pub async fn release(
    State(app): State<Shared>,
    OperatorCaller(access): OperatorCaller,
    Named(customer): Named<String>,
    Asked(()): Asked<()>,
    Key(key): Key,
    Body(body): Body<Value>,
) -> Result<Response, Problem> {
    check_id(&customer, "the customer")?;
    let asking = Asking::new(&app, access, key, body);
    let request: ReleaseRequest = asking.read()?;
    let words = Words { actor: request.actor, reason: request.reason, ticket: request.ticket };
    let act = Act::Release { dispute: request.dispute.into() };
    asking.act(&app, &customer, words, act, Insistence::None).await
}
