//! Law 3 over whole histories with money: ten thousand random orders with repetitions, over a hundred histories whose accounts change
//! their API version on the way, each history ending in one digest of all read models. Everything happens in memory.
//!
//! A counterexample is made small before it is told: events are left out as long as two orders still differ.

use std::hash::{DefaultHasher, Hash, Hasher};

use daybook_simulator::{Plan, RenderedEvent, ShapeChoice, simulate};
use daybook_worker::{
    Loader,
    engine::{Engine, Reading},
};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};
use sqlx::PgConnection;

use super::{harness, order_does_not_matter::records};

/// Histories.
const HISTORIES: u64 = 100;
/// Orders of each.
const ORDERS: usize = 100;

/// One customer's events, in versions that change on the way; without the catalogue, which moves no money.
fn history(seed: u64) -> Vec<RenderedEvent> {
    let months = 2 + u32::try_from(seed % 5).unwrap();
    let (customers, shape) = (1, ShapeChoice::Mixed);
    let plan =
        Plan { seed: 30_000 + seed, customers, start: 1_700_000_000, months, shape, livemode: false, account: None };
    simulate(&plan).customer(0).render_as_planned()
}

/// A random order in which every event comes at least once, and some come again.
fn order(events: usize, random: &mut StdRng) -> Vec<usize> {
    let mut order: Vec<usize> = (0..events).collect();
    for _ in 0..random.random_range(0..=events / 2) {
        order.push(random.random_range(0..events));
    }
    order.shuffle(random);
    order
}

/// The events as they are folded: read once, however often they come.
fn readings(events: &[RenderedEvent]) -> Vec<Reading> {
    records(events).iter().map(Reading::of).collect()
}

/// A digest of everything readers can see after these events.
async fn digest(connection: &mut PgConnection, events: &[Reading], order: &[usize]) -> u64 {
    let mut engine = Engine::new(Loader::of_empty_generation());
    let readings = order.iter().filter_map(|index| events.get(*index).cloned());
    engine.apply(connection, readings.collect()).await.unwrap();
    engine.flush(connection, None).await.unwrap();
    let mut hasher = DefaultHasher::new();
    engine.output.readers.digest().hash(&mut hasher);
    format!("{:?}", engine.output.deltas).hash(&mut hasher);
    hasher.finish()
}

#[tokio::test]
async fn ten_thousand_random_orders_of_a_hundred_histories_end_in_one_digest_each() {
    let (test, _database) = harness::database().await;
    let mut connection = test.pool.acquire().await.unwrap();
    let (mut tried, mut folded) = (0, 0);
    for seed in 0..HISTORIES {
        let events = history(seed);
        let readings = readings(&events);
        let straight: Vec<usize> = (0..events.len()).collect();
        let expected = digest(&mut connection, &readings, &straight).await;
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 0..ORDERS {
            let order = order(events.len(), &mut random);
            folded += order.len();
            tried += 1;
            if digest(&mut connection, &readings, &order).await != expected {
                let order = shrunk(&mut connection, &readings, order).await;
                panic!("history {seed}: two orders of these events end in different rows\n{}", told(&events, &order));
            }
        }
    }
    println!("{tried} orders of {HISTORIES} histories, {folded} events folded");
}

/// As few events as still end differently in this order and in the order of time.
async fn shrunk(connection: &mut PgConnection, events: &[Reading], mut order: Vec<usize>) -> Vec<usize> {
    let mut step = order.len() / 2;
    while step > 0 {
        let mut place = 0;
        while place < order.len() {
            let mut fewer = order.clone();
            fewer.drain(place..(place + step).min(order.len()));
            if differs(connection, events, &fewer).await {
                order = fewer;
            } else {
                place += step;
            }
        }
        step /= 2;
    }
    order
}

async fn differs(connection: &mut PgConnection, events: &[Reading], order: &[usize]) -> bool {
    let mut straight = order.to_vec();
    straight.sort_unstable();
    straight.dedup();
    digest(connection, events, order).await != digest(connection, events, &straight).await
}

/// The order as a person reads it.
fn told(events: &[RenderedEvent], order: &[usize]) -> String {
    let lines = order.iter().filter_map(|index| events.get(*index)).map(|event| {
        let body = String::from_utf8_lossy(&event.body);
        format!("{} {} {} ({:?})\n    {body}", event.created, event.id, event.kind, event.shape)
    });
    lines.collect::<Vec<_>>().join("\n")
}
