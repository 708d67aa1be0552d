//! One inquiry: everything about some subjects of one scope, read at one size, so that all answers of one response agree.

use std::ops::Deref;

use daybook_domain::entitlement::Answer;
use daybook_domain::scope::ScopeId;
use daybook_domain::time::Timestamp;

use super::answer::{Positions, Stamp, events_of, time};
use super::facts::{Facts, Judge, Subjects};
use crate::Problem;
use crate::auth::Access;
use crate::past::{self, When};
use crate::state::{App, Shared};
use crate::wait::{self, Wait};

pub use super::facts::{Answers, Features};

/// What one response is worked out from.
#[derive(Debug)]
pub struct Inquiry {
    app: Shared,
    /// Whose books.
    pub scope: ScopeId,
    /// What was read.
    pub facts: Facts,
    judge: Judge,
}

impl Inquiry {
    /// Reads everything about these, once what the caller waits for has been applied.
    ///
    /// # Errors
    /// What waiting, the policy or the database says.
    pub async fn about(app: &Shared, scope: ScopeId, subjects: Subjects, wait: &Wait) -> Result<Self, Problem> {
        wait::until(app, scope, wait).await?;
        let facts = app.desk.facts(scope, subjects).await?;
        let judge = Judge { policy: facts.policy.clone(), now: now(app) };
        Ok(Self { app: Shared::clone(app), scope, facts, judge })
    }

    /// Reads everything about these as it was.
    ///
    /// # Errors
    /// Like [`past::facts`].
    pub async fn looking_back(
        app: &Shared,
        access: Access,
        subjects: Subjects,
        wait: &Wait,
        when: When,
    ) -> Result<Self, Problem> {
        let (facts, now) = past::facts(app, access, subjects, wait, when).await?;
        let judge = Judge { policy: facts.policy.clone(), now };
        Ok(Self { app: Shared::clone(app), scope: access.scope, facts, judge })
    }

    /// Where the events that these answers name stand.
    ///
    /// # Errors
    /// What the database says.
    pub async fn positions<'a>(&self, answers: impl Iterator<Item = &'a Answer> + Send) -> Result<Positions, Problem> {
        self.positions_of(names(answers)).await
    }

    /// Where these events stand.
    ///
    /// # Errors
    /// What the database says.
    pub async fn positions_of(&self, events: Vec<String>) -> Result<Positions, Problem> {
        self.app.desk.positions(events).await
    }

    /// The second for which answers are worked out.
    pub fn judged_at(&self) -> Timestamp {
        self.judge.now
    }

    /// At which size and for which time this was read.
    pub fn stamp(&self) -> Stamp {
        Stamp { size: self.facts.read_at.size, as_of: time(self.judge.now), stale: false }
    }
}

impl Deref for Inquiry {
    type Target = Judge;

    fn deref(&self) -> &Judge {
        &self.judge
    }
}

/// The events that these answers name, each once.
pub fn names<'a>(answers: impl Iterator<Item = &'a Answer>) -> Vec<String> {
    let mut events: Vec<String> = answers.flat_map(events_of).map(ToString::to_string).collect();
    events.sort_unstable();
    events.dedup();
    events
}

/// The clock's second, as Stripe counts them.
pub fn now(app: &App) -> Timestamp {
    let seconds = app.clock.now().timestamp().clamp(Timestamp::MIN.unix(), Timestamp::MAX.unix());
    Timestamp::from_unix(seconds).unwrap_or(Timestamp::MIN)
}
