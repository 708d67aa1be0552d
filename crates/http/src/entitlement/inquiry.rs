//! One inquiry: everything an answer is worked out from, read in one snapshot, so that all answers of one response agree.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use daybook_domain::entitlement::{Answer, Policy, evaluate, evaluate_all};
use daybook_domain::scope::ScopeId;
use daybook_domain::time::Timestamp;
use daybook_projections::entitlements::{self, Known};
use daybook_projections::records;
use daybook_store::generation;
use daybook_store::snapshot::Snapshot;

use super::answer::{Positions, Stamp, events_of, time};
use crate::Problem;
use crate::cache::shard::ReadAt;
use crate::state::{App, Shared};
use crate::wait::{Wait, then_read};

/// The features that are asked for.
#[derive(Clone, Copy, Debug)]
pub enum Features<'a> {
    /// Every feature that anything names.
    All,
    /// These.
    These(&'a [String]),
}

/// Answers by feature.
pub type Answers = Vec<(Box<str>, Answer)>;

/// What one response is worked out from.
#[derive(Debug)]
pub struct Inquiry {
    snapshot: Snapshot,
    /// Whose books.
    pub scope: ScopeId,
    /// The policy in force.
    pub policy: Arc<Policy>,
    /// The time.
    pub now: Timestamp,
}

impl Inquiry {
    /// Begins to read, once what the caller waits for has been applied.
    ///
    /// # Errors
    /// What waiting, the policy or the database says.
    pub async fn begin(app: &Shared, scope: ScopeId, wait: &Wait) -> Result<Self, Problem> {
        let mut snapshot = then_read(app, scope, wait).await?;
        let policy = app.policies.in_force(&mut snapshot, scope).await?;
        Ok(Self { snapshot, scope, policy, now: now(app) })
    }

    /// What is known of these customers.
    ///
    /// # Errors
    /// What the database says.
    pub async fn known(&mut self, customers: &[String]) -> Result<BTreeMap<String, Known>, Problem> {
        let scope = self.scope;
        Ok(entitlements::of_customers(&mut self.snapshot, scope, customers).await?)
    }

    /// The answers about one customer.
    pub fn answers(&self, known: &Known, features: Features<'_>) -> Answers {
        match features {
            Features::All => evaluate_all(&self.policy, known.state(), &known.sources, self.now).into_iter().collect(),
            Features::These(features) => features
                .iter()
                .map(|feature| (feature.as_str().into(), self.answer(known, feature, self.now)))
                .collect(),
        }
    }

    /// The answer about one feature of one customer at a time.
    pub fn answer(&self, known: &Known, feature: &str, at: Timestamp) -> Answer {
        evaluate(&self.policy, known.state(), &known.sources, feature, at)
    }

    /// Where the events that these answers name stand.
    ///
    /// # Errors
    /// What the database says.
    pub async fn positions<'a>(
        &mut self,
        answers: impl Iterator<Item = &'a Answer> + Send,
    ) -> Result<Positions, Problem> {
        let mut events: Vec<String> = answers.flat_map(events_of).map(ToString::to_string).collect();
        events.sort_unstable();
        events.dedup();
        if events.is_empty() {
            return Ok(Positions::new());
        }
        Ok(records::positions_of_events(&mut self.snapshot, &events).await?)
    }

    /// Where it was read, for what is kept of it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn read_at(&mut self) -> Result<ReadAt, Problem> {
        let size = self.snapshot.size();
        Ok(ReadAt { size, pointer: Arc::new(generation::pointer(&mut self.snapshot).await?) })
    }

    /// Ends the reading; says at which size and for which time it was done.
    ///
    /// # Errors
    /// What the database says.
    pub async fn end(self) -> Result<Stamp, Problem> {
        let stamp = Stamp { size: self.snapshot.size(), as_of: time(self.now), stale: false };
        self.snapshot.end().await?;
        Ok(stamp)
    }
}

impl Deref for Inquiry {
    type Target = Snapshot;

    fn deref(&self) -> &Snapshot {
        &self.snapshot
    }
}

impl DerefMut for Inquiry {
    fn deref_mut(&mut self) -> &mut Snapshot {
        &mut self.snapshot
    }
}

/// The clock's second, as Stripe counts them.
pub fn now(app: &App) -> Timestamp {
    let seconds = app.clock.now().timestamp().clamp(Timestamp::MIN.unix(), Timestamp::MAX.unix());
    Timestamp::from_unix(seconds).unwrap_or(Timestamp::MIN)
}
