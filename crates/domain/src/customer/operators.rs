//! What operators may do to a customer and what is refused: given, when, then. Time is counted in days since 1970.

use cqrs_es::{Aggregate, test::TestFramework};

use super::{
    Acquaintance, Act, Authority, Circumstances, Customer, CustomerCommand, CustomerEvent, Disputed, Error, Extent,
    Insistence, Operated, Word,
};
use crate::{
    entitlement::Policy,
    id::EventId,
    order::{Moment, Rank},
    settlement::DisputePhase,
    time::Timestamp,
};

fn day(number: i64) -> Timestamp {
    Timestamp::from_unix(number * 86_400).unwrap()
}

fn operated(record: &str, number: i64, act: Act) -> Operated {
    let moment = Moment { at: day(number), rank: Rank::Updated, event: EventId::new(record) };
    let by = Authority { actor: "anna".into(), reason: "she asked".into(), ticket: None, via: None };
    Operated { moment, by, act }
}

fn event(record: &str, number: i64, act: Act) -> CustomerEvent {
    CustomerEvent::Operated(Box::new(operated(record, number, act)))
}

fn grant(starts: i64, ends: Option<i64>) -> Act {
    Act::Grant { feature: "pro".into(), extent: None, starts: day(starts), ends: ends.map(day) }
}

fn revocation(starts: i64, ends: Option<i64>) -> Act {
    Act::Revoke { feature: "pro".into(), starts: day(starts), ends: ends.map(day) }
}

fn seen() -> Circumstances {
    Circumstances { acquaintance: Acquaintance::Seen, ..Circumstances::default() }
}

/// Given these events, when this is asked for on a day.
fn ask(given: &[CustomerEvent], circumstances: Circumstances, number: i64, act: Act) -> Result<usize, Error> {
    let command = CustomerCommand::Operate {
        operated: Box::new(operated("op_new", number, act)),
        circumstances: Box::new(circumstances),
    };
    TestFramework::<Customer>::with(()).given(given.to_vec()).when(command).inspect_result().map(|events| events.len())
}

const RECORDED: Result<usize, Error> = Ok(1);
const SO_ALREADY: Result<usize, Error> = Ok(0);

#[test]
fn a_grant_is_recorded_and_the_same_again_is_so_already() {
    assert_eq!(ask(&[], seen(), 10, grant(10, None)), RECORDED);
    let given = [event("op_1", 10, grant(10, None))];
    assert_eq!(ask(&given, seen(), 11, grant(11, None)), SO_ALREADY);
    assert_eq!(ask(&given, seen(), 11, grant(11, Some(20))), RECORDED);
    let more = Act::Grant { feature: "pro".into(), extent: Some(Extent::Limit(5)), starts: day(11), ends: None };
    assert_eq!(ask(&given, seen(), 11, more), RECORDED);
}

#[test]
fn a_grant_that_was_ended_can_be_given_again() {
    let given =
        [event("op_1", 10, grant(10, None)), event("op_2", 11, Act::End { given: EventId::new("op_1"), at: day(11) })];
    assert_eq!(ask(&given, seen(), 12, grant(12, None)), RECORDED);
}

#[test]
fn a_customer_nobody_has_seen_is_refused_unless_the_operator_vouches_for_it() {
    assert_eq!(ask(&[], Circumstances::default(), 10, grant(10, None)), Err(Error::Unknown));
    let insisted = Circumstances { insistence: Insistence::Insisted, ..Circumstances::default() };
    assert_eq!(ask(&[], insisted, 10, grant(10, None)), RECORDED);
}

#[test]
fn what_ends_before_it_begins_or_is_over_already_is_refused() {
    assert_eq!(ask(&[], seen(), 10, grant(12, Some(12))), Err(Error::EndsBeforeStart));
    assert_eq!(ask(&[], seen(), 10, revocation(5, Some(10))), Err(Error::Over));
}

#[test]
fn what_nobody_could_ask_for_or_have_is_refused() {
    let nameless = Act::Revoke { feature: "".into(), starts: day(1), ends: None };
    assert_eq!(ask(&[], seen(), 1, nameless), Err(Error::Feature { longest: 200 }));
    let none = Act::Grant { feature: "pro".into(), extent: Some(Extent::Limit(0)), starts: day(1), ends: None };
    assert_eq!(ask(&[], seen(), 1, none), Err(Error::Extent));
}

#[test]
fn what_does_not_fit_the_policy_is_refused_with_what_would() {
    let policy =
        "[features]\npro = { kind = \"limit\" }\nsupport = { kind = \"value\", order = [\"mail\", \"phone\"] }\n";
    let features = || Circumstances { features: Policy::parse(policy).unwrap().features, ..seen() };
    let refused = |feature: &str, extent: Option<Extent>| {
        let act = Act::Grant { feature: feature.into(), extent, starts: day(1), ends: None };
        ask(&[], features(), 1, act).unwrap_err().to_string()
    };
    insta::assert_snapshot!(refused("support", Some(Extent::Value("fax".into()))), @"the policy in force grants this feature as one of mail, phone");
    insta::assert_snapshot!(refused("pro", Some(Extent::Value("phone".into()))), @"the policy in force grants this feature as a whole number of at least 1, or unlimited");
    insta::assert_snapshot!(refused("pr", None), @"the policy in force has no feature of this name (did you mean `pro`?); if it is meant all the same, say so (--force, \"force\": true)");
    let insisted = Circumstances { insistence: Insistence::Insisted, ..features() };
    let unknown = Act::Revoke { feature: "pr".into(), starts: day(1), ends: None };
    assert_eq!(ask(&[], insisted, 1, unknown), RECORDED);
}

#[test]
fn a_grant_under_a_revocation_is_refused_and_one_that_begins_after_it_is_not() {
    let given = [event("op_1", 1, revocation(1, Some(20)))];
    assert_eq!(ask(&given, seen(), 10, grant(10, None)), Err(Error::Revoked { by: EventId::new("op_1") }));
    assert_eq!(ask(&given, seen(), 10, grant(20, None)), RECORDED);
}

#[test]
fn only_what_was_given_and_still_runs_can_be_ended() {
    let end = |at| Act::End { given: EventId::new("op_1"), at: day(at) };
    let given = [event("op_1", 1, grant(1, Some(20)))];
    let record = || EventId::new("op_1");
    assert_eq!(ask(&[], seen(), 5, end(5)), Err(Error::NothingToEnd { record: record() }));
    assert_eq!(ask(&given, seen(), 5, end(5)), RECORDED);
    assert_eq!(ask(&given, seen(), 5, end(20)), SO_ALREADY);
    assert_eq!(ask(&given, seen(), 5, end(30)), Err(Error::EndsLater { record: record(), ends: day(20) }));
    assert_eq!(ask(&given, seen(), 25, end(25)), Err(Error::OverAlready { record: record(), since: day(20) }));
}

#[test]
fn what_was_ended_is_so_already_now_and_over_already_at_any_other_time() {
    let end = |at| Act::End { given: EventId::new("op_1"), at: day(at) };
    let ended = [event("op_1", 1, grant(1, None)), event("op_2", 5, end(5))];
    let over = Err(Error::OverAlready { record: EventId::new("op_1"), since: day(5) });
    assert_eq!(ask(&ended, seen(), 8, end(8)), SO_ALREADY);
    assert_eq!(ask(&ended, seen(), 8, end(5)), SO_ALREADY);
    for at in [3, 6, 7, 30] {
        assert_eq!(ask(&ended, seen(), 8, end(at)), over, "{at}");
    }
}

#[test]
fn what_has_begun_cannot_end_before_it_began_and_can_end_at_any_time_since() {
    let end = |at| Act::End { given: EventId::new("op_1"), at: day(at) };
    for act in [grant(10, None), revocation(10, Some(40))] {
        let given = [event("op_1", 10, act)];
        let refused = Err(Error::EndsBeforeItBegan { record: EventId::new("op_1"), since: day(10) });
        assert_eq!(ask(&given, seen(), 20, end(9)), refused);
        assert_eq!(ask(&given, seen(), 20, end(10)), RECORDED);
        assert_eq!(ask(&given, seen(), 20, end(15)), RECORDED);
        assert_eq!(ask(&given, seen(), 5, end(5)), RECORDED, "it has not begun, and is taken back");
    }
}

#[test]
fn a_customer_is_linked_with_one_account_at_a_time() {
    let link = |account: &str| Act::Link { account: account.into() };
    let given = [event("op_1", 1, link("user_1"))];
    assert_eq!(ask(&given, seen(), 2, link("user_1")), SO_ALREADY);
    let elsewhere = Err(Error::LinkedElsewhere { account: "user_1".into() });
    assert_eq!(ask(&given, seen(), 2, link("user_2")), elsewhere);
    let free = [given[0].clone(), event("op_2", 2, Act::Unlink { account: "user_1".into() })];
    assert_eq!(ask(&free, seen(), 3, link("user_2")), RECORDED);
}

#[test]
fn only_an_account_that_somebody_links_can_be_unlinked() {
    let unlink = || Act::Unlink { account: "user_1".into() };
    assert_eq!(ask(&[], seen(), 2, unlink()), Err(Error::NotLinked));
    let shown = Circumstances { accounts: ["user_1".into()].into(), ..seen() };
    assert_eq!(ask(&[], shown.clone(), 2, unlink()), RECORDED);
    assert_eq!(ask(&[event("op_1", 1, unlink())], shown, 2, unlink()), SO_ALREADY);
}

#[test]
fn a_release_covers_a_dispute_until_it_is_decided_anew() {
    let release = || Act::Release { dispute: "dp_1".into() };
    let with = |phase, closed: Option<i64>| {
        let closed = closed.map(|number| Moment { at: day(number), rank: Rank::Updated, event: EventId::new("evt") });
        Circumstances { disputes: vec![Disputed { dispute: "dp_1".into(), phase, closed }], ..seen() }
    };
    assert_eq!(ask(&[], seen(), 5, release()), Err(Error::UnknownDispute));
    assert_eq!(ask(&[], with(DisputePhase::Won, Some(3)), 5, release()), Err(Error::HoldsNothing));
    assert_eq!(ask(&[], with(DisputePhase::Open, None), 5, release()), RECORDED);
    let released = [event("op_1", 5, release())];
    assert_eq!(ask(&released, with(DisputePhase::Open, None), 6, release()), SO_ALREADY);
    assert_eq!(ask(&released, with(DisputePhase::Lost, Some(7)), 8, release()), RECORDED);
}

#[test]
fn what_the_log_holds_is_never_refused() {
    let mut customer = Customer::default();
    for (number, act) in [grant(9, Some(1)), Act::End { given: EventId::new("op_none"), at: day(1) }, grant(1, None)]
        .into_iter()
        .enumerate()
    {
        customer.apply(event(&format!("op_{number}"), 1, act));
    }
    let words: Vec<_> = customer.acts().given.values().map(|given| (given.word, given.is_void())).collect();
    assert_eq!(words, [(Word::Grant, true), (Word::Grant, false)]);
}

/// A change here is a change of records of the log: fields may come as optional ones, and nothing is renamed.
#[test]
fn every_act_is_stored_in_the_form_that_reviewers_have_seen_and_is_read_back_from_it() {
    let extents = [Extent::Limit(5), Extent::Unlimited, Extent::Value("phone".into())];
    let grants = extents.map(|extent| Act::Grant {
        feature: "pro".into(),
        extent: Some(extent),
        starts: day(1),
        ends: Some(day(2)),
    });
    let rest = [
        revocation(1, None),
        Act::End { given: EventId::new("op_1"), at: day(2) },
        Act::Link { account: "user_1".into() },
        Act::Unlink { account: "user_1".into() },
        Act::Release { dispute: "dp_1".into() },
    ];
    let events: Vec<_> = grants.into_iter().chain(rest).map(|act| event("op_2", 1, act)).collect();
    insta::assert_json_snapshot!("operators_events", events);
    let stored = serde_json::to_string(&events).unwrap();
    assert_eq!(serde_json::from_str::<Vec<CustomerEvent>>(&stored).unwrap(), events);
}
