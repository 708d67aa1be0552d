//! What was known of some customers at an earlier size of the log, or what had happened by an earlier time: their records are
//! folded anew into temporary tables with the names of the read models. Whoever reads from the snapshot that comes out asks
//! what is asked of the live ones, with the same statements, and is answered from back then.
//!
//! Which records those are is found by what is linked today: links are only ever learned, so what was linked then is among
//! it. Nothing live is touched, and the tables end with the snapshot.
//!
//! # Layout
//! - this file: looking back to one standpoint
//! - [`retelling`]: looking back record by record
//! - `records`: which records are about some customers

mod records;
pub mod retelling;

pub use records::Told;

use daybook_domain::{scope::ScopeId, time::Timestamp};
use daybook_projections::{balances, generation::PARTS};
use daybook_store::snapshot::Snapshot;
use sqlx::PgPool;

use self::records::{Happening, records_about};
use crate::{Error, engine::Engine, loader::Loader};

/// So many records are folded for one question at most.
pub const MOST_RECORDS: usize = 20_000;

/// From where one looks back, and how far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standpoint {
    /// What was known: records before this position.
    pub known: i64,
    /// What had happened: events up to this time of Stripe's. Without it, all that was known.
    pub until: Option<Timestamp>,
}

/// The read models as they were, as far as they are about these customers. End it by [`Snapshot::undo`], or drop it.
///
/// # Errors
/// What the database says; [`Error::LongPast`] when too much happened around them.
pub async fn look_back(
    pool: &PgPool,
    scope: ScopeId,
    customers: &[String],
    from: Standpoint,
) -> Result<Snapshot, Error> {
    let (mut snapshot, records) = prepare(pool, scope, customers, from).await?;
    let mut engine = Engine::new(Loader::of_empty_generation());
    engine.apply(&mut snapshot, records.into_iter().map(|one| one.reading).collect()).await?;
    engine.flush(&mut snapshot, None).await?;
    engine.output.write_rows(&mut snapshot).await?;
    balances::sum(&mut snapshot).await?;
    Ok(snapshot)
}

/// Empty tables, and the records that belong into them, in the order of the log.
async fn prepare(
    pool: &PgPool,
    scope: ScopeId,
    customers: &[String],
    from: Standpoint,
) -> Result<(Snapshot, Vec<Happening>), Error> {
    let mut snapshot = Snapshot::begin_with_tables(pool).await?;
    let known = from.known.min(snapshot.size());
    let records = records_about(&mut snapshot, scope, customers, known).await?;
    snapshot.prefer_temporary(known).await?;
    for part in PARTS {
        part.create(&mut snapshot).await?;
    }
    let in_time = |one: &Happening| from.until.is_none_or(|until| one.told.happened <= until.unix());
    Ok((snapshot, records.into_values().filter(in_time).collect()))
}
