//! A log to measure on: simulated events in the order of their time, as an account with many customers receives them, appended by the recorder. Not measured.

use std::collections::VecDeque;
use std::num::NonZero;
use std::thread::{self, available_parallelism};
use std::time::Duration;

use anyhow::{Context, bail};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use daybook_domain::id::EventId;
use daybook_domain::scope::{Mode, Scope};
use daybook_simulator::{Plan, RenderedEvent, ShapeChoice, World, simulate};
use daybook_store::recorder::{Limits, Ticket};
use daybook_store::{Database, DatabaseConfig, Incoming, Recorded, Recorder, Source, checkpoint, generation};
use daybook_worker::setup::ensure_generation;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{Connection, Executor, PgConnection};

use crate::bench::Urls;

/// What stands in the log.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Filled {
    /// Records.
    pub(crate) events: u64,
    /// Bytes of their bodies.
    pub(crate) bytes: u64,
    /// Customers they are about.
    pub(crate) customers: usize,
}

/// Answers that may be outstanding.
const OUTSTANDING: usize = 32_768;

/// Migrates an empty database and fills its log with so many events. The live generation is said to have applied them: its tables are empty, and the first
/// rebuild fills them.
pub(crate) async fn fill(urls: &Urls, events: u64) -> anyhow::Result<Filled> {
    let database = migrated(urls).await?;
    let (customers, rendered) = simulated(usize::try_from(events)?);
    let bytes = rendered.iter().map(|event| event.body.len() as u64).sum();
    append(&database, rendered.into_iter()).await?;
    pretend_applied(&database, events).await?;
    settle_tables(urls).await?;
    Ok(Filled { events, bytes, customers })
}

/// Migrates an empty database and fills its log with the beginnings of so many customers and their subscriptions. Returns each customer with a
/// price's lookup key: with no policy, that is a feature of theirs.
pub(crate) async fn fill_customers(urls: &Urls, customers: usize) -> anyhow::Result<Vec<(String, String)>> {
    const BEGINNINGS: [&str; 2] = ["customer.created", "customer.subscription.created"];
    let database = migrated(urls).await?;
    let start = Utc::now().timestamp() - 45 * 24 * 60 * 60;
    let world = simulate(&Plan { start, months: 1, ..plan(customers) });
    let mut features = Vec::with_capacity(customers);
    let beginnings = world.histories().flat_map(|mut history| {
        history.events.retain(|event| BEGINNINGS.contains(&event.kind));
        let events = history.render_as_planned();
        let feature = events.iter().rev().find_map(lookup_key).unwrap_or_else(|| "nothing".to_owned());
        features.extend(history.customer.map(|customer| (customer, feature)));
        events
    });
    let events = append(&database, beginnings).await?;
    pretend_applied(&database, events).await?;
    settle_tables(urls).await?;
    Ok(features)
}

/// The lookup key of a subscription's first price.
fn lookup_key(event: &RenderedEvent) -> Option<String> {
    let event: Value = serde_json::from_slice(&event.body).ok()?;
    event.pointer("/data/object/items/data/0/price/lookup_key")?.as_str().map(str::to_owned)
}

/// The plan of a world of the bench: two years of customers whose histories go through upgrades of the API.
pub(crate) fn plan(customers: usize) -> Plan {
    Plan {
        seed: 2_026,
        customers,
        start: 1_700_000_000,
        months: 24,
        shape: ShapeChoice::Mixed,
        livemode: false,
        account: None,
    }
}

/// So many events in the order of their time, and the number of customers they are about.
pub(crate) fn simulated(events: usize) -> (usize, Vec<RenderedEvent>) {
    const SAMPLE: usize = 100;
    let world = simulate(&plan(SAMPLE));
    let sampled: usize = world.histories().map(|history| history.events.len()).sum();
    // A few more than needed: not every event is sent in every version of the API.
    let customers = events * SAMPLE / sampled.max(1) * 23 / 20 + 10;
    let mut all = render(&simulate(&plan(customers)), customers);
    all.sort_by_key(|event| event.created);
    all.truncate(events);
    (customers, all)
}

/// All histories, in the order of their customers.
fn render(world: &World, customers: usize) -> Vec<RenderedEvent> {
    let threads = available_parallelism().map_or(1, NonZero::get);
    let share = customers.div_ceil(threads);
    let mut all = world.catalogue().render_as_planned();
    thread::scope(|scope| {
        let shares = (0..threads).map(|number| {
            let range = number * share..((number + 1) * share).min(customers);
            scope.spawn(move || range.flat_map(|one| world.customer(one).render_as_planned()).collect::<Vec<_>>())
        });
        let running: Vec<_> = shares.collect();
        all.extend(running.into_iter().flat_map(|one| one.join().unwrap_or_default()));
    });
    all
}

/// Appends events by a recorder with large batches; returns how many.
async fn append(database: &Database, events: impl Iterator<Item = RenderedEvent>) -> anyhow::Result<u64> {
    let limits = Limits {
        queue_entries: OUTSTANDING,
        queue_bytes: 256 << 20,
        batch_entries: 8_192,
        batch_bytes: 64 << 20,
        patience: Duration::from_secs(60),
        attempt: Duration::from_secs(60),
    };
    let (recorder, task) = Recorder::new(database, limits);
    let task = tokio::spawn(task.run(std::future::pending()));
    let mut tickets = VecDeque::new();
    let mut count = 0;
    for event in events {
        count += 1;
        tickets.push_back(recorder.enqueue(incoming(event)).await?);
        if tickets.len() >= OUTSTANDING {
            settle(tickets.pop_front()).await?;
        }
    }
    for ticket in tickets {
        settle(Some(ticket)).await?;
    }
    drop(recorder);
    task.await.context("the recorder")?;
    Ok(count)
}

async fn settle(ticket: Option<Ticket>) -> anyhow::Result<()> {
    let Some(ticket) = ticket else { return Ok(()) };
    match ticket.wait().await? {
        Recorded::Appended(_) => Ok(()),
        other => bail!("a simulated event was {} at {}", other.name(), other.position()),
    }
}

fn incoming(event: RenderedEvent) -> Incoming {
    Incoming {
        event_id: EventId::new(event.id),
        kind: event.kind.to_owned(),
        scope: Scope { account: None, mode: Mode::Test },
        api_version: Some(event.shape.version().to_owned()),
        created: Some(event.created),
        body: Bytes::from(event.body),
        source: Source::Webhook,
        received_at: DateTime::from_timestamp(event.created, 0).unwrap_or_default(),
        endpoint: Some("default".to_owned()),
        secret_label: None,
        signature: None,
    }
}

async fn pretend_applied(database: &Database, events: u64) -> anyhow::Result<()> {
    let mut connection = database.dedicated_connection().await?;
    ensure_generation(&mut connection).await?;
    let pointer = generation::pointer(&mut connection).await?;
    let live = pointer.values().max().context("there is no live generation")?;
    checkpoint::advance(&mut connection, *live, 0, i64::try_from(events)?, 0).await?;
    Ok(())
}

/// What PostgreSQL does to tables by and by, done at once, so that it does not fall into a measurement.
async fn settle_tables(urls: &Urls) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect(&urls.owner).await?;
    for statement in ["vacuum (analyze) record", "vacuum (analyze) body", "checkpoint"] {
        connection.execute(statement).await?;
    }
    Ok(())
}

/// The database for the role the program works as, its tables made by their owner.
async fn migrated(urls: &Urls) -> anyhow::Result<Database> {
    let owner = Database::connect(&DatabaseConfig::new(urls.owner.clone())).await?;
    owner.migrate().await?;
    owner.pool().close().await;
    Ok(Database::connect(&DatabaseConfig::new(urls.runtime.clone())).await?)
}
