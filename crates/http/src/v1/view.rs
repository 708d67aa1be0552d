//! How books are looked at: as of a time, on which basis, and as they were known. Shared by everything that sums the journal.

use chrono::{DateTime, Utc};
use daybook_domain::accounting::Basis;
use utoipa::IntoParams;

use crate::Problem;
use crate::config::Config;
use crate::past::{KnownAt, When, read_as_of, read_known_at};
use crate::query::{Parameters, Query};
use crate::state::Shared;

/// How books are looked at.
#[derive(Clone, Copy, Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct View {
    /// What had happened at Stripe by then, as it is known now: 2026-09-30T12:00:00Z or seconds since 1970. Without it, all of it.
    #[param(value_type = Option<String>)]
    pub as_of: Option<DateTime<Utc>>,
    /// `posted`, unless said: deferred amounts as they were posted. `earned`: what is earned by `as_of`, or by now, counts as revenue.
    #[param(value_type = Option<String>)]
    pub basis: Option<Basis>,
    /// What was known then: a size of the log (a whole number), or a time like 2026-03-03T12:00:00Z. Without it, all that has been applied.
    #[param(value_type = Option<String>)]
    pub known_at: Option<KnownAt>,
}

impl Parameters for View {
    fn names() -> impl Iterator<Item = &'static str> {
        ["as_of", "basis", "known_at"].into_iter()
    }

    fn read(query: &Query, _: &Config) -> Result<Self, Problem> {
        let basis = query
            .text("basis")
            .map(|name| Basis::parse(name).ok_or_else(|| Problem::malformed("basis: expected posted or earned")));
        let known_at = query.text("known_at").map(read_known_at).transpose()?;
        Ok(Self { as_of: as_of(query)?, basis: basis.transpose()?, known_at })
    }
}

fn as_of(query: &Query) -> Result<Option<DateTime<Utc>>, Problem> {
    let time = query.text("as_of").map(read_as_of).transpose()?;
    Ok(time.and_then(|time| DateTime::from_timestamp(time.unix(), 0)))
}

impl View {
    /// The basis.
    pub fn basis(self) -> Basis {
        self.basis.unwrap_or_default()
    }

    /// What was known, where an earlier size is asked about: all that had happened is told by the journal itself.
    pub fn earlier(self) -> Option<When> {
        self.known_at.is_some().then_some(When { as_of: None, known_at: self.known_at })
    }

    /// When deferred amounts are looked at; not at all on the posted basis.
    pub fn earned_at(self, app: &Shared) -> Option<DateTime<Utc>> {
        let now = || DateTime::from_timestamp(app.clock.now().timestamp(), 0);
        match self.basis() {
            Basis::Posted => None,
            Basis::Earned => self.as_of.or_else(now),
        }
    }
}
