//! One answer from several sources.

use super::given::{KNOWN, ask, because, day, past_due, policy, source, standing, summary};
use crate::{
    entitlement::{Code, Source, SourceRef, Warning, evaluate},
    fact::EntitlementSummary,
    id::SubscriptionId,
    subscription::Standing,
};

#[test]
fn one_unpaid_plan_never_cuts_another() {
    let sources = [source("sub_1", standing("unpaid")), source("sub_2", standing("active"))];
    let answer = ask(&sources, "pro", 3);
    assert_eq!((answer.allowed, answer.code), (true, Code::Active));
    assert_eq!(answer.source, Some(SourceRef::Subscription { id: SubscriptionId::new("sub_2") }));
}

#[test]
fn of_two_subscriptions_the_one_that_lasts_is_named_and_nothing_is_about_to_change() {
    let leaving = Standing { cancel_at: Some(day(10)), ..standing("active") };
    let answer = ask(&[source("sub_1", leaving), source("sub_2", standing("active"))], "pro", 3);
    assert_eq!(answer.source, Some(SourceRef::Subscription { id: SubscriptionId::new("sub_2") }));
    assert_eq!(answer.next_change.map(|change| change.at), Some(day(30)));
}

#[test]
fn a_denial_names_the_most_telling_reason() {
    let over = source("sub_2", past_due());
    let answer = ask(&[source("sub_1", standing("canceled")), over], "pro", 50);
    assert_eq!(answer.code, Code::PastDueGraceOver);
}

#[test]
fn a_summary_adds_a_feature_that_no_subscription_gives() {
    let answer = ask(&[source("sub_1", standing("canceled")), summary(&["pro"])], "pro", 3);
    assert_eq!((answer.allowed, answer.code), (true, Code::Summary));
    assert_eq!(because(&answer), ["evt_summary"]);
    let ignoring = policy("[rules]\nsummaries = \"ignore\"");
    assert!(!evaluate(&ignoring, KNOWN, &[summary(&["pro"])], "pro", day(3)).allowed);
}

#[test]
fn a_truncated_summary_proves_no_absence() {
    let Source::Summary { moment, summary } = summary(&["other"]) else { panic!("a summary") };
    let truncated = Source::Summary { moment, summary: EntitlementSummary { truncated: true, ..summary } };
    let answer = ask(&[truncated], "pro", 3);
    assert_eq!((answer.allowed, answer.warnings), (false, vec![Warning::SummaryTruncated]));
}

#[test]
fn a_default_is_for_every_known_customer_and_below_any_subscription() {
    let policy = policy(
        "features.calls.kind = \"limit\"\ndefaults.calls = 10
         [plans.pro]\nprices = [\"price_pro\"]\ngrants.calls = 1000",
    );
    let ask = |sources: &[Source]| {
        let answer = evaluate(&policy, KNOWN, sources, "calls", day(3));
        (answer.code, serde_json::to_string(&answer.value).unwrap())
    };
    assert_eq!(ask(&[]), (Code::Default, "10".to_owned()));
    assert_eq!(ask(&[source("sub_1", standing("active"))]), (Code::Active, "1000".to_owned()));
    assert_eq!(ask(&[source("sub_1", standing("unpaid"))]), (Code::Default, "10".to_owned()));
}
