//! What the exit code says. Scripts depend on it; `docs/CLI.md` lists it.

use std::borrow::Cow;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use daybook_http::Problem;
use daybook_stripe::private::message;

use crate::config::Problems;
use crate::output::printable;
use crate::scope::NoneSeen;

/// How a command ended, if nothing failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Everything is as it should be: 0.
    Well,
    /// The command did its work and something was refused, is wrong or was answered with no: 3.
    WithFindings,
}

/// Something the command was asked for cannot be done as asked; asking differently helps. Exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Misused(pub String);

/// Something was looked at and refused: a policy with errors, a customer that nobody knows. Exit code 3.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

const FAILED: u8 = 1;
const MISUSED: u8 = 2;
const FINDINGS: u8 = 3;

/// The exit code of a command's end. Says on standard error what went wrong.
pub fn code(result: anyhow::Result<Ending>) -> ExitCode {
    match result {
        Ok(Ending::Well) => ExitCode::SUCCESS,
        Ok(Ending::WithFindings) => ExitCode::from(FINDINGS),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let said = format!("error: {}", explained(&error));
            // What is wrong with the configuration is told with examples of secrets, and without those that were given.
            say(&if error.is::<Problems>() { Cow::Borrowed(said.as_str()) } else { message(&said) });
            ExitCode::from(number(&error))
        }
    }
}

/// What clap has to say about the command line: help and version are no errors.
pub fn wrong_usage(error: &clap::Error) -> ExitCode {
    // Nothing can be done about a closed terminal.
    let _ = match message(&error.to_string()) {
        Cow::Borrowed(_) => error.print(),
        Cow::Owned(covered) => write!(std::io::stderr().lock(), "{covered}"),
    };
    u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
}

fn number(error: &anyhow::Error) -> u8 {
    let is_question_unreadable = || matches!(error.downcast_ref(), Some(Problem::Malformed(_)));
    if error.is::<Problems>() || error.is::<Misused>() || is_question_unreadable() {
        MISUSED
    } else if error.is::<Refused>() || error.is::<NoneSeen>() {
        FINDINGS
    } else {
        FAILED
    }
}

/// The error and its causes, each said once: many causes repeat in words what stands behind them.
pub fn explained(error: &anyhow::Error) -> String {
    // sqlx says this before whatever the database said.
    let said =
        |cause: &(dyn std::error::Error + 'static)| cause.to_string().replace("error returned from database: ", "");
    error.chain().map(said).fold(String::new(), |said, cause| match said.as_str() {
        "" => cause,
        before if before.contains(&cause) => said,
        before => format!("{before}: {cause}"),
    })
}

/// The reader of our output went away, as `head` does: no failure of ours.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

fn say(said: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", printable(said));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::Arguments;

    #[test]
    fn each_kind_of_error_has_its_number() {
        assert_eq!(number(&anyhow::anyhow!("the database is away")), 1);
        assert_eq!(number(&Misused("name a scope".to_owned()).into()), 2);
        assert_eq!(number(&anyhow::Error::from(Problems::default())), 2);
        assert_eq!(number(&Refused("no such customer".to_owned()).into()), 3);
        assert_eq!(number(&NoneSeen.into()), 3);
    }

    #[test]
    fn help_and_our_own_words_are_readable_and_only_values_are_covered() {
        use clap::CommandFactory;
        fn look(command: &mut clap::Command) {
            let help = command.render_long_help().to_string();
            assert_eq!(message(&help), help, "{}", command.get_name());
            command.get_subcommands_mut().for_each(look);
        }
        let mut command = Arguments::command();
        look(&mut command);
        assert!(command.find_subcommand_mut("serve").unwrap().render_long_help().to_string().contains("whsec_..."));
        let mismatch = daybook_stripe::signature::Error::NoMatch.to_string();
        assert_eq!(message(&mismatch), mismatch);
    }

    #[test]
    fn a_cause_that_was_said_already_is_not_said_again() {
        use anyhow::Context;
        let cause = anyhow::anyhow!("permission denied");
        let error = Err::<(), _>(cause).context("migration: permission denied").context("not created").unwrap_err();
        assert_eq!(explained(&error), "not created: migration: permission denied");
    }

    #[test]
    fn what_the_database_said_is_said_without_a_preamble() {
        let error = anyhow::anyhow!("database: error returned from database: permission denied");
        assert_eq!(explained(&error), "database: permission denied");
    }

    #[test]
    fn a_kind_survives_an_explanation_around_it() {
        use anyhow::Context;
        let error = Err::<(), _>(Refused("line 3".to_owned())).context("policy.toml").unwrap_err();
        assert_eq!(number(&error), 3);
    }
}
