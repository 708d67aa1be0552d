//! Scopes and the small numbers they are stored under. A number is given once and never reused.

use std::collections::{BTreeMap, HashMap};

use daybook_domain::scope::{Mode, Scope, ScopeId};
use sqlx::PgConnection;

use crate::Error;

/// The number of this scope, given now if it had none. Safe to call from several processes at once.
///
/// # Errors
/// When the database fails, or when all numbers are given.
pub async fn intern(connection: &mut PgConnection, scope: &Scope) -> Result<ScopeId, Error> {
    let account = scope.account.as_deref().unwrap_or_default();
    loop {
        if let Some(id) = find(connection, scope).await? {
            return Ok(id);
        }
        sqlx::query!(
            "insert into scope (id, account, livemode)
             select coalesce(max(id), 0) + 1, $1, $2 from scope
             on conflict do nothing",
            account,
            scope.mode.is_live(),
        )
        .execute(&mut *connection)
        .await
        .map_err(Error::from)
        .map_err(|error| match error.sqlstate().as_deref() {
            Some("22003") => Error::ScopesExhausted(scope.clone()),
            _ => error,
        })?;
    }
}

/// The number of this scope, if it was ever seen.
///
/// # Errors
/// When the database fails.
pub async fn find(connection: &mut PgConnection, scope: &Scope) -> Result<Option<ScopeId>, Error> {
    let id = sqlx::query_scalar!(
        "select id from scope where account = $1 and livemode = $2",
        scope.account.as_deref().unwrap_or_default(),
        scope.mode.is_live(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(id.map(ScopeId))
}

/// All scopes, by number.
///
/// # Errors
/// When the database fails.
pub async fn all(connection: &mut PgConnection) -> Result<HashMap<ScopeId, Scope>, Error> {
    let rows = sqlx::query!("select id, account, livemode from scope").fetch_all(connection).await?;
    Ok(rows.into_iter().map(|row| (ScopeId(row.id), from_columns(row.account, row.livemode))).collect())
}

/// The scopes that records were written under, by number. A scope that only a key names is not among them.
///
/// # Errors
/// When the database fails.
pub async fn received(connection: &mut PgConnection) -> Result<BTreeMap<ScopeId, Scope>, Error> {
    let rows = sqlx::query!(
        "select id, account, livemode from scope
         where exists (select from record where record.scope = scope.id)"
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (ScopeId(row.id), from_columns(row.account, row.livemode))).collect())
}

/// A scope as its columns hold it: an empty account is the endpoint's own.
pub(crate) fn from_columns(account: String, livemode: bool) -> Scope {
    let account = Some(account).filter(|account| !account.is_empty()).map(String::into_boxed_str);
    Scope { account, mode: Mode::from_livemode(livemode) }
}
