//! The measurements of `docs/BENCHMARKS.md`: what daybook does in a second, and beside it, in the same run, what the same machine does
//! with the bare means. Rounds alternate between the two, and medians are shown. Everything runs on a throw-away cluster that flushes like a kept one,
//! over local sockets and loopback only.
//!
//! # Layout
//! - [`arguments`]: the command line
//! - [`mod@bench`]: the cluster, its databases, and what a measurement is told; [`fill`]: a log to measure on
//! - [`part`]: what runs in a process of its own, so that memory can be told apart; [`serving`]: servers as processes of their own
//! - [`client`]: the cheapest HTTP client that does
//! - [`ingest`], [`check`], [`latency`], [`rebuild`]: one file for each thing that is measured
//! - [`statistics`], [`report`], [`machine`]: medians, the table, and where it was measured

mod arguments;
mod bench;
mod check;
mod client;
mod fill;
mod ingest;
mod latency;
mod machine;
mod part;
mod rebuild;
mod report;
mod serving;
mod statistics;

use std::io::Write;

use anyhow::Context;
use clap::Parser;
use tokio::runtime::{Builder, Runtime};

use arguments::{Arguments, Measure};
use bench::Bench;
use report::Report;

/// As in the program that is measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if let Some(part) = &arguments.part {
        return part::answer(part);
    }
    let bench = Bench::start(&arguments)?;
    let report = runtime()?.block_on(measure(&bench, &arguments.measures()))?;
    let text = if arguments.json { serde_json::to_string_pretty(&report)? } else { report.to_string() };
    writeln!(std::io::stdout().lock(), "{text}").context("nobody reads the report")
}

/// One thread: what the measuring side does is little, and the cores belong to what is measured.
fn runtime() -> anyhow::Result<Runtime> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}

async fn measure(bench: &Bench, measures: &[Measure]) -> anyhow::Result<Report> {
    let mut report = Report::new(bench);
    for measure in measures {
        match measure {
            Measure::Ingest => ingest::measure(bench, &mut report).await?,
            Measure::Check => check::measure(bench, &mut report).await?,
            Measure::Latency => latency::measure(bench, &mut report).await?,
            Measure::Rebuild => rebuild::measure(bench, &mut report).await?,
        }
    }
    Ok(report)
}
