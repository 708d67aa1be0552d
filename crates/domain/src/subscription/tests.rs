//! What a subscription makes of what it is told, in whatever order. Time is counted in days since 1970.

mod handled;
mod stored;

use cqrs_es::Aggregate;

use super::{PaidItem, Standing, Subscription, SubscriptionEvent};
use crate::{
    fact::{self, InvoiceStatus, Item, SubscriptionStatus, TrialEnd},
    id::{EventId, InvoiceId, PriceId},
    order::{Evidence, Moment, Rank},
    settlement::{Billed, BilledFor, InvoiceStanding},
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

/// An invoice of that day, paid at once, or open.
fn invoice(on: i64, status: InvoiceStatus, billed: &[(&str, i64, BilledFor)]) -> SubscriptionEvent {
    let id = InvoiceId::new(format!("in_{on}"));
    let billed = billed.iter().map(|(price, quantity, what)| Billed {
        price: PriceId::new(*price),
        product: None,
        quantity: Some(*quantity),
        what: *what,
        free: false,
    });
    let paid = Moment { at: day(on), rank: Rank::Updated, event: EventId::new(format!("evt_paid_{on}")) };
    SubscriptionEvent::InvoiceObserved(Box::new(InvoiceStanding {
        invoice: id,
        paid: (status == InvoiceStatus::Paid).then_some(paid),
        status,
        created: day(on),
        currency: None,
        amount_due: 1_000,
        amount_remaining: 0,
        from_credit: 0,
        refunded: 0,
        due: None,
        failed: None,
        billed: billed.collect(),
        lines_truncated: false,
    }))
}

fn paid_for(standing: &Standing) -> Vec<(&str, Option<i64>)> {
    standing.paid_items.iter().map(|item: &PaidItem| (item.price.as_str(), item.quantity)).collect()
}

#[test]
fn an_upgrade_is_paid_for_when_its_own_invoice_is_and_not_before() {
    let upgrade = [("basic", -1, BilledFor::Change), ("gold", 1, BilledFor::Change)];
    let renewed = invoice(1, InvoiceStatus::Paid, &[("basic", 1, BilledFor::Period), ("seat", 2, BilledFor::Period)]);
    let more_seats = invoice(5, InvoiceStatus::Paid, &[("seat", 3, BilledFor::Change)]);
    let history = |status| {
        standing(&[
            shown("evt_1", 1, snapshot("active", None)),
            renewed.clone(),
            more_seats.clone(),
            invoice(9, status, &upgrade),
        ])
    };
    let open = history(InvoiceStatus::Open);
    assert_eq!(paid_for(&open), [("basic", Some(1)), ("seat", Some(5))]);
    assert_eq!(open.last_paid_created, Some(day(5)));
    let paid = history(InvoiceStatus::Paid);
    assert_eq!(paid_for(&paid), [("gold", Some(1)), ("seat", Some(5))]);
}

/// The same invoice, changed.
fn but(event: SubscriptionEvent, change: impl Fn(&mut InvoiceStanding)) -> SubscriptionEvent {
    let SubscriptionEvent::InvoiceObserved(mut standing) = event else { unreachable!("an invoice") };
    change(&mut standing);
    SubscriptionEvent::InvoiceObserved(standing)
}

#[test]
fn a_paid_invoice_with_more_lines_than_events_show_does_not_say_what_was_paid_for_and_the_next_whole_one_does() {
    let basic = invoice(1, InvoiceStatus::Paid, &[("basic", 1, BilledFor::Period)]);
    let more =
        but(invoice(31, InvoiceStatus::Paid, &[("seat", 1, BilledFor::Change)]), |one| one.lines_truncated = true);
    let shown = shown("evt_1", 1, snapshot("past_due", None));
    assert_eq!(paid_for(&standing(&[shown.clone(), basic.clone(), more.clone()])), []);
    let next = invoice(61, InvoiceStatus::Paid, &[("basic", 1, BilledFor::Period), ("seat", 9, BilledFor::Period)]);
    assert_eq!(paid_for(&standing(&[shown, basic, more, next])), [("basic", Some(1)), ("seat", Some(9))]);
}

#[test]
fn a_seat_given_back_does_not_give_back_the_period_it_was_added_to() {
    let year = invoice(1, InvoiceStatus::Paid, &[("annual", 1, BilledFor::Period)]);
    let seat = but(invoice(9, InvoiceStatus::Paid, &[("annual", 1, BilledFor::Change)]), |one| one.refunded = 1_000);
    let shown = shown("evt_1", 1, snapshot("active", None));
    let kept = standing(&[shown.clone(), year.clone(), seat.clone()]);
    assert!(!kept.last_paid_refunded);
    let given_back = standing(&[shown, but(year, |one| one.refunded = 1_000), seat]);
    assert!(given_back.last_paid_refunded);
    assert_eq!(given_back.period_paid.unwrap().event.as_str(), "evt_paid_1");
}

#[test]
fn an_invoice_paid_wholly_from_credit_renews_what_was_paid_for_and_a_trials_does_not() {
    let out_of_credit = |credit: i64| {
        let paid = invoice(9, InvoiceStatus::Paid, &[("gold", 1, BilledFor::Period)]);
        let SubscriptionEvent::InvoiceObserved(standing) = paid else { unreachable!("an invoice") };
        SubscriptionEvent::InvoiceObserved(Box::new(InvoiceStanding {
            amount_due: 0,
            from_credit: credit,
            ..*standing
        }))
    };
    let history = |credit| {
        let basic = invoice(1, InvoiceStatus::Paid, &[("basic", 1, BilledFor::Period)]);
        standing(&[shown("evt_1", 1, snapshot("active", None)), basic, out_of_credit(credit)])
    };
    assert_eq!(paid_for(&history(1_000)), [("gold", Some(1))]);
    assert_eq!(paid_for(&history(0)), [("basic", Some(1))]);
    assert_eq!(history(1_000).last_paid_created, Some(day(1)), "credit is no payment that releases a hold");
}

#[test]
fn a_free_plan_is_paid_for_by_its_invoice_of_nothing_and_an_upgrade_whose_invoice_is_open_is_not() {
    let free = but(invoice(1, InvoiceStatus::Paid, &[("free", 1, BilledFor::Period)]), |one| {
        one.amount_due = 0;
        one.billed.iter_mut().for_each(|billed| billed.free = true);
    });
    let upgrade = invoice(9, InvoiceStatus::Open, &[("free", -1, BilledFor::Change), ("pro", 1, BilledFor::Change)]);
    let late = standing(&[shown("evt_1", 9, snapshot("past_due", None)), free, upgrade]);
    assert_eq!(paid_for(&late), [("free", Some(1))]);
    assert_eq!(late.last_paid, None, "nothing was paid");
}

#[test]
fn many_changes_in_one_period_do_not_make_it_forget_what_the_period_itself_paid_for() {
    let mut events = vec![shown("evt_1", 1, snapshot("active", None))];
    events.push(invoice(1, InvoiceStatus::Paid, &[("annual", 1, BilledFor::Period)]));
    events.extend((2..42).map(|on| invoice(on, InvoiceStatus::Paid, &[("annual", 1, BilledFor::Change)])));
    assert_eq!(paid_for(&standing(&events)), [("annual", Some(41))]);
}

#[test]
fn what_was_paid_for_keeps_the_names_its_price_was_seen_with() {
    let item = |price: &str| Item {
        id: None,
        price: Some(PriceId::new(price)),
        product: None,
        lookup_key: Some(price.to_uppercase().into()),
        quantity: Some(1),
        period: None,
    };
    let with = |price| fact::Subscription { items: vec![item(price)], ..snapshot("active", None) };
    let upgraded = standing(&[
        shown("evt_1", 1, with("basic")),
        invoice(1, InvoiceStatus::Paid, &[("basic", 1, BilledFor::Period)]),
        shown("evt_2", 5, with("gold")),
    ]);
    let names = upgraded.paid_items.iter().filter_map(|paid| paid.names.as_ref()?.lookup_key.as_deref());
    assert_eq!(names.collect::<Vec<_>>(), ["BASIC"]);
}
