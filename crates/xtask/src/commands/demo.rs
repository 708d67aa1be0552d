//! `cargo xtask demo`: builds the program as users get it and becomes its demonstration.

use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::Context;
use local_postgres::install;

use crate::programs::{self, say};
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace, rest: &[String]) -> anyhow::Result<()> {
    install::find_or_install(say)?;
    programs::run(&mut workspace.cargo(&["build", "--release", "--package", "daybook"]))?;
    let program = workspace.target.join("release/daybook");
    // Becomes the program, so that a Ctrl-C reaches it and nobody else.
    let error = Command::new(&program).arg("demo").args(rest).exec();
    Err(error).with_context(|| format!("cannot run {}", program.display()))
}
