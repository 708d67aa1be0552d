//! The workspace as cargo describes it: where it lies, its members and what they depend on. Reads `cargo metadata`, never a manifest.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, bail};
use serde_json::Value;

use crate::programs;

/// What the commands need to know of the workspace.
#[derive(Debug)]
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    pub(crate) target: PathBuf,
    pub(crate) members: Vec<Member>,
}

/// One of our crates.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
}

/// One line of a member's manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) only_for_tests: bool,
}

impl Workspace {
    pub(crate) fn find() -> anyhow::Result<Self> {
        let mut cargo = programs::cargo(&["metadata", "--no-deps", "--format-version", "1"]);
        cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
        let answer = cargo.output().context("cannot run cargo")?;
        if !answer.status.success() {
            bail!("cargo metadata: {}", String::from_utf8_lossy(&answer.stderr));
        }
        let description: Value = serde_json::from_slice(&answer.stdout).context("reading cargo metadata")?;
        let packages = description.get("packages").and_then(Value::as_array);
        Ok(Self {
            root: path(&description, "workspace_root")?,
            target: path(&description, "target_directory")?,
            members: packages.into_iter().flatten().map(member).collect::<anyhow::Result<_>>()?,
        })
    }

    /// A cargo command in the workspace's root.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut cargo = programs::cargo(arguments);
        cargo.current_dir(&self.root);
        cargo
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.members.iter().any(|member| member.name == name)
    }
}

fn member(package: &Value) -> anyhow::Result<Member> {
    let dependencies = package.get("dependencies").and_then(Value::as_array);
    let dependencies = dependencies.into_iter().flatten().map(|dependency| {
        let only_for_tests = dependency.get("kind").and_then(Value::as_str) == Some("dev");
        Ok(Dependency { name: text(dependency, "name")?, only_for_tests })
    });
    let mut folder = path(package, "manifest_path")?;
    folder.pop();
    Ok(Member { name: text(package, "name")?, folder, dependencies: dependencies.collect::<anyhow::Result<_>>()? })
}

fn path(value: &Value, key: &str) -> anyhow::Result<PathBuf> {
    text(value, key).map(PathBuf::from)
}

fn text(value: &Value, key: &str) -> anyhow::Result<String> {
    let text = value.get(key).and_then(Value::as_str);
    text.map(str::to_owned).with_context(|| format!("cargo metadata says no `{key}`"))
}
