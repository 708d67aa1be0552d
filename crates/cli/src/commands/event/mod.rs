//! `daybook event`: the events in the log, as they were received.

mod body;
mod conflicts;
mod list;
mod show;

pub use list::{ensure_in_order, time};

use chrono::{DateTime, Utc};

use crate::config::DatabaseArguments;
use crate::exit::Ending;
use crate::output::Output;

/// `daybook event`
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List events, newest first
    List(list::Arguments),
    /// Show one event: its record, what it led to, how it was delivered, and its body
    Show(show::Arguments),
    /// List what contradicts the log: deliveries with the id of an event and other content. With a number, show one and where it differs
    Conflicts(conflicts::Arguments),
}

impl Command {
    /// Where it looks.
    pub fn database(&self) -> &DatabaseArguments {
        match self {
            Self::List(list) => &list.database,
            Self::Show(show) => &show.database,
            Self::Conflicts(conflicts) => &conflicts.database,
        }
    }
}

/// Runs it.
pub async fn run(command: &Command, output: Output) -> anyhow::Result<Ending> {
    match command {
        Command::List(arguments) => list::run(arguments, output).await,
        Command::Show(arguments) => show::run(arguments, output).await,
        Command::Conflicts(arguments) => conflicts::run(arguments, output).await,
    }
}

/// A time as people read it: `2026-11-21 14:05:00`.
fn shown(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%S").to_string()
}
