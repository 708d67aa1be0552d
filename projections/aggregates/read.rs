//! What a record led to inside the aggregates.

use sqlx::PgConnection;

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
