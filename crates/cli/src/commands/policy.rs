//! `daybook policy`: the entitlement policy. Applying one is an operator's record in the log, so that a rebuild and a question about the past use
//! the policy of their time. A file with errors is never applied; every error is named with its line and column.

use std::fmt;
use std::io::Read;

use anyhow::Context;
use bytes::Bytes;
use chrono::Utc;
use daybook_domain::entitlement::Policy;
use daybook_domain::entitlement::policy::Problem;
use daybook_domain::id::EventId;
use daybook_domain::scope::Scope;
use daybook_store::log::read;
use daybook_store::policy::{InForce, POLICY_APPLIED, PolicyApplied, in_force};
use daybook_store::recorder::Limits;
use daybook_store::{Incoming, Recorder, Source};
use serde::Serialize;
use uuid::Uuid;

use crate::config::DatabaseArguments;
use crate::exit::{Ending, Misused};
use crate::open::{Opened, Upgrade, with};
use crate::output::{Output, counted};
use crate::scope::ScopeArguments;

/// `daybook policy`
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Check a policy file, then put it in force from now on
    Apply(Apply),
    /// Show the policy in force
    Show(Show),
    /// Check a policy file and change nothing; needs no database
    Check(Check),
}

/// `daybook policy apply`
#[derive(Debug, clap::Args)]
pub struct Apply {
    /// The policy: a TOML file, or - for standard input
    file: String,
    /// Who applies it, as it will stand in the log
    #[arg(long, env = "USER", hide_env_values = true, value_name = "NAME")]
    by: Option<String>,
    #[command(flatten)]
    scope: ScopeArguments,
    #[command(flatten)]
    database: DatabaseArguments,
}

/// `daybook policy show`
#[derive(Debug, clap::Args)]
pub struct Show {
    #[command(flatten)]
    scope: ScopeArguments,
    #[command(flatten)]
    database: DatabaseArguments,
}

/// `daybook policy check`
#[derive(Debug, clap::Args)]
pub struct Check {
    /// The policy: a TOML file, or - for standard input
    file: String,
}

impl Command {
    /// Where it looks, if it does.
    pub fn database(&self) -> Option<&DatabaseArguments> {
        match self {
            Self::Apply(apply) => Some(&apply.database),
            Self::Show(show) => Some(&show.database),
            Self::Check(_) => None,
        }
    }
}

/// A larger file is no policy: it has to fit into a record.
const LONGEST: usize = 1024 * 1024;

/// Runs it.
pub async fn run(command: &Command, output: Output) -> anyhow::Result<Ending> {
    match command {
        Command::Check(check) => checked(&check.file, &text_of(&check.file)?, output),
        Command::Show(show) => {
            with(&show.database, Upgrade::NotHere, async |opened| show_in_force(show, opened, output).await).await
        }
        Command::Apply(apply) => {
            let text = text_of(&apply.file)?;
            if let Err(error) = Policy::parse(&text) {
                output.show(&Checked::wrong(&apply.file, error.problems))?;
                return Ok(Ending::WithFindings);
            }
            with(&apply.database, Upgrade::NotHere, async |opened| put_in_force(apply, text, opened, output).await)
                .await
        }
    }
}

fn text_of(file: &str) -> anyhow::Result<String> {
    let bytes = if file == "-" {
        beginning(std::io::stdin().lock()).context("standard input")?
    } else {
        std::fs::File::open(file).and_then(beginning).with_context(|| format!("cannot read {file}"))?
    };
    if bytes.len() > LONGEST {
        return Err(Misused(format!("{file} is larger than {LONGEST} bytes, which no policy is")).into());
    }
    String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        Misused(format!("{file} is no text: it is not UTF-8 at byte {place}")).into()
    })
}

/// As much as shows that it is too long: what is read may have no end.
fn beginning(file: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(u64::try_from(LONGEST).unwrap_or(u64::MAX).saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[derive(Serialize)]
struct Checked {
    file: String,
    sound: bool,
    plans: usize,
    features: usize,
    problems: Vec<Problem>,
}

impl Checked {
    fn wrong(file: &str, problems: Vec<Problem>) -> Self {
        Self { file: file.to_owned(), sound: false, plans: 0, features: 0, problems }
    }
}

impl fmt::Display for Checked {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        if self.sound {
            let (plans, features) = (number(self.plans), number(self.features));
            let (plans, features) = (counted(plans, "plan", "plans"), counted(features, "feature", "features"));
            return write!(formatter, "{} is sound: {plans}, {features}.", self.file);
        }
        writeln!(formatter, "{} has {}:", self.file, counted(number(self.problems.len()), "problem", "problems"))?;
        self.problems.iter().try_for_each(|problem| writeln!(formatter, "  {problem}"))
    }
}

fn checked(file: &str, text: &str, output: Output) -> anyhow::Result<Ending> {
    match Policy::parse(text) {
        Ok(policy) => {
            let (plans, features) = (policy.plans.len(), policy.features.len());
            output.show(&Checked { file: file.to_owned(), sound: true, plans, features, problems: Vec::new() })?;
            Ok(Ending::Well)
        }
        Err(error) => {
            output.show(&Checked::wrong(file, error.problems))?;
            Ok(Ending::WithFindings)
        }
    }
}

#[derive(Serialize)]
struct Shown {
    scope: String,
    position: Option<i64>,
    event_id: Option<String>,
    applied_by: Option<String>,
    policy: String,
}

impl fmt::Display for Shown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.position, &self.event_id) {
            (Some(position), Some(event_id)) => {
                let by = self.applied_by.as_deref().unwrap_or("somebody who gave no name");
                writeln!(formatter, "# {}: applied by {by}, record {position}, {event_id}", self.scope)?;
            }
            _ => writeln!(formatter, "# {}: none was applied, so this holds", self.scope)?,
        }
        write!(formatter, "{}", self.policy)
    }
}

async fn show_in_force(arguments: &Show, opened: &Opened, output: Output) -> anyhow::Result<Ending> {
    let mut connection = opened.database.pool().acquire().await?;
    let (id, scope) = arguments.scope.find(&mut connection).await?;
    let size = read::size(&mut connection).await?;
    let shown = match in_force(&mut connection, id, size).await? {
        Some(InForce { position, event_id, applied }) => Shown {
            scope: scope.to_string(),
            position: Some(position),
            event_id: Some(event_id),
            applied_by: applied.applied_by,
            policy: applied.policy,
        },
        None => Shown {
            scope: scope.to_string(),
            position: None,
            event_id: None,
            applied_by: None,
            policy: Policy::default().to_string(),
        },
    };
    output.show(&shown)?;
    Ok(Ending::Well)
}

#[derive(Serialize)]
struct Applied {
    scope: String,
    outcome: &'static str,
    position: i64,
    event_id: String,
}

impl fmt::Display for Applied {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scope, position, event_id, .. } = self;
        match self.outcome {
            "unchanged" => write!(
                formatter,
                "The same policy is in force for {scope} already, since record {position} ({event_id})."
            ),
            _ => write!(formatter, "The policy is in force for {scope} from record {position} on ({event_id})."),
        }
    }
}

async fn put_in_force(arguments: &Apply, text: String, opened: &Opened, output: Output) -> anyhow::Result<Ending> {
    let mut connection = opened.database.pool().acquire().await?;
    let scope = arguments.scope.find_or_name(&mut connection).await?;
    let size = read::size(&mut connection).await?;
    if let Some(id) = daybook_store::scope::find(&mut connection, &scope).await?
        && let Some(present) = in_force(&mut connection, id, size).await?
        && present.applied.policy == text
    {
        let (position, event_id) = (present.position, present.event_id);
        output.show(&Applied { scope: scope.to_string(), outcome: "unchanged", position, event_id })?;
        return Ok(Ending::Well);
    }
    drop(connection);
    let incoming = record_of(&PolicyApplied { policy: text, applied_by: arguments.by.clone() }, scope.clone())?;
    let event_id = incoming.event_id.to_string();
    let (recorder, task) = Recorder::new(&opened.database, Limits::default());
    let task = tokio::spawn(task.run(std::future::pending()));
    let answer = recorder.record(incoming).await;
    drop(recorder);
    task.await.context("the recorder did not end in order")?;
    let position = answer?.position();
    output.show(&Applied { scope: scope.to_string(), outcome: "applied", position, event_id })?;
    Ok(Ending::Well)
}

fn record_of(applied: &PolicyApplied, scope: Scope) -> anyhow::Result<Incoming> {
    let now = Utc::now();
    Ok(Incoming {
        event_id: EventId::new(format!("policy_{}", Uuid::now_v7().simple())),
        kind: POLICY_APPLIED.to_owned(),
        scope,
        api_version: None,
        created: Some(now.timestamp()),
        body: Bytes::from(serde_json::to_vec(applied)?),
        source: Source::Operator,
        received_at: now,
        endpoint: None,
        secret_label: None,
        signature: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_policy_is_explained_with_line_and_column() {
        let text = "[rules]\ngrace = \"7 weeks or so\"\n\n[plans.pro]\ngrants = { seats = 5 }\n";
        let problems = Policy::parse(text).unwrap_err().problems;
        insta::assert_snapshot!(Checked::wrong("policy.toml", problems));
    }
}
