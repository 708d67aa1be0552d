//! What runs in a process of its own: so that its memory is its own, and nothing that was measured before is left in it. This program starts
//! itself with a part as JSON and reads the answer as JSON from its standard output.

use std::io::Write;
use std::process::Stdio;

use anyhow::{Context, bail};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::process::Command;
use tokio::runtime::Builder;

use crate::bench::Urls;
use crate::{check, fill, rebuild};

/// One part of a measurement.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Part {
    /// Fills a log; answers with [`fill::Filled`].
    Fill { urls: Urls, events: u64 },
    /// Fills a log with the beginnings of customers; answers with [`fill::fill_customers`].
    FillCustomers { urls: Urls, customers: usize },
    /// Rebuilds all read models; answers with [`rebuild::fold::Folded`].
    Fold { url: String },
    /// Reads and parses all bodies; answers with [`rebuild::read_and_parse::Parsed`].
    ReadAndParse { url: String },
    /// Makes small events for the stock replay; answers with nothing.
    StockEvents { url: String, events: i64 },
    /// Replays them; answers with [`rebuild::stock::Replayed`].
    StockReplay { url: String, seconds: u64 },
    /// Serves so many constant bytes until it is killed; says where, as [`crate::serving::Serving`] reads it.
    Bare { bytes: usize },
}

impl Part {
    /// Runs it in a process of its own.
    pub(crate) async fn run<T: DeserializeOwned>(&self) -> anyhow::Result<T> {
        let output =
            self.command()?.stderr(Stdio::inherit()).output().await.context("cannot start this program again")?;
        if !output.status.success() {
            bail!("a part failed: {self:?}");
        }
        serde_json::from_slice(&output.stdout).with_context(|| format!("a part answered unreadably: {self:?}"))
    }

    /// This program, started with this part; killed with its handle.
    pub(crate) fn command(&self) -> anyhow::Result<Command> {
        let mut command = Command::new(std::env::current_exe().context("where is this program?")?);
        command.arg("--part").arg(serde_json::to_string(self)?).kill_on_drop(true);
        Ok(command)
    }
}

/// The other side of [`Part::run`].
pub(crate) fn answer(part: &str) -> anyhow::Result<()> {
    let part: Part = serde_json::from_str(part).context("--part")?;
    let answer = Builder::new_multi_thread().enable_all().build()?.block_on(work(part))?;
    writeln!(std::io::stdout().lock(), "{answer}").context("nobody waits for the answer")
}

async fn work(part: Part) -> anyhow::Result<String> {
    let answer = match part {
        Part::Fill { urls, events } => serde_json::to_string(&fill::fill(&urls, events).await?),
        Part::FillCustomers { urls, customers } => {
            serde_json::to_string(&fill::fill_customers(&urls, customers).await?)
        }
        Part::Fold { url } => serde_json::to_string(&rebuild::fold::fold(&url).await?),
        Part::ReadAndParse { url } => serde_json::to_string(&rebuild::read_and_parse::read_and_parse(&url).await?),
        Part::StockEvents { url, events } => serde_json::to_string(&rebuild::stock::make_events(&url, events).await?),
        Part::StockReplay { url, seconds } => serde_json::to_string(&rebuild::stock::replay(&url, seconds).await?),
        Part::Bare { bytes } => serde_json::to_string(&check::bare::serve(bytes).await?),
    };
    Ok(answer?)
}
