//! What is said of the past is what was said then: looking back to any size gives the rows that stood there when the log had that
//! size, and looking back to any time gives those that events up to it give.

use std::collections::BTreeMap;

use daybook_domain::{scope::ScopeId, time::Timestamp};
use daybook_projections::customers;
use daybook_simulator::{
    RenderedEvent,
    deliver::{Disorder, disorder},
};
use daybook_store::{Database, checkpoint, generation, snapshot::Snapshot};
use daybook_worker::{
    Loader,
    batch::{BatchLimits, Generations, Place, apply_next},
    engine::Engine,
    past::{Standpoint, look_back},
    setup,
};
use sqlx::{Executor, PgConnection, Row};

use super::harness;

/// The only scope of these histories.
const SCOPE: ScopeId = ScopeId(1);
/// Records between two looks.
const STEP: usize = 23;

/// Everything that readers can see of each customer, by table.
type Seen = BTreeMap<String, Vec<(&'static str, Vec<String>)>>;

/// Appends and applies events piece by piece, and gives what was seen of every customer at each size on the way.
async fn live_through(database: &Database, events: &[RenderedEvent]) -> Vec<(i64, Seen)> {
    let mut connection = database.dedicated_connection().await.unwrap();
    setup::ensure_generation(&mut connection).await.unwrap();
    let generations = Generations::live(&generation::pointer(&mut connection).await.unwrap());
    let mut engine = Engine::new(Loader::Any);
    let mut seen = Vec::new();
    for piece in events.chunks(STEP) {
        harness::append(database, piece).await;
        let limits = BatchLimits::default();
        let mut size = checkpoint::read(&mut connection, generations.newest().unwrap()).await.unwrap().size;
        loop {
            let place = (Place::Live, &generations);
            let reached = apply_next(&mut connection, &mut engine, place, size, 1, &limits).await.unwrap();
            if reached == size {
                break;
            }
            size = reached;
        }
        let mut snapshot = Snapshot::begin(database.pool()).await.unwrap();
        let mut of_each = Seen::new();
        for customer in all_customers(&mut snapshot).await {
            let rows = rows_of(&mut snapshot, &customer).await;
            of_each.insert(customer, rows);
        }
        seen.push((size, of_each));
    }
    seen
}

async fn all_customers(connection: &mut PgConnection) -> Vec<String> {
    let rows = connection.fetch_all("select id from customer order by id").await.unwrap();
    rows.iter().map(|row| row.get("id")).collect()
}

/// What readers see of one customer; rows of others that hang on its records are no part of an answer about it.
async fn rows_of(connection: &mut PgConnection, customer: &str) -> Vec<(&'static str, Vec<String>)> {
    let mut tables = Vec::new();
    // What is parked names no customer.
    for table in harness::READERS.iter().filter(|table| **table != "parked") {
        let column = if *table == "customer" { "id" } else { "customer" };
        let statement = format!("select t::text as row from {table} t where {column} = '{customer}' order by 1");
        let rows = connection.fetch_all(statement.as_str()).await.unwrap();
        tables.push((*table, rows.iter().map(|row| row.get("row")).collect()));
    }
    tables
}

async fn looking_back(database: &Database, customer: &str, from: Standpoint) -> Vec<(&'static str, Vec<String>)> {
    let mut then = look_back(database.pool(), SCOPE, &[customer.to_owned()], from).await.unwrap();
    let rows = rows_of(&mut then, customer).await;
    then.undo().await.unwrap();
    rows
}

#[tokio::test]
async fn looking_back_to_a_size_gives_what_was_said_there() {
    for seed in 0..6 {
        let (_test, database) = harness::database().await;
        let events = disorder(harness::history(seed, 3, 6), seed, &Disorder::TYPICAL);
        for (size, seen) in live_through(&database, &events).await {
            for (customer, expected) in seen {
                let found = looking_back(&database, &customer, Standpoint { known: size, until: None }).await;
                assert_eq!(expected, found, "history {seed}, {customer} at size {size}");
            }
        }
    }
}

#[tokio::test]
async fn looking_back_to_a_time_gives_what_events_up_to_it_say() {
    for seed in 20..24 {
        let (_test, database) = harness::database().await;
        let events = harness::history(seed, 2, 6);
        let passed = live_through(&database, &events).await;
        let known = i64::try_from(events.len()).unwrap();
        for (size, seen) in passed {
            let place = usize::try_from(size).unwrap();
            let (last, next) = (events.get(place - 1).unwrap().created, events.get(place).map(|next| next.created));
            if next == Some(last) {
                continue;
            }
            for (customer, expected) in seen {
                let from = Standpoint { known, until: Timestamp::from_unix(last) };
                assert_eq!(expected, looking_back(&database, &customer, from).await, "history {seed} at {last}");
            }
        }
    }
}

#[tokio::test]
async fn before_its_first_event_nothing_is_known_of_a_customer() {
    let (_test, database) = harness::database().await;
    let events = harness::history(3, 1, 2);
    let passed = live_through(&database, &events).await;
    let customer = passed.last().unwrap().1.keys().next().unwrap().clone();
    for from in [Standpoint { known: 0, until: None }, Standpoint { known: i64::MAX, until: Timestamp::from_unix(1) }] {
        let mut then = look_back(database.pool(), SCOPE, std::slice::from_ref(&customer), from).await.unwrap();
        assert!(customers::find(&mut then, SCOPE, &customer).await.unwrap().is_none());
    }
    let mut now = Snapshot::begin(database.pool()).await.unwrap();
    assert!(customers::find(&mut now, SCOPE, &customer).await.unwrap().is_some(), "the tables of the past are gone");
}
