//! `daybook verify`: whether what is kept holds together. It changes nothing.

mod books;

use crate::config::DatabaseArguments;
use crate::exit::Ending;
use crate::output::Output;

/// `daybook verify`
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Hold the journal against what Stripe's documents say, and name every object of which both differ
    Books(books::Arguments),
}

impl Command {
    /// Where it looks.
    pub fn database(&self) -> &DatabaseArguments {
        match self {
            Self::Books(books) => &books.database,
        }
    }
}

/// Runs it.
pub async fn run(command: &Command, output: Output) -> anyhow::Result<Ending> {
    match command {
        Command::Books(arguments) => books::run(arguments, output).await,
    }
}
