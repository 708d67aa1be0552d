//! Charges, refunds, and payment intents that wait.

use super::read;
use crate::{
    accounting::tests::build::*,
    fact::{
        Charge, ChargeStatus, DisputeStatus, Fact, IntentDetails, Observed, PaymentIntent, PaymentIntentStatus, Shown,
    },
    id::{ObjectKind, ObjectRef},
    settlement::Payment,
};

fn payment(facts: &[Fact], kind: ObjectKind, id: &str) -> Option<Payment> {
    let member = ObjectRef::new(kind, id);
    read(facts, (kind, id), |settlement| settlement.payment(&member, settlement.get(kind, id)?))
}

fn intent(event: &str, on: i64, status: PaymentIntentStatus) -> Fact {
    let details = IntentDetails { next_action: Some("use_stripe_sdk".into()), ..IntentDetails::default() };
    let intent = PaymentIntent {
        customer: Some(customer()),
        invoice: Shown::Id("in_1".into()),
        status,
        amount: 5400,
        amount_received: 0,
        currency: Some(currency("usd")),
        latest_charge: None,
        created: Some(day(0)),
        details: Box::new(details),
    };
    fact(event, on, "pi_1", Observed::PaymentIntent(Box::new(intent)))
}

#[test]
fn an_intent_is_shown_while_it_waits_and_no_more_once_it_has_come_to_an_end() {
    let waits = [intent("evt_1", 1, PaymentIntentStatus::RequiresAction)];
    let shown = payment(&waits, ObjectKind::PaymentIntent, "pi_1").unwrap();
    assert_eq!((&*shown.status, shown.next_action.as_deref()), ("requires_action", Some("use_stripe_sdk")));
    assert_eq!((shown.since.at, shown.place.invoice.as_deref()), (day(1), Some("in_1")));
    for end in [PaymentIntentStatus::Succeeded, PaymentIntentStatus::Canceled] {
        let over = [intent("evt_1", 1, PaymentIntentStatus::RequiresAction), intent("evt_0", 0, end)];
        assert_eq!(payment(&over, ObjectKind::PaymentIntent, "pi_1"), None, "an old event told late reopens nothing");
    }
}

#[test]
fn a_refund_finds_the_invoice_over_its_charge() {
    let taken = Charge { invoice: Shown::Id("in_1".into()), ..charge(5400, 0) };
    let facts = [shown_charge("evt_1", 0, "ch_1", &taken), shown_refund("evt_2", 1, "re_1", &refund("ch_1", 500, 1))];
    let found = payment(&facts, ObjectKind::Refund, "re_1").unwrap();
    assert_eq!((found.amount, found.moved, &*found.status), (500, 500, "succeeded"));
    let place = found.place;
    assert_eq!((place.charge.as_deref(), place.invoice.as_deref()), (Some("ch_1"), Some("in_1")));
    assert_eq!(place.customer, Some(customer()));
    assert_eq!(payment(&facts, ObjectKind::Charge, "ch_1").unwrap().refunded, 500);
}

#[test]
fn a_charge_names_the_dispute_over_it_unless_that_is_an_inquiry_or_was_won() {
    let disputed_by = |status: DisputeStatus| {
        let facts = [
            shown_charge("evt_1", 0, "ch_1", &charge(5400, 0)),
            shown_dispute("evt_2", 1, "dp_1", &dispute("ch_1", status, 5400)),
        ];
        payment(&facts, ObjectKind::Charge, "ch_1").unwrap().disputed_by
    };
    assert_eq!(disputed_by(DisputeStatus::NeedsResponse).as_deref(), Some("dp_1"));
    assert_eq!(disputed_by(DisputeStatus::Lost).as_deref(), Some("dp_1"));
    assert_eq!(disputed_by(DisputeStatus::Won), None);
    assert_eq!(disputed_by(DisputeStatus::WarningNeedsResponse), None);
}

#[test]
fn a_charge_that_is_not_captured_is_authorized() {
    let held = Charge { captured: false, amount_captured: 0, ..charge(5400, 0) };
    let found = payment(&[shown_charge("evt_1", 0, "ch_1", &held)], ObjectKind::Charge, "ch_1").unwrap();
    assert_eq!((&*found.status, found.amount, found.moved), ("authorized", 5400, 0));
    let failed = Charge { status: ChargeStatus::Failed, ..held };
    let found = payment(&[shown_charge("evt_1", 0, "ch_1", &failed)], ObjectKind::Charge, "ch_1").unwrap();
    assert_eq!(&*found.status, "failed");
}

/// 50.00 authorized and 20.00 of it captured; the shapes before basil count the rest as refunded.
fn captured_in_part(invoice: Shown, amount_refunded: i64) -> Charge {
    Charge { invoice, amount_captured: 2000, amount_refunded, ..charge(5000, 0) }
}

#[test]
fn what_a_partial_capture_released_is_not_refunded_though_it_shows_as_a_refund() {
    let taken = captured_in_part(Shown::Null, 3000);
    let facts = [shown_charge("evt_1", 1, "ch_1", &taken), shown_refund("evt_2", 1, "re_1", &refund("ch_1", 3000, 1))];
    let found = payment(&facts, ObjectKind::Charge, "ch_1").unwrap();
    assert_eq!((found.moved, found.refunded), (2000, 0));
}

#[test]
fn a_refund_after_a_partial_capture_counts_whether_or_not_the_shape_counts_the_release() {
    for (invoice, shown) in [(Shown::Absent, 500), (Shown::Null, 3500)] {
        let facts = [shown_charge("evt_1", 1, "ch_1", &captured_in_part(invoice, shown))];
        assert_eq!(payment(&facts, ObjectKind::Charge, "ch_1").unwrap().refunded, 500, "{shown}");
    }
}
