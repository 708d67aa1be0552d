//! The first generation of an empty database, and what to do when the code has changed since the last one was built.

use daybook_projections::generation::PARTS;
use daybook_store::generation;
use sqlx::{Connection, PgConnection};

use crate::Error;

/// Names what a generation's states and rows look like. Raised with every change to translation, folding, deriving or
/// encoding: a generation of another version is rebuilt from the log, never read.
pub const CODE_VERSION: &str = "4";

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

/// Who built what answers, as this version of the code sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Built {
    /// This version: it may write.
    Here,
    /// An earlier one, at least in part: to be rebuilt.
    Earlier,
    /// A later one, at least in part: not ours to touch. Two versions that both took the other's read models for outdated would rebuild
    /// them in turns for ever.
    Later,
}

/// Which version of the code built what is live.
///
/// # Errors
/// What the database says.
pub async fn built(connection: &mut PgConnection) -> Result<Built, Error> {
    let pointer = generation::pointer(connection).await?;
    let generations = generation::all(connection).await?;
    let live = generations.iter().filter(|one| pointer.values().any(|live| *live == one.id));
    Ok(live.map(|one| compare(&one.code_version)).max().unwrap_or(Built::Here))
}

/// A version that is no number is none of the past.
fn compare(version: &str) -> Built {
    let number = |version: &str| version.parse::<u32>().ok();
    match (number(version), number(CODE_VERSION)) {
        _ if version == CODE_VERSION => Built::Here,
        (Some(version), Some(ours)) if version < ours => Built::Earlier,
        _ => Built::Later,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        let ours: u32 = CODE_VERSION.parse().unwrap();
        assert_eq!(compare(CODE_VERSION), Built::Here);
        assert_eq!(compare(&(ours - 1).to_string()), Built::Earlier);
        assert_eq!(compare("10000"), Built::Later);
        assert_eq!(compare("later-than-all"), Built::Later);
    }
}
