//! The read API, version 1: one file for each resource, with its shapes, its handler and what OpenAPI says of it. Every answer names its size.

pub mod accounts;
pub mod attention;
pub mod balances;
pub mod check;
pub mod conflicts;
pub mod customers;
pub mod customers_entitlements;
pub mod disputes;
pub mod entitlement;
pub mod event;
pub mod events;
pub mod grants;
pub mod invoice_lines;
pub mod invoices;
pub mod list;
pub mod operate;
pub mod parked;
pub mod payments;
pub mod projections;
pub mod refusals;
pub mod shown;
pub mod story;
pub mod subscriptions;
pub mod trial_balance;
pub mod view;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use daybook_domain::entitlement::policy::{LONGEST_FEATURE, is_feature_name};
use utoipa::IntoParams;

use crate::Problem;
use crate::auth::Access;
use crate::cache::kept::close;
use crate::config::Config;
use crate::entitlement::answer::{Explain, Stamp};
use crate::entitlement::question::{self, Question};
use crate::past::When;
use crate::query::{Parameters, Query};
use crate::state::Shared;
use crate::wait::Wait;

/// Whether an answer should tell what it considered.
#[derive(Clone, Copy, Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Explanation {
    /// Tell what each source says by itself; the bare word means yes.
    pub explain: Option<bool>,
}

impl Parameters for Explanation {
    fn names() -> impl Iterator<Item = &'static str> {
        ["explain"].into_iter()
    }

    fn read(query: &Query, _: &Config) -> Result<Self, Problem> {
        let explain = match query.text("explain") {
            None => None,
            Some("" | "true" | "1" | "yes") => Some(true),
            Some("false" | "0" | "no") => Some(false),
            Some(_) => return Err(Problem::malformed("explain: expected true or false")),
        };
        Ok(Self { explain })
    }
}

impl Explanation {
    /// What was asked for.
    fn wanted(self) -> Explain {
        if self.explain.unwrap_or(false) { Explain::Yes } else { Explain::No }
    }
}

/// The feature's name, if it can be one.
fn check_feature(feature: &str) -> Result<&str, Problem> {
    if is_feature_name(feature) {
        return Ok(feature);
    }
    Err(Problem::malformed(format!("a feature's name has 1 to {LONGEST_FEATURE} bytes and no control characters")))
}

/// Answers one question.
async fn answer_one(
    app: &Shared,
    access: Access,
    question: Question<'_>,
    ((explanation, when), wait): ((Explanation, When), Wait),
) -> Result<Response, Problem> {
    let explain = explanation.wanted();
    let told = if when.is_now() {
        question::answer(app, access.scope, &[question], &wait, explain).await?
    } else {
        question::answer_of_then(app, access, &[question], (&wait, when), explain).await?
    };
    let mut body = Vec::new();
    told.answers.iter().for_each(|answer| answer.write(&mut body));
    Ok(closed(body, told.stamp))
}

/// A body that is complete but for its size and time, as a response.
fn closed(mut body: Vec<u8>, stamp: Stamp) -> Response {
    close(&mut body, stamp.size, stamp.as_of.timestamp(), stamp.stale);
    json(body)
}

/// A body that is JSON, as a response.
fn json(body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
