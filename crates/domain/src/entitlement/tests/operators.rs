//! Grants, revocations and released disputes: what they outrank, from when until when, and which record is named.

use std::collections::BTreeMap;

use super::given::{KNOWN, ask, because, day, dispute, moment, next, policy, source, standing, summary};
use crate::{
    customer::{Authority, Ended, Extent, Given, Word},
    entitlement::{Answer, Code, Source, Value, evaluate},
    id::EventId,
    settlement::DisputePhase,
    subscription::Standing,
};

fn given(word: Word, feature: &str, starts: i64, ends: Option<i64>) -> Given {
    let by = Authority { actor: "anna".into(), reason: "she asked".into(), ticket: None, via: None };
    let (starts, ends) = (day(starts), ends.map(day));
    Given { word, feature: feature.into(), extent: None, starts, ends, given_at: day(1), by, ended: None }
}

fn grant(extent: Option<Extent>) -> Given {
    Given { extent, ..given(Word::Grant, "pro", 5, Some(20)) }
}

fn operators(given: impl IntoIterator<Item = (&'static str, Given)>) -> Source {
    let given = given.into_iter().map(|(record, given)| (EventId::new(record), given)).collect();
    Source::Operators { given, released: BTreeMap::new() }
}

fn disputed(phase: DisputePhase) -> Source {
    source("sub_1", Standing { disputes: vec![dispute(phase)], ..standing("active") })
}

#[test]
fn a_grant_gives_from_its_first_second_until_its_end_and_names_its_record() {
    let sources = [operators([("op_1", grant(None))])];
    let before = ask(&sources, "pro", 4);
    assert_eq!((before.code, next(&before)), (Code::GrantNotStarted, Some((day(5), Code::Granted))));
    let during = ask(&sources, "pro", 5);
    assert_eq!((during.allowed, during.code), (true, Code::Granted));
    assert_eq!((because(&during), next(&during)), (vec!["op_1"], Some((day(20), Code::GrantEnded))));
    let after = ask(&sources, "pro", 20);
    assert_eq!((after.allowed, after.code, next(&after)), (false, Code::GrantEnded, None));
}

#[test]
fn a_grant_that_was_ended_early_names_who_ended_it_and_one_that_never_began_says_nothing() {
    let ended = |said: i64, at: i64, now: i64| {
        let ended = Some(Ended { record: EventId::new("op_2"), at: day(said), by: grant(None).by });
        ask(&[operators([("op_1", Given { ends: Some(day(at)), ended, ..grant(None) })])], "pro", now)
    };
    for (said, at) in [(10, 10), (5, 5)] {
        let answer = ended(said, at, 12);
        assert_eq!((answer.code, because(&answer)), (Code::GrantEnded, vec!["op_1", "op_2"]), "{at}");
    }
    for (said, at, now) in [(10, 4, 12), (3, 5, 12), (3, 5, 4)] {
        let answer = ended(said, at, now);
        assert_eq!((answer.code, next(&answer)), (Code::NoSubscription, None), "{at} at {now}");
    }
}

#[test]
fn a_grant_that_lasts_longer_takes_the_word_over_and_changes_no_answer() {
    let sources = [operators([("op_1", grant(None)), ("op_2", given(Word::Grant, "pro", 10, None))])];
    let (first, second) = (ask(&sources, "pro", 9), ask(&sources, "pro", 10));
    assert_eq!((because(&first), next(&first)), (vec!["op_1"], None));
    assert_eq!((because(&second), next(&second)), (vec!["op_2"], None));
}

#[test]
fn a_revocation_outranks_everything_and_says_from_when_and_until_when() {
    let taken = given(Word::Revocation, "pro", 5, Some(10));
    let sources = [source("sub_1", standing("active")), summary(&["pro"]), operators([("op_1", taken)])];
    let before = ask(&sources, "pro", 4);
    assert_eq!((before.code, next(&before)), (Code::Active, Some((day(5), Code::Revoked))));
    let during = ask(&sources, "pro", 5);
    assert_eq!((during.allowed, during.code, because(&during)), (false, Code::Revoked, vec!["op_1"]));
    assert_eq!(next(&during), Some((day(10), Code::Active)));
    let both = [operators([("op_1", given(Word::Revocation, "pro", 5, None)), ("op_2", grant(None))])];
    assert_eq!(ask(&both, "pro", 6).code, Code::Revoked);
}

#[test]
fn a_dispute_holds_back_what_an_operator_granted_and_not_what_was_paid_for_elsewhere() {
    let held = [disputed(DisputePhase::Open), operators([("op_1", grant(None))])];
    assert_eq!(ask(&held, "pro", 6).code, Code::Disputed);
    let paid = [held.as_slice(), &[source("sub_2", standing("active"))]].concat();
    assert_eq!(ask(&paid, "pro", 6).code, Code::Active);
}

#[test]
fn a_grant_takes_the_place_of_what_is_subscribed_to() {
    let policy = policy(
        "features.pro.kind = \"limit\"\n[plans.pro]\nprices = [\"price_pro\"]\ngrants = { pro = 10 }\n[defaults]\npro = 3",
    );
    let ask = |extent, feature: &str| -> Answer {
        let sources = [source("sub_1", standing("active")), operators([("op_1", grant(extent))])];
        evaluate(&policy, KNOWN, &sources, feature, day(6))
    };
    assert_eq!(ask(Some(Extent::Limit(500)), "pro").value, Some(Value::Limit(500)));
    assert_eq!(ask(Some(Extent::Unlimited), "pro").value, Some(Value::Unlimited));
    // Without a value, and with one that the policy no longer knows, it comes with the default's.
    assert_eq!(ask(None, "pro").value, Some(Value::Limit(3)));
    assert_eq!(ask(Some(Extent::Value("phone".into())), "pro").value, Some(Value::Limit(3)));
}

#[test]
fn several_grants_count_like_several_subscriptions() {
    let limit = |limit| grant(Some(Extent::Limit(limit)));
    let sources = [operators([("op_1", limit(5)), ("op_2", limit(7))])];
    let ask = |combine: &str| {
        let text = format!("features.pro = {{ kind = \"limit\", combine = \"{combine}\" }}");
        evaluate(&policy(&text), KNOWN, &sources, "pro", day(6))
    };
    assert_eq!((ask("max").value, because(&ask("max"))), (Some(Value::Limit(7)), vec!["op_2"]));
    assert_eq!((ask("sum").value, because(&ask("sum"))), (Some(Value::Limit(12)), vec!["op_1", "op_2"]));
}

#[test]
fn a_release_covers_what_was_decided_before_it() {
    let released = |number| Source::Operators {
        given: BTreeMap::new(),
        released: [("dp_1".into(), moment("op_1", number))].into(),
    };
    assert_eq!(ask(&[disputed(DisputePhase::Open), released(6)], "pro", 7).code, Code::Active);
    // It was lost on day 20.
    assert_eq!(ask(&[disputed(DisputePhase::Lost), released(6)], "pro", 25).code, Code::DisputeLost);
    assert_eq!(ask(&[disputed(DisputePhase::Lost), released(21)], "pro", 25).code, Code::Active);
}
