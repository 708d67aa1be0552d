//! `daybook serve`: everything in one process, until it is told to stop.

use std::fmt;

use anyhow::Context;
use daybook_domain::entitlement::Policy;
use daybook_store::Database;
use daybook_store::log::read;
use daybook_store::policy::in_force;
use daybook_store::scope;
use serde::Serialize;

use super::policy::names;

use crate::config::{
    DatabaseArguments, DatabaseSource, HttpArguments, HttpSettings, Problems, RecorderArguments, WebhookArguments,
    WorkerArguments,
};
use crate::exit::{Ending, Refused};
use crate::open::{Opened, Upgrade, open};
use crate::output::Output;
use crate::server::{self, Settings};

/// `daybook serve`
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    http: HttpArguments,
    #[command(flatten)]
    webhooks: WebhookArguments,
    #[command(flatten)]
    database: DatabaseArguments,
    #[command(flatten)]
    recorder: RecorderArguments,
    #[command(flatten)]
    worker: WorkerArguments,
    /// Do not start when a policy in force names prices, products, lookup keys or payment links that no event has shown
    #[arg(long, env = "DAYBOOK_STRICT_POLICY", hide_env_values = true)]
    strict_policy: bool,
}

/// Everything checked.
#[derive(Debug)]
struct Checked {
    http: HttpSettings,
    source: DatabaseSource,
    settings: Settings,
    paths: Vec<String>,
}

/// What is printed once it answers.
#[derive(Serialize)]
struct Ready {
    listening: String,
    webhooks: Vec<String>,
    database: &'static str,
}

impl fmt::Display for Ready {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "daybook answers at {} (database: {})", self.listening, self.database)?;
        for path in &self.webhooks {
            writeln!(formatter, "  webhooks: {}{path}", self.listening)?;
        }
        Ok(())
    }
}

impl Arguments {
    /// Checks all of it; what is wrong is said at once.
    fn check(&self) -> Result<Checked, Problems> {
        let mut problems = Problems::default();
        let checked = self.read(&mut problems);
        problems.check(checked)
    }

    /// Only says what is wrong.
    pub fn look(&self, problems: &mut Problems) {
        self.read(problems);
    }

    fn read(&self, problems: &mut Problems) -> Option<Checked> {
        let http = self.http.read(problems);
        let endpoints = self.webhooks.read(problems);
        let source = self.database.read(problems);
        let recorder = self.recorder.read(problems);
        let worker = self.worker.read(problems);
        let (http, endpoints) = (http?, endpoints?);
        let paths = endpoints.iter().map(daybook_http::Endpoint::path).collect();
        let settings = Settings { http: http.with_endpoints(endpoints), recorder: recorder?, worker: worker? };
        Some(Checked { http, source: source?, settings, paths })
    }
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    let checked = arguments.check()?;
    let opened = open(&checked.source, Upgrade::Allowed).await?;
    let served = if arguments.strict_policy {
        match ensure_seen(&opened.database).await {
            Ok(()) => serve(&opened, checked, output).await,
            Err(error) => Err(error),
        }
    } else {
        let looking = tokio::spawn(look_at_policies(opened.database.clone()));
        let served = serve(&opened, checked, output).await;
        looking.abort();
        served
    };
    opened.close().await;
    served.map(|()| Ending::Well)
}

/// Refuses policies in force that name what no event has shown.
async fn ensure_seen(database: &Database) -> anyhow::Result<()> {
    let refused = unseen(database).await.context("--strict-policy: the policies in force could not be checked")?;
    if !refused.is_empty() {
        return Err(Refused(format!("--strict-policy: {}", refused.join("\n  "))).into());
    }
    Ok(())
}

/// Says what the policies in force name and no event has shown. Deliveries are taken meanwhile, and whatever goes wrong here.
async fn look_at_policies(database: Database) {
    if let Err(error) = unseen(&database).await {
        tracing::warn!(%error, "what the policies in force name could not be compared with what was sold");
    }
}

/// What the policies in force name and no event has shown, each of it also logged.
async fn unseen(database: &Database) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut connection = database.pool().acquire().await?;
    let scopes = scope::all(&mut connection).await?;
    let size = read::size(&mut connection).await?;
    for (id, scope) in scopes {
        let Some(applied) = in_force(&mut connection, id, size).await? else { continue };
        let Ok(policy) = Policy::recorded(&applied.applied.policy) else { continue };
        for unseen in names::unseen(database, id, &policy).await? {
            tracing::warn!(%scope, position = applied.position, "the policy in force: {unseen}");
            found.push(format!("{scope}: {unseen}"));
        }
    }
    Ok(found)
}

async fn serve(opened: &Opened, checked: Checked, output: Output) -> anyhow::Result<()> {
    let listener = server::listen(checked.http.listen).await?;
    let mut server = server::start(opened, listener, checked.settings)?;
    tracing::info!(address = %server.address, database = opened.describe(), "daybook answers");
    if let Some(address) = opened.private_address() {
        tracing::info!("other programs of this machine reach the private PostgreSQL at {address}");
    }
    let ready =
        Ready { listening: format!("http://{}", server.address), webhooks: checked.paths, database: opened.describe() };
    if let Err(error) = output.line(&ready) {
        // Nobody reads it; that is no reason not to serve.
        tracing::warn!(%error, "standard output is closed");
    }
    let ended = tokio::select! {
        asked = server::asked_to_end() => asked,
        error = server.failed() => return Err(error),
    };
    tracing::info!("asked to stop: answering what was asked, recording what waits");
    server.stop().await?;
    tracing::info!("stopped");
    ended
}

#[cfg(test)]
mod tests {
    use crate::arguments::{Arguments, Command};

    fn problems<const N: usize>(words: [&str; N]) -> String {
        let arguments = Arguments::of(words).unwrap();
        let Command::Serve(serve) = arguments.command else { panic!("not serve") };
        serve.check().unwrap_err().to_string()
    }

    #[test]
    fn everything_wrong_with_the_configuration_is_said_at_once() {
        insta::assert_snapshot!(problems([
            "serve",
            "--listen=4242",
            "--database-url=mysql://root:hunter2@localhost/x",
            "--webhook-secret=sk_test_hunter2",
            "--mode=production",
            "--queue=many",
            "--worker-lease=0",
            "--body-kilobytes=-1",
            "--stripe-account=cus_1",
        ]));
    }

    #[test]
    fn a_start_without_any_endpoint_says_where_the_secret_is_found() {
        insta::assert_snapshot!(problems(["serve", "--webhook-secret="]));
    }

    #[test]
    fn a_live_key_beside_a_test_endpoint_stops_the_start() {
        insta::assert_snapshot!(problems([
            "serve",
            "--webhook-secret=whsec_12345678",
            "--mode=test",
            "--stripe-api-key=sk_live_hunter2",
        ]));
    }

    #[test]
    fn an_api_key_that_is_none_stops_the_start_without_being_shown() {
        insta::assert_snapshot!(problems([
            "serve",
            "--webhook-secret=whsec_12345678",
            "--stripe-api-key=hunter2hunter2",
        ]));
    }

    #[test]
    fn two_endpoints_cannot_answer_at_one_path() {
        insta::assert_snapshot!(problems([
            "serve",
            "--endpoint=a=whsec_12345678",
            "--endpoint=a=whsec_abcdefgh",
            "--endpoint=whsec_12345678=",
            "--endpoint=/x=whsec_12345678",
        ]));
    }

    #[test]
    fn a_usual_configuration_passes() {
        let arguments = Arguments::of([
            "serve",
            "--webhook-secret=new=whsec_12345678,old=whsec_abcdefgh",
            "--endpoint=connect=whsec_12345678",
            "--mode=live",
            "--stripe-api-key=rk_live_x",
            "--listen=localhost:0",
        ]);
        let Command::Serve(serve) = arguments.unwrap().command else { panic!("not serve") };
        assert_eq!(serve.check().unwrap().paths, ["/webhooks/stripe", "/webhooks/stripe/connect"]);
    }
}
