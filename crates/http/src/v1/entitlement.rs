//! `GET /v1/customers/{id}/entitlements/{feature}`: the question that applications ask thousands of times a second. What is kept is answered without
//! database, span or wait; everything else goes the long way round once and is kept then.

use std::slice;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use daybook_domain::scope::ScopeId;
use daybook_store::key::Role;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Explanation, check_feature, count_reads};
use crate::cache::horizon::Staleness;
use crate::cache::kept::{Kept, close};
use crate::entitlement::answer::{Entitlement, Explain, Positions, Stamp, expires};
use crate::entitlement::inquiry::{Features, Inquiry, now};
use crate::extract::{Asked, Named, check_id};
use crate::state::Shared;
use crate::wait::Wait;
use crate::{Problem, extract};

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

/// The part of it that is kept.
#[derive(Serialize)]
struct Lasting<'a> {
    customer: &'a str,
    #[serde(flatten)]
    entitlement: &'a Entitlement,
}

/// May this customer use this feature, right now, and until when?
///
/// An unknown customer or feature is a no with a code, not an error.
#[utoipa::path(
    get, path = "/v1/customers/{id}/entitlements/{feature}", tag = "entitlements",
    params(
        ("id" = String, Path, description = "The customer: `cus_...`."),
        ("feature" = String, Path, description = "The feature, by its name in the policy."),
        Explanation, Wait
    ),
    responses(
        (status = 200, description = "The answer.", body = CustomerEntitlement),
        (status = 401, description = "No valid key."),
        (status = 503, description = "No answer that is new enough."),
        (status = 504, description = "What was waited for has not been applied yet."),
    )
)]
pub async fn entitlement(
    State(app): State<Shared>,
    Named((customer, feature)): Named<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    if request.uri().query().is_none()
        && let Some(access) = app.keyring.recognise(request.headers())
        && let Some(body) = from_cache(&app, access.scope, &customer, &feature)
    {
        return Ok(json(body));
    }
    Box::pin(by_reading(app, customer, feature, request)).await
}

/// The kept answer, if it may be given. Every role may ask.
fn from_cache(app: &Shared, scope: ScopeId, customer: &str, feature: &str) -> Option<Vec<u8>> {
    let stale = match app.horizon.staleness(&app.config.cache) {
        Staleness::Fresh => false,
        Staleness::Stale => true,
        Staleness::TooOld => return None,
    };
    let now = now(app).unix();
    let mut body = Vec::new();
    let size = app.entitlements.find(scope, customer, feature, now, &mut body)?;
    close(&mut body, size, now, stale);
    app.metrics.checked_from_cache();
    Some(body)
}

async fn by_reading(app: Shared, customer: String, feature: String, request: Request) -> Result<Response, Problem> {
    let (mut parts, _) = request.into_parts();
    let access = app.keyring.authenticate(&parts.headers).await?.needs(Role::App)?;
    let wait: Asked<Wait> = extract::parts(&mut parts).await?;
    let explanation: Asked<Explanation> = extract::parts(&mut parts).await?;
    check_id(&customer, "the customer")?;
    check_feature(&feature)?;
    let mut inquiry = Inquiry::begin(&app, access.scope, &wait.0).await?;
    let known = inquiry.known(slice::from_ref(&customer)).await?.remove(&customer).unwrap_or_default();
    let answer = inquiry.answer(&known, &feature, inquiry.now);
    let positions = inquiry.positions([&answer].into_iter()).await?;
    count_reads(&app, 1);
    let explain = explanation.0.wanted();
    let entitlement = Entitlement::new(&feature, &answer, &positions, explain);
    if explain == Explain::Yes {
        let stamp = inquiry.end().await?;
        return Ok(axum::Json(CustomerEntitlement { customer, entitlement, stamp }).into_response());
    }
    let read_at = inquiry.read_at().await?;
    let stamp = inquiry.end().await?;
    let expires = expires(&answer).map(daybook_domain::time::Timestamp::unix);
    let kept = Kept::render(&Lasting { customer: &customer, entitlement: &entitlement }, expires)?;
    let mut body = Vec::new();
    kept.write(&mut body);
    close(&mut body, stamp.size, stamp.as_of.timestamp(), stamp.stale);
    app.entitlements.keep(&read_at, access.scope, &customer, &feature, kept);
    Ok(json(body))
}

fn json(body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// The answers of one customer, with the positions of what caused them.
pub(super) async fn answers_of(
    inquiry: &mut Inquiry,
    customer: &str,
    features: Features<'_>,
    explain: Explain,
) -> Result<Vec<Entitlement>, Problem> {
    let customer = customer.to_owned();
    let known = inquiry.known(slice::from_ref(&customer)).await?.remove(&customer).unwrap_or_default();
    let answers = inquiry.answers(&known, features);
    let positions = inquiry.positions(answers.iter().map(|(_, answer)| answer)).await?;
    Ok(shown(&answers, &positions, explain))
}

/// Answers as they are shown.
pub(super) fn shown(
    answers: &[(Box<str>, daybook_domain::entitlement::Answer)],
    positions: &Positions,
    explain: Explain,
) -> Vec<Entitlement> {
    answers.iter().map(|(feature, answer)| Entitlement::new(feature, answer, positions, explain)).collect()
}
