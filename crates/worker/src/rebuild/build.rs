//! One rebuild from beginning to end: fold the log into a new generation, catch up with the live one, switch.

use daybook_projections::generation::PARTS;
use daybook_store::{Database, checkpoint, generation, log::read};
use sqlx::{Connection, PgConnection};

use super::{
    BesideLive, Comparison, Observer, Progress, RebuildConfig, Rebuilt, What,
    compare::compare,
    fold_log::{Target, fold_log},
    past,
    switch::switch_over,
};
use crate::{
    Error,
    batch::{BatchLimits, Generations, Place, apply_next},
    engine::Engine,
    loader::Loader,
    setup::{CODE_VERSION, ensure_generation},
};

/// Rebuilds read models from the log and switches over. What was live before is kept until the next rebuild.
///
/// # Errors
/// What the database says, that another rebuild is running, or that it was told to stop; the read models are then as
/// they were.
pub async fn rebuild(
    database: &Database,
    what: What,
    config: &RebuildConfig,
    observer: &Observer<'_>,
) -> Result<Rebuilt, Error> {
    let mut connection = database.dedicated_connection().await?;
    ensure_generation(&mut connection).await?;
    claim(&mut connection).await?;
    prune_abandoned(&mut connection).await?;
    let generation = begin(&mut connection).await?;
    let built = build(database, &mut connection, generation, what, config, observer).await;
    if built.is_err() {
        // Best effort: what is left behind answers nobody, and the next rebuild removes it.
        if let Err(error) = generation::prune(&mut connection, generation).await {
            tracing::warn!(%error, generation, "a generation that was given up is left for the next rebuild to remove");
        }
    }
    // Best effort too: the lock ends with the connection.
    if let Err(error) = release(&mut connection).await {
        tracing::debug!(%error, "the lock of a rebuild ends with its connection");
    }
    connection.close().await?;
    built
}

async fn build(
    database: &Database,
    connection: &mut PgConnection,
    generation: i32,
    what: What,
    config: &RebuildConfig,
    observer: &Observer<'_>,
) -> Result<Rebuilt, Error> {
    let size = size_to_fold(connection, what).await?;
    let folded = fold_log(database, Target { generation, size, what }, config, observer).await?;
    checkpoint::advance(connection, generation, 0, size, 0).await?;
    (observer.progress)(Progress::CatchingUp);
    let mut engine = Engine::new(Loader::Any);
    let mut size = catch_up(connection, &mut engine, generation, size, observer).await?;
    let mut comparison = None;
    if config.beside_live == BesideLive::Compare {
        (observer.progress)(Progress::Comparing);
        let (compared, found) = compare(database, connection, (&mut engine, generation, size), what, observer).await?;
        found.iter().for_each(tell);
        comparison = found;
        size = catch_up(connection, &mut engine, generation, compared, observer).await?;
    }
    (observer.progress)(Progress::Switching);
    let size = switch_over(connection, &mut engine, generation, size, what).await?;
    let _freed = tokio::task::spawn_blocking(move || drop(folded));
    Ok(Rebuilt { generation, size, comparison })
}

/// Whoever rebuilds without anybody looking on finds it in the log.
fn tell(comparison: &Comparison) {
    for found in &comparison.differences {
        tracing::info!(
            read_model = found.read_model,
            table = found.table,
            rows = found.differing,
            customers = found.customers.join(" "),
            size = comparison.size,
            "rebuilt rows differ from the live ones"
        );
    }
}

/// One rebuild at a time; the lock ends with the connection, whatever becomes of this process.
async fn claim(connection: &mut PgConnection) -> Result<(), Error> {
    let claimed =
        sqlx::query_scalar!("select pg_try_advisory_lock(hashtextextended('daybook rebuild', 0)) as \"claimed!\"")
            .fetch_one(connection)
            .await?;
    if claimed { Ok(()) } else { Err(Error::AlreadyRebuilding) }
}

/// Lets the next rebuild begin at once: the server may notice only later that a connection was closed.
async fn release(connection: &mut PgConnection) -> Result<(), Error> {
    sqlx::query_scalar!("select pg_advisory_unlock(hashtextextended('daybook rebuild', 0)) as \"released!\"")
        .fetch_one(connection)
        .await?;
    Ok(())
}

/// Removes generations that answer nobody: what was live before the last switch, and what was given up half built.
async fn prune_abandoned(connection: &mut PgConnection) -> Result<(), Error> {
    let live = Generations::live(&generation::pointer(connection).await?);
    for one in generation::all(connection).await? {
        if past::is_of_the_past(&one) && !past::try_lock(connection, one.id).await? {
            continue;
        }
        if !live.iter().any(|generation| generation == one.id) {
            match generation::prune(connection, one.id).await {
                // It answers nobody, so it is no reason not to rebuild.
                Err(error @ daybook_store::Error::GenerationOfAnother(_)) => tracing::warn!(%error, "one is left"),
                pruned => pruned?,
            }
        }
    }
    Ok(())
}

async fn begin(connection: &mut PgConnection) -> Result<i32, Error> {
    let mut transaction = connection.begin().await?;
    let new = generation::create(&mut transaction, CODE_VERSION).await?;
    generation::use_generation(&mut transaction, new.id).await?;
    for part in PARTS {
        part.create(&mut transaction).await?;
    }
    transaction.commit().await?;
    Ok(new.id)
}

/// How much is folded at once: all that live answers know, so that both can be compared. A log that was imported and never
/// served has nothing to compare with, and is brought to its end.
async fn size_to_fold(connection: &mut PgConnection, what: What) -> Result<i64, Error> {
    match (live_size(connection).await?, what) {
        (0, What::Everything) => Ok(read::size(connection).await?),
        (live, _) => Ok(live),
    }
}

/// The size that live answers have.
pub(super) async fn live_size(connection: &mut PgConnection) -> Result<i64, Error> {
    let live = Generations::live(&generation::pointer(connection).await?);
    match live.newest() {
        Some(newest) => Ok(checkpoint::read(connection, newest).await?.size),
        None => Ok(0),
    }
}

/// Applies what the live generation has applied meanwhile, until there is little left.
async fn catch_up(
    connection: &mut PgConnection,
    engine: &mut Engine,
    generation: i32,
    mut size: i64,
    observer: &Observer<'_>,
) -> Result<i64, Error> {
    loop {
        let ahead = live_size(connection).await? - size;
        let limits = BatchLimits::default();
        if ahead < limits.records {
            return Ok(size);
        }
        if observer.shutdown.is_cancelled() {
            return Err(Error::Stopped);
        }
        size = apply_next(connection, engine, (Place::Apart, &Generations::one(generation)), size, 0, &limits).await?;
    }
}
