//! The arrows of the house run down only. The table says which of our crates each of them may use; a new arrow needs a decision record in
//! `docs/adr` and a row here. Says nothing about the crates of others.

use crate::workspace::{Dependency, Member};

/// What a crate may use.
enum May {
    Use(&'static [&'static str]),
    UseAll,
}

const ALLOWED: &[(&str, May)] = &[
    ("daybook-domain", May::Use(&[])),
    ("daybook-stripe", May::Use(&["daybook-domain"])),
    ("daybook-store", May::Use(&["daybook-domain"])),
    ("daybook-projections", May::Use(&["daybook-store", "daybook-domain"])),
    ("daybook-worker", May::Use(&["daybook-projections", "daybook-store", "daybook-stripe", "daybook-domain"])),
    ("daybook-commands", May::Use(&["daybook-projections", "daybook-store", "daybook-domain"])),
    (
        "daybook-http",
        May::Use(&[
            "daybook-worker",
            "daybook-commands",
            "daybook-projections",
            "daybook-store",
            "daybook-stripe",
            "daybook-domain",
        ]),
    ),
    (
        "daybook",
        May::Use(&[
            "daybook-commands",
            "daybook-http",
            "daybook-worker",
            "daybook-projections",
            "daybook-store",
            "daybook-stripe",
            "daybook-domain",
            "daybook-simulator",
            "local-postgres",
        ]),
    ),
    ("daybook-simulator", May::Use(&[])),
    ("local-postgres", May::Use(&[])),
    ("daybook-testing", May::Use(&["local-postgres"])),
    ("daybook-tests", May::Use(&["daybook-simulator", "local-postgres"])),
    ("xtask", May::Use(&["local-postgres"])),
    (
        "daybook-fuzzing",
        May::Use(&["daybook-worker", "daybook-store", "daybook-stripe", "daybook-domain", "daybook-simulator"]),
    ),
    ("daybook-bench", May::UseAll),
];

/// What every crate's tests may use besides: real databases, real histories, and a worker that applies them.
const ALLOWED_IN_TESTS: &[&str] = &["daybook-testing", "daybook-simulator", "daybook-worker"];

/// Every arrow that the table does not allow, with its rule.
pub(crate) fn forbidden(members: &[Member]) -> Vec<String> {
    let ours = |dependency: &&Dependency| members.iter().any(|member| member.name == dependency.name);
    let mut forbidden = Vec::new();
    for member in members {
        for arrow in member.dependencies.iter().filter(ours) {
            forbidden.extend(objection(&member.name, arrow));
        }
    }
    forbidden
}

fn objection(from: &str, to: &Dependency) -> Option<String> {
    let Some((_, may)) = ALLOWED.iter().find(|(name, _)| *name == from) else {
        return Some(format!("{from} -> {}: {from} has no row in crates/xtask/src/arrows.rs", to.name));
    };
    let allowed = match may {
        May::UseAll => return None,
        May::Use(allowed) => *allowed,
    };
    let to_name = to.name.as_str();
    if allowed.contains(&to_name) || (to.only_for_tests && ALLOWED_IN_TESTS.contains(&to_name)) {
        return None;
    }
    let rule = if allowed.is_empty() { "none of ours".to_owned() } else { allowed.join(", ") };
    let tests = ALLOWED_IN_TESTS.join(", ");
    Some(format!("{from} -> {to_name}: {from} may use {rule} (its tests also {tests})"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Workspace;

    #[test]
    fn the_arrows_of_the_workspace_run_down() {
        let found = forbidden(&Workspace::find().unwrap().members);
        assert!(found.is_empty(), "forbidden arrows:\n{}", found.join("\n"));
    }

    #[test]
    fn an_arrow_that_runs_up_is_named_with_its_rule() {
        let found =
            forbidden(&[member("daybook-domain", "daybook-store", false), member("daybook-store", "serde", false)]);
        assert_eq!(
            found,
            [
                "daybook-domain -> daybook-store: daybook-domain may use none of ours (its tests also daybook-testing, daybook-simulator, daybook-worker)"
            ]
        );
    }

    #[test]
    fn tests_may_use_the_simulator_and_programs_may_not() {
        let simulator = || member("daybook-simulator", "rand", false);
        assert!(forbidden(&[member("daybook-worker", "daybook-simulator", true), simulator()]).is_empty());
        assert_eq!(forbidden(&[member("daybook-worker", "daybook-simulator", false), simulator()]).len(), 1);
    }

    #[test]
    fn a_crate_without_a_row_is_asked_for_one() {
        let found =
            forbidden(&[member("daybook-new", "daybook-domain", false), member("daybook-domain", "serde", false)]);
        assert_eq!(found, ["daybook-new -> daybook-domain: daybook-new has no row in crates/xtask/src/arrows.rs"]);
    }

    fn member(name: &str, dependency: &str, only_for_tests: bool) -> Member {
        let dependencies = vec![Dependency { name: dependency.to_owned(), only_for_tests }];
        Member { name: name.to_owned(), folder: name.into(), dependencies }
    }
}
