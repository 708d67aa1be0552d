//! What is known only by name, and what waits for it: one row per object that others name and no event has shown.

mod read;

pub use read::{Parked, Wanted, count, count_all, list};

use daybook_domain::{id::ObjectRef, parked, time::Timestamp};
use sqlx::PgConnection;

use crate::{
    copy::{Rows, Table},
    owner::{Owner, Owners},
};

/// Its table.
pub const TABLE: Table =
    Table { name: "parked", columns: &["scope", "kind", "id", "since", "waiting", "waiting_count"] };

/// So many of those that wait are named.
const NAMED: usize = 20;

/// Adds the row of one object.
pub fn derive(rows: &mut Rows, owner: &Owner, parked: &parked::Parked) {
    add(rows, owner, parked.since, &parked.waiting);
}

/// Adds the row of anything that is only named.
pub fn add(rows: &mut Rows, owner: &Owner, since: Timestamp, waiting: &[ObjectRef]) {
    let named: Vec<String> = waiting.iter().take(NAMED).map(ToString::to_string).collect();
    let _complete = rows
        .row()
        .integer(owner.scope.0)
        .smallint(owner.object.kind.number())
        .text(owner.id())
        .timestamp(since)
        .texts(named.iter().map(String::as_str))
        .bigint(i64::try_from(waiting.len()).unwrap_or(i64::MAX));
}

/// Removes the rows of these objects.
///
/// # Errors
/// What the database says.
pub async fn remove(connection: &mut PgConnection, owners: &Owners) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from parked using unnest($1::integer[], $2::smallint[], $3::text[]) as gone (scope, kind, id)
         where parked.scope = gone.scope and parked.kind = gone.kind and parked.id = gone.id",
        &owners.scopes,
        &owners.kinds,
        &owners.ids,
    )
    .execute(connection)
    .await?;
    Ok(())
}
