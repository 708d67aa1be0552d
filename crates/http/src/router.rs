//! The routes. Deliveries and single entitlement checks stand outside of every layer: nothing is done for them but what they ask.

use axum::Router;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::Shared;
use crate::webhook::receive;
use crate::{Problem, health, metrics};

/// Everything this process answers to.
pub fn router(app: Shared) -> Router {
    let (router, _) = routes_of_all().split_for_parts();
    router
        .fallback(async || Problem::NoSuchPath)
        .method_not_allowed_fallback(async || Problem::NoSuchMethod)
        .with_state(app)
}

/// All routes, with what they say of themselves.
pub(crate) fn routes_of_all() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(receive::receive))
        .routes(routes!(receive::receive_named))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(metrics::metrics))
}
