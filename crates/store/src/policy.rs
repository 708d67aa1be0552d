//! The entitlement policy as a record of the log, so that a rebuild and a question about the past use the policy of
//! their time.

use chrono::{DateTime, Utc};
use daybook_domain::scope::ScopeId;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use crate::Error;

/// The `type` of the operator's record that applies a policy.
pub const POLICY_APPLIED: &str = "daybook.policy_applied";

/// The body of such a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyApplied {
    /// The policy file as it was given: TOML.
    pub policy: String,
    /// Who applied it, as they named themselves.
    pub applied_by: Option<String>,
}

/// A policy in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InForce {
    /// The record that applied it.
    pub position: i64,
    /// That record's id.
    pub event_id: String,
    /// The policy file.
    pub applied: PolicyApplied,
}

/// When a policy came into force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// When its record was written down.
    pub at: DateTime<Utc>,
    /// What is in force from then on.
    pub policy: InForce,
}

/// Every policy of a scope that was applied by a size of the log, oldest first.
///
/// # Errors
/// What the database says, or a body that is no policy record.
pub async fn history(connection: &mut PgConnection, scope: ScopeId, size: i64) -> Result<Vec<Applied>, Error> {
    let rows = sqlx::query!(
        "select position, event_id, received_at, body from record join body using (position)
         where scope = $1 and kind = $2 and source = 'operator' and position < $3 order by position",
        scope.0,
        POLICY_APPLIED,
        size
    )
    .fetch_all(connection)
    .await?;
    let policies = rows.into_iter().map(|row| {
        let applied = read(row.position, &row.body)?;
        let policy = InForce { position: row.position, event_id: row.event_id, applied };
        Ok(Applied { at: row.received_at, policy })
    });
    policies.collect()
}

/// The policy of a scope at a size of the log; none when none was applied before.
///
/// # Errors
/// What the database says, or a body that is no policy record.
pub async fn in_force(connection: &mut PgConnection, scope: ScopeId, size: i64) -> Result<Option<InForce>, Error> {
    in_force_at(connection, scope, size, None).await
}

/// The policy of a scope at a size of the log, as far as it had been applied before a time, where one is given.
///
/// # Errors
/// What the database says, or a body that is no policy record.
pub async fn in_force_at(
    connection: &mut PgConnection,
    scope: ScopeId,
    size: i64,
    before: Option<DateTime<Utc>>,
) -> Result<Option<InForce>, Error> {
    let row = sqlx::query!(
        "select position, event_id, body from record join body using (position)
         where scope = $1 and kind = $2 and source = 'operator' and position < $3
           and ($4::timestamptz is null or received_at < $4)
         order by position desc limit 1",
        scope.0,
        POLICY_APPLIED,
        size,
        before
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let applied = read(row.position, &row.body)?;
    Ok(Some(InForce { position: row.position, event_id: row.event_id, applied }))
}

fn read(position: i64, body: &[u8]) -> Result<PolicyApplied, Error> {
    serde_json::from_slice(body).map_err(|_| Error::Stored {
        column: "body",
        position,
        value: "a policy record that cannot be read".to_owned(),
    })
}
