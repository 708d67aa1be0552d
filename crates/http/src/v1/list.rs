//! What every list of objects may be asked: how many, and after which entry.

use daybook_projections::page::Cursor;
use utoipa::IntoParams;

use crate::Problem;
use crate::config::Config;
use crate::query::{Parameters, Query};

/// Entries of a page when the request does not say.
pub const USUAL_PAGE: u32 = 50;
/// Entries of a page at most.
pub const LARGEST_PAGE: u32 = 200;

/// Which part of a list.
#[derive(Clone, Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Part {
    /// Continue a page: its `next`.
    #[param(value_type = Option<String>)]
    pub before: Option<Cursor>,
    /// How many: 50 unless said, at most 200.
    pub limit: Option<u32>,
}

impl Part {
    /// How many entries are wanted.
    pub fn limit(&self) -> u32 {
        self.limit.unwrap_or(USUAL_PAGE)
    }
}

impl Parameters for Part {
    fn names() -> impl Iterator<Item = &'static str> {
        ["before", "limit"].into_iter()
    }

    fn read(query: &Query, _: &Config) -> Result<Self, Problem> {
        let before = query.text("before").map(str::parse).transpose();
        Ok(Self {
            before: before.map_err(|error| Problem::malformed(format!("before: {error}")))?,
            limit: query.whole("limit", 1..=LARGEST_PAGE)?,
        })
    }
}

/// True or false, where a parameter asks for one of two.
///
/// # Errors
/// [`Problem::Malformed`] when it is neither.
pub(super) fn flag(query: &Query, name: &'static str) -> Result<Option<bool>, Problem> {
    match query.text(name) {
        None => Ok(None),
        Some("" | "true" | "1" | "yes") => Ok(Some(true)),
        Some("false" | "0" | "no") => Ok(Some(false)),
        Some(_) => Err(Problem::malformed(format!("{name}: expected true or false"))),
    }
}
