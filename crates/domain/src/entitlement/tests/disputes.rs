//! What disputes hold back, until when, and what they leave alone.

use super::given::{KNOWN, ask, ask_one, because, day, dispute, moment, policy, source, standing, summary};
use crate::{
    entitlement::{Code, Warning, evaluate},
    settlement::DisputePhase,
    subscription::Standing,
};

fn disputed(phase: DisputePhase) -> Standing {
    Standing { disputes: vec![dispute(phase)], ..standing("active") }
}

#[test]
fn an_open_dispute_holds_its_subscription_and_names_the_event_that_opened_it() {
    let answer = ask_one(disputed(DisputePhase::Open), 6);
    assert_eq!((answer.allowed, answer.code), (false, Code::Disputed));
    assert_eq!(because(&answer), ["evt_dispute_opened"]);
}

#[test]
fn inquiries_and_won_disputes_never_hold() {
    for phase in [DisputePhase::Harmless, DisputePhase::Won] {
        assert_eq!(ask_one(disputed(phase), 25).code, Code::Active);
    }
}

#[test]
fn a_lost_dispute_holds_until_something_is_paid_again() {
    let lost = disputed(DisputePhase::Lost);
    let answer = ask_one(lost.clone(), 25);
    assert_eq!((answer.allowed, answer.code), (false, Code::DisputeLost));
    assert_eq!(because(&answer), ["evt_dispute_closed"]);
    let paid = Standing { last_paid: Some(moment("evt_paid_again", 21)), ..lost };
    assert_eq!(ask_one(paid, 25).code, Code::Active);
}

#[test]
fn a_policy_can_hold_a_lost_dispute_until_its_release_or_keep_access() {
    let lost = disputed(DisputePhase::Lost);
    let paid = Standing { last_paid: Some(moment("evt_paid_again", 21)), ..lost.clone() };
    let ask = |rules: &str, standing: &Standing| {
        evaluate(&policy(&format!("[rules]\n{rules}")), KNOWN, &[source("sub_1", standing.clone())], "pro", day(25))
    };
    assert_eq!(ask("dispute_lost = \"hold_until_release\"", &paid).code, Code::DisputeLost);
    let kept = ask("dispute_lost = \"keep\"", &lost);
    assert_eq!((kept.code, kept.warnings), (Code::Active, vec![Warning::Disputed]));
    let kept = ask("dispute_open = \"keep\"", &disputed(DisputePhase::Open));
    assert_eq!((kept.code, kept.warnings), (Code::Active, vec![Warning::Disputed]));
}

#[test]
fn a_dispute_touches_only_the_subscription_it_belongs_to() {
    let sources = [source("sub_1", disputed(DisputePhase::Open)), source("sub_2", standing("active"))];
    let answer = ask(&sources, "pro", 6);
    assert_eq!((answer.allowed, answer.code), (true, Code::Active));
    let codes: Vec<Code> = answer.considered.iter().map(|verdict| verdict.code).collect();
    assert_eq!(codes, [Code::Active, Code::Disputed]);
}

#[test]
fn a_hold_outranks_a_summary_and_a_default() {
    let policy = policy("features.pro.kind = \"switch\"\ndefaults.pro = true");
    let sources = [source("sub_1", disputed(DisputePhase::Open)), summary(&["pro"])];
    let answer = evaluate(&policy, KNOWN, &sources, "pro", day(6));
    assert_eq!((answer.allowed, answer.code), (false, Code::Disputed));
}

#[test]
fn a_hold_says_nothing_of_features_its_subscription_never_gave() {
    let policy = policy("features.other.kind = \"switch\"\ndefaults.other = true");
    let answer = evaluate(&policy, KNOWN, &[source("sub_1", disputed(DisputePhase::Open))], "other", day(6));
    assert_eq!((answer.allowed, answer.code), (true, Code::Default));
}
