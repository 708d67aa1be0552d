//! Checkpoints: how many records a generation has applied. A checkpoint moves in the transaction that writes what it stands for, by compare and
//! set on its size and on the epoch of the mover's lease; so a worker that lost its lease, or that runs twice, writes nothing.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::Error;

/// Where a generation stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// the generation
    pub generation: i32,
    /// how many records are applied
    pub size: i64,
    /// the lease's epoch under which it was last moved
    pub epoch: i64,
    /// when it was last moved
    pub updated_at: DateTime<Utc>,
}

/// The checkpoint of a generation.
///
/// # Errors
/// When there is no such generation, or the database fails.
pub async fn read(connection: &mut PgConnection, generation: i32) -> Result<Checkpoint, Error> {
    sqlx::query_as!(
        Checkpoint,
        "select generation, size, epoch, updated_at from checkpoint where generation = $1",
        generation,
    )
    .fetch_optional(connection)
    .await?
    .ok_or(Error::NoSuchGeneration(generation))
}

/// The checkpoint of a generation, locked until the transaction ends: it does not move meanwhile.
///
/// # Errors
/// When there is no such generation, or the database fails.
pub async fn lock(connection: &mut PgConnection, generation: i32) -> Result<Checkpoint, Error> {
    sqlx::query_as!(
        Checkpoint,
        "select generation, size, epoch, updated_at from checkpoint where generation = $1 for update",
        generation,
    )
    .fetch_optional(connection)
    .await?
    .ok_or(Error::NoSuchGeneration(generation))
}

/// Every checkpoint, by generation.
///
/// # Errors
/// When the database fails.
pub async fn all(connection: &mut PgConnection) -> Result<Vec<Checkpoint>, Error> {
    let checkpoints =
        sqlx::query_as!(Checkpoint, "select generation, size, epoch, updated_at from checkpoint order by generation")
            .fetch_all(connection)
            .await?;
    Ok(checkpoints)
}

/// Moves the checkpoint of a generation from one size to the next, under a lease's epoch.
///
/// # Errors
/// [`Error::CheckpointMoved`] when it is not at `from` or a later epoch has moved it; nothing may be committed then.
pub async fn advance(
    connection: &mut PgConnection,
    generation: i32,
    from: i64,
    to: i64,
    epoch: i64,
) -> Result<(), Error> {
    let moved = sqlx::query!(
        "update checkpoint set size = $3, epoch = $4, updated_at = clock_timestamp()
         where generation = $1 and size = $2 and epoch <= $4",
        generation,
        from,
        to,
        epoch,
    )
    .execute(connection)
    .await?;
    if moved.rows_affected() == 1 { Ok(()) } else { Err(Error::CheckpointMoved { generation, expected: from, epoch }) }
}
