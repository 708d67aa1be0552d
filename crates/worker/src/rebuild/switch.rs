//! The switch: at equal sizes, with the pointer locked, in one transaction. Webhooks do not notice, the worker waits.

use daybook_projections::{changes::SIZE_CHANNEL, generation::PARTS};
use daybook_store::generation;
use sqlx::{Connection, PgConnection};

use super::{What, build::live_size};
use crate::{
    Error,
    batch::{BatchLimits, Generations, Place, apply_next},
    engine::Engine,
};

/// Lets the new generation answer from the next snapshot on. Returns the size both generations had.
pub(super) async fn switch_over(
    connection: &mut PgConnection,
    engine: &mut Engine,
    generation: i32,
    mut size: i64,
    what: What,
) -> Result<i64, Error> {
    let mut transaction = connection.begin().await?;
    generation::lock_pointer(&mut transaction).await?;
    let live = live_size(&mut transaction).await?;
    while size < live {
        let limits = BatchLimits { records: (live - size).min(1_000), ..BatchLimits::default() };
        size = apply_next(&mut transaction, engine, (Place::Apart, &Generations::one(generation)), size, 0, &limits)
            .await?;
    }
    if let What::Only(rebuilt) = what {
        generation::use_generation(&mut transaction, generation).await?;
        for part in PARTS.iter().filter(|part| part.name != rebuilt.name) {
            part.drop_tables(&mut transaction).await?;
        }
    }
    generation::switch(&mut transaction, &what.names(), generation).await?;
    let news = format!("{generation}:{size}");
    sqlx::query!("select pg_notify($1, $2)", SIZE_CHANNEL, news).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(size)
}
