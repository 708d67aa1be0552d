//! `cargo xtask bench`: the measurements of `docs/BENCHMARKS.md`, from an optimised build.

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
    programs::run(&mut workspace.cargo(&["build", "--release", "--package", "daybook"]))?;
    let mut bench = workspace.cargo(&["run", "--release", "--package", PACKAGE, "--"]);
    programs::run(bench.args(rest).env("DAYBOOK_BIN", workspace.target.join("release/daybook")))
}
