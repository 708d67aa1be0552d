//! Which customers changed at which size: what a cache must forget when it moves on.

use std::collections::BTreeSet;

use daybook_domain::scope::ScopeId;
use sqlx::PgConnection;

use crate::copy::{Rows, Table};

/// Its table.
pub const TABLE: Table = Table { name: "change", columns: &["size", "scope", "customer"] };

/// The channel on which every new size is announced: `<generation>:<size>`.
pub const SIZE_CHANNEL: &str = "daybook_size";
/// The customer that stands for all of a scope: a policy was applied.
pub const EVERYBODY: &str = "*";
/// Who is further behind than so many records forgets everything instead of asking who changed.
pub const LISTED: i64 = 20_000;
/// So many records back changes are kept at least: far more than anybody asks for.
pub const KEPT: i64 = 10 * LISTED;

/// A customer whose answers may have changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Changed {
    /// Whose books.
    pub scope: ScopeId,
    /// Which customer.
    pub customer: Box<str>,
}

impl Changed {
    /// As the tables name them.
    pub fn new(scope: i32, customer: String) -> Self {
        Self { scope: ScopeId(scope), customer: customer.into_boxed_str() }
    }
}

/// Adds the customers that changed in the batch that ended at `size`.
pub fn add(rows: &mut Rows, size: i64, changed: &BTreeSet<Changed>) {
    for one in changed {
        let _complete = rows.row().bigint(size).integer(one.scope.0).text(&one.customer);
    }
}

/// Who changed in batches that ended after size `after` and not after size `until`.
///
/// # Errors
/// What the database says.
pub async fn between(connection: &mut PgConnection, after: i64, until: i64) -> Result<Vec<Changed>, sqlx::Error> {
    let rows = sqlx::query!("select distinct scope, customer from change where size > $1 and size <= $2", after, until)
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| Changed::new(row.scope, row.customer)).collect())
}

/// Removes what no cache needs any more: changes of sizes up to `until`.
///
/// # Errors
/// What the database says.
pub async fn forget(connection: &mut PgConnection, until: i64) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from change where size <= $1", until).execute(connection).await?;
    Ok(())
}
