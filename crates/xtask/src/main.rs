//! `cargo xtask`: what people and CI do with this workspace, one command each. Every command works on a clean checkout; `demo` and `test` install
//! PostgreSQL where it is missing and the machine allows it.

mod arrows;
mod commands;
mod programs;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use workspace::Workspace;

#[derive(Parser)]
#[command(bin_name = "cargo xtask", about = "Builds, tests and shows daybook")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build daybook and run its demonstration on a throw-away PostgreSQL cluster
    Demo {
        /// Passed on to `daybook demo`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        rest: Vec<String>,
    },
    /// Run all tests on a throw-away PostgreSQL cluster
    Test {
        /// Passed on to `cargo test`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        rest: Vec<String>,
    },
    /// Everything that must pass before a change lands: format, arrows, lints, statements, documentation, tests
    Ci,
    /// Measure, and print a table
    Bench {
        /// Passed on to the benchmark
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        rest: Vec<String>,
    },
    /// Fuzz what reads what strangers send, and the fold behind it
    Fuzz {
        /// `signature`, `event` or `fold`; all of them, one after the other, by default
        target: Option<String>,
        /// How long each of them runs
        #[arg(long, default_value_t = 10)]
        minutes: u32,
    },
    /// Check every SQL statement against the migrations and write what the compiler needs to know about them to `.sqlx/`
    Sqlx {
        /// Write nothing; fail when `.sqlx/` is not what would be written
        #[arg(long)]
        check: bool,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            programs::say(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    let workspace = Workspace::find()?;
    match command {
        Command::Demo { rest } => commands::demo::run(&workspace, &rest),
        Command::Test { rest } => commands::test::run(&workspace, &rest),
        Command::Ci => commands::ci::run(&workspace),
        Command::Bench { rest } => commands::bench::run(&workspace, &rest),
        Command::Fuzz { target, minutes } => commands::fuzz::run(&workspace, target.as_deref(), minutes),
        Command::Sqlx { check: true } => commands::sqlx::check(&workspace),
        Command::Sqlx { check: false } => commands::sqlx::write(&workspace),
    }
}
