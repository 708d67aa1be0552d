//! `daybook demo`: everything at once on made-up customers. A throw-away database, a real server, and Stripe played by the simulator: events come in
//! signed, twice, out of order and over HTTP, as they would from Stripe.

mod cast;
mod report;
mod story;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::Context;
use daybook_domain::scope::{Mode, Scope};
use daybook_http::Endpoint;
use daybook_http::config::Config;
use daybook_projections::changes::SIZE_CHANNEL;
use daybook_simulator::deliver::{Delivery, Report, Target, send_all};
use daybook_store::key::{self, Role};
use daybook_store::log::read;
use daybook_store::notify::News;
use daybook_store::snapshot::Snapshot;
use secrecy::{ExposeSecret, SecretString};

use self::cast::Cast;
use self::report::Happened;
use crate::exit::{Ending, Misused};
use crate::open::{Opened, throw_away};
use crate::output::Output;
use crate::progress;
use crate::server::{self, Server, Settings};

/// `daybook demo`
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// About so many events are made up and delivered
    #[arg(long, value_name = "COUNT", default_value_t = 3_000, value_parser = events)]
    events: u32,
    /// Another seed tells other stories
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = seed)]
    seed: u64,
    /// Where to listen; if the port is taken, a free one is used
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:4242", value_parser = address)]
    listen: SocketAddr,
    /// Stop after the report instead of serving on
    #[arg(long)]
    exit: bool,
}

/// Connections that deliver at once.
const CONNECTIONS: usize = 32;
/// How long the worker may take for all of it.
const PATIENCE: Duration = Duration::from_secs(300);

fn events(text: &str) -> Result<u32, String> {
    let count = text.trim().parse().ok().filter(|count| (50..=1_000_000).contains(count));
    count.ok_or_else(|| "it is no whole number from 50 to 1000000; for example --events 3000".to_owned())
}

fn seed(text: &str) -> Result<u64, String> {
    text.trim().parse().map_err(|_| "it is no whole number from 0; for example --seed 7".to_owned())
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.trim().parse().map_err(|_| "it is no address with a port; for example --listen 127.0.0.1:4242".to_owned())
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    if !arguments.listen.ip().is_loopback() {
        let message = "the demo only listens on this machine itself: --listen 127.0.0.1:4242 or [::1]:4242";
        return Err(Misused(message.to_owned()).into());
    }
    let began = Instant::now();
    let spinner = progress::spinner("starting a throw-away PostgreSQL");
    let opened = throw_away().await;
    spinner.finish_and_clear();
    let opened = opened?;
    let shown = show(arguments, &opened, output, began).await;
    opened.close().await;
    shown.map(|()| Ending::Well)
}

async fn show(arguments: &Arguments, opened: &Opened, output: Output, began: Instant) -> anyhow::Result<()> {
    let secret = format!("whsec_demo{:032x}", rand::random::<u128>());
    let mut server = start(arguments, opened, &secret).await?;
    let shown = tokio::select! {
        shown = play(arguments, opened, &server, secret, output, began) => shown,
        asked = server::asked_to_end() => asked.map(|()| Then::Stop),
    };
    if let Ok(Then::ServeOn) = shown {
        server::note("Serving on until Ctrl-C; the database is gone then.");
        tokio::select! {
            error = server.failed() => return Err(error),
            asked = server::asked_to_end() => asked?,
        }
    }
    server.stop().await?;
    shown.map(drop)
}

/// What comes after the report.
enum Then {
    ServeOn,
    Stop,
}

async fn play(
    arguments: &Arguments,
    opened: &Opened,
    server: &Server,
    secret: String,
    output: Output,
    began: Instant,
) -> anyhow::Result<Then> {
    let cast = Cast::new(arguments.seed, arguments.events);
    let heroine = cast.heroine.clone();
    let (delivered, made) = deliver(cast, server.address, secret).await?;
    let applied_after = wait_until_applied(opened).await?;
    let scope = Scope { account: None, mode: Mode::Test };
    let mut connection = opened.database.pool().acquire().await?;
    let (_, key) = key::create(&mut connection, "demo", Role::Auditor, &scope).await?;
    drop(connection);
    let happened = Happened {
        made,
        delivered: &delivered,
        applied_after,
        heroine: &heroine,
        key: key.expose_secret(),
        took: began.elapsed(),
    };
    output.show(&report::report(opened, server, &scope, happened).await?)?;
    Ok(if arguments.exit { Then::Stop } else { Then::ServeOn })
}

async fn start(arguments: &Arguments, opened: &Opened, secret: &str) -> anyhow::Result<Server> {
    let endpoint = Endpoint {
        name: None,
        label: "demo".to_owned(),
        secrets: vec![("demo".to_owned(), SecretString::from(secret))],
        mode: Some(Mode::Test),
        account: None,
    };
    let listener = match server::listen(arguments.listen).await {
        Ok(listener) => listener,
        Err(_) => server::listen(SocketAddr::new(arguments.listen.ip(), 0)).await?,
    };
    let settings = Settings {
        http: Config { endpoints: vec![endpoint], ..Config::default() },
        recorder: daybook_store::recorder::Limits::default(),
        worker: daybook_worker::live::WorkerConfig::default(),
    };
    server::start(opened, listener, settings)
}

/// Plays Stripe. Returns the deliveries and how many different events there were.
async fn deliver(cast: Cast, address: SocketAddr, secret: String) -> anyhow::Result<(Report, usize)> {
    let (made, deliveries) = (cast.made, cast.deliveries);
    let bar = progress::bar(u64::try_from(deliveries.len()).unwrap_or_default(), "webhooks").with_message("delivering");
    let delivery = Delivery {
        target: Target::new(address, "/webhooks/stripe")?,
        secret,
        connections: CONNECTIONS,
        attempts: 5,
        timeout: Duration::from_secs(30),
        clock: || chrono::Utc::now().timestamp(),
    };
    let report = send_all(&delivery, deliveries.into_iter(), |_| bar.inc(1)).await;
    bar.finish_and_clear();
    Ok((report, made))
}

/// Waits until the read models know everything that is in the log; says for how long.
async fn wait_until_applied(opened: &Opened) -> anyhow::Result<Duration> {
    let spinner = progress::spinner("waiting for the read models");
    let began = Instant::now();
    let mut news = News::new(&opened.database, &[SIZE_CHANNEL]);
    let wanted = read::size(&mut *opened.database.pool().acquire().await?).await?;
    let applied = async {
        while applied(opened).await? < wanted {
            news.wait(Duration::from_millis(50)).await;
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(PATIENCE, applied).await.context("the worker did not apply the events in five minutes")??;
    spinner.finish_and_clear();
    Ok(began.elapsed())
}

async fn applied(opened: &Opened) -> anyhow::Result<i64> {
    let snapshot = Snapshot::begin(opened.database.pool()).await?;
    let size = snapshot.size();
    snapshot.end().await?;
    Ok(size)
}
