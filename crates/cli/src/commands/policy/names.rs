//! What a policy names that no event of its account and mode has shown: a slip, an id of the other mode, or something that is only about to be sold.

use std::fmt::Write;

use daybook_domain::entitlement::Policy;
use daybook_domain::entitlement::policy::Unseen;
use daybook_domain::scope::ScopeId;
use daybook_store::Database;
use daybook_store::snapshot::Snapshot;
use daybook_worker::catalogue;

use crate::output::counted;

/// So many names are told to people.
const TOLD: usize = 20;

/// Whether there is anything to compare with.
pub async fn is_built(database: &Database) -> anyhow::Result<bool> {
    crate::built::is_built(&mut *database.pool().acquire().await?).await
}

/// What the policy names and nobody has seen; nothing where no read models exist yet.
pub async fn unseen(database: &Database, scope: ScopeId, policy: &Policy) -> anyhow::Result<Vec<Unseen>> {
    if !is_built(database).await? {
        return Ok(Vec::new());
    }
    let mut snapshot = Snapshot::begin(database.pool()).await?;
    let seen = catalogue::seen(&mut snapshot, scope).await?;
    snapshot.end().await?;
    Ok(seen.unseen(policy))
}

/// The same for people, a line each; nothing when there is nothing to tell.
pub fn told(unseen: &[Unseen]) -> String {
    if unseen.is_empty() {
        return String::new();
    }
    let count = i64::try_from(unseen.len()).unwrap_or(i64::MAX);
    let mut text = format!("It names {} that no event has shown here:\n", counted(count, "thing", "things"));
    // Writing to a string cannot fail.
    for one in unseen.iter().take(TOLD) {
        let _ = writeln!(text, "  {one}");
    }
    if unseen.len() > TOLD {
        let _ = writeln!(text, "  and {} more", unseen.len() - TOLD);
    }
    text
}
