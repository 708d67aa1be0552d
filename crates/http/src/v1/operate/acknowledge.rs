//! `POST /v1/records/{position}/acknowledgement`: a person has looked at a record that cannot be read.

use axum::extract::State;
use axum::response::Response;
use daybook_domain::finding::{About, Stands};
use daybook_store::log::read;
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
pub struct AcknowledgeRequest {
    /// Why, for whoever reads it later.
    reason: String,
    /// Where it was asked for.
    ticket: Option<String>,
    /// The person behind the key; without it, the key is named.
    actor: Option<String>,
}

/// Say that this quarantined record was looked at.
#[utoipa::path(
    post, path = "/v1/records/{position}/acknowledgement", tag = "operators",
    params(
        ("position" = i64, Path, description = "Where the record stands in the log."),
        ("idempotency-key" = Option<String>, Header, description = "The same key never acts twice; 1 to 255 bytes.")
    ),
    request_body = AcknowledgeRequest,
    responses(Outcome, (status = 404, description = "No record of these books stands there."))
)]
pub async fn acknowledge(
    State(app): State<Shared>,
    OperatorCaller(access): OperatorCaller,
    Named(position): Named<i64>,
    Asked(()): Asked<()>,
    Key(key): Key,
    Body(body): Body<Value>,
) -> Result<Response, Problem> {
    let asking = Asking::new(&app, access, key, body);
    let request: AcknowledgeRequest = asking.read()?;
    let words = Words { actor: request.actor, reason: request.reason, ticket: request.ticket };
    let mut connection = app.database.pool().acquire().await?;
    let record = read::record_by_position(&mut connection, position).await?;
    if record.is_none_or(|record| record.scope != access.scope) {
        return Err(Problem::Unknown { what: "record", size: read::size(&mut connection).await? });
    }
    drop(connection);
    let stands = Stands::Acknowledged;
    asking.settle(&app, About::Quarantined(position), words, stands).await
}
