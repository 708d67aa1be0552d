//! Law 3: any permutation and any duplication of the same events ends in byte-identical read models.
//!
//! The recorder keeps one record of each id, so a repeated event never gets this far. Here it does: the same event comes
//! again as a record of its own, and has to change nothing.

use daybook_domain::scope::ScopeId;
use daybook_simulator::RenderedEvent;
use daybook_store::{Source, generation};
use daybook_worker::{
    Loader,
    batch::Generations,
    engine::{Engine, Reading, Record},
    setup,
};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};
use sqlx::{Connection, PgConnection};

use super::harness;

/// Histories tried in memory; each in two orders besides its own.
const HISTORIES: u64 = 1_000;
/// Histories tried with states that go to the database and come back.
const STORED_HISTORIES: u64 = 60;

/// The history with this number: one to three customers over some months.
fn history(seed: u64) -> Vec<RenderedEvent> {
    let customers = if seed.is_multiple_of(4) { 2 + usize::from(seed.is_multiple_of(8)) } else { 1 };
    harness::history(seed, customers, 1 + u32::try_from(seed % 7).unwrap())
}

/// Its events backwards, and shuffled with each of them twice.
fn other_orders(events: &[RenderedEvent], seed: u64) -> [(&'static str, Vec<RenderedEvent>); 2] {
    let backwards = events.iter().rev().cloned().collect();
    let mut shuffled = [events, events].concat();
    shuffled.shuffle(&mut StdRng::seed_from_u64(seed));
    [("backwards", backwards), ("shuffled, twice each", shuffled)]
}

#[tokio::test]
async fn any_permutation_and_duplication_of_a_history_gives_the_same_rows() {
    let (test, _database) = harness::database().await;
    let mut connection = test.pool.acquire().await.unwrap();
    let mut events_tried = 0;
    for seed in 0..HISTORIES {
        let events = history(seed);
        events_tried += events.len();
        let straight = rows_of(&mut connection, &events).await;
        for (how, events) in other_orders(&events, seed) {
            assert_same(&straight, &rows_of(&mut connection, &events).await, &format!("history {seed}, {how}"));
        }
    }
    println!("{HISTORIES} histories with {events_tried} events");
}

#[tokio::test]
async fn every_story_gives_the_same_rows_in_any_order() {
    let (test, _database) = harness::database().await;
    let mut connection = test.pool.acquire().await.unwrap();
    for round in 0..5 {
        for (story, shape, events) in harness::stories(round) {
            let straight = rows_of(&mut connection, &events).await;
            for (how, events) in other_orders(&events, 77) {
                assert_same(
                    &straight,
                    &rows_of(&mut connection, &events).await,
                    &format!("{story:?} {round} in {shape:?}, {how}"),
                );
            }
        }
    }
}

#[tokio::test]
async fn states_that_are_written_and_read_again_between_events_give_the_same_rows() {
    let (_test, database) = harness::database().await;
    let mut connection = database.dedicated_connection().await.unwrap();
    setup::ensure_generation(&mut connection).await.unwrap();
    let generations = Generations::live(&generation::pointer(&mut connection).await.unwrap());
    for seed in 0..STORED_HISTORIES {
        let events = history(10_000 + seed);
        let straight = stored_rows_of(&mut connection, &generations, &events, None).await;
        for (how, events) in other_orders(&events, seed) {
            let found = stored_rows_of(&mut connection, &generations, &events, Some(seed)).await;
            assert_same(&straight, &found, &format!("stored history {seed}, {how}"));
        }
    }
}

/// Every event as a record of its own, whatever its id.
pub fn records(events: &[RenderedEvent]) -> Vec<Record<'_>> {
    let numbered = events.iter().zip(0..);
    numbered
        .map(|(event, position)| Record {
            position,
            scope: ScopeId(1),
            source: Source::Import,
            kind: event.kind,
            body: &event.body,
        })
        .collect()
}

/// The rows of every read model after these events, by table.
pub type Tables = Vec<(&'static str, Vec<u8>)>;

/// As they are derived at once from states that never leave memory.
async fn rows_of(connection: &mut PgConnection, events: &[RenderedEvent]) -> Tables {
    rows_of_records(connection, &records(events)).await
}

/// The same of any records.
pub async fn rows_of_records(connection: &mut PgConnection, records: &[Record<'_>]) -> Tables {
    let mut engine = Engine::new(Loader::of_empty_generation());
    for chunk in records.chunks(7) {
        engine.apply(connection, chunk.iter().map(Reading::of).collect()).await.unwrap();
    }
    engine.flush(connection, None).await.unwrap();
    let rows = engine.output.readers.all();
    let mut tables: Tables = rows.map(|rows| (rows.table().name, rows.encoded().to_vec())).to_vec();
    // All balances in order of their keys: the generation was empty.
    tables.push(("balance", format!("{:?}", engine.output.deltas).into_bytes()));
    tables
}

/// As they stand in the tables. With a seed, rows and states are written after every few events, most states are
/// forgotten then, and now and again all of them. Everything is rolled back.
async fn stored_rows_of(
    connection: &mut PgConnection,
    generations: &Generations,
    events: &[RenderedEvent],
    seed: Option<u64>,
) -> Tables {
    let mut random = seed.map(StdRng::seed_from_u64);
    let mut transaction = connection.begin().await.unwrap();
    generations.set_search_path(&mut transaction).await.unwrap();
    let mut engine = Engine::new(Loader::Any);
    let records = records(events);
    let mut rest = records.as_slice();
    while !rest.is_empty() {
        let size = random.as_mut().map_or(rest.len(), |random| random.random_range(1..30)).min(rest.len());
        let (chunk, more) = rest.split_at(size);
        rest = more;
        engine.apply(&mut transaction, chunk.iter().map(Reading::of).collect()).await.unwrap();
        engine.flush(&mut transaction, None).await.unwrap();
        engine.output.remove_replaced(&mut transaction).await.unwrap();
        engine.output.write_rows(&mut transaction).await.unwrap();
        engine.output.deltas.write(&mut transaction).await.unwrap();
        if let Some(random) = &mut random {
            engine.evict(random.random_range(0..10));
            if random.random_ratio(1, 5) {
                engine = Engine::new(Loader::Any);
            }
        }
    }
    let mut tables = Tables::new();
    for table in harness::READERS {
        tables.push((*table, harness::rows(&mut transaction, table).await.join("\n").into_bytes()));
    }
    transaction.rollback().await.unwrap();
    tables
}

/// Fails with where they part.
pub fn assert_same(straight: &[(&str, Vec<u8>)], other: &[(&str, Vec<u8>)], how: &str) {
    for ((table, expected), (_, found)) in straight.iter().zip(other) {
        assert!(
            expected == found,
            "{how}: the rows of {table} differ\nin order: {}\nthen:     {}",
            first_difference(expected, found),
            first_difference(found, expected),
        );
    }
}

/// Where two encodings part, as readable text around that place.
fn first_difference(one: &[u8], other: &[u8]) -> String {
    let at = one.iter().zip(other).position(|(left, right)| left != right).unwrap_or(one.len().min(other.len()));
    let around = &one[at.saturating_sub(300)..one.len().min(at + 200)];
    String::from_utf8_lossy(around).replace(|letter: char| letter.is_control(), ".")
}
