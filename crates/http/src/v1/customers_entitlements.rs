//! `GET /v1/customers/{id}/entitlements`: every feature that the policy or anything the customer has names.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Explanation, answer_one};
use crate::Problem;
use crate::auth::AppCaller;
use crate::entitlement::answer::{Entitlement, Stamp};
use crate::entitlement::question::{Question, Subject};
use crate::extract::{Named, check_id};
use crate::past::When;
use crate::query::Asked;
use crate::state::Shared;
use crate::wait::Wait;

/// What a customer may use.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerEntitlements {
    /// The customer.
    pub customer: String,
    /// One answer for each feature, by name.
    pub entitlements: Vec<Entitlement>,
    /// Their size and time.
    #[serde(flatten)]
    pub stamp: Stamp,
}

/// What may this customer use?
#[utoipa::path(
    get, path = "/v1/customers/{id}/entitlements", tag = "entitlements",
    params(("id" = String, Path, description = "The customer: `cus_...`."), Explanation, When, Wait),
    responses(
        (status = 200, description = "One answer for each feature that anything names.", body = CustomerEntitlements),
        (status = 401, description = "No valid key."),
        (status = 403, description = "The past was asked for, and the key is not an analyst's."),
        (status = 422, description = "So much happened that the past is not folded for one question."),
        (status = 504, description = "What was waited for has not been applied yet."),
    )
)]
pub async fn entitlements(
    State(app): State<Shared>,
    AppCaller(access): AppCaller,
    Named(customer): Named<String>,
    Asked(asked): Asked<((Explanation, When), Wait)>,
) -> Result<Response, Problem> {
    let subject = Subject::Customer(check_id(&customer, "the customer")?);
    answer_one(&app, access, Question { subject, feature: None }, asked).await
}
