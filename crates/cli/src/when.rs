//! Which past a command asks about: what had happened by a time, and what was known then.

use daybook_domain::time::Timestamp;
use daybook_http::past::{KnownAt, When, read_as_of, read_known_at};

/// Looking back.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
#[command(next_help_heading = "Looking back")]
pub struct WhenArguments {
    /// What was true at this time: 2026-03-03T12:00:00Z, or a day, which means its first second
    #[arg(long, value_name = "TIME", value_parser = as_of)]
    as_of: Option<Timestamp>,
    /// What this ledger knew then: a size of the log, or a time or day by which records had come
    #[arg(long, value_name = "SIZE|TIME", value_parser = known_at)]
    known_at: Option<KnownAt>,
}

impl WhenArguments {
    /// The past that is meant; the present where nothing was said.
    pub fn read(self) -> When {
        When { as_of: self.as_of, known_at: self.known_at }
    }
}

fn as_of(text: &str) -> Result<Timestamp, String> {
    read_as_of(text.trim()).map_err(|problem| problem.to_string())
}

fn known_at(text: &str) -> Result<KnownAt, String> {
    read_known_at(text.trim()).map_err(|problem| problem.to_string())
}
