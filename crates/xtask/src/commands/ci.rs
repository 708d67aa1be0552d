//! `cargo xtask ci`: everything that must pass before a change lands, quickest first. The tests come last, so that their result is the last thing
//! said.

use anyhow::bail;

use crate::workspace::Workspace;
use crate::{arrows, commands, programs};

pub(crate) fn run(workspace: &Workspace) -> anyhow::Result<()> {
    programs::run(&mut workspace.cargo(&["fmt", "--all", "--", "--check"]))?;
    let forbidden = arrows::forbidden(&workspace.members);
    if !forbidden.is_empty() {
        bail!("forbidden arrows:\n{}", forbidden.join("\n"));
    }
    programs::run(&mut workspace.cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    commands::sqlx::check(workspace)?;
    programs::run(workspace.cargo(&["doc", "--no-deps", "--workspace"]).env("RUSTDOCFLAGS", "-D warnings"))?;
    commands::test::run(workspace, &[])
}
