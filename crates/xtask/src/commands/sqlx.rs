//! `cargo xtask sqlx`: has the compiler check every `sqlx::query!` against a database made from the migrations and the read models' schemas, and
//! keeps what it learned in `.sqlx/`, so that everybody else builds without a database. With `--check` nothing is written.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use local_postgres::Cluster;
use tempfile::TempDir;

use crate::programs::{self, say};
use crate::workspace::Workspace;

/// The schema that stands for a generation while statements are checked.
const TEMPLATE: &str = "generation_template";
const COMMITTED: &str = ".sqlx";
/// The macros whose statements are checked.
const MACROS: &[&str] = &["query", "query_as", "query_scalar", "query_file", "query_file_as"];

/// File names with their text.
type Statements = BTreeMap<String, String>;

/// Writes `.sqlx/` anew.
pub(crate) fn write(workspace: &Workspace) -> anyhow::Result<()> {
    let fresh = describe(workspace)?;
    let folder = workspace.root.join(COMMITTED);
    fs::create_dir_all(&folder)?;
    for name in read(&folder)?.keys().filter(|name| !fresh.contains_key(*name)) {
        fs::remove_file(folder.join(name))?;
    }
    for (name, text) in &fresh {
        fs::write(folder.join(name), text)?;
    }
    say(&format!("{} statements are described in {COMMITTED}/", fresh.len()));
    Ok(())
}

/// Compares `.sqlx/` with what would be written.
pub(crate) fn check(workspace: &Workspace) -> anyhow::Result<()> {
    let fresh = describe(workspace)?;
    let found = differences(&fresh, &read(&workspace.root.join(COMMITTED))?);
    if !found.is_empty() {
        bail!("{COMMITTED}/ is out of date; run `cargo xtask sqlx` and commit it:\n{}", found.join("\n"));
    }
    say(&format!("{} statements are described as the database sees them", fresh.len()));
    Ok(())
}

/// Compiles everything that uses sqlx against a fresh database. The build has a folder of its own, in which our crates are always compiled
/// again: the macros write only when they run.
fn describe(workspace: &Workspace) -> anyhow::Result<Statements> {
    let cluster = programs::cluster()?;
    lay_out(workspace, &cluster)?;
    let out = TempDir::new()?;
    let target = workspace.target.join("sqlx");
    let mut packages = Vec::new();
    for member in &workspace.members {
        if files(&member.folder, "rs", "")?.iter().any(|(_, text)| has_statements(text)) {
            packages.push(format!("--package={}", member.name));
        }
    }

    programs::run(workspace.cargo(&["clean", "--quiet", "--target-dir"]).arg(&target).args(&packages))?;
    let mut check = workspace.cargo(&["check", "--all-targets", "--target-dir"]);
    check.arg(&target).args(&packages);
    check.env("DATABASE_URL", cluster.url()).env("SQLX_OFFLINE", "false").env("SQLX_OFFLINE_DIR", out.path());
    programs::run(&mut check)?;
    read(out.path())
}

fn has_statements(source: &str) -> bool {
    MACROS.iter().any(|name| source.contains(&format!("{name}!(")))
}

/// The migrations in their order, then one generation of the read models, where unqualified names find both.
fn lay_out(workspace: &Workspace, cluster: &Cluster) -> anyhow::Result<()> {
    for (name, script) in files(&workspace.root.join("migrations"), "sql", "")? {
        cluster.run_script(&script).with_context(|| format!("migrations/{name}"))?;
    }
    cluster.run_script(&format!("create schema {TEMPLATE}"))?;
    cluster.run_script(&format!("alter database daybook set search_path = {TEMPLATE}, public"))?;
    for file in ["schema.sql", "indexes.sql"] {
        let mut all = files(&workspace.root.join("projections"), "sql", file)?;
        all.extend(files(&workspace.root.join("crates/worker"), "sql", file)?);
        run_in_any_order(cluster, all)?;
    }
    Ok(())
}

/// A schema may build on another one: what fails is tried again after the rest, as long as that helps.
fn run_in_any_order(cluster: &Cluster, mut waiting: Vec<(String, String)>) -> anyhow::Result<()> {
    while !waiting.is_empty() {
        let before = waiting.len();
        let mut failure = None;
        waiting.retain(|(name, script)| match cluster.run_script(script) {
            Ok(()) => false,
            Err(error) => {
                failure = Some(anyhow::Error::new(error).context(name.clone()));
                true
            }
        });
        match failure {
            Some(error) if waiting.len() == before => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// The files of a kind under a folder whose path ends so, sorted by path. A missing folder has none.
fn files(folder: &Path, kind: &str, ending: &str) -> anyhow::Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in next.read_dir().into_iter().flatten() {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == kind) && path.ends_with(ending) {
                let name = path.strip_prefix(folder)?.display().to_string();
                found.push((name, fs::read_to_string(&path)?));
            }
        }
    }
    found.sort();
    Ok(found)
}

fn read(folder: &Path) -> anyhow::Result<Statements> {
    let mut statements = Statements::new();
    for entry in folder.read_dir().into_iter().flatten() {
        let entry = entry?;
        statements.insert(entry.file_name().to_string_lossy().into_owned(), fs::read_to_string(entry.path())?);
    }
    Ok(statements)
}

/// One line for each statement that is missing, stale or unused.
fn differences(fresh: &Statements, committed: &Statements) -> Vec<String> {
    let mut found = Vec::new();
    for (name, text) in fresh {
        match committed.get(name) {
            None => found.push(format!("missing: {name}: {}", statement(text))),
            Some(old) if old != text => found.push(format!("stale: {name}: {}", statement(text))),
            Some(_) => {}
        }
    }
    let unused = committed.iter().filter(|(name, _)| !fresh.contains_key(*name));
    found.extend(unused.map(|(name, text)| format!("unused: {name}: {}", statement(text))));
    found
}

/// The statement's beginning, on one line.
fn statement(description: &str) -> String {
    let parsed: Option<serde_json::Value> = serde_json::from_str(description).ok();
    let text = parsed.as_ref().and_then(|value| value.get("query")?.as_str()).unwrap_or("unreadable");
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statements(all: &[(&str, &str)]) -> Statements {
        let describe = |query: &str| format!("{{\"query\": \"{query}\"}}");
        all.iter().map(|(name, query)| ((*name).to_owned(), describe(query))).collect()
    }

    #[test]
    fn missing_stale_and_unused_statements_are_told_apart() {
        let fresh = statements(&[("a.json", "select 1"), ("b.json", "select  2"), ("c.json", "select 3")]);
        let committed = statements(&[("b.json", "select 22"), ("c.json", "select 3"), ("d.json", "select 4")]);
        assert_eq!(
            differences(&fresh, &committed),
            ["missing: a.json: select 1", "stale: b.json: select 2", "unused: d.json: select 4"]
        );
    }

    #[test]
    fn files_are_found_in_every_folder_and_sorted_by_path() {
        let folder = TempDir::new().unwrap();
        for path in ["b/schema.sql", "a/schema.sql", "a/indexes.sql", "a/mod.rs"] {
            fs::create_dir_all(folder.path().join(path).parent().unwrap()).unwrap();
            fs::write(folder.path().join(path), "").unwrap();
        }
        let names = |ending: &str| {
            files(folder.path(), "sql", ending).unwrap().into_iter().map(|(name, _)| name).collect::<Vec<_>>()
        };
        assert_eq!(names("schema.sql"), ["a/schema.sql", "b/schema.sql"]);
        assert_eq!(names("").len(), 3);
        assert!(files(&folder.path().join("nowhere"), "sql", "").unwrap().is_empty());
    }
}
