//! `GET /v1/accounts/{id}/entitlements` and `.../{feature}`: the same questions by your own user or tenant id. Which customers an account has is learned from
//! events; where it has several, the best of their answers is given.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Explanation, answer_one, check_feature};
use crate::Problem;
use crate::auth::AppCaller;
use crate::entitlement::answer::{BestEntitlement, Stamp};
use crate::entitlement::question::{Question, Subject};
use crate::extract::{Named, check_id};
use crate::past::When;
use crate::query::Asked;
use crate::state::Shared;
use crate::wait::Wait;

/// May this account use this feature?
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountEntitlement {
    /// Your id.
    pub account: String,
    /// Its customers.
    pub customers: Vec<String>,
    /// The best of their answers.
    #[serde(flatten)]
    pub best: BestEntitlement,
    /// Its size and time.
    #[serde(flatten)]
    pub stamp: Stamp,
}

/// What an account may use.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountEntitlements {
    /// Your id.
    pub account: String,
    /// Its customers.
    pub customers: Vec<String>,
    /// The best answer for each feature, by name.
    pub entitlements: Vec<BestEntitlement>,
    /// Their size and time.
    #[serde(flatten)]
    pub stamp: Stamp,
}

/// What may this account of yours use?
#[utoipa::path(
    get, path = "/v1/accounts/{id}/entitlements", tag = "entitlements",
    params(("id" = String, Path, description = "Your own id of the user or tenant."), Explanation, When, Wait),
    responses(
        (status = 200, description = "The best answer for each feature that anything names.", body = AccountEntitlements),
        (status = 401, description = "No valid key."),
        (status = 403, description = "The past was asked for, and the key is not an analyst's."),
        (status = 422, description = "So much happened that the past is not folded for one question."),
        (status = 504, description = "What was waited for has not been applied yet."),
    )
)]
pub async fn entitlements(
    State(app): State<Shared>,
    AppCaller(access): AppCaller,
    Named(account): Named<String>,
    Asked(asked): Asked<((Explanation, When), Wait)>,
) -> Result<Response, Problem> {
    let subject = Subject::Account(check_id(&account, "the account")?);
    answer_one(&app, access, Question { subject, feature: None }, asked).await
}

/// May this account of yours use this feature?
#[utoipa::path(
    get, path = "/v1/accounts/{id}/entitlements/{feature}", tag = "entitlements",
    params(
        ("id" = String, Path, description = "Your own id of the user or tenant."),
        ("feature" = String, Path, description = "The feature, by its name in the policy."),
        Explanation, When, Wait
    ),
    responses(
        (status = 200, description = "The best answer of the account's customers.", body = AccountEntitlement),
        (status = 401, description = "No valid key."),
        (status = 403, description = "The past was asked for, and the key is not an analyst's."),
        (status = 422, description = "So much happened that the past is not folded for one question."),
        (status = 504, description = "What was waited for has not been applied yet."),
    )
)]
pub async fn entitlement(
    State(app): State<Shared>,
    AppCaller(access): AppCaller,
    Named((account, feature)): Named<(String, String)>,
    Asked(asked): Asked<((Explanation, When), Wait)>,
) -> Result<Response, Problem> {
    let subject = Subject::Account(check_id(&account, "the account")?);
    let feature = Some(check_feature(&feature)?);
    answer_one(&app, access, Question { subject, feature }, asked).await
}
