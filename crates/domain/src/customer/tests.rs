//! What a customer answers to what it is told, what it makes of it, and what its events look like where they are stored. Time is
//! counted in days since 1970.

use cqrs_es::{Aggregate, test::TestFramework};

use super::{Customer, CustomerCommand, CustomerEvent};
use crate::{
    fact::{self, EntitlementSummary, SummaryFeature},
    id::EventId,
    money::Currency,
    order::{Evidence, Moment, Rank},
    time::Timestamp,
};

fn moment(event: &str, day: i64, rank: Rank) -> Moment {
    Moment { at: Timestamp::from_unix(day * 86_400).unwrap(), rank, event: EventId::new(event) }
}

fn snapshot(balance: i64) -> fact::Customer {
    fact::Customer {
        created: None,
        deleted: false,
        balance: Some(balance),
        previous_balance: None,
        currency: None,
        balances: [].into(),
        delinquent: None,
        has_payment_method: false,
        metadata: fact::Metadata::new(),
    }
}

fn shown(event: &str, day: i64, snapshot: fact::Customer) -> CustomerEvent {
    let rank = if snapshot.deleted { Rank::Deleted } else { Rank::Updated };
    let moment = moment(event, day, rank);
    CustomerEvent::Observed { moment, evidence: Evidence::default(), snapshot: Box::new(snapshot) }
}

fn summary(event: &str, day: i64, features: &[&str]) -> CustomerEvent {
    let features = features.iter().map(|key| SummaryFeature { id: None, lookup_key: (*key).into() });
    let summary = EntitlementSummary { features: features.collect(), truncated: false };
    let moment = moment(event, day, Rank::Updated);
    CustomerEvent::SummaryObserved { moment, evidence: Evidence::default(), summary: Box::new(summary) }
}

/// The command behind an event.
fn told(event: &CustomerEvent) -> CustomerCommand {
    match event.clone() {
        CustomerEvent::Observed { moment, evidence, snapshot } => {
            CustomerCommand::Observe { moment, evidence, snapshot }
        }
        CustomerEvent::SummaryObserved { moment, evidence, summary } => {
            CustomerCommand::ObserveSummary { moment, evidence, summary }
        }
        CustomerEvent::Operated(operated) => CustomerCommand::TakeIn(operated),
    }
}

/// Given these events, when the customer is told the last of them, it takes it in. What it then knows, which is the same after
/// the events in the opposite order.
fn customer(mut events: Vec<CustomerEvent>) -> Customer {
    let fold = |events: &mut dyn Iterator<Item = &CustomerEvent>| {
        let mut customer = Customer::default();
        events.for_each(|event| customer.apply(event.clone()));
        customer
    };
    let customer = fold(&mut events.iter());
    assert_eq!(fold(&mut events.iter().rev()), customer);
    let last = events.pop().unwrap();
    TestFramework::<Customer>::with(()).given(events).when(told(&last)).then_expect_events(vec![last]);
    customer
}

#[test]
fn a_customer_seen_late_is_as_its_newest_event_shows_it() {
    let known = customer(vec![shown("evt_2", 2, snapshot(-500)), shown("evt_1", 1, snapshot(0))]);
    assert_eq!(known.snapshot().unwrap().balance, Some(-500));
    assert_eq!(known.moment().unwrap().event.as_str(), "evt_2");
}

#[test]
fn a_deleted_customer_stays_deleted_whatever_a_late_event_shows() {
    let gone = || fact::Customer { deleted: true, ..snapshot(0) };
    let known = customer(vec![shown("evt_3", 3, gone()), shown("evt_4", 4, gone()), shown("evt_2", 2, snapshot(0))]);
    assert_eq!(known.deleted().unwrap().event.as_str(), "evt_3");
    assert!(known.snapshot().unwrap().deleted);
}

#[test]
fn a_summary_that_arrives_late_does_not_give_back_what_was_taken() {
    let known = customer(vec![summary("evt_2", 2, &[]), summary("evt_1", 1, &["api"])]);
    assert_eq!(known.summary().unwrap().1.features, []);
}

#[test]
fn a_summary_makes_no_customer_and_a_customer_makes_no_summary() {
    let known = customer(vec![summary("evt_1", 1, &["api"])]);
    assert_eq!((known.snapshot(), known.summary().is_some()), (None, true));
    let known = customer(vec![shown("evt_1", 1, snapshot(0))]);
    assert_eq!((known.snapshot().is_some(), known.summary()), (true, None));
}

/// A change here is a change of stored events: fields may come as optional ones, and nothing is renamed.
#[test]
fn every_event_is_stored_in_the_form_that_reviewers_have_seen_and_is_read_back_from_it() {
    let euro = Currency::parse("eur").unwrap();
    let evidence = || Evidence { fields: [(1, 2), (3, 4)].into(), previous: [(1, Some(5)), (3, None)].into() };
    let snapshot = fact::Customer {
        created: Timestamp::from_unix(86_400),
        deleted: true,
        balance: Some(-500),
        previous_balance: Some(0),
        currency: Some(euro),
        balances: [(euro, -500)].into(),
        delinquent: Some(false),
        has_payment_method: true,
        metadata: [("user_id".into(), "42".into())].into(),
    };
    let feature = SummaryFeature { id: Some("feat_1".into()), lookup_key: "api".into() };
    let summary = EntitlementSummary { features: vec![feature], truncated: true };
    let events = [
        CustomerEvent::Observed {
            moment: moment("evt_1", 1, Rank::Deleted),
            evidence: evidence(),
            snapshot: Box::new(snapshot),
        },
        CustomerEvent::SummaryObserved {
            moment: moment("evt_2", 2, Rank::Updated),
            evidence: evidence(),
            summary: Box::new(summary),
        },
    ];
    insta::assert_json_snapshot!("customer_events", events);
    let stored = serde_json::to_string(&events).unwrap();
    assert_eq!(serde_json::from_str::<[CustomerEvent; 2]>(&stored).unwrap(), events);
}
