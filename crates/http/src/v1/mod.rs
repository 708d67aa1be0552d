//! The read API, version 1: one file for each resource, with its shapes, its handler and what OpenAPI says of it. Every answer names its size.

pub mod accounts;
pub mod balances;
pub mod check;
pub mod customers;
pub mod customers_entitlements;
pub mod entitlement;
pub mod event;
pub mod events;
pub mod masked;
pub mod projections;
pub mod subscriptions;

use serde::Deserialize;
use utoipa::IntoParams;

use crate::Problem;
use crate::entitlement::answer::Explain;
use crate::state::Shared;

/// Whether an answer should tell what it considered.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Explanation {
    /// Tell what each source says by itself: `explain=true`.
    pub explain: Option<String>,
}

impl Explanation {
    /// What was asked for; the bare word means yes.
    fn wanted(&self) -> Explain {
        match self.explain.as_deref() {
            None | Some("false" | "0" | "no") => Explain::No,
            Some(_) => Explain::Yes,
        }
    }
}

/// The longest name of a feature, in bytes.
const LONGEST_FEATURE: usize = 200;

/// The feature's name, if it can be one.
fn check_feature(feature: &str) -> Result<&str, Problem> {
    let fits = !feature.is_empty() && feature.len() <= LONGEST_FEATURE && !feature.chars().any(char::is_control);
    if fits {
        return Ok(feature);
    }
    Err(Problem::malformed(format!("a feature's name has 1 to {LONGEST_FEATURE} bytes and no control characters")))
}

/// Counts checks that were answered by reading.
fn count_reads(app: &Shared, checks: usize) {
    app.metrics.checked_by_reading(u64::try_from(checks).unwrap_or(u64::MAX));
}
