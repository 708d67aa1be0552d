//! Policies, parsed once. Which record's policy is in force is seen by the statement that reads the facts; only the parsed text is remembered, and a
//! record never changes, so nothing here can grow old.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use daybook_domain::entitlement::{Policy, policy};
use daybook_domain::scope::ScopeId;
use daybook_projections::customers::{BY_OPERATOR, UNLINKED};
use daybook_store::policy::in_force;
use sqlx::PgConnection;

use crate::Problem;

/// Policies that are remembered: a few for each scope.
const REMEMBERED: usize = 256;

/// A policy as this version reads it.
type Parsed = Result<Arc<Policy>, Arc<policy::Error>>;

/// The fields in which accounts are looked for: what operators said, then what events show.
pub fn fields_of(policy: &Policy) -> Vec<String> {
    let of_events = policy.accounts.from.iter().map(ToString::to_string);
    [BY_OPERATOR, UNLINKED].into_iter().map(str::to_owned).chain(of_events).collect()
}

/// Parsed policies by the position of their record, and the newest one seen of each scope.
#[derive(Debug, Default)]
pub struct Policies {
    parsed: RwLock<HashMap<i64, Parsed>>,
    newest: RwLock<HashMap<ScopeId, Option<i64>>>,
    none: Arc<Policy>,
}

impl Policies {
    /// The newest policy of a scope that this process has seen, by the position of its record.
    pub fn newest(&self, scope: ScopeId) -> Option<i64> {
        self.newest.read().unwrap_or_else(PoisonError::into_inner).get(&scope).copied().flatten()
    }

    /// The fields in which accounts are looked for by the policy that the record at `position` applied.
    pub fn account_fields(&self, position: Option<i64>) -> Vec<String> {
        // One that cannot be read answers nothing, whatever is looked for.
        fields_of(&self.at(position).unwrap_or_else(|_| Arc::clone(&self.none)))
    }

    /// Reads the policy that is in force in a scope, if it is new here, and notes that it is.
    ///
    /// # Errors
    /// What the database says.
    pub async fn learn(
        &self,
        connection: &mut PgConnection,
        scope: ScopeId,
        position: Option<i64>,
    ) -> Result<(), daybook_store::Error> {
        if let Some(position) = position
            && !self.parsed.read().unwrap_or_else(PoisonError::into_inner).contains_key(&position)
        {
            let found = in_force(connection, scope, position.saturating_add(1)).await?;
            self.remember(position, &found.map(|found| found.applied.policy).unwrap_or_default());
        }
        self.newest.write().unwrap_or_else(PoisonError::into_inner).insert(scope, position);
        Ok(())
    }

    fn remember(&self, position: i64, text: &str) {
        let parsed = Policy::recorded(text).map(Arc::new).map_err(Arc::new);
        let mut remembered = self.parsed.write().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= REMEMBERED {
            let newest = self.newest.read().unwrap_or_else(PoisonError::into_inner);
            remembered.retain(|position, _| newest.values().any(|newest| *newest == Some(*position)));
        }
        remembered.insert(position, parsed);
    }

    /// The policy that the record at `position` applied; the default one where there is none.
    ///
    /// # Errors
    /// [`Problem::Policy`] when this version cannot read it.
    pub fn at(&self, position: Option<i64>) -> Result<Arc<Policy>, Problem> {
        let Some(position) = position else { return Ok(Arc::clone(&self.none)) };
        match self.parsed.read().unwrap_or_else(PoisonError::into_inner).get(&position) {
            Some(Ok(policy)) => Ok(Arc::clone(policy)),
            Some(Err(source)) => Err(Problem::Policy { position, source: Arc::clone(source) }),
            // Forgotten between being read and being used, which takes hundreds of new policies at once.
            None => Err(Problem::Busy),
        }
    }
}
