//! Law 3: any permutation and any duplication of the same events ends in byte-identical read models.

use std::collections::HashSet;

use daybook_domain::scope::ScopeId;
use daybook_simulator::RenderedEvent;
use daybook_store::Source;
use daybook_worker::{
    Loader,
    engine::{Engine, Reading, Record},
};
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};
use sqlx::PgConnection;

use super::harness;

/// Histories tried; each in two orders besides its own.
const HISTORIES: u64 = 1_000;

#[tokio::test]
async fn any_permutation_and_duplication_of_a_history_gives_the_same_rows() {
    let (test, _database) = harness::database().await;
    let mut connection = test.pool.acquire().await.unwrap();
    let mut events_tried = 0;
    for seed in 0..HISTORIES {
        let events = harness::history(seed, 1 + usize::from(seed % 10 == 0), 1 + u32::try_from(seed % 7).unwrap());
        events_tried += events.len();
        let straight = rows_of(&mut connection, &events).await;
        let mut backwards = events.clone();
        backwards.reverse();
        assert_same(&straight, &rows_of(&mut connection, &backwards).await, seed, "backwards");
        let mut shuffled = [events.clone(), events].concat();
        shuffled.shuffle(&mut StdRng::seed_from_u64(seed));
        assert_same(&straight, &rows_of(&mut connection, &shuffled).await, seed, "shuffled, twice each");
    }
    println!("{HISTORIES} histories with {events_tried} events");
}

/// The rows of every read model after these events, by table. The log keeps the first of each id.
async fn rows_of(connection: &mut PgConnection, events: &[RenderedEvent]) -> Vec<(&'static str, Vec<u8>)> {
    let mut seen = HashSet::new();
    let records: Vec<Record<'_>> = events
        .iter()
        .filter(|event| seen.insert(&event.id))
        .zip(0..)
        .map(|(event, position)| Record {
            position,
            scope: ScopeId(1),
            source: Source::Import,
            kind: event.kind,
            body: &event.body,
        })
        .collect();
    let mut engine = Engine::new(Loader::of_empty_generation());
    for chunk in records.chunks(7) {
        engine.apply(connection, chunk.iter().map(Reading::of).collect()).await.unwrap();
    }
    engine.flush(connection, None).await.unwrap();
    let readers = &engine.output.readers;
    [
        ("entitlement_source", &readers.sources),
        ("subscription", &readers.subscriptions),
        ("customer", &readers.customers),
        ("account_link", &readers.links),
        ("posting", &readers.postings),
    ]
    .map(|(table, rows)| (table, rows.encoded().to_vec()))
    .to_vec()
}

fn assert_same(straight: &[(&str, Vec<u8>)], other: &[(&str, Vec<u8>)], seed: u64, how: &str) {
    for ((table, expected), (_, found)) in straight.iter().zip(other) {
        assert!(
            expected == found,
            "history {seed}, {how}: the rows of {table} differ\nin order: {}\nthen:     {}",
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
