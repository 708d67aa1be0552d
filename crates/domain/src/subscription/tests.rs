//! What a subscription makes of what it is told, in whatever order. Time is counted in days since 1970.

use cqrs_es::Aggregate;

use super::{Standing, Subscription, SubscriptionEvent};
use crate::{
    fact::{self, SubscriptionStatus, TrialEnd},
    id::EventId,
    order::{Evidence, Moment, Rank},
    time::Timestamp,
};

fn day(number: i64) -> Timestamp {
    Timestamp::from_unix(number * 86_400).unwrap()
}

fn snapshot(status: &str, previous: Option<&str>) -> fact::Subscription {
    fact::Subscription {
        customer: None,
        status: SubscriptionStatus::parse(status),
        previous_status: previous.map(SubscriptionStatus::parse),
        created: None,
        started: None,
        ended: None,
        cancel_at: None,
        cancel_at_period_end: false,
        cancel_requested: None,
        trial_end: None,
        trial_end_without_method: TrialEnd::CreateInvoice,
        has_payment_method: false,
        period: None,
        pause_collection: None,
        invoiced_by_mail: false,
        latest_invoice: None,
        pending_update: false,
        items: Vec::new(),
        metadata: fact::Metadata::new(),
    }
}

fn shown(event: &str, on: i64, snapshot: fact::Subscription) -> SubscriptionEvent {
    let moment = Moment { at: day(on), rank: Rank::Updated, event: EventId::new(event) };
    SubscriptionEvent::Observed { moment, evidence: Evidence::default(), snapshot: Box::new(snapshot) }
}

/// How it stands after these events in this order, and in the opposite one.
fn standing(events: &[SubscriptionEvent]) -> Standing {
    let told = |events: &mut dyn Iterator<Item = &SubscriptionEvent>| {
        let mut subscription = Subscription::default();
        events.for_each(|event| subscription.apply(event.clone()));
        subscription.standing().unwrap()
    };
    let standing = told(&mut events.iter());
    assert_eq!(told(&mut events.iter().rev()), standing);
    standing
}

#[test]
fn a_status_that_comes_back_counts_from_its_return() {
    let back = standing(&[
        shown("evt_1", 1, snapshot("active", None)),
        shown("evt_2", 31, snapshot("past_due", Some("active"))),
        shown("evt_3", 35, snapshot("active", Some("past_due"))),
        shown("evt_4", 61, snapshot("active", None)),
    ]);
    assert_eq!((back.since.at, back.since.event.as_str()), (day(35), "evt_3"));
}

#[test]
fn a_return_that_no_event_names_is_found_by_what_was_seen_before_it() {
    let back = standing(&[
        shown("evt_1", 1, snapshot("active", None)),
        shown("evt_2", 31, snapshot("past_due", None)),
        shown("evt_4", 61, snapshot("active", None)),
        shown("evt_5", 62, snapshot("active", None)),
    ]);
    assert_eq!(back.since.event.as_str(), "evt_4");
}

#[test]
fn a_status_for_good_counts_from_its_first_sight_whatever_a_late_event_shows() {
    let over = standing(&[
        shown("evt_1", 1, snapshot("canceled", Some("active"))),
        shown("evt_2", 2, snapshot("active", None)),
        shown("evt_3", 3, snapshot("canceled", None)),
    ]);
    assert_eq!((over.status, over.since.event.as_str()), (SubscriptionStatus::Canceled, "evt_1"));
}
