//! `GET /v1/customers/{id}/entitlements/{feature}`: the question that applications ask thousands of times a second. What is kept is answered without
//! database, span or wait; everything else goes the long way round once and is kept then.

use axum::extract::{FromRequestParts, Request, State};
use axum::response::Response;
use daybook_domain::scope::ScopeId;
use daybook_store::key::Role;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Explanation, answer_one, check_feature, json};
use crate::cache::kept::close;
use crate::entitlement::answer::{Entitlement, Stamp};
use crate::entitlement::inquiry::now;
use crate::entitlement::question::{Question, Subject, staleness};
use crate::extract::{Named, check_id};
use crate::past::When;
use crate::query::Asked;
use crate::state::Shared;
use crate::wait::Wait;
use crate::{Problem, deadline, metrics};

/// Its route, as metrics name it.
const ROUTE: &str = "/v1/customers/{id}/entitlements/{feature}";

/// May this customer use this feature?
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerEntitlement {
    /// The customer.
    pub customer: String,
    /// The answer.
    #[serde(flatten)]
    pub entitlement: Entitlement,
    /// Its size and time.
    #[serde(flatten)]
    pub stamp: Stamp,
}

/// May this customer use this feature, right now, and until when?
///
/// An unknown customer or feature is a no with a code, not an error.
#[utoipa::path(
    get, path = "/v1/customers/{id}/entitlements/{feature}", tag = "entitlements",
    params(
        ("id" = String, Path, description = "The customer: `cus_...`."),
        ("feature" = String, Path, description = "The feature, by its name in the policy."),
        Explanation, When, Wait
    ),
    responses(
        (status = 200, description = "The answer.", body = CustomerEntitlement),
        (status = 401, description = "No valid key."),
        (status = 403, description = "The past was asked for, and the key is not an analyst's."),
        (status = 422, description = "So much happened that the past is not folded for one question."),
        (status = 503, description = "No answer that is new enough."),
        (status = 504, description = "What was waited for has not been applied yet."),
    )
)]
pub async fn entitlement(
    State(app): State<Shared>,
    Named((customer, feature)): Named<(String, String)>,
    request: Request,
) -> Response {
    if request.uri().query().is_none()
        && let Some(access) = app.keyring.recognise(request.headers())
        && let Some(body) = from_cache(&app, access.scope, &customer, &feature)
    {
        return json(body);
    }
    let deadline = deadline::of(&app, &request);
    let answer = Box::pin(the_long_way(Shared::clone(&app), customer, feature, request));
    let response = deadline::keep(deadline, answer).await;
    app.metrics.asked(&metrics::Asked { route: ROUTE.to_owned(), status: response.status().as_u16() });
    response
}

/// The kept answer, if it may be given. Every role may ask.
fn from_cache(app: &Shared, scope: ScopeId, customer: &str, feature: &str) -> Option<Vec<u8>> {
    let stale = staleness(app)?;
    let now = now(app).unix();
    let mut body = Vec::new();
    let size = app.entitlements.find(scope, customer, feature, now, &mut body)?;
    close(&mut body, size, now, stale);
    app.metrics.checked_from_cache(1);
    Some(body)
}

async fn the_long_way(app: Shared, customer: String, feature: String, request: Request) -> Result<Response, Problem> {
    let (mut parts, _) = request.into_parts();
    let access = app.keyring.authenticate(&parts.headers).await?.needs(Role::App)?;
    let Asked(asked) = Asked::<((Explanation, When), Wait)>::from_request_parts(&mut parts, &app).await?;
    let subject = Subject::Customer(check_id(&customer, "the customer")?);
    let feature = Some(check_feature(&feature)?);
    answer_one(&app, access, Question { subject, feature }, asked).await
}
