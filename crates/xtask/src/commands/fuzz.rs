//! `cargo xtask fuzz`: the fuzz targets of `fuzz/`, one after the other, from the seeds that are kept. See `fuzz/README.md`.

use std::fs;
use std::process::Stdio;

use anyhow::{Context, bail};

use crate::programs::{self, say};
use crate::workspace::Workspace;

/// The targets, in the order in which they run.
const TARGETS: [&str; 3] = ["signature", "event", "fold"];
/// Longest input, in bytes: the bodies that matter are smaller, and longer ones only slow the search down.
const LONGEST: [(&str, u32); 3] = [("signature", 2_048), ("event", 16_384), ("fold", 160)];

pub(crate) fn run(workspace: &Workspace, target: Option<&str>, minutes: u32) -> anyhow::Result<()> {
    let targets: Vec<&str> = TARGETS.into_iter().filter(|name| target.is_none_or(|wanted| wanted == *name)).collect();
    if targets.is_empty() {
        bail!("there is no such target; there are {}", TARGETS.join(", "));
    }
    find_or_install()?;
    for target in targets {
        fuzz(workspace, target, minutes)?;
    }
    Ok(())
}

fn fuzz(workspace: &Workspace, target: &str, minutes: u32) -> anyhow::Result<()> {
    let (corpus, seeds) = (format!("fuzz/corpus/{target}"), format!("fuzz/seeds/{target}"));
    fs::create_dir_all(workspace.root.join(&corpus)).with_context(|| format!("cannot make {corpus}"))?;
    let longest = LONGEST.iter().find(|(name, _)| *name == target).map_or(4_096, |(_, longest)| *longest);
    // Without a sanitizer it runs on any toolchain: none of our code is unsafe, so there is nothing for one to find.
    let mut command = workspace.cargo(&["fuzz", "run", "--sanitizer", "none", target, &corpus, &seeds, "--"]);
    command.arg(format!("-max_total_time={}", minutes.saturating_mul(60)));
    command.args([
        &format!("-max_len={longest}"),
        "-len_control=0",
        "-rss_limit_mb=3000",
        "-timeout=60",
        "-print_final_stats=1",
    ]);
    programs::run(&mut command).with_context(|| {
        format!(
            "the failing input lies in fuzz/artifacts/{target}; fuzz/README.md says how to make it smaller and keep it"
        )
    })
}

fn find_or_install() -> anyhow::Result<()> {
    if works(&["fuzz", "--version"]) {
        return Ok(());
    }
    say("cargo-fuzz is missing, so it is installed");
    programs::run(&mut programs::cargo(&["install", "cargo-fuzz", "--locked"]))
        .context("fuzzing needs cargo-fuzz, and it cannot be installed here: `cargo install cargo-fuzz` says why")
}

fn works(arguments: &[&str]) -> bool {
    let status = programs::cargo(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_a_program_seeds_and_a_longest_input() {
        let folder = Workspace::find().unwrap().root.join("fuzz");
        for target in TARGETS {
            assert!(folder.join(format!("fuzz_targets/{target}.rs")).is_file(), "{target}");
            assert!(folder.join("seeds").join(target).is_dir(), "{target}");
            assert!(LONGEST.iter().any(|(name, _)| *name == target), "{target}");
        }
        assert_eq!(fs::read_dir(folder.join("fuzz_targets")).unwrap().count(), TARGETS.len());
    }

    #[test]
    fn a_target_that_does_not_exist_is_answered_with_those_that_do() {
        let error = run(&Workspace::find().unwrap(), Some("headers"), 1).unwrap_err();
        assert_eq!(error.to_string(), "there is no such target; there are signature, event, fold");
    }
}
