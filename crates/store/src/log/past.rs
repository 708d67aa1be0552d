//! The log as it was: how many records there were at a time, and records read by their positions.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::read::{Entry, EntryRow, tip};
use crate::Error;

/// How many records the log held at a time: those appended by then.
///
/// Batches are found by their size, not by their time, so it is looked for from both ends, a few rows in all.
///
/// # Errors
/// When the database fails.
pub async fn size_at(connection: &mut PgConnection, at: DateTime<Utc>) -> Result<i64, Error> {
    let Some(tip) = tip(connection).await? else { return Ok(0) };
    if tip.appended_at <= at {
        return Ok(tip.size);
    }
    // A batch of at most `low` records was appended by then, the one that reaches `high` was not.
    let (mut low, mut high) = (0, tip.size);
    while low < high {
        let middle = low + (high - low) / 2;
        let row = sqlx::query!("select size, appended_at from batch where size > $1 order by size limit 1", middle)
            .fetch_one(&mut *connection)
            .await?;
        if row.appended_at <= at {
            low = row.size;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

/// The records at these positions, in the order of their positions; positions without a record are left out.
///
/// # Errors
/// When the database fails.
pub async fn entries_at(connection: &mut PgConnection, positions: &[i64]) -> Result<Vec<Entry>, Error> {
    let rows = sqlx::query_as!(
        EntryRow,
        "select position, event_id, source, scope, kind, api_version, created, received_at, body
         from record join body using (position) where position = any($1) order by position",
        positions,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Entry::try_from).collect()
}
