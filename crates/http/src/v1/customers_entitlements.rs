//! `GET /v1/customers/{id}/entitlements`: every feature that the policy or anything the customer has names.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::entitlement::answers_of;
use super::{Explanation, count_reads};
use crate::Problem;
use crate::auth::AppCaller;
use crate::entitlement::answer::{Entitlement, Stamp};
use crate::entitlement::inquiry::{Features, Inquiry};
use crate::extract::{Asked, Named, check_id};
use crate::state::Shared;
use crate::wait::Wait;

/// What a customer may use.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerEntitlements {
    /// The customer.
    customer: String,
    /// One answer for each feature, by name.
    entitlements: Vec<Entitlement>,
    /// Their size and time.
    #[serde(flatten)]
    stamp: Stamp,
}

/// What may this customer use?
#[utoipa::path(
    get, path = "/v1/customers/{id}/entitlements", tag = "entitlements",
    params(("id" = String, Path, description = "The customer: `cus_...`."), Explanation, Wait),
    responses(
        (status = 200, description = "One answer for each feature that anything names.", body = CustomerEntitlements),
        (status = 401, description = "No valid key."),
        (status = 504, description = "What was waited for has not been applied yet."),
    )
)]
pub async fn entitlements(
    State(app): State<Shared>,
    AppCaller(access): AppCaller,
    Named(customer): Named<String>,
    Asked(explanation): Asked<Explanation>,
    Asked(wait): Asked<Wait>,
) -> Result<Json<CustomerEntitlements>, Problem> {
    check_id(&customer, "the customer")?;
    let mut inquiry = Inquiry::begin(&app, access.scope, &wait).await?;
    let entitlements = answers_of(&mut inquiry, &customer, Features::All, explanation.wanted()).await?;
    count_reads(&app, entitlements.len());
    let stamp = inquiry.end().await?;
    Ok(Json(CustomerEntitlements { customer, entitlements, stamp }))
}
