//! How long after the acknowledgement of an event an answer knows it: at a steady pace each event is delivered, and as soon as it is acknowledged its customer is
//! asked for with `min_size`, which is answered when the event has been applied.

use std::time::{Duration, Instant};

use anyhow::Context;
use daybook_simulator::RenderedEvent;
use futures::future::try_join_all;
use serde::Deserialize;
use tokio::time::{Instant as TokioInstant, sleep_until};

use crate::bench::{Bench, say};
use crate::client::Line;
use crate::fill;
use crate::ingest::delivery;
use crate::report::{Goal, Report, Unit};
use crate::serving::{Serving, create_key};
use crate::statistics::{micros, percentile};

/// Events a second.
const PACE: u32 = 200;
/// Who take turns in delivering; each waits for its own event to be visible.
const HANDS: usize = 64;
const DATABASE: &str = "latency";
/// The longest visibility that is good enough, in microseconds.
const GOAL: u64 = 100_000;

/// What the 2xx says.
#[derive(Deserialize)]
struct Received {
    position: i64,
}

/// What was measured on one event, in microseconds.
#[derive(Clone, Copy)]
struct Seen {
    acknowledged: u64,
    visible: u64,
}

/// Measures in rounds and reports.
pub(crate) async fn measure(bench: &Bench, report: &mut Report) -> anyhow::Result<()> {
    let seconds = bench.size(20, 2);
    let (_, events) = fill::simulated(usize::try_from(seconds * u64::from(PACE))?);
    let mut rounds = Vec::new();
    for round in 1..=bench.rounds {
        say(&format!("latency: round {round}"));
        rounds.push(one_round(bench, &events).await?);
    }
    let of = |field: fn(&Seen) -> u64, of_thousand| -> Vec<u64> {
        let times = |round: &Vec<Seen>| percentile(&mut round.iter().map(field).collect::<Vec<_>>(), of_thousand);
        rounds.iter().map(times).collect()
    };
    let mut section = report.section("latency");
    section.row("p50 from the 2xx to the answer", Unit::Microseconds, &of(|seen| seen.visible, 500));
    let p99 = of(|seen| seen.visible, 990);
    section.goal("p99 from the 2xx to the answer", Unit::Microseconds, &p99, Goal::Below(GOAL));
    section.row("p50 of the delivery itself", Unit::Microseconds, &of(|seen| seen.acknowledged, 500));
    section.row("p99 of the delivery itself", Unit::Microseconds, &of(|seen| seen.acknowledged, 990));
    section.note(format!("{PACE} events/s for {seconds} s, asked with `min_size` as soon as the 2xx is there"));
    Ok(())
}

async fn one_round(bench: &Bench, events: &[RenderedEvent]) -> anyhow::Result<Vec<Seen>> {
    let urls = bench.create_database(DATABASE)?;
    let server = Serving::daybook(bench, &urls, 250_000).await?;
    let key = create_key(&urls).await?;
    let deliveries: Vec<Vec<u8>> = events.iter().map(|event| delivery::request(server.address, &event.body)).collect();
    bench.checkpoint()?;
    let begun = TokioInstant::now() + Duration::from_millis(100);
    let interval = Duration::from_secs(1) / PACE;
    let work = (0..HANDS).map(async |hand| {
        let mut line = Line::connect(server.address).await?;
        let mut seen = Vec::new();
        let mine = events.iter().zip(&deliveries).zip(0_u32..).skip(hand).step_by(HANDS);
        for ((event, delivery), number) in mine {
            sleep_until(begun + interval * number).await;
            seen.push(deliver(&mut line, event, delivery, &key).await?);
        }
        anyhow::Ok(seen)
    });
    let seen = try_join_all(work).await?.concat();
    server.stop().await?;
    bench.drop_database(DATABASE)?;
    Ok(seen)
}

async fn deliver(line: &mut Line, event: &RenderedEvent, delivery: &[u8], key: &str) -> anyhow::Result<Seen> {
    let begun = Instant::now();
    let received: Received = serde_json::from_slice(line.ask_well(delivery).await?).context("an unreadable 2xx")?;
    let acknowledged = Instant::now();
    let customer = event.customer.as_deref().unwrap_or("cus_nobody");
    let question = format!(
        "GET /v1/customers/{customer}/entitlements?min_size={} HTTP/1.1\r\nhost: localhost\r\n\
         authorization: Bearer {key}\r\n\r\n",
        received.position + 1
    );
    line.ask_well(question.as_bytes()).await?;
    Ok(Seen { acknowledged: micros(acknowledged - begun), visible: micros(acknowledged.elapsed()) })
}
