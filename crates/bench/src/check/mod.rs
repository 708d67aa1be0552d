//! How many entitlement checks `daybook serve` answers in a second, beside a bare axum handler that answers with as many constant bytes, both asked by
//! the same client with the same requests. Customers are drawn evenly from all there are, and the cache holds them all; how fast they come into it
//! is measured first, once.

pub(crate) mod bare;

use std::net::SocketAddr;
use std::time::Duration;

use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng, rngs::StdRng};

use crate::bench::{Bench, say};
use crate::client::{Driven, Line, drive, until};
use crate::part::Part;
use crate::rebuild::fold::Folded;
use crate::report::{Goal, Report, Section, Unit};
use crate::serving::{Serving, create_key};
use crate::statistics::ratios;

/// Connections that ask at once.
const CONNECTIONS: usize = 64;
const DATABASE: &str = "check";

/// What was measured in one round.
struct Round {
    warm: Driven,
    bare: Driven,
}

/// Measures in rounds and reports.
pub(crate) async fn measure(bench: &Bench, report: &mut Report) -> anyhow::Result<()> {
    let customers = usize::try_from(bench.size(200_000, 300))?;
    say(&format!("check: filling the read models with {customers} customers"));
    let urls = bench.create_database(DATABASE)?;
    let asked: Vec<(String, String)> = Part::FillCustomers { urls: urls.clone(), customers }.run().await?;
    Part::Fold { url: urls.runtime.clone() }.run::<Folded>().await?;
    let key = create_key(&urls).await?;
    let mut requests: Vec<Vec<u8>> = asked.iter().map(|(customer, feature)| request(customer, feature, &key)).collect();
    let time = Duration::from_secs(bench.size(8, 1));
    let mut random = StdRng::seed_from_u64(7);
    requests.shuffle(&mut random);
    let server = Serving::daybook(bench, &urls, customers + customers / 4).await?;
    let sample = answer(server.address, requests.first()).await?;
    say("check: every customer once, from the database");
    let cold = drive(server.address, CONNECTIONS, requests.iter().map(Vec::as_slice)).await?;
    let mut rounds = Vec::new();
    for round in 1..=bench.rounds {
        say(&format!("check: round {round}"));
        let warm = ask_evenly(server.address, &requests, time, &mut random).await?;
        let bytes = warm.bytes / (warm.latencies.len() as u64).max(1);
        let constant = Serving::bare(usize::try_from(bytes)?).await?;
        let bare = ask_evenly(constant.address, &requests, time, &mut random).await?;
        constant.stop().await?;
        rounds.push(Round { warm, bare });
    }
    server.stop().await?;
    let mut section = report.section("check");
    show(&mut section, &mut rounds);
    show_cold(&mut section, cold);
    section.note(format!("{customers} customers; an answer: {sample}"));
    bench.drop_database(DATABASE)
}

fn show(section: &mut Section<'_>, rounds: &mut [Round]) {
    let mut of = |field: fn(&mut Round) -> u64| rounds.iter_mut().map(field).collect::<Vec<_>>();
    let (warm, bare) = (of(|round| round.warm.rate()), of(|round| round.bare.rate()));
    section.row("entitlement checks, 64 connections", Unit::PerSecond, &warm);
    section.row("p50 of a check", Unit::Microseconds, &of(|round| round.warm.percentile(500)));
    section.row("p99 of a check", Unit::Microseconds, &of(|round| round.warm.percentile(990)));
    section.row("bare axum handler", Unit::PerSecond, &bare);
    section.row("p99 of the bare handler", Unit::Microseconds, &of(|round| round.bare.percentile(990)));
    section.goal("checks / bare handler", Unit::PerMille, &ratios(&warm, &bare), Goal::AtLeast(800));
}

fn show_cold(section: &mut Section<'_>, mut cold: Driven) {
    section.row("cold: every customer once", Unit::PerSecond, &[cold.rate()]);
    section.row("cold: p50", Unit::Microseconds, &[cold.percentile(500)]);
    section.row("cold: p99", Unit::Microseconds, &[cold.percentile(990)]);
}

/// Asks for one of the customers after the other, evenly drawn, until the time is up.
async fn ask_evenly(
    address: SocketAddr,
    requests: &[Vec<u8>],
    time: Duration,
    random: &mut StdRng,
) -> anyhow::Result<Driven> {
    let draw = || requests.get(random.random_range(0..requests.len())).map(Vec::as_slice);
    drive(address, CONNECTIONS, until(time, draw)).await
}

async fn answer(address: SocketAddr, request: Option<&Vec<u8>>) -> anyhow::Result<String> {
    let mut line = Line::connect(address).await?;
    let answer = line.ask_well(request.map(Vec::as_slice).unwrap_or_default()).await?;
    Ok(String::from_utf8_lossy(answer).into_owned())
}

fn request(customer: &str, feature: &str, key: &str) -> Vec<u8> {
    let path = format!("/v1/customers/{customer}/entitlements/{feature}");
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\n\r\n").into_bytes()
}
