//! `GET /v1/accounts/{id}/entitlements` and `.../{feature}`: the same questions by your own user or tenant id. Which customers an account has is learned from
//! events; where it has several, the best of their answers is given.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Explanation, check_feature, count_reads};
use crate::Problem;
use crate::auth::AppCaller;
use crate::entitlement::account::{Best, Holding};
use crate::entitlement::answer::{Entitlement, Explain, Positions, Stamp};
use crate::entitlement::inquiry::{Features, Inquiry};
use crate::extract::{Asked, Named, check_id};
use crate::state::Shared;
use crate::wait::Wait;

/// An answer, and whose it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct BestEntitlement {
    /// The customer whose answer it is; none when the account has none.
    customer: Option<String>,
    /// The answer.
    #[serde(flatten)]
    entitlement: Entitlement,
}

/// May this account use this feature?
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountEntitlement {
    /// Your id.
    account: String,
    /// Its customers.
    customers: Vec<String>,
    /// The best of their answers.
    #[serde(flatten)]
    best: BestEntitlement,
    /// Its size and time.
    #[serde(flatten)]
    stamp: Stamp,
}

/// What an account may use.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountEntitlements {
    /// Your id.
    account: String,
    /// Its customers.
    customers: Vec<String>,
    /// The best answer for each feature, by name.
    entitlements: Vec<BestEntitlement>,
    /// Their size and time.
    #[serde(flatten)]
    stamp: Stamp,
}

/// What may this account of yours use?
#[utoipa::path(
    get, path = "/v1/accounts/{id}/entitlements", tag = "entitlements",
    params(("id" = String, Path, description = "Your own id of the user or tenant."), Explanation, Wait),
    responses(
        (status = 200, description = "The best answer for each feature that anything names.", body = AccountEntitlements),
        (status = 401, description = "No valid key."),
        (status = 504, description = "What was waited for has not been applied yet."),
    )
)]
pub async fn entitlements(
    State(app): State<Shared>,
    AppCaller(access): AppCaller,
    Named(account): Named<String>,
    Asked(explanation): Asked<Explanation>,
    Asked(wait): Asked<Wait>,
) -> Result<Json<AccountEntitlements>, Problem> {
    check_id(&account, "the account")?;
    let mut inquiry = Inquiry::begin(&app, access.scope, &wait).await?;
    let (customers, entitlements) = best_of(&mut inquiry, &account, Features::All, explanation.wanted()).await?;
    count_reads(&app, entitlements.len());
    let stamp = inquiry.end().await?;
    Ok(Json(AccountEntitlements { account, customers, entitlements, stamp }))
}

/// May this account of yours use this feature?
#[utoipa::path(
    get, path = "/v1/accounts/{id}/entitlements/{feature}", tag = "entitlements",
    params(
        ("id" = String, Path, description = "Your own id of the user or tenant."),
        ("feature" = String, Path, description = "The feature, by its name in the policy."),
        Explanation, Wait
    ),
    responses(
        (status = 200, description = "The best answer of the account's customers.", body = AccountEntitlement),
        (status = 401, description = "No valid key."),
        (status = 504, description = "What was waited for has not been applied yet."),
    )
)]
pub async fn entitlement(
    State(app): State<Shared>,
    AppCaller(access): AppCaller,
    Named((account, feature)): Named<(String, String)>,
    Asked(explanation): Asked<Explanation>,
    Asked(wait): Asked<Wait>,
) -> Result<Json<AccountEntitlement>, Problem> {
    check_id(&account, "the account")?;
    check_feature(&feature)?;
    let mut inquiry = Inquiry::begin(&app, access.scope, &wait).await?;
    let asked = Features::These(std::slice::from_ref(&feature));
    let (customers, mut entitlements) = best_of(&mut inquiry, &account, asked, explanation.wanted()).await?;
    count_reads(&app, 1);
    let best = entitlements.pop().ok_or_else(|| Problem::malformed("no feature was asked for"))?;
    let stamp = inquiry.end().await?;
    Ok(Json(AccountEntitlement { account, customers, best, stamp }))
}

/// The customers of an account and the best of their answers, with the positions of what caused them.
pub(super) async fn best_of(
    inquiry: &mut Inquiry,
    account: &str,
    features: Features<'_>,
    explain: Explain,
) -> Result<(Vec<String>, Vec<BestEntitlement>), Problem> {
    let holding = Holding::of(inquiry, account).await?;
    let best = holding.best_of(inquiry, features);
    let positions = inquiry.positions(best.iter().map(|(_, best)| &best.answer)).await?;
    let shown = best.into_iter().map(|(feature, best)| BestEntitlement::new(&feature, best, &positions, explain));
    Ok((holding.customers.keys().cloned().collect(), shown.collect()))
}

impl BestEntitlement {
    fn new(feature: &str, best: Best, positions: &Positions, explain: Explain) -> Self {
        Self { customer: best.customer, entitlement: Entitlement::new(feature, &best.answer, positions, explain) }
    }
}
