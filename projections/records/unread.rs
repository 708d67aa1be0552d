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

/// How many records were not taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotTakenIn {
    /// That only name their object, and that nobody has looked at.
    pub needs_fetch: i64,
    /// That this version cannot read, and that nobody has looked at.
    pub quarantined: i64,
    /// That this version cannot read, looked at or not.
    pub all_quarantined: i64,
}

/// How many records were not taken in. Somebody has looked at those at the `known` positions.
///
/// # Errors
/// What the database says.
pub async fn not_taken_in(connection: &mut PgConnection, known: &[i64]) -> Result<NotTakenIn, sqlx::Error> {
    sqlx::query_as!(
        NotTakenIn,
        r#"select count(*) filter (where outcome = 'needs_fetch' and position <> all($1)) as "needs_fetch!",
                  count(*) filter (where outcome = 'quarantined' and position <> all($1)) as "quarantined!",
                  count(*) filter (where outcome = 'quarantined') as "all_quarantined!"
           from record_outcome where outcome in ('needs_fetch', 'quarantined')"#,
        known
    )
    .fetch_one(connection)
    .await
}
