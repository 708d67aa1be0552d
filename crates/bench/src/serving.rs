//! Servers as processes of their own, the way they run anywhere: each says on its first line where it listens, and is killed with its handle.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use daybook_domain::scope::{Mode, Scope};
use daybook_store::key::{self, Role};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use sqlx::{Connection, PgConnection};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::sleep;

use crate::bench::{Bench, Urls};
use crate::client::Line;
use crate::part::Part;

/// The signing secret of the endpoint.
pub(crate) const SECRET: &str = "whsec_measured_on_loopback_only";
/// Where deliveries go.
pub(crate) const WEBHOOK: &str = "/webhooks/stripe";

/// How long a server may take to be ready.
const READY: Duration = Duration::from_secs(60);

/// A server that runs.
pub(crate) struct Serving {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    child: Child,
}

/// The first line of its output.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Listening {
    /// `http://<address>`
    pub(crate) listening: String,
}

impl Serving {
    /// `daybook serve` on this database, as it is configured without any wish but room in its cache for this many customers.
    pub(crate) async fn daybook(bench: &Bench, urls: &Urls, customers: usize) -> anyhow::Result<Self> {
        let mut command = Command::new(&bench.daybook);
        command.args(["serve", "--json", "--listen", "127.0.0.1:0", "--webhook-secret", SECRET, "--mode", "test"]);
        command.args(["--log", "warn", "--cache-customers", &customers.to_string()]);
        command.arg("--database-url").arg(&urls.runtime);
        command.arg("--owner-url").arg(&urls.owner);
        let server = Self::start(command).await.with_context(|| {
            let program = bench.daybook.display();
            format!("{program} serve; `cargo build --release -p daybook` builds it, --daybook names another one")
        })?;
        server.be_ready().await?;
        Ok(server)
    }

    /// Constant bytes.
    pub(crate) async fn bare(bytes: usize) -> anyhow::Result<Self> {
        Self::start(Part::Bare { bytes }.command()?).await
    }

    async fn start(mut command: Command) -> anyhow::Result<Self> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let output = child.stdout.take().context("it has no output")?;
        let Some(line) = BufReader::new(output).lines().next_line().await? else { bail!("it ended at once") };
        let said: Listening = serde_json::from_str(&line).with_context(|| format!("it said {line:?}"))?;
        let address = said.listening.trim_start_matches("http://");
        Ok(Self { address: address.parse().with_context(|| format!("it listens at {address:?}"))?, child })
    }

    async fn be_ready(&self) -> anyhow::Result<()> {
        let mut line = Line::connect(self.address).await?;
        let deadline = Instant::now() + READY;
        loop {
            let answer = line.ask(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\n\r\n").await?;
            if answer.status == 200 {
                return Ok(());
            }
            ensure!(Instant::now() < deadline, "not ready: {}", String::from_utf8_lossy(answer.body));
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// Ends it, without ceremony: nothing it holds is needed.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        self.child.kill().await.context("the server cannot be killed")
    }
}

/// A key for the test mode of the unnamed account.
pub(crate) async fn create_key(urls: &Urls) -> anyhow::Result<String> {
    let mut connection = PgConnection::connect(&urls.owner).await?;
    let scope = Scope { account: None, mode: Mode::Test };
    let (_, secret) = key::create(&mut connection, "bench", Role::App, &scope).await?;
    Ok(secret.expose_secret().to_owned())
}
