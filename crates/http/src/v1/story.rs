//! `GET /v1/customers/{id}/story`: everything that happened to a customer as a timeline, with what each thing changed.

use axum::Json;
use axum::extract::State;

use crate::Problem;
use crate::auth::AnalystCaller;
use crate::config::Config;
use crate::extract::{Named, check_id};
use crate::past::When;
use crate::query::{Asked, Parameters, Query};
use crate::state::Shared;
use crate::story::{self, Story};
use crate::wait::Wait;

/// Records that are told when the request does not say.
const USUAL_LENGTH: usize = 100;
/// Records that are told at most.
const LONGEST: usize = 500;

/// How much is told.
#[derive(Clone, Copy, Debug, Default, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Length {
    /// So many of the newest records up to the standpoint: 100 unless said, at most 500. `as_of` goes back further.
    pub limit: Option<usize>,
}

impl Parameters for Length {
    fn names() -> impl Iterator<Item = &'static str> {
        ["limit"].into_iter()
    }

    fn read(query: &Query, _: &Config) -> Result<Self, Problem> {
        Ok(Self { limit: query.whole("limit", 1..=LONGEST)? })
    }
}

/// What happened, when did it happen, when did we learn it, and what did it change?
#[utoipa::path(
    get, path = "/v1/customers/{id}/story", tag = "books",
    params(("id" = String, Path, description = "The customer: `cus_...`."), Length, When, Wait),
    responses(
        (status = 200, description = "The story, in the order in which things happened.", body = Story),
        (status = 403, description = "The key is not an analyst's."),
        (status = 404, description = "Nobody has seen this customer."),
        (status = 422, description = "So much happened that the past is not folded for one question."),
        (status = 504, description = "What was waited for has not been applied yet."),
    )
)]
pub async fn story(
    State(app): State<Shared>,
    AnalystCaller(access): AnalystCaller,
    Named(customer): Named<String>,
    Asked(asked): Asked<((Length, When), Wait)>,
) -> Result<Json<Story>, Problem> {
    check_id(&customer, "the customer")?;
    let ((length, when), wait) = asked;
    let length = length.limit.unwrap_or(USUAL_LENGTH);
    story::tell(&app, access, &customer, (&wait, when), length).await.map(Json)
}
