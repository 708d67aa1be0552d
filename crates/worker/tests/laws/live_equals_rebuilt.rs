//! Law 4: a rebuild from the log alone gives the rows that live processing gave, whatever the sizes of its batches and
//! however often it was killed, between two of them or in the middle of one.

use std::{future::poll_fn, pin::pin, task::Poll};

use daybook_simulator::deliver::{Disorder, disorder};
use daybook_store::{Database, checkpoint, generation, snapshot::Snapshot};
use daybook_worker::{
    Loader,
    batch::{BatchLimits, Generations, Place, apply_next},
    engine::Engine,
    rebuild::{Observer, RebuildConfig, What, rebuild},
    setup,
};
use rand::{Rng, SeedableRng, rngs::StdRng};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use super::harness;

/// Applies the whole log in batches of random sizes. A killed worker forgets all its states.
pub async fn work_live(database: &Database, seed: u64) {
    let mut random = StdRng::seed_from_u64(seed);
    let mut connection = database.dedicated_connection().await.unwrap();
    setup::ensure_generation(&mut connection).await.unwrap();
    let generations = Generations::live(&generation::pointer(&mut connection).await.unwrap());
    let mut engine = Engine::new(Loader::Any);
    loop {
        let size = checkpoint::read(&mut connection, generations.newest().unwrap()).await.unwrap().size;
        if random.random_ratio(1, 4) {
            engine = Engine::new(Loader::Any);
        }
        let limits = BatchLimits {
            records: random.random_range(1..60),
            states: random.random_range(0..50),
            ..BatchLimits::default()
        };
        let reached =
            apply_next(&mut connection, &mut engine, (Place::Live, &generations), size, 1, &limits).await.unwrap();
        if reached == size {
            return;
        }
    }
}

/// Applies the whole log as [`work_live`] does, but the process dies in every third batch or so: the connection ends
/// wherever the batch happens to be. Returns how often a transaction was open then.
async fn work_dying(database: &Database, pool: &PgPool, seed: u64) -> usize {
    let mut random = StdRng::seed_from_u64(seed);
    let mut connection = database.dedicated_connection().await.unwrap();
    setup::ensure_generation(&mut connection).await.unwrap();
    let generations = Generations::live(&generation::pointer(&mut connection).await.unwrap());
    let mut engine = Engine::new(Loader::Any);
    let mut killed = 0;
    loop {
        let size = settled_size(pool).await;
        let limits = BatchLimits { records: random.random_range(1..40), ..BatchLimits::default() };
        let lifetime = if random.random_ratio(1, 3) { random.random_range(1..30) } else { usize::MAX };
        let (reached, in_transaction) = {
            let place = (Place::Live, &generations);
            let mut batch = pin!(apply_next(&mut connection, &mut engine, place, size, 1, &limits));
            let mut polls = 0;
            let reached = poll_fn(|context| {
                polls += 1;
                if polls > lifetime { Poll::Ready(None) } else { batch.as_mut().poll(context).map(Some) }
            })
            .await;
            let in_transaction = if reached.is_none() { open_transactions(pool).await } else { 0 };
            (reached.transpose().unwrap(), in_transaction)
        };
        match reached {
            Some(reached) if reached == size => return killed,
            Some(_) => {}
            None => {
                killed += usize::from(in_transaction > 0);
                connection = database.dedicated_connection().await.unwrap();
                engine = Engine::new(Loader::Any);
            }
        }
    }
}

/// The size of the checkpoint, once whoever has moved it is through or gone.
async fn settled_size(pool: &PgPool) -> i64 {
    sqlx::query_scalar("select size from checkpoint for update").fetch_one(pool).await.unwrap()
}

/// How many workers are inside a transaction.
async fn open_transactions(pool: &PgPool) -> i64 {
    let workers = "select count(*) from pg_stat_activity where datname = current_database()
                   and application_name = 'daybook worker' and state like 'idle in transaction%'";
    sqlx::query_scalar(workers).fetch_one(pool).await.unwrap()
}

/// Tables that a short history may leave empty: nothing needs a person, nothing waits, nobody disputes.
const SPARSE: [&str; 3] = ["attention", "parked", "dispute"];

async fn rebuild_everything(database: &Database, states: usize) {
    let config = RebuildConfig { states, records: 97, ..RebuildConfig::default() };
    let observer = Observer { progress: &|_| {}, shutdown: &CancellationToken::new() };
    let rebuilt = rebuild(database, What::Everything, &config, &observer).await.unwrap();
    assert_eq!(rebuilt.comparison.map(|found| found.differences), Some(Vec::new()));
}

/// Everything readers can see, and what the aggregates took in.
async fn everything(database: &Database) -> Vec<(&'static str, Vec<String>)> {
    let mut snapshot = Snapshot::begin(database.pool()).await.unwrap();
    let mut tables = Vec::new();
    for table in harness::READERS.iter().chain(&["event", "record_outcome"]) {
        tables.push((*table, harness::rows(&mut snapshot, table).await));
    }
    tables
}

fn assert_same(live: &[(&str, Vec<String>)], rebuilt: &[(&str, Vec<String>)], how: &str) {
    for ((table, live), (_, rebuilt)) in live.iter().zip(rebuilt) {
        let only_live = live.iter().find(|row| !rebuilt.contains(row));
        let only_rebuilt = rebuilt.iter().find(|row| !live.contains(row));
        assert!(live == rebuilt, "{how}: {table} differs\nonly live: {only_live:?}\nonly rebuilt: {only_rebuilt:?}");
    }
}

#[tokio::test]
async fn a_log_that_was_never_served_is_rebuilt_to_its_end() {
    let (_test, database) = harness::database().await;
    let events = harness::history(1, 4, 5);
    harness::append(&database, &events).await;
    let observer = Observer { progress: &|_| {}, shutdown: &CancellationToken::new() };
    let rebuilt = rebuild(&database, What::Everything, &RebuildConfig::default(), &observer).await.unwrap();
    assert_eq!(rebuilt.comparison, None, "nothing was live that it could be compared with");
    let mut connection = database.dedicated_connection().await.unwrap();
    let generations = Generations::live(&generation::pointer(&mut connection).await.unwrap());
    let reached = checkpoint::read(&mut connection, generations.newest().unwrap()).await.unwrap().size;
    assert_eq!(reached, i64::try_from(events.len()).unwrap());
}

#[tokio::test]
async fn live_processing_in_random_batches_with_kills_equals_a_rebuild() {
    for seed in 0..12 {
        let (_test, database) = harness::database().await;
        let events = disorder(harness::history(seed, 4, 5), seed, &Disorder::TYPICAL);
        harness::append(&database, &events).await;
        work_live(&database, seed).await;
        let live = everything(&database).await;
        let empty: Vec<&str> = live.iter().filter(|(_, rows)| rows.is_empty()).map(|(table, _)| *table).collect();
        assert!(empty.iter().all(|table| SPARSE.contains(table)), "these tables have no rows: {empty:?}");
        rebuild_everything(&database, usize::MAX).await;
        assert_same(&live, &everything(&database).await, &format!("history {seed}"));
    }
}

#[tokio::test]
async fn live_processing_that_dies_inside_its_transactions_equals_a_rebuild() {
    let mut killed = 0;
    for seed in 100..140 {
        let (test, database) = harness::database().await;
        let events = disorder(harness::history(seed, 1 + usize::from(seed % 5 == 0), 3), seed, &Disorder::TYPICAL);
        harness::append(&database, &events).await;
        killed += work_dying(&database, &test.pool, seed).await;
        let live = everything(&database).await;
        rebuild_everything(&database, usize::MAX).await;
        assert_same(&live, &everything(&database).await, &format!("history {seed}"));
    }
    // How many depends on how the machine shares out its time; without any this would test nothing.
    assert!(killed > 0, "no transaction was cut off");
}

#[tokio::test]
async fn a_rebuild_that_cannot_hold_all_states_in_memory_gives_the_same_rows() {
    let (_test, database) = harness::database().await;
    harness::append(&database, &disorder(harness::history(77, 12, 8), 77, &Disorder::TYPICAL)).await;
    work_live(&database, 77).await;
    let live = everything(&database).await;
    rebuild_everything(&database, 40).await;
    assert_same(&live, &everything(&database).await, "with 40 states in memory");
}

#[tokio::test]
async fn a_read_model_rebuilt_alone_equals_the_one_it_replaces_and_goes_on_moving_with_the_others() {
    let (_test, database) = harness::database().await;
    let events = harness::history(5, 6, 6);
    let (first, rest) = events.split_at(events.len() / 2);
    harness::append(&database, first).await;
    work_live(&database, 5).await;
    let live = everything(&database).await;
    let config = RebuildConfig::default();
    let observer = Observer { progress: &|_| {}, shutdown: &CancellationToken::new() };
    rebuild(&database, What::only("journal").unwrap(), &config, &observer).await.unwrap();
    assert_same(&live, &everything(&database).await, "the journal alone");
    harness::append(&database, rest).await;
    work_live(&database, 6).await;
    let live = everything(&database).await;
    rebuild_everything(&database, usize::MAX).await;
    assert_same(&live, &everything(&database).await, "everything after the journal alone");
}

#[tokio::test]
async fn a_rebuild_names_the_rows_that_it_changes_and_the_customers_they_are_about() {
    let (test, database) = harness::database().await;
    harness::append(&database, &harness::history(11, 4, 5)).await;
    work_live(&database, 11).await;
    let live = everything(&database).await;
    let mut connection = database.dedicated_connection().await.unwrap();
    let schema = generation::schema(generation::pointer(&mut connection).await.unwrap()["journal"]);
    let damage = format!(
        "update {schema}.subscription set status = 'paused' where id = (select min(id) from {schema}.subscription)
         returning customer"
    );
    let customer: String = sqlx::query_scalar(&damage).fetch_one(&test.pool).await.unwrap();
    let damage = format!("delete from {schema}.posting where line = 0");
    let removed = sqlx::query(&damage).execute(&test.pool).await.unwrap().rows_affected();
    let observer = Observer { progress: &|_| {}, shutdown: &CancellationToken::new() };
    let config = RebuildConfig::default();
    let alone = rebuild(&database, What::only("journal").unwrap(), &config, &observer).await.unwrap();
    let found = alone.comparison.unwrap().differences;
    let told: Vec<_> = found.iter().map(|one| (one.table, one.differing, one.rebuilt - one.live)).collect();
    let removed = i64::try_from(removed).unwrap();
    assert_eq!(told, [("posting", removed, removed)]);
    let all = rebuild(&database, What::Everything, &config, &observer).await.unwrap();
    let found = all.comparison.unwrap().differences;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].read_model, found[0].differing), ("subscriptions", 1));
    assert_eq!(found[0].customers, [customer]);
    assert_same(&live, &everything(&database).await, "after both rebuilds");
}

#[tokio::test]
async fn a_rebuild_that_is_stopped_changes_nothing_and_leaves_nothing() {
    let (_test, database) = harness::database().await;
    harness::append(&database, &harness::history(9, 2, 4)).await;
    work_live(&database, 9).await;
    let live = everything(&database).await;
    let shutdown = CancellationToken::new();
    shutdown.cancel();
    let observer = Observer { progress: &|_| {}, shutdown: &shutdown };
    let stopped = rebuild(&database, What::Everything, &RebuildConfig::default(), &observer).await;
    assert!(matches!(stopped, Err(daybook_worker::Error::Stopped)), "{stopped:?}");
    assert_same(&live, &everything(&database).await, "after a rebuild that was stopped");
    let mut connection = database.dedicated_connection().await.unwrap();
    assert_eq!(generation::all(&mut connection).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_batch_that_finds_the_pointer_switched_writes_nothing() {
    let (_test, database) = harness::database().await;
    harness::append(&database, &harness::history(9, 1, 3)).await;
    let mut connection = database.dedicated_connection().await.unwrap();
    setup::ensure_generation(&mut connection).await.unwrap();
    let before = Generations::live(&generation::pointer(&mut connection).await.unwrap());
    let observer = Observer { progress: &|_| {}, shutdown: &CancellationToken::new() };
    rebuild(&database, What::only("journal").unwrap(), &RebuildConfig::default(), &observer).await.unwrap();
    let limits = BatchLimits::default();
    let late = apply_next(&mut connection, &mut Engine::new(Loader::Any), (Place::Live, &before), 0, 1, &limits).await;
    assert!(matches!(late, Err(daybook_worker::Error::Switched)), "{late:?}");
    let sizes: Vec<i64> = checkpoint::all(&mut connection).await.unwrap().iter().map(|one| one.size).collect();
    assert_eq!(sizes, [0, 0]);
}

#[test]
fn a_read_model_that_does_not_exist_is_named_with_those_that_do() {
    let error = What::only("jurnal").unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"there is no read model "jurnal"; there are: entitlements, subscriptions, customers, journal, disputes, invoices, payments, attention, parked"#
    );
}
