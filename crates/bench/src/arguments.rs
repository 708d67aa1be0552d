//! The command line.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// Measures daybook beside the limits of this machine, and prints a table.
#[derive(Debug, Parser)]
#[command(name = "daybook-bench")]
pub(crate) struct Arguments {
    /// What to measure; everything when nothing is named
    #[arg(value_enum)]
    measures: Vec<Measure>,

    /// How often each measurement is repeated, in alternation with what it is compared with
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=99))]
    pub(crate) rounds: u32,

    /// Small sizes: shows that everything works, measures nothing
    #[arg(long)]
    pub(crate) quick: bool,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,

    /// The daybook program; the one beside this program when it is not given
    #[arg(long, env = "DAYBOOK_BIN", value_name = "PROGRAM")]
    pub(crate) daybook: Option<PathBuf>,

    /// One part of a measurement, in JSON; what this program starts itself with
    #[arg(long, hide = true)]
    pub(crate) part: Option<String>,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Measure {
    /// Signed webhooks over HTTP
    Ingest,
    /// Entitlement checks over HTTP
    Check,
    /// From the acknowledgement of an event to the answer that knows it
    Latency,
    /// A full rebuild of the read models from the log
    Rebuild,
}

impl Arguments {
    /// What was asked for, each once.
    pub(crate) fn measures(&self) -> Vec<Measure> {
        let all = Measure::value_variants().iter();
        all.filter(|one| self.measures.is_empty() || self.measures.contains(one)).copied().collect()
    }
}
