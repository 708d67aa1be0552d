//! Limits and values: how much, and how several of them become one.

use super::given::{KNOWN, day, item, past_due, policy, source, standing, summary};
use crate::{
    entitlement::{Answer, Policy, Source, Value, evaluate},
    fact::Item,
    subscription::Standing,
};

const POLICY: &str = r#"
[features]
calls = { kind = "limit" }
seats = { kind = "limit", combine = "sum", per_quantity = true }
support = { kind = "value", order = ["forum", "mail", "phone"] }
[plans.pro]
prices = ["price_pro"]
grants = { calls = 100, seats = { limit = 5, per_quantity = false }, support = "mail" }
[plans.seat]
products = ["prod_seat"]
grants = { seats = 1 }
[plans.big]
lookup_keys = ["big"]
grants = { calls = "unlimited", support = "phone", seats = 50 }
[defaults]
support = "forum"
"#;

fn with(items: &[(&str, i64)]) -> Standing {
    let item = |(name, quantity): &(&str, i64)| Item { quantity: Some(*quantity), ..item(name) };
    Standing { items: items.iter().map(item).collect(), ..standing("active") }
}

fn ask(policy: &Policy, sources: &[Source], feature: &str, number: i64) -> Answer {
    evaluate(policy, KNOWN, sources, feature, day(number))
}

#[test]
fn a_limit_counts_once_or_times_the_quantity_as_the_policy_says() {
    let policy = policy(POLICY);
    let sources = [source("sub_1", with(&[("pro", 3), ("seat", 7)]))];
    assert_eq!(ask(&policy, &sources, "calls", 3).value, Some(Value::Limit(100)));
    assert_eq!(ask(&policy, &sources, "seats", 3).value, Some(Value::Limit(12)));
}

#[test]
fn limits_of_several_subscriptions_are_the_greatest_or_the_sum() {
    let policy = policy(POLICY);
    let two = [source("sub_1", with(&[("pro", 1)])), source("sub_2", with(&[("pro", 1), ("seat", 2)]))];
    assert_eq!(ask(&policy, &two, "calls", 3).value, Some(Value::Limit(100)));
    assert_eq!(ask(&policy, &two, "seats", 3).value, Some(Value::Limit(12)));
    let three = [two.as_slice(), &[source("sub_3", with(&[("big", i64::MAX)]))]].concat();
    assert_eq!(ask(&policy, &three, "calls", 3).value, Some(Value::Unlimited));
    assert_eq!(ask(&policy, &three, "seats", 3).value, Some(Value::Limit(i64::MAX)));
}

#[test]
fn the_greatest_of_several_values_counts_by_the_order_of_the_policy() {
    let policy = policy(POLICY);
    let text = |name: &str| Some(Value::Text(name.into()));
    let both = [source("sub_1", with(&[("pro", 1)])), source("sub_2", with(&[("big", 1)]))];
    assert_eq!(ask(&policy, &both, "support", 3).value, text("phone"));
    assert_eq!(ask(&policy, &both[..1], "support", 3).value, text("mail"));
    assert_eq!(ask(&policy, &[], "support", 3).value, text("forum"));
    assert_eq!(ask(&policy, &[summary(&["support"])], "support", 3).value, text("forum"));
}

#[test]
fn the_end_of_one_subscription_is_announced_as_a_smaller_limit() {
    let policy = policy(POLICY);
    let leaving = Standing { cancel_at: Some(day(10)), ..with(&[("seat", 4)]) };
    let answer = ask(&policy, &[source("sub_1", with(&[("pro", 1)])), source("sub_2", leaving)], "seats", 3);
    assert_eq!(answer.value, Some(Value::Limit(9)));
    let change = answer.next_change.unwrap();
    assert_eq!((change.at, change.allowed, change.value), (day(10), true, Some(Value::Limit(5))));
}

#[test]
fn a_denied_answer_has_no_value() {
    let policy = policy(POLICY);
    assert_eq!(ask(&policy, &[source("sub_1", past_due())], "calls", 50).value, None);
}

#[test]
fn prices_that_no_plan_names_grant_nothing_unless_the_policy_says_so() {
    let listed = policy(POLICY);
    let sources = [source("sub_1", with(&[("other", 1)]))];
    assert!(!ask(&listed, &sources, "other", 3).allowed);
    let names = policy(&format!("{POLICY}\n[rules]\nunlisted = \"names\""));
    assert!(ask(&names, &sources, "other", 3).allowed);
}
