//! `POST /v1/customers/{id}/unlinks`: a customer does not belong to one of your accounts, whatever events show.

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
pub struct UnlinkRequest {
    /// Your own id of the user or tenant.
    account: String,
    /// Why, for whoever reads it later.
    reason: String,
    /// Where it was asked for.
    ticket: Option<String>,
    /// The person behind the key; without it, the key is named.
    actor: Option<String>,
}

/// Unlink this customer from an account of yours.
#[utoipa::path(
    post, path = "/v1/customers/{id}/unlinks", tag = "operators",
    params(
        ("id" = String, Path, description = "The customer: `cus_...`."),
        ("idempotency-key" = Option<String>, Header, description = "The same key never acts twice; 1 to 255 bytes.")
    ),
    request_body = UnlinkRequest,
    responses(Outcome)
)]
pub async fn unlink(
    State(app): State<Shared>,
    OperatorCaller(access): OperatorCaller,
    Named(customer): Named<String>,
    Asked(()): Asked<()>,
    Key(key): Key,
    Body(body): Body<Value>,
) -> Result<Response, Problem> {
    check_id(&customer, "the customer")?;
    let asking = Asking::new(&app, access, key, body);
    let request: UnlinkRequest = asking.read()?;
    let words = Words { actor: request.actor, reason: request.reason, ticket: request.ticket };
    let act = Act::Unlink { account: request.account.into() };
    asking.act(&app, &customer, words, act, Insistence::None).await
}
