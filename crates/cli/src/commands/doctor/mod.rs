//! `daybook doctor`: looks at everything, changes nothing, and says of each thing how it is and what to do. A check that cannot be made is a
//! finding of its own, so that one thing that is broken never hides the others.

mod arrivals;
mod books;
mod catalogue;
mod configuration;
mod database;
mod finding;
mod log;
mod readers;
mod role;

use daybook_domain::scope::Mode;
use daybook_store::Error;

use self::finding::{Finding, Report};
use crate::config::{DatabaseArguments, DatabaseSource, Place, Problems, WebhookArguments};
use crate::exit::{Ending, explained};
use crate::open::{Opened, Upgrade, open};
use crate::output::Output;

/// `daybook doctor`
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Recompute every hash of the log instead of looking at its end only
    #[arg(long)]
    verify: bool,
    #[command(flatten)]
    webhooks: WebhookArguments,
    #[command(flatten)]
    database: DatabaseArguments,
}

impl Arguments {
    /// Only says what is wrong with the configuration.
    pub fn look(&self, problems: &mut Problems) {
        self.webhooks.read(problems);
        self.database.read(problems);
    }
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    let mut findings = configuration::look(&arguments.webhooks);
    let mut problems = Problems::default();
    let source = arguments.database.read(&mut problems);
    findings.extend(configuration::of_problems("database_url", &problems));
    if let Some(source) = source {
        look_into(&source, arguments, &mut findings).await;
    }
    let report = Report::of(findings);
    output.show(&report)?;
    Ok(if report.healthy { Ending::Well } else { Ending::WithFindings })
}

async fn look_into(source: &DatabaseSource, arguments: &Arguments, findings: &mut Vec<Finding>) {
    if let Place::In(folder) = &source.place
        && !local_postgres::is_there(folder)
    {
        findings.push(Finding::note(
            "database",
            format!("DATABASE_URL is not set, and there is no private database in {} yet", folder.display()),
            "`daybook serve` makes one; or set DATABASE_URL=postgres://USER:PASSWORD@HOST:5432/daybook",
        ));
        return;
    }
    match open(source, Upgrade::Never).await {
        Ok(opened) => {
            look_at_all(&opened, arguments, findings).await;
            opened.close().await;
        }
        Err(error) => findings.push(Finding::wrong(
            "database",
            format!("it cannot be opened: {}", explained(&error)),
            "check the address, that PostgreSQL runs and lets this machine in, and the password",
        )),
    }
}

async fn look_at_all(opened: &Opened, arguments: &Arguments, findings: &mut Vec<Finding>) {
    findings.extend(or_say("database", database::look(opened).await));
    let pending = match opened.database.pending_migrations().await {
        Ok(pending) => pending,
        Err(error @ Error::AlteredMigrations(_)) => {
            let advice = "use the build that made it: the tables of another build may differ in any way, so nothing more is looked at";
            findings.push(Finding::wrong("migrations", error.to_string(), advice));
            return;
        }
        Err(error) => {
            findings.push(unknown("migrations", &error.into()));
            return;
        }
    };
    if !pending.is_empty() {
        findings.push(Finding::wrong(
            "migrations",
            format!("{} of this version's migrations are missing", pending.len()),
            "run `daybook migrate`, or start `daybook serve`, with DAYBOOK_OWNER_URL set if another role owns the tables",
        ));
        return;
    }
    findings.push(Finding::ok("migrations", "all are applied"));
    findings.extend(or_say("role", role::look(opened).await));
    findings.extend(or_say("log", log::look(opened, arguments.verify).await));
    findings.extend(or_say("worker", readers::look(opened).await));
    findings.extend(or_say("books", books::look(opened).await));
    let endpoints = arguments.webhooks.read(&mut Problems::default()).unwrap_or_default();
    let modes: Vec<Mode> = endpoints.iter().filter_map(|endpoint| endpoint.mode).collect();
    findings.extend(or_say("arrivals", arrivals::look(opened, &modes).await));
    findings.extend(or_say("event_types", readers::event_types(opened).await));
}

/// What a check found, or that it could not be made.
fn or_say(name: &'static str, looked: anyhow::Result<Vec<Finding>>) -> Vec<Finding> {
    looked.unwrap_or_else(|error| vec![unknown(name, &error)])
}

fn unknown(name: &'static str, error: &anyhow::Error) -> Finding {
    Finding::wrong(
        name,
        format!("it could not be looked at: {}", explained(error)),
        "see the error; the other findings stand",
    )
}
