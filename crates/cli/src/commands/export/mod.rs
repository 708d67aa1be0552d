//! `daybook export`: what is kept, in forms that other programs read.

mod beancount;
mod csv;
mod hledger;
mod journal;
mod jsonl;

use crate::config::DatabaseArguments;
use crate::exit::Ending;
use crate::output::Output;

/// `daybook export`
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// The journal, transaction by transaction in the order of time
    Journal(journal::Arguments),
}

impl Command {
    /// Where it looks.
    pub fn database(&self) -> &DatabaseArguments {
        match self {
            Self::Journal(journal) => &journal.database,
        }
    }
}

/// Runs it.
pub async fn run(command: &Command, output: Output) -> anyhow::Result<Ending> {
    match command {
        Command::Journal(arguments) => journal::run(arguments, output).await,
    }
}
