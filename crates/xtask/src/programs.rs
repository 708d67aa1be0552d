//! Running other programs: announced, in the foreground, and an error when they fail. And PostgreSQL, which has to be there first.

use std::process::Command;

use anyhow::{Context, bail};
use local_postgres::{Cluster, DataDir, Options, install};

/// Tells the person what happens. Standard output belongs to the programs that are run.
#[expect(clippy::print_stderr, reason = "the conversation with the person who runs the command")]
pub(crate) fn say(text: &str) {
    eprintln!("xtask: {text}");
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let words = words(command);
    say(&words);
    let status = command.status().with_context(|| format!("cannot run {words}"))?;
    if !status.success() {
        bail!("{words}: {status}");
    }
    Ok(())
}

/// A throw-away cluster, after installing PostgreSQL where it is missing.
pub(crate) fn cluster() -> anyhow::Result<Cluster> {
    let found = install::find_or_install(say)?;
    let cluster = Cluster::start(&Options::new(DataDir::ThrowAway))?;
    say(&format!("PostgreSQL {} from {}", cluster.version(), found.folder().display()));
    Ok(cluster)
}

/// A cargo command. What cargo told this program of its own package is kept from it: build scripts look at the same variables, and a person's own
/// `cargo build` beside a task would build half of the dependencies again.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    const OF_A_PACKAGE: [&str; 4] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
    let mut cargo = Command::new("cargo");
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| OF_A_PACKAGE.iter().any(|start| name.starts_with(start))) {
            cargo.env_remove(name);
        }
    }
    cargo.args(arguments);
    cargo
}

fn words(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy()];
    words.extend(command.get_args().map(|argument| argument.to_string_lossy()));
    words.join(" ")
}
