//! The commands, one file each.

pub mod balances;
pub mod demo;
pub mod doctor;
pub mod entitlements;
pub mod event;
pub mod ingest;
pub mod key;
pub mod migrate;
pub mod policy;
pub mod rebuild;
pub mod serve;

use std::process::ExitCode;

use anyhow::Context;

use crate::arguments::{Arguments, Command};
use crate::exit::{self, Ending};

/// Runs the command to its end.
pub fn run(arguments: &Arguments) -> ExitCode {
    exit::code(start(arguments))
}

fn start(arguments: &Arguments) -> anyhow::Result<Ending> {
    let usual = match arguments.command {
        Command::Serve(_) => "info,sqlx=error",
        // A person looks at these: what goes well is not worth a line beside the results.
        _ => "warn,sqlx=error",
    };
    arguments.log.start(usual)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start")?;
    runtime.block_on(command(arguments))
}

async fn command(arguments: &Arguments) -> anyhow::Result<Ending> {
    let output = arguments.output();
    match &arguments.command {
        Command::Serve(serve) => serve::run(serve, output).await,
        Command::Demo(demo) => demo::run(demo, output).await,
        Command::Ingest(ingest) => ingest::run(ingest, output).await,
        Command::Rebuild(rebuild) => rebuild::run(rebuild, output).await,
        Command::Event(event) => event::run(event, output).await,
        Command::Entitlements(entitlements) => entitlements::run(entitlements, output).await,
        Command::Balances(balances) => balances::run(balances, output).await,
        Command::Key(key) => key::run(key, output).await,
        Command::Policy(policy) => policy::run(policy, output).await,
        Command::Doctor(doctor) => doctor::run(doctor, output).await,
        Command::Migrate(migrate) => migrate::run(migrate, output).await,
    }
}
