//! Policies, parsed once. Which record's policy is in force is asked in the snapshot of every answer; only its parsing is remembered, and a record never
//! changes, so nothing here can grow old.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use daybook_domain::entitlement::Policy;
use daybook_domain::scope::ScopeId;
use daybook_store::policy::in_force;
use daybook_store::snapshot::Snapshot;

use crate::Problem;

/// Policies that are remembered: a few for each scope.
const REMEMBERED: usize = 256;

/// Parsed policies by the position of their record.
#[derive(Debug, Default)]
pub struct Policies {
    parsed: RwLock<HashMap<i64, Arc<Policy>>>,
    none: Arc<Policy>,
}

impl Policies {
    /// The policy of a scope at the size of this snapshot; the default one where none was applied.
    ///
    /// # Errors
    /// [`Problem::Policy`] when this version cannot read it, or what the database says.
    pub async fn in_force(&self, snapshot: &mut Snapshot, scope: ScopeId) -> Result<Arc<Policy>, Problem> {
        let size = snapshot.size();
        let Some(found) = in_force(snapshot, scope, size).await? else { return Ok(Arc::clone(&self.none)) };
        if let Some(known) = self.parsed.read().unwrap_or_else(PoisonError::into_inner).get(&found.position) {
            return Ok(Arc::clone(known));
        }
        let parsed = Policy::parse(&found.applied.policy)
            .map_err(|source| Problem::Policy { position: found.position, source })?;
        let parsed = Arc::new(parsed);
        let mut remembered = self.parsed.write().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= REMEMBERED {
            remembered.clear();
        }
        remembered.insert(found.position, Arc::clone(&parsed));
        Ok(parsed)
    }
}
