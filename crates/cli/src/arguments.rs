//! The command line: what clap knows of it. Each command's own arguments stand beside the command.

use clap::builder::Resettable;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::commands::{
    attention, balances, demo, disputes, doctor, end, entitlements, event, export, grant, grants, ingest, invoices,
    key, link, migrate, parked, payments, policy, rebuild, release, revoke, serve, settle, story, unlink, verify,
};
use crate::config::LogArguments;
use crate::output::{Form, Output};

/// A billing ledger for Stripe: every webhook is written down once and for ever, and answers are derived from what was written.
#[derive(Debug, Parser)]
#[command(name = "daybook", version, term_width = 110, max_term_width = 110)]
#[command(
    after_help = "Exit codes: 0 done, 1 failed, 2 asked or configured wrongly, 3 done with findings or answered with no.\n\
    Data goes to standard output, the log and progress to standard error."
)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,

    /// Print JSON for programs instead of text for people
    #[arg(long, global = true)]
    json: bool,

    #[command(flatten)]
    pub log: LogArguments,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Receive webhooks, keep the read models up to date and answer questions, until told to stop
    Serve(Box<serve::Arguments>),
    /// Show all of it at once on made-up customers and a throw-away database
    Demo(demo::Arguments),
    /// Bring events from a file into the log: one JSON object a line
    Ingest(ingest::Arguments),
    /// Build read models anew from the log, beside the live ones, and switch over
    Rebuild(rebuild::Arguments),
    /// Look at the events in the log
    #[command(subcommand)]
    Event(event::Command),
    /// What a customer may use, why, and until when
    Entitlements(entitlements::Arguments),
    /// What a customer owes and is owed
    Balances(balances::Arguments),
    /// Invoices with every line, how they stand, and what paid them
    Invoices(invoices::Arguments),
    /// Charges, refunds, and payments that wait for the customer
    Payments(payments::Arguments),
    /// Disputes: what is asked for until when, whose they are, what came of them
    Disputes(disputes::Arguments),
    /// What needs a person, why, since when and until when
    Attention(attention::Arguments),
    /// What is known only by name, and what waits for it
    Parked(parked::Arguments),
    /// Everything that happened to a customer, and what it changed
    Story(story::Arguments),
    /// Give a customer a feature, whatever it pays for
    Grant(Box<grant::Arguments>),
    /// Take a feature from a customer, whatever it pays for
    Revoke(Box<revoke::Arguments>),
    /// End a grant or a revocation earlier than it said
    End(Box<end::Arguments>),
    /// What operators granted, revoked, linked and released
    Grants(grants::Arguments),
    /// Link a customer with one of your own accounts, whatever events show
    Link(Box<link::Arguments>),
    /// Say that a customer does not belong to one of your own accounts, whatever events show
    Unlink(Box<unlink::Arguments>),
    /// Give back what a dispute holds
    Release(Box<release::Arguments>),
    /// Note what a person decided about a contradiction or an unreadable record
    #[command(subcommand)]
    Settle(settle::Command),
    /// Keys for the HTTP API
    #[command(subcommand)]
    Key(key::Command),
    /// The entitlement policy: which prices grant what
    #[command(subcommand)]
    Policy(policy::Command),
    /// Look at everything and say what is wrong and what to do
    Doctor(Box<doctor::Arguments>),
    /// Write what is kept for other programs: the journal for hledger, beancount, a table or a program
    #[command(subcommand)]
    Export(export::Command),
    /// Hold what is kept against what it must be, and name what differs
    #[command(subcommand)]
    Verify(verify::Command),
    /// Create or upgrade the tables and do nothing else
    Migrate(migrate::Arguments),
}

impl Arguments {
    /// The command line of this process. Variables that are set to nothing count as not set.
    pub fn read() -> Result<Self, clap::Error> {
        let command = without_empty_variables(Self::command());
        Self::from_arg_matches(&command.try_get_matches()?)
    }

    /// Where results go.
    pub fn output(&self) -> Output {
        Output::new(if self.json { Form::Json } else { Form::Text })
    }
}

/// A variable that is set to nothing is how many tools write one that is not set.
fn without_empty_variables(command: clap::Command) -> clap::Command {
    let command = command.mut_args(|argument| {
        let value = argument.get_env().and_then(std::env::var_os);
        let is_empty = value.is_some_and(|value| value.to_string_lossy().trim().is_empty());
        if is_empty { argument.env(Resettable::Reset) } else { argument }
    });
    command.mut_subcommands(without_empty_variables)
}

#[cfg(test)]
impl Arguments {
    /// A command line given by a test.
    pub fn of<const N: usize>(words: [&str; N]) -> Result<Self, clap::Error> {
        Self::try_parse_from(std::iter::once("daybook").chain(words))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn help(path: &[&str]) -> String {
        let mut command = Arguments::command();
        command.build();
        let mut at = &mut command;
        for name in path {
            at = at.find_subcommand_mut(name).unwrap();
        }
        at.render_long_help().to_string()
    }

    #[test]
    fn the_command_line_holds_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_help_of_the_program() {
        insta::assert_snapshot!(help(&[]));
    }

    #[test]
    fn the_help_of_every_command() {
        let paths: [&[&str]; 34] = [
            &["grant"],
            &["revoke"],
            &["end"],
            &["grants"],
            &["link"],
            &["unlink"],
            &["release"],
            &["settle", "conflict"],
            &["settle", "record"],
            &["serve"],
            &["demo"],
            &["ingest"],
            &["rebuild"],
            &["event", "list"],
            &["event", "show"],
            &["event", "conflicts"],
            &["entitlements"],
            &["balances"],
            &["invoices"],
            &["payments"],
            &["disputes"],
            &["attention"],
            &["story"],
            &["parked"],
            &["key", "create"],
            &["key", "list"],
            &["key", "revoke"],
            &["policy", "apply"],
            &["policy", "show"],
            &["policy", "check"],
            &["doctor"],
            &["export", "journal"],
            &["verify", "books"],
            &["migrate"],
        ];
        for path in paths {
            insta::assert_snapshot!(format!("help_{}", path.join("_")), help(path));
        }
    }

    #[test]
    fn every_variable_and_every_command_stands_in_the_manual() {
        let manual = include_str!("../../../docs/CLI.md");
        let mut command = Arguments::command();
        command.build();
        let names = |command: &clap::Command| command.get_name().to_owned();
        let mut left: Vec<(String, &clap::Command)> = command.get_subcommands().map(|one| (names(one), one)).collect();
        left.retain(|(name, _)| name != "help");
        while let Some((name, command)) = left.pop() {
            assert!(manual.contains(&format!("`{name}")), "{name} is missing");
            for variable in command.get_arguments().filter_map(clap::Arg::get_env) {
                assert!(manual.contains(&format!("| `{}` |", variable.display())), "{} is missing", variable.display());
            }
            let below = command.get_subcommands().filter(|one| one.get_name() != "help");
            left.extend(below.map(|one| (format!("{name} {}", one.get_name()), one)));
        }
    }

    #[test]
    fn a_secret_in_the_environment_never_stands_in_the_help() {
        let mut command = Arguments::command();
        command.build();
        let shows = |command: &clap::Command| {
            let mut arguments = command.get_arguments().filter(|argument| argument.get_env().is_some());
            arguments.any(|argument| !argument.is_hide_env_values_set())
        };
        let mut left: Vec<&clap::Command> = vec![&command];
        while let Some(command) = left.pop() {
            assert!(!shows(command), "{} shows the value of a variable", command.get_name());
            left.extend(command.get_subcommands());
        }
    }
}
