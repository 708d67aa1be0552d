//! `daybook policy`: the entitlement policy. Applying one is an operator's record in the log, so that a rebuild and a question about the past use
//! the policy of their time. A file with errors is never applied; every error is named with its line and column.

mod apply;
mod check;
mod effect;
pub mod names;

use std::fmt;
use std::io::Read;

use anyhow::Context;
use daybook_domain::entitlement::Policy;
use daybook_store::log::read;
use daybook_store::policy::{InForce, in_force};
use serde::Serialize;

use self::apply::put_in_force;
use self::check::{Checked, check};
use crate::config::DatabaseArguments;
use crate::exit::{Ending, Misused};
use crate::lag;
use crate::open::{Opened, Upgrade, reading, with};
use crate::output::Output;
use crate::scope::ScopeArguments;

/// `daybook policy`
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Check a policy file, then put it in force from now on
    Apply(Apply),
    /// Show the policy in force
    Show(Show),
    /// Check a policy file and change nothing; with a database, name what no event has shown
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
    /// Only look at the file, even where there is a database
    #[arg(long)]
    offline: bool,
    #[command(flatten)]
    scope: ScopeArguments,
    #[command(flatten)]
    database: DatabaseArguments,
}

impl Command {
    /// Where it looks.
    pub fn database(&self) -> &DatabaseArguments {
        match self {
            Self::Apply(apply) => &apply.database,
            Self::Show(show) => &show.database,
            Self::Check(check) => &check.database,
        }
    }
}

/// A larger file is no policy: it has to fit into a record.
const LONGEST: usize = 1024 * 1024;

/// Runs it.
pub async fn run(command: &Command, output: Output) -> anyhow::Result<Ending> {
    match command {
        Command::Check(arguments) => check(arguments, &text_of(&arguments.file)?, output).await,
        Command::Show(show) => reading(&show.database, async |opened| show_in_force(show, opened, output).await).await,
        Command::Apply(apply) => {
            let text = text_of(&apply.file)?;
            let policy = match Policy::parse(&text) {
                Ok(policy) => policy,
                Err(error) => {
                    output.show(&Checked::wrong(&apply.file, error.problems))?;
                    return Ok(Ending::WithFindings);
                }
            };
            let both = (text, policy);
            with(&apply.database, Upgrade::NotHere, async |opened| {
                lag::say(opened).await;
                put_in_force(apply, both, opened, output).await
            })
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
