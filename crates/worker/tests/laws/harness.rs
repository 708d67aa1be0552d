//! Histories, a log to put them into, and everything readers can see as text.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use daybook_domain::scope::{Mode, Scope};
use daybook_simulator::{ApiShape, Plan, RenderedEvent, ShapeChoice, Story, simulate};
use daybook_store::{Database, Incoming, Recorder, Source, recorder::Limits};
use daybook_testing::TestDatabase;
use sqlx::{Executor, PgConnection, Row};

/// A small shop's events in the order of time.
pub fn history(seed: u64, customers: usize, months: u32) -> Vec<RenderedEvent> {
    let shape = match seed % 6 {
        0 => ShapeChoice::One(ApiShape::V2020),
        1 => ShapeChoice::One(ApiShape::Acacia),
        2 => ShapeChoice::One(ApiShape::Basil),
        3 => ShapeChoice::One(ApiShape::Clover),
        4 => ShapeChoice::One(ApiShape::Endive),
        _ => ShapeChoice::Mixed,
    };
    let plan = Plan { seed, customers, start: 1_700_000_000, months, shape, livemode: false, account: None };
    simulate(&plan).events()
}

/// Every story by itself, each in a shape: with as many rounds as there are shapes, in all of them.
pub fn stories(round: usize) -> impl Iterator<Item = (Story, ApiShape, Vec<RenderedEvent>)> {
    let plan = Plan {
        seed: 7_000,
        customers: 0,
        start: 1_700_000_000,
        months: 5,
        shape: ShapeChoice::Mixed,
        livemode: false,
        account: None,
    };
    let world = simulate(&plan);
    Story::ALL.into_iter().enumerate().map(move |(place, story)| {
        let shape = ApiShape::ALL[(place + round) % ApiShape::ALL.len()];
        (story, shape, world.story_of(100 * round + place, &[story]).render(shape))
    })
}

/// A database with the log's tables.
pub async fn database() -> (TestDatabase, Database) {
    let test =
        TestDatabase::from_template("log", async |pool| Database::from_pool(pool).migrate().await).await.unwrap();
    let database = Database::from_pool(test.pool.clone());
    (test, database)
}

/// Appends events through the recorder, duplicates and all.
pub async fn append(database: &Database, events: &[RenderedEvent]) {
    let (recorder, task) = Recorder::new(database, Limits::default());
    let running = tokio::spawn(task.run(std::future::pending()));
    for chunk in events.chunks(200) {
        let tickets = chunk.iter().map(|event| recorder.record(incoming(event)));
        for recorded in futures::future::join_all(tickets).await {
            recorded.expect("a simulated event is recorded");
        }
    }
    running.abort();
}

fn incoming(event: &RenderedEvent) -> Incoming {
    Incoming {
        event_id: daybook_domain::id::EventId::new(event.id.as_str()),
        kind: event.kind.to_owned(),
        scope: Scope { account: None, mode: Mode::Test },
        api_version: Some(event.shape.version().to_owned()),
        created: Some(event.created),
        body: Bytes::from(event.body.clone()),
        source: Source::Import,
        received_at: DateTime::<Utc>::UNIX_EPOCH,
        endpoint: None,
        secret_label: None,
        signature: None,
    }
}

/// Tables whose rows must not depend on the order of arrival.
pub const READERS: &[&str] = &[
    "entitlement_source",
    "subscription",
    "customer",
    "account_link",
    "posting",
    "balance",
    "dispute",
    "invoice",
    "payment",
    "attention",
    "parked",
];

/// The rows of a table as text, sorted.
pub async fn rows(connection: &mut PgConnection, table: &str) -> Vec<String> {
    let statement = format!("select t::text as row from {table} t order by 1");
    let rows = connection.fetch_all(statement.as_str()).await.expect("the table can be read");
    rows.iter().map(|row| row.get::<String, _>("row")).collect()
}
