//! The routes. Deliveries, single entitlement checks and what operators ask stand outside of every layer: nothing is done for them but what they ask.

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::LARGEST_BODY;
use crate::metrics::Asked;
use crate::openapi::Frame;
use crate::state::Shared;
use crate::webhook::receive;
use crate::{Problem, deadline, health, metrics, openapi, v1};

/// Everything this process answers to.
pub fn router(app: Shared) -> Router {
    let counted = counted().layer(from_fn_with_state(app.clone(), count));
    let (router, _) = direct().merge(counted).split_for_parts();
    router
        .fallback(async || Problem::NoSuchPath)
        .method_not_allowed_fallback(async || Problem::NoSuchMethod)
        .with_state(app)
}

/// All routes, with what they say of themselves.
pub(crate) fn routes_of_all() -> OpenApiRouter<Shared> {
    direct().merge(counted())
}

/// Routes that nothing stands before.
fn direct() -> OpenApiRouter<Shared> {
    OpenApiRouter::with_openapi(Frame::openapi())
        .routes(routes!(receive::receive))
        .routes(routes!(receive::receive_named))
        .routes(routes!(v1::entitlement::entitlement))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(health::readyz_deliveries))
        .routes(routes!(metrics::metrics))
        .routes(routes!(openapi::openapi))
}

/// Routes whose requests are counted.
fn counted() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(v1::customers_entitlements::entitlements))
        .routes(routes!(v1::accounts::entitlements))
        .routes(routes!(v1::accounts::entitlement))
        .routes(routes!(v1::check::check))
        .routes(routes!(v1::customers::customer))
        .routes(routes!(v1::story::story))
        .routes(routes!(v1::balances::balances))
        .routes(routes!(v1::trial_balance::trial_balance))
        .routes(routes!(v1::parked::parked))
        .routes(routes!(v1::subscriptions::subscription))
        .routes(routes!(v1::attention::attention))
        .routes(routes!(v1::disputes::disputes))
        .routes(routes!(v1::disputes::dispute))
        .routes(routes!(v1::invoices::invoices))
        .routes(routes!(v1::invoices::invoice))
        .routes(routes!(v1::payments::payments))
        .routes(routes!(v1::payments::payment))
        .routes(routes!(v1::events::events))
        .routes(routes!(v1::event::event))
        .routes(routes!(v1::event::body))
        .routes(routes!(v1::conflicts::conflicts))
        .routes(routes!(v1::projections::projections))
        .routes(routes!(v1::grants::grants, v1::operate::grant::grant))
        .routes(routes!(v1::operate::revoke::revoke))
        .routes(routes!(v1::operate::end::end))
        .routes(routes!(v1::operate::link::link))
        .routes(routes!(v1::operate::unlink::unlink))
        .routes(routes!(v1::operate::release::release))
        .routes(routes!(v1::operate::settle::settle))
        .routes(routes!(v1::operate::acknowledge::acknowledge))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
}

async fn count(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default();
    let deadline = deadline::of(&app, &request);
    let response = deadline::keep(deadline, async { Ok(next.run(request).await) }).await;
    app.metrics.asked(&Asked { route, status: response.status().as_u16() });
    response
}
