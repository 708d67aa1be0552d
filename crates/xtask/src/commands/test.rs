//! `cargo xtask test`: all tests, on one throw-away cluster, against the program as it is now.

use crate::programs;
use crate::workspace::Workspace;

/// The tests find the server in `DATABASE_URL` and the program in `DAYBOOK_BIN`.
pub(crate) fn run(workspace: &Workspace, rest: &[String]) -> anyhow::Result<()> {
    let cluster = programs::cluster()?;
    // Building everything at once makes the tests' build find all of it ready.
    let everything = ["build", "--workspace", "--bins", "--tests", "--examples"];
    let narrow = names_packages(rest);
    let build = if narrow { &["build", "--package", "daybook"][..] } else { &everything[..] };
    programs::run(&mut workspace.cargo(build))?;
    let mut test = workspace.cargo(&["test", "--no-fail-fast"]);
    if !narrow {
        test.arg("--workspace");
    }
    test.args(rest).env("DATABASE_URL", cluster.url()).env("DAYBOOK_BIN", workspace.target.join("debug/daybook"));
    programs::run(&mut test)
}

/// Whether the person asked for some packages only.
fn names_packages(rest: &[String]) -> bool {
    let for_cargo = rest.iter().take_while(|argument| *argument != "--");
    for_cargo.into_iter().any(|argument| argument.starts_with("-p") || argument.starts_with("--package"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_named_before_the_arguments_of_the_test_programs() {
        let given = |words: &[&str]| names_packages(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert!(given(&["-p", "daybook-store"]) && given(&["-pdaybook-store"]) && given(&["--package=daybook-store"]));
        assert!(!given(&[]) && !given(&["laws"]) && !given(&["--", "-p"]));
    }
}
