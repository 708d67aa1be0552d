//! `POST /v1/customers/{id}/grants/{record}/end`: a grant or a revocation ends earlier than it said.

use axum::extract::State;
use axum::response::Response;
use daybook_domain::customer::{Act, Insistence};
use daybook_domain::id::EventId;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Asking, Key, Words, time};
use crate::Problem;
use crate::auth::OperatorCaller;
use crate::extract::{Body, Named, check_id};
use crate::query::Asked;
use crate::state::Shared;
use crate::v1::refusals::Outcome;

/// What is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndRequest {
    /// The first second after it: a time like `2026-12-01T14:30:00Z`, or a day, which means its first second; now unless said.
    #[schema(value_type = Option<String>)]
    at: Option<Value>,
    /// Why, for whoever reads it later.
    reason: String,
    /// Where it was asked for.
    ticket: Option<String>,
    /// The person behind the key; without it, the key is named.
    actor: Option<String>,
}

/// End this grant or revocation.
#[utoipa::path(
    post, path = "/v1/customers/{id}/grants/{record}/end", tag = "operators",
    params(
        ("id" = String, Path, description = "The customer: `cus_...`."),
        ("record" = String, Path, description = "The record that gave it: `op_...`."),
        ("idempotency-key" = Option<String>, Header, description = "The same key never acts twice; 1 to 255 bytes.")
    ),
    request_body = EndRequest,
    responses(Outcome)
)]
pub async fn end(
    State(app): State<Shared>,
    OperatorCaller(access): OperatorCaller,
    Named((customer, record)): Named<(String, String)>,
    Asked(()): Asked<()>,
    Key(key): Key,
    Body(body): Body<Value>,
) -> Result<Response, Problem> {
    check_id(&customer, "the customer")?;
    let asking = Asking::new(&app, access, key, body);
    check_id(&record, "the record")?;
    let request: EndRequest = asking.read()?;
    let asking = Asking { body: json!([record, asking.body]), ..asking };
    let words = Words { actor: request.actor, reason: request.reason, ticket: request.ticket };
    let at = time("at", request.at.as_ref())?.unwrap_or_else(|| asking.second());
    let act = Act::End { given: EventId::new(record), at };
    asking.act(&app, &customer, words, act, Insistence::None).await
}
