//! `daybook migrate`: creates or upgrades the tables, for those who do that in a step of its own with an address that `serve` never sees. It also gives
//! the roles their rights to read models that another role made.

use std::fmt;

use serde::Serialize;

use crate::config::DatabaseArguments;
use crate::exit::Ending;
use crate::open::{Upgrade, with};
use crate::output::Output;

/// `daybook migrate`
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    pub database: DatabaseArguments,
}

#[derive(Serialize)]
struct Migrated {
    applied: usize,
}

impl fmt::Display for Migrated {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.applied {
            0 => formatter.write_str("The tables are up to date."),
            1 => formatter.write_str("1 migration was applied."),
            many => write!(formatter, "{many} migrations were applied."),
        }
    }
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    let applied = with(&arguments.database, Upgrade::Never, async |opened| {
        let applied = opened.migrate().await?;
        opened.share_read_models().await?;
        Ok(applied)
    })
    .await?;
    output.show(&Migrated { applied })?;
    Ok(Ending::Well)
}
