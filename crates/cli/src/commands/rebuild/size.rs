//! How many rows each table of the live read models has.

use daybook_projections::generation::PARTS;
use daybook_store::snapshot::Snapshot;
use daybook_store::{Database, generation};
use serde::Serialize;

/// A table's size.
#[derive(Clone, Debug, Serialize)]
pub struct TableSize {
    /// The read model it belongs to.
    pub read_model: &'static str,
    /// Its name.
    pub table: &'static str,
    /// How many rows it has.
    pub rows: i64,
    /// How many it had before.
    pub rows_before: Option<i64>,
}

/// The sizes of all live tables; none while there is no generation, or one that cannot be read.
pub async fn sizes(database: &Database) -> anyhow::Result<Vec<TableSize>> {
    let mut sizes = Vec::new();
    let mut connection = database.pool().acquire().await?;
    // What cannot be read has no size; a rebuild is what mends it.
    if generation::pointer(&mut connection).await?.is_empty()
        || !generation::unusable(&mut connection, None).await?.is_empty()
    {
        return Ok(sizes);
    }
    drop(connection);
    let mut snapshot = Snapshot::begin(database.pool()).await?;
    for part in PARTS {
        for table in part.tables {
            // Not checked at compile time: the names are those of the parts.
            let statement = format!("select count(*) from {table}");
            let rows = sqlx::query_scalar(&statement).fetch_one(&mut *snapshot).await?;
            sizes.push(TableSize { read_model: part.name, table, rows, rows_before: None });
        }
    }
    snapshot.end().await?;
    Ok(sizes)
}
