//! One connection that answers questions, many together. Its search path is set once, from the pointer; every statement says which pointer it saw, and is
//! asked again after a switch. It is thrown away after any failure: the next one begins afresh.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use daybook_domain::scope::ScopeId;
use daybook_projections::inquiry::{self, Asked, Seen};
use daybook_projections::records;
use daybook_store::generation::{self, Pointer};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};
use tokio::time::Instant;

use super::answer::Positions;
use super::facts::{Facts, Shared, Subjects};
use super::policies::Policies;
use crate::Problem;
use crate::problem::is_not_built;

/// A question that cannot be settled in so many attempts finds a database in turmoil.
const ATTEMPTS: usize = 4;

/// A connection that was not used for so long is tried before it is.
const RESTED: Duration = Duration::from_secs(1);

/// What a lane fails with; shared by all who asked together.
pub type Failure = Arc<daybook_store::Error>;

/// A connection, and what it looks into.
#[derive(Debug)]
pub struct Lane {
    connection: PgConnection,
    pointer: Pointer,
    answered: Instant,
}

impl Lane {
    /// Connects, and looks into the generations that answer now.
    pub async fn open(options: &PgConnectOptions) -> Result<Self, Failure> {
        let connection = PgConnection::connect_with(options).await.map_err(shared)?;
        let mut lane = Self { connection, pointer: Pointer::new(), answered: Instant::now() };
        lane.follow_the_pointer().await?;
        Ok(lane)
    }

    /// Whether the connection still stands; asked only when it has rested.
    pub async fn still_answers(&mut self) -> bool {
        self.answered.elapsed() < RESTED || self.connection.ping().await.is_ok()
    }

    async fn follow_the_pointer(&mut self) -> Result<(), Failure> {
        self.pointer = generation::pointer(&mut self.connection).await?;
        inquiry::look_into(&mut self.connection, &self.pointer).await.map_err(shared)
    }

    /// Where these events stand in the log. Positions never change, so it does not matter when this is asked.
    pub async fn positions(&mut self, events: &[String]) -> Result<Positions, Failure> {
        let positions = records::positions_of_events(&mut self.connection, events).await.map_err(shared)?;
        self.answered = Instant::now();
        Ok(positions)
    }

    /// The facts about all these subjects, each with the policy of its scope.
    pub async fn facts(
        &mut self,
        policies: &Policies,
        asked: Vec<(ScopeId, Subjects)>,
    ) -> Result<Vec<Result<Facts, Problem>>, Failure> {
        let mut in_force = BTreeMap::new();
        for _ in 0..ATTEMPTS {
            let looked_in = fields(policies, &asked, &in_force);
            let Some(seen) = self.see(&together(&asked, looked_in.clone())).await? else { continue };
            for (scope, position) in &seen.policies {
                policies.learn(&mut self.connection, *scope, *position).await?;
            }
            in_force = seen.policies.iter().copied().collect();
            // What was seen of accounts is judged only by the policy in whose fields they were looked for.
            if fields(policies, &asked, &in_force) != looked_in {
                continue;
            }
            let shared = Shared::new(seen);
            let facts = asked.into_iter().map(|(scope, subjects)| {
                let position = in_force.get(&scope).copied().flatten();
                Ok(shared.facts(scope, subjects, policies.at(position)?))
            });
            return Ok(facts.collect());
        }
        Err(Arc::new(daybook_store::Error::TooSlow { seconds: 0 }))
    }

    /// What a statement saw; nothing when it looked into other generations than those that answer.
    async fn see(&mut self, asked: &Asked) -> Result<Option<Seen>, Failure> {
        match inquiry::see(&mut self.connection, asked).await {
            Ok(seen) if seen.pointer == self.pointer => Ok(Some(seen)),
            Ok(_) => self.follow_the_pointer().await.map(|()| None),
            // The generation was dropped since, or none is live.
            Err(error) if is_not_built(&error) && !self.pointer.is_empty() => {
                let before = self.pointer.clone();
                self.follow_the_pointer().await?;
                if self.pointer == before { Err(shared(error)) } else { Ok(None) }
            }
            Err(error) if is_not_built(&error) => {
                self.follow_the_pointer().await?;
                if self.pointer.is_empty() { Err(shared(error)) } else { Ok(None) }
            }
            Err(error) => Err(shared(error)),
        }
    }
}

/// The fields in which the accounts that are asked about are looked for: by the policies in force, as far as they are known, else by the newest ones.
fn fields(
    policies: &Policies,
    asked: &[(ScopeId, Subjects)],
    in_force: &BTreeMap<ScopeId, Option<i64>>,
) -> Vec<(ScopeId, String)> {
    let scopes: BTreeSet<ScopeId> =
        asked.iter().filter(|(_, who)| !who.accounts.is_empty()).map(|(scope, _)| *scope).collect();
    let of_scope = |scope: ScopeId| {
        let position = in_force.get(&scope).copied().unwrap_or_else(|| policies.newest(scope));
        policies.account_fields(position).into_iter().map(move |field| (scope, field))
    };
    scopes.into_iter().flat_map(of_scope).collect()
}

/// Everybody who is asked about, each once.
fn together(asked: &[(ScopeId, Subjects)], fields: Vec<(ScopeId, String)>) -> Asked {
    let pairs = |of: fn(&Subjects) -> &[String]| {
        let all = asked.iter().flat_map(|(scope, subjects)| of(subjects).iter().map(|id| (*scope, id.clone())));
        all.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>()
    };
    let customers = pairs(|subjects| &subjects.customers);
    let accounts = pairs(|subjects| &subjects.accounts);
    Asked { fields, customers, accounts }
}

fn shared(error: sqlx::Error) -> Failure {
    Arc::new(error.into())
}
