//! What cqrs-es and postgres-es do by themselves: `QueryReplay` over a `PostgresEventRepository` into one `GenericQuery` with its
//! `PostgresViewRepository`, everything as their documentation shows it, with the smallest of events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::{GenericQuery, QueryReplay};
use cqrs_es::{Aggregate, DomainEvent, EventEnvelope, View};
use postgres_es::{PostgresEventRepository, PostgresViewRepository, default_postgress_pool};
use serde::{Deserialize, Serialize};
use sqlx::{Connection, Executor, PgConnection};
use tokio::time::timeout;

use crate::statistics::micros;

/// How it went.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Replayed {
    /// Events replayed into the view.
    pub(crate) events: u64,
    /// How long that took.
    pub(crate) micros: u64,
}

/// Adds up what it is told.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Counter {
    sum: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Counted {
    Added { amount: u64 },
}

impl DomainEvent for Counted {
    fn event_type(&self) -> String {
        "Added".to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl Aggregate for Counter {
    const TYPE: &'static str = "counter";
    type Command = ();
    type Event = Counted;
    type Error = Infallible;
    type Services = ();

    async fn handle(&mut self, (): (), _services: &(), _sink: &EventSink<Self>) -> Result<(), Infallible> {
        Ok(())
    }

    fn apply(&mut self, Counted::Added { amount }: Counted) {
        self.sum += amount;
    }
}

impl View<Counter> for Counter {
    fn update(&mut self, event: &EventEnvelope<Counter>) {
        self.apply(event.payload.clone());
    }
}

/// The tables as postgres-es documents them.
const TABLES: &str = "
    create table events (
        aggregate_type text not null,
        aggregate_id text not null,
        sequence bigint check (sequence >= 0) not null,
        event_type text not null,
        event_version text not null,
        payload json not null,
        metadata json not null,
        primary key (aggregate_type, aggregate_id, sequence)
    );
    create table counter_view (
        view_id text not null,
        version bigint check (version >= 0) not null,
        payload json not null,
        primary key (view_id)
    );";

/// Makes the tables and so many events, ten to an aggregate. The statements here are not checked at compile time: the tables are not ours.
pub(crate) async fn make_events(url: &str, events: i64) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect(url).await?;
    connection.execute(TABLES).await?;
    let insert = "insert into events
        select 'counter', 'counter_' || number % ($1 / 10), number / ($1 / 10) + 1, 'Added', '1',
            '{\"Added\": {\"amount\": 7}}', '{}'
        from generate_series(0, $1 - 1) as number";
    sqlx::query(insert).bind(events).execute(&mut connection).await?;
    connection.execute("vacuum (analyze) events").await?;
    Ok(())
}

/// Replays for so many seconds, or until everything is replayed, into an empty view.
pub(crate) async fn replay(url: &str, seconds: u64) -> anyhow::Result<Replayed> {
    let pool = default_postgress_pool(url).await;
    pool.execute("truncate counter_view").await?;
    let views = Arc::new(PostgresViewRepository::<Counter, Counter>::new("counter_view", pool.clone()));
    let replay: QueryReplay<_, _, Counter> =
        QueryReplay::new(PostgresEventRepository::new(pool.clone()), GenericQuery::new(views));
    let begun = Instant::now();
    // Time is up when it is up; what was replayed until then stands in the view.
    if let Ok(replayed) = timeout(Duration::from_secs(seconds), replay.replay_all()).await {
        replayed?;
    }
    let elapsed = begun.elapsed();
    // A view's version counts its events.
    let events: i64 =
        sqlx::query_scalar("select coalesce(sum(version), 0)::bigint from counter_view").fetch_one(&pool).await?;
    Ok(Replayed { events: u64::try_from(events)?, micros: micros(elapsed) })
}
