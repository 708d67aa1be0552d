//! The commands, one file each.

pub mod attention;
pub mod balances;
pub mod demo;
pub mod disputes;
pub mod doctor;
pub mod end;
pub mod entitlements;
pub mod event;
pub mod export;
pub mod grant;
pub mod grants;
pub mod ingest;
pub mod invoices;
pub mod key;
pub mod link;
pub mod migrate;
pub mod parked;
pub mod payments;
pub mod policy;
pub mod rebuild;
pub mod release;
pub mod revoke;
pub mod serve;
pub mod settle;
pub mod story;
pub mod unlink;
pub mod verify;

use std::process::ExitCode;

use anyhow::Context;

use crate::arguments::{Arguments, Command};
use crate::config::Problems;
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
    let mut problems = Problems::default();
    let log = arguments.log.read(usual, &mut problems);
    if log.is_none() {
        look_at_the_rest(&arguments.command, &mut problems);
    }
    problems.check(log)?.start();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start")?;
    runtime.block_on(command(arguments))
}

/// What else is wrong with the configuration, when the command will not come to say it.
fn look_at_the_rest(command: &Command, problems: &mut Problems) {
    let database = match command {
        Command::Serve(serve) => return serve.look(problems),
        Command::Doctor(doctor) => return doctor.look(problems),
        Command::Demo(_) => None,
        Command::Ingest(ingest) => Some(&ingest.database),
        Command::Rebuild(rebuild) => Some(&rebuild.database),
        Command::Event(event) => Some(event.database()),
        Command::Entitlements(entitlements) => Some(&entitlements.books.database),
        Command::Balances(balances) => Some(&balances.database),
        Command::Disputes(disputes) => Some(&disputes.books.database),
        Command::Attention(attention) => Some(&attention.books.database),
        Command::Invoices(invoices) => Some(&invoices.books.database),
        Command::Payments(payments) => Some(&payments.books.database),
        Command::Parked(parked) => Some(&parked.books.database),
        Command::Story(story) => Some(&story.books.database),
        Command::Key(key) => Some(key.database()),
        Command::Policy(policy) => Some(policy.database()),
        Command::Export(export) => Some(export.database()),
        Command::Verify(verify) => Some(verify.database()),
        Command::Migrate(migrate) => Some(&migrate.database),
        Command::Grant(grant) => Some(&grant.operator.database),
        Command::Revoke(revoke) => Some(&revoke.operator.database),
        Command::End(end) => Some(&end.operator.database),
        Command::Link(link) => Some(&link.operator.database),
        Command::Unlink(unlink) => Some(&unlink.operator.database),
        Command::Release(release) => Some(&release.operator.database),
        Command::Settle(settle) => Some(&settle.operator().database),
        Command::Grants(grants) => Some(&grants.books.database),
    };
    if let Some(database) = database {
        database.read(problems);
    }
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
        Command::Disputes(disputes) => disputes::run(disputes, output).await,
        Command::Attention(attention) => attention::run(attention, output).await,
        Command::Invoices(invoices) => invoices::run(invoices, output).await,
        Command::Payments(payments) => payments::run(payments, output).await,
        Command::Parked(parked) => parked::run(parked, output).await,
        Command::Story(story) => story::run(story, output).await,
        Command::Key(key) => key::run(key, output).await,
        Command::Policy(policy) => policy::run(policy, output).await,
        Command::Doctor(doctor) => doctor::run(doctor, output).await,
        Command::Export(export) => export::run(export, output).await,
        Command::Verify(verify) => verify::run(verify, output).await,
        Command::Migrate(migrate) => migrate::run(migrate, output).await,
        Command::Grant(grant) => grant::run(grant, output).await,
        Command::Revoke(revoke) => revoke::run(revoke, output).await,
        Command::End(end) => end::run(end, output).await,
        Command::Link(link) => link::run(link, output).await,
        Command::Unlink(unlink) => unlink::run(unlink, output).await,
        Command::Release(release) => release::run(release, output).await,
        Command::Settle(settle) => settle::run(settle, output).await,
        Command::Grants(grants) => grants::run(grants, output).await,
    }
}
