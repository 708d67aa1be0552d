//! `POST /v1/conflicts/{number}/settlement`: a person says which of two contents stands. Both are kept.

use axum::extract::State;
use axum::response::Response;
use daybook_domain::finding::{About, Stands};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{Asking, Key, Words};
use crate::Problem;
use crate::auth::OperatorCaller;
use crate::extract::{Body, Named};
use crate::query::Asked;
use crate::state::Shared;
use crate::v1::refusals::Outcome;

/// What is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettleRequest {
    /// `record`, or `delivery` for the one that contradicts it. It is only noted: nothing is overwritten.
    stands: String,
    /// Why, for whoever reads it later.
    reason: String,
    /// Where it was asked for.
    ticket: Option<String>,
    /// The person behind the key; without it, the key is named.
    actor: Option<String>,
}

/// Say which content of this contradiction stands.
#[utoipa::path(
    post, path = "/v1/conflicts/{number}/settlement", tag = "operators",
    params(
        ("number" = i64, Path, description = "The number of the contradiction, as `daybook event conflicts` lists it."),
        ("idempotency-key" = Option<String>, Header, description = "The same key never acts twice; 1 to 255 bytes.")
    ),
    request_body = SettleRequest,
    responses(Outcome)
)]
pub async fn settle(
    State(app): State<Shared>,
    OperatorCaller(access): OperatorCaller,
    Named(number): Named<i64>,
    Asked(()): Asked<()>,
    Key(key): Key,
    Body(body): Body<Value>,
) -> Result<Response, Problem> {
    let asking = Asking::new(&app, access, key, body);
    let request: SettleRequest = asking.read()?;
    let words = Words { actor: request.actor, reason: request.reason, ticket: request.ticket };
    let stands = match request.stands.as_str() {
        "record" => Stands::Record,
        "delivery" => Stands::Delivery,
        _ => return Err(Problem::malformed("stands: expected \"record\" or \"delivery\"")),
    };
    asking.settle(&app, About::Conflict(number), words, stands).await
}
