//! Records that were not taken in: those that only name their object, and those that cannot be read.

use daybook_domain::scope::ScopeId;
use sqlx::PgConnection;

/// Why a record was not taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It only names its object.
    NeedsFetch,
    /// It cannot be read.
    Quarantined,
}

impl Unread {
    /// Both.
    pub const ALL: [Self; 2] = [Self::NeedsFetch, Self::Quarantined];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::NeedsFetch => "needs_fetch",
            Self::Quarantined => "quarantined",
        }
    }
}

/// The positions below `before` of such records in a scope, newest first.
///
/// # Errors
/// What the database says.
pub async fn unread(
    connection: &mut PgConnection,
    scope: ScopeId,
    outcome: Unread,
    before: i64,
    limit: i64,
) -> Result<Vec<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        "select position from record_outcome
         where scope = $1 and outcome = $2 and outcome in ('needs_fetch', 'quarantined') and position < $3
         order by position desc limit $4",
        scope.0,
        outcome.name(),
        before,
        limit
    )
    .fetch_all(connection)
    .await
}

/// How many records need a fetch, and how many are quarantined.
///
/// # Errors
/// What the database says.
pub async fn count_unread(connection: &mut PgConnection) -> Result<(i64, i64), sqlx::Error> {
    let row = sqlx::query!(
        "select count(*) filter (where outcome = 'needs_fetch') as \"needs_fetch!\",
                count(*) filter (where outcome = 'quarantined') as \"quarantined!\"
         from record_outcome where outcome in ('needs_fetch', 'quarantined')"
    )
    .fetch_one(connection)
    .await?;
    Ok((row.needs_fetch, row.quarantined))
}

/// How many records are quarantined besides these.
///
/// # Errors
/// What the database says.
pub async fn count_quarantined_besides(connection: &mut PgConnection, known: &[i64]) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from record_outcome where outcome = 'quarantined' and position <> all($1)"#,
        known
    )
    .fetch_one(connection)
    .await
}
