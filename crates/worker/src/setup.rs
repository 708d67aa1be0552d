//! The first generation of an empty database, and what to do when the code has changed since the last one was built.

use daybook_projections::generation::PARTS;
use daybook_store::generation;
use sqlx::{Connection, PgConnection};

use crate::Error;

/// Names what a generation's states and rows look like. Raised with every change to translation, folding, deriving or
/// encoding: a generation of another version is rebuilt from the log, never read.
pub const CODE_VERSION: &str = "3";

/// Makes the first generation, if there is none.
///
/// # Errors
/// What the database says.
pub async fn ensure_generation(connection: &mut PgConnection) -> Result<(), Error> {
    let mut transaction = connection.begin().await?;
    // Two processes that start at once take turns.
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('daybook first generation', 0))")
        .execute(&mut *transaction)
        .await?;
    if generation::pointer(&mut transaction).await?.is_empty() {
        let first = generation::create(&mut transaction, CODE_VERSION).await?;
        generation::use_generation(&mut transaction, first.id).await?;
        for part in PARTS {
            part.create(&mut transaction).await?;
            part.index(&mut transaction).await?;
        }
        let names: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
        generation::switch(&mut transaction, &names, first.id).await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// Whether anything live was built by another version of the code: this version must not write to it.
///
/// # Errors
/// What the database says.
pub async fn is_outdated(connection: &mut PgConnection) -> Result<bool, Error> {
    let pointer = generation::pointer(connection).await?;
    let generations = generation::all(connection).await?;
    let live = generations.iter().filter(|one| pointer.values().any(|live| *live == one.id));
    Ok(live.into_iter().any(|one| one.code_version != CODE_VERSION))
}
