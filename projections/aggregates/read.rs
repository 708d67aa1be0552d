//! What a record led to inside the aggregates.

use std::collections::HashMap;

use serde_json::Value;
use sqlx::{PgConnection, types::Json};

/// One event an aggregate took in because of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Led {
    /// `Subscription` or `Customer`
    pub aggregate_type: String,
    /// `<scope>/<id>`
    pub aggregate_id: String,
    /// Its place among the aggregate's events.
    pub sequence: i64,
    /// What kind of event.
    pub event_type: String,
}

/// The events that the record at `position` led to.
///
/// # Errors
/// What the database says.
pub async fn caused_by(connection: &mut PgConnection, position: i64) -> Result<Vec<Led>, sqlx::Error> {
    sqlx::query_as!(
        Led,
        "select aggregate_type, aggregate_id, sequence, event_type from event where position = $1
         order by aggregate_type, aggregate_id, sequence",
        position
    )
    .fetch_all(connection)
    .await
}

/// An event of an aggregate as it is stored.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its place among the aggregate's events, from 1.
    pub sequence: i64,
    /// The event.
    pub payload: Value,
    /// Effective time, position and causing event, as text by name.
    pub metadata: HashMap<String, String>,
}

/// All events of one aggregate, in order.
///
/// # Errors
/// What the database says.
pub async fn load(
    connection: &mut PgConnection,
    aggregate_type: &str,
    aggregate_id: &str,
) -> Result<Vec<Stored>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select sequence, payload, metadata as "metadata: Json<HashMap<String, String>>" from event
         where aggregate_type = $1 and aggregate_id = $2 order by sequence"#,
        aggregate_type,
        aggregate_id
    )
    .fetch_all(connection)
    .await?;
    let stored =
        rows.into_iter().map(|row| Stored { sequence: row.sequence, payload: row.payload, metadata: row.metadata.0 });
    Ok(stored.collect())
}
