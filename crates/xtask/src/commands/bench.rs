//! `cargo xtask bench`: the measurements of `docs/BENCHMARKS.md`, from an optimised build.

use std::process::Command;

use anyhow::bail;
use local_postgres::install;

use crate::programs::{self, say};
use crate::workspace::Workspace;

const PACKAGE: &str = "daybook-bench";

pub(crate) fn run(workspace: &Workspace, rest: &[String]) -> anyhow::Result<()> {
    if !workspace.has(PACKAGE) {
        bail!("the workspace has no package `{PACKAGE}`; it belongs into crates/bench");
    }
    install::find_or_install(say)?;
    // Both in one build: apart, they would want their dependencies with other features, and build them twice.
    programs::run(&mut workspace.cargo(&["build", "--release", "--package", "daybook", "--package", PACKAGE]))?;
    let built = workspace.target.join("release");
    let mut bench = Command::new(built.join(PACKAGE));
    programs::run(bench.args(rest).env("DAYBOOK_BIN", built.join("daybook")))
}
