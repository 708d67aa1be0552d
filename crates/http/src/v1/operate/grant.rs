//! `POST /v1/customers/{id}/grants`: a feature for a customer, whatever it pays for.

use axum::extract::State;
use axum::response::Response;
use daybook_domain::customer::{Act, Extent};
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
pub struct GrantRequest {
    /// The feature.
    feature: String,
    /// How much of it, for features that have a limit or a value: a whole number, `"unlimited"`, or a value by name.
    #[schema(value_type = Option<Object>)]
    value: Option<Value>,
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

/// Give this customer a feature.
#[utoipa::path(
    post, path = "/v1/customers/{id}/grants", tag = "operators",
    params(
        ("id" = String, Path, description = "The customer: `cus_...`."),
        ("idempotency-key" = Option<String>, Header, description = "The same key never acts twice; 1 to 255 bytes.")
    ),
    request_body = GrantRequest,
    responses(Outcome)
)]
pub async fn grant(
    State(app): State<Shared>,
    OperatorCaller(access): OperatorCaller,
    Named(customer): Named<String>,
    Asked(()): Asked<()>,
    Key(key): Key,
    Body(body): Body<Value>,
) -> Result<Response, Problem> {
    check_id(&customer, "the customer")?;
    let asking = Asking::new(&app, access, key, body);
    let request: GrantRequest = asking.read()?;
    let words = Words { actor: request.actor, reason: request.reason, ticket: request.ticket };
    let act = Act::Grant {
        extent: request.value.as_ref().map(extent).transpose()?,
        feature: request.feature.into(),
        starts: time("starts", request.starts.as_ref())?.unwrap_or_else(|| asking.second()),
        ends: time("ends", request.ends.as_ref())?,
    };
    asking.act(&app, &customer, words, act, insistence(request.force)).await
}

fn extent(value: &Value) -> Result<Extent, Problem> {
    match value {
        Value::Number(number) if number.is_i64() => Ok(Extent::Limit(number.as_i64().unwrap_or_default())),
        Value::String(text) if text == "unlimited" => Ok(Extent::Unlimited),
        Value::String(text) => Ok(Extent::Value(text.as_str().into())),
        _ => Err(Problem::malformed("value: expected a whole number, \"unlimited\", or a value by name")),
    }
}
