//! The books as they stood at an earlier size: the log folded up to there into a generation that answers nobody, is read once and
//! dropped.
//!
//! Nothing live is disturbed: no pointer names it, and whoever builds one holds a lock of its own that says so, which ends with
//! the connection. What an interrupted process leaves behind goes with the next look at the past, or the next rebuild.

use daybook_projections::generation::PARTS;
use daybook_store::{
    Database, checkpoint,
    generation::{self, Generation},
};
use sqlx::{Connection, PgConnection};

use super::{
    Observer, RebuildConfig, What,
    fold_log::{Target, fold_log},
};
use crate::Error;

/// What stands in place of a code version, so that nobody takes it for a generation to answer from.
const PAST: &str = "past";

/// Folds the first `size` records into a generation of its own, lets `read` look at it in one transaction, and drops it whatever
/// came of that. Unqualified names are those of that generation.
///
/// # Errors
/// What the database says, [`Error::Gap`] when the log is shorter, that it was told to stop, or what `read` says.
pub async fn past<T, E: From<Error>>(
    database: &Database,
    (what, size): (What, i64),
    config: &RebuildConfig,
    observer: &Observer<'_>,
    read: impl AsyncFnOnce(&mut PgConnection) -> Result<T, E>,
) -> Result<T, E> {
    let mut connection = database.dedicated_connection().await.map_err(Error::from)?;
    prune_left_behind(&mut connection).await?;
    let generation = begin(&mut connection).await?;
    let done = match fold(database, &mut connection, Target { generation, size, what }, config, observer).await {
        Ok(()) => look(&mut connection, generation, read).await,
        Err(error) => Err(error.into()),
    };
    if let Err(error) = generation::prune(&mut connection, generation).await {
        tracing::warn!(%error, generation, "a generation of the past is left for the next one to remove");
    }
    // The lock ends with the connection.
    if let Err(error) = connection.close().await {
        tracing::debug!(%error, "a connection that was done with did not close");
    }
    done
}

/// Whether a generation was made here.
pub(super) fn is_of_the_past(generation: &Generation) -> bool {
    generation.code_version == PAST
}

/// Takes the lock of a generation of the past, if nobody reads it any more.
pub(super) async fn try_lock(connection: &mut PgConnection, generation: i32) -> Result<bool, Error> {
    let locked = sqlx::query_scalar!(
        r#"select pg_try_advisory_lock(hashtextextended('daybook past', $1::integer::bigint)) as "locked!""#,
        generation
    )
    .fetch_one(connection)
    .await?;
    Ok(locked)
}

async fn unlock(connection: &mut PgConnection, generation: i32) -> Result<(), Error> {
    sqlx::query_scalar!(
        r#"select pg_advisory_unlock(hashtextextended('daybook past', $1::integer::bigint)) as "unlocked!""#,
        generation
    )
    .fetch_one(connection)
    .await?;
    Ok(())
}

/// Removes generations of the past whose readers are gone.
async fn prune_left_behind(connection: &mut PgConnection) -> Result<(), Error> {
    for one in generation::all(connection).await?.into_iter().filter(is_of_the_past) {
        if try_lock(connection, one.id).await? {
            // Best effort: it may be another role's, or gone by now.
            if let Err(error) = generation::prune(connection, one.id).await {
                tracing::debug!(%error, generation = one.id, "a generation of the past is left");
            }
            unlock(connection, one.id).await?;
        }
    }
    Ok(())
}

async fn begin(connection: &mut PgConnection) -> Result<i32, Error> {
    let mut transaction = connection.begin().await?;
    let new = generation::create(&mut transaction, PAST).await?;
    // Before anybody else can see it. The lock outlives the transaction.
    try_lock(&mut transaction, new.id).await?;
    generation::use_generation(&mut transaction, new.id).await?;
    for part in PARTS {
        part.create(&mut transaction).await?;
    }
    transaction.commit().await?;
    Ok(new.id)
}

async fn fold(
    database: &Database,
    connection: &mut PgConnection,
    target: Target,
    config: &RebuildConfig,
    observer: &Observer<'_>,
) -> Result<(), Error> {
    let (generation, size) = (target.generation, target.size);
    let folded = fold_log(database, target, config, observer).await?;
    let _freed = tokio::task::spawn_blocking(move || drop(folded));
    Ok(checkpoint::advance(connection, generation, 0, size, 0).await?)
}

async fn look<T, E: From<Error>>(
    connection: &mut PgConnection,
    generation: i32,
    read: impl AsyncFnOnce(&mut PgConnection) -> Result<T, E>,
) -> Result<T, E> {
    let begun = connection.begin_with("begin isolation level repeatable read, read only").await;
    let mut transaction = begun.map_err(Error::from)?;
    generation::use_generation(&mut transaction, generation).await.map_err(Error::from)?;
    let read = read(&mut transaction).await;
    transaction.rollback().await.map_err(Error::from)?;
    read
}
