//! Reading and writing policies: what is refused, with its place, and what stays itself.

use std::fmt::Write;

use proptest::prelude::*;

use super::{Policy, Rules};
use crate::entitlement::Code;

const DOCUMENTATION: &str = include_str!("../../../../../docs/POLICY.md");

/// The first TOML block of the documentation.
fn example() -> &'static str {
    let (_, rest) = DOCUMENTATION.split_once("```toml\n").unwrap();
    rest.split_once("```").unwrap().0
}

fn problems(text: &str) -> String {
    Policy::parse(text).map_or_else(|error| error.to_string(), |policy| format!("a policy:\n{policy}"))
}

#[test]
fn an_empty_text_is_the_policy_that_holds_while_none_was_applied() {
    assert_eq!(Policy::parse(""), Ok(Policy::default()));
    assert_eq!(Policy::parse("# nothing\n[rules]\n"), Ok(Policy::default()));
    assert!(Policy::default().grants_own_names());
}

#[test]
fn the_example_of_the_documentation_is_a_policy_and_survives_its_canonical_form() {
    let policy = Policy::parse(example()).unwrap();
    assert_eq!(Policy::parse(&policy.to_string()), Ok(policy.clone()));
    insta::assert_snapshot!(policy.to_string());
}

#[test]
fn the_documentation_explains_every_code_and_every_rule() {
    for code in Code::ALL {
        assert!(DOCUMENTATION.contains(&format!("| `{}` |", code.as_str())), "{}", code.as_str());
    }
    for key in super::purchases::PURCHASE {
        assert!(DOCUMENTATION.contains(&format!("`{key}`")), "{key}");
    }
    for rule in super::parse::RULES {
        assert!(DOCUMENTATION.contains(&format!("| `{rule}` |")), "{rule}");
    }
}

#[test]
fn the_documented_defaults_are_the_defaults() {
    let written = Policy::parse(
        "[accounts]\nfrom = [\"client_reference_id\", \"metadata.user_id\", \"metadata.account_id\"]\n[rules]\ngrace = \"7 days\"\n\
         dispute_open = \"hold\"\ndispute_lost = \"hold_until_paid\"\npaused_collection = \"keep\"\n\
         full_refund = \"keep\"\ntrial = \"grant\"\nsummaries = \"add\"",
    )
    .unwrap();
    assert_eq!(written, Policy::default());
    assert_eq!(written.rules, Rules::default());
}

#[test]
fn every_problem_is_told_at_once_with_its_place_and_what_was_probably_meant() {
    let text = r#"
grace = "7 days"
[account]
from = ["user_id"]

[accounts]
from = ["client_reference", 7, "metadata."]

[rules]
grase = "7 days"
overrun = 3
dispute_open = "Hold"
dispute_lost = "hold_until_payed"
full_refund = true

[features]
sso = { kind = "swich" }
calls = { kind = "limit", combine = "min", order = ["a"] }
seats = { combine = "sum" }
support = { kind = "value", order = [] }
region = { kind = "value", order = ["eu", "us", "eu"] }
mail = true
"#;
    insta::assert_snapshot!(problems(text));
}

#[test]
fn grants_must_fit_their_features() {
    let text = r#"
[features]
sso = { kind = "switch" }
calls = { kind = "limit" }
support = { kind = "value", order = ["forum", "phone"] }

[plans.pro]
price = ["price_pro"]
grace = "a week"
grants = { ssso = true, calls = 0, support = "fone" }

[plans.team]
products = "prod_team"
grants.sso = false
grants.calls = { limits = 5 }
grants.support = 1

[plans.empty]

[defaults]
calls = { limit = 5, per_quantity = true }
sso = "yes"
storage = 9223372036854775808
"#;
    insta::assert_snapshot!(problems(text));
}

#[test]
fn text_that_is_no_toml_is_told_with_its_place() {
    let text = "[rules]\ngrace = \n[plans\nprices = [\"price_ä\" \"b\"]\n\n[rules]\n";
    insta::assert_snapshot!(problems(text));
    insta::assert_snapshot!(problems("grace = \"7 days"));
    insta::assert_snapshot!(problems("{\"rules\": {}}"));
}

#[test]
fn a_feature_that_could_not_be_asked_for_is_refused_with_its_place() {
    let long = "x".repeat(200);
    let switch = "= { kind = \"switch\" }";
    assert!(Policy::parse(&format!("[features]\n{long} {switch}\n\"größe / [1]\" {switch}")).is_ok());
    let text = format!(
        "[features]\n\"a\\u0000b\" {switch}\n\"line\\nbreak\" {switch}\n\"\\u001b[2J\" {switch}\n\"\\u0085\" {switch}\n\"\" {switch}\n\
         {long}x {switch}\n\n[defaults]\n\"a\\u0000b\" = true\n"
    );
    insta::assert_snapshot!(problems(&text).replace(&long, "(200 times x)"));
}

#[test]
fn an_array_in_ten_thousand_arrays_is_refused_in_a_few_lines() {
    let told = problems(&format!("x = {}{}", "[".repeat(10_000), "]".repeat(10_000)));
    assert!(told.lines().count() <= 22, "{told}");
    assert!(told.contains("line 1, column"), "{told}");
}

#[test]
fn of_very_many_problems_the_first_are_told_and_the_others_counted() {
    let mut text = String::from("[features]\n");
    (0..5_000).for_each(|number| writeln!(text, "feature_{number} = true").unwrap());
    let error = Policy::parse(&text).unwrap_err();
    assert_eq!(error.problems.len(), 21);
    let last = error.problems.last().unwrap().to_string();
    assert_eq!(last, "line 22, column 14: found 4980 more problems, expected the ones above to be mended first");
}

#[test]
fn a_large_policy_is_read() {
    let mut text = String::from("[features]\n");
    (0..2_000).for_each(|number| writeln!(text, "feature_{number} = {{ kind = \"limit\" }}").unwrap());
    for number in 0..2_000 {
        writeln!(text, "[plans.plan_{number}]\nprices = [\"price_{number}\"]\ngrants.feature_{number} = 5").unwrap();
    }
    let policy = Policy::parse(&text).unwrap();
    assert_eq!((policy.features.len(), policy.plans.len()), (2_000, 2_000));
}

#[test]
fn columns_count_characters() {
    let error = Policy::parse("rules = { \"größe\" = 1, x = 2 }").unwrap_err();
    let places: Vec<_> = error.problems.iter().map(|problem| (problem.line, problem.column)).collect();
    assert_eq!(places, [(1, 11), (1, 24)]);
}

proptest! {
    #[test]
    fn a_policy_survives_its_canonical_form(policy in crate::entitlement::tests::policies()) {
        prop_assert_eq!(Policy::parse(&policy.to_string()), Ok(policy));
    }

    #[test]
    fn no_text_makes_it_fail(text in "(\\PC|\n|[\\[\\]{}=\".]|rules|plans|features){0,60}") {
        if let Err(error) = Policy::parse(&text) {
            prop_assert!(error.problems.iter().all(|problem| problem.line >= 1 && problem.column >= 1));
            prop_assert!(!error.problems.is_empty());
        }
    }
}

#[test]
fn a_purchase_says_which_ones_are_meant_and_how_long_they_last() {
    let features = "[features]\nsso = { kind = \"switch\" }\n";
    insta::assert_snapshot!(problems(&format!(
        "{features}[purchases.a]\ngrants = {{ sso = true }}\n[purchases.b]\nmetadata = {{ plan = 7 }}\nlasts = \"for ever\""
    )));
    let policy = Policy::parse(&format!(
        "{features}[purchases.a]\npayment_links = [\"plink_1\"]\nmetadata = {{ plan = \"x\" }}\nlasts = \"lifetime\"\ngrants = {{ sso = true }}"
    ))
    .unwrap();
    assert_eq!(Policy::parse(&policy.to_string()), Ok(policy));
}

#[test]
fn a_policy_of_the_log_with_a_name_that_nobody_can_ask_for_is_read_without_it() {
    let long = "x".repeat(300);
    let text = format!(
        "[features]\nsso = {{ kind = \"switch\" }}\n\"{long}\" = {{ kind = \"switch\" }}\n[plans.a]\nprices = [\"p\"]\n\
         grants = {{ sso = true, \"{long}\" = true }}\n[defaults]\n\"{long}\" = true"
    );
    assert!(Policy::parse(&text).is_err());
    let policy = Policy::recorded(&text).unwrap();
    assert!(policy.features.keys().chain(policy.plans["a"].grants.keys()).all(|name| &**name == "sso"));
    assert!(policy.defaults.is_empty());
    assert!(Policy::recorded("[rules]\ngrace = 1").is_err());
}
