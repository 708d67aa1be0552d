//! How many signed webhooks `daybook serve` acknowledges in a second, beside the same bodies appended by bare INSERT in batches of the very sizes that the
//! recorder wrote. The worker runs all the while; what it has left to do at the end is told.

mod bare;
pub(crate) mod delivery;

use std::time::{Duration, Instant};

use anyhow::ensure;
use daybook_simulator::RenderedEvent;
use sqlx::{Connection, PgConnection};
use tokio::time::sleep;

use crate::bench::{Bench, say};
use crate::client::{Driven, drive};
use crate::fill;
use crate::report::{Goal, Report, Unit};
use crate::serving::Serving;
use crate::statistics::{median, micros, per_second, ratios};

/// Connections that deliver at once.
const CONNECTIONS: usize = 64;

/// What was measured in one round.
struct Round {
    delivered: Driven,
    /// Microseconds that the bare inserts took.
    bare: u64,
    /// Records that the worker had not applied when the last delivery was acknowledged.
    backlog: u64,
    /// Microseconds after which it had.
    drained: u64,
    /// Transactions in which the records were appended.
    batches: u64,
}

/// Measures in rounds and reports.
pub(crate) async fn measure(bench: &Bench, report: &mut Report) -> anyhow::Result<()> {
    let (_, events) = fill::simulated(usize::try_from(bench.size(60_000, 600))?);
    let mut rounds = Vec::new();
    for round in 1..=bench.rounds {
        say(&format!("ingest: round {round}"));
        rounds.push(one_round(bench, &events).await?);
    }
    let count = events.len() as u64;
    let mut section = report.section("ingest");
    let delivered: Vec<u64> = rounds.iter().map(|round| round.delivered.rate()).collect();
    let bare: Vec<u64> = rounds.iter().map(|round| per_second(count, round.bare)).collect();
    section.row("webhooks acknowledged, 64 connections", Unit::PerSecond, &delivered);
    for (name, of_thousand) in [("p50", 500), ("p99", 990)] {
        let times: Vec<u64> = rounds.iter_mut().map(|round| round.delivered.percentile(of_thousand)).collect();
        section.row(format!("{name} of a webhook"), Unit::Microseconds, &times);
    }
    section.row("bare INSERT of the same batches", Unit::PerSecond, &bare);
    section.goal("webhooks / bare INSERT", Unit::PerMille, &ratios(&delivered, &bare), Goal::AtLeast(500));
    let column = |field: fn(&Round) -> u64| rounds.iter().map(field).collect::<Vec<_>>();
    section.row("worker's backlog at the end", Unit::Count, &column(|round| round.backlog));
    section.row("until the worker had applied it", Unit::Microseconds, &column(|round| round.drained));
    let bytes: usize = events.iter().map(|event| event.body.len()).sum();
    let batches = median(&column(|round| round.batches));
    section.note(format!(
        "{count} events a round, bodies of {} bytes on average, {} to a transaction; client, server, worker and PostgreSQL share the cores",
        bytes / events.len().max(1),
        count / batches.max(1)
    ));
    Ok(())
}

async fn one_round(bench: &Bench, events: &[RenderedEvent]) -> anyhow::Result<Round> {
    let (full, plain) = ("ingest_daybook", "ingest_bare");
    let urls = bench.create_database(full)?;
    let server = Serving::daybook(bench, &urls, 250_000).await?;
    // Signed now: a signature is good for five minutes.
    let requests: Vec<Vec<u8>> = events.iter().map(|event| delivery::request(server.address, &event.body)).collect();
    bench.checkpoint()?;
    let delivered = drive(server.address, CONNECTIONS, requests.iter().map(Vec::as_slice)).await?;
    drop(requests);
    let mut connection = PgConnection::connect(&urls.owner).await?;
    let begun = Instant::now();
    let backlog = backlog(&mut connection).await?;
    while self::backlog(&mut connection).await? > 0 {
        sleep(Duration::from_millis(5)).await;
    }
    let drained = micros(begun.elapsed());
    let batches: Vec<i32> =
        sqlx::query_scalar("select count from batch order by size").fetch_all(&mut connection).await?;
    connection.close().await?;
    server.stop().await?;
    ensure!(batches.iter().map(|count| i64::from(*count)).sum::<i64>() == i64::try_from(events.len())?, "lost events");
    let urls = bench.create_database(plain)?;
    let bare = bare::insert(&urls.owner, events, &batches, || bench.checkpoint()).await?;
    bench.drop_database(full)?;
    bench.drop_database(plain)?;
    Ok(Round { delivered, bare, backlog, drained, batches: batches.len() as u64 })
}

/// Records that no live read model has applied. Not checked at compile time, like all statements here: a measurement is no part of the program.
async fn backlog(connection: &mut PgConnection) -> anyhow::Result<u64> {
    let backlog: i64 = sqlx::query_scalar(
        "select coalesce((select max(size) from batch), 0) - coalesce((select max(size) from checkpoint), 0)",
    )
    .fetch_one(connection)
    .await?;
    Ok(u64::try_from(backlog)?)
}
