//! What was bought once and only its checkout links to its payment: refunds and disputes reach it all the same.

use super::read;
use crate::{
    accounting::tests::build::*,
    fact::{
        Charge, CheckoutSession, DisputeStatus, Fact, Invoice, Observed, PaymentIntent, PaymentIntentStatus, Shown,
    },
    id::{ObjectKind, ObjectRef},
    settlement::{DisputePhase, Purchase},
};

fn bought(facts: &[Fact]) -> Purchase {
    let at = ObjectRef::new(ObjectKind::Invoice, "in_1");
    read(facts, (ObjectKind::Invoice, "in_1"), |settlement| settlement.purchases().remove(&at)).unwrap()
}

/// Only the checkout says that this payment is for this invoice.
fn linked_by_its_checkout() -> Vec<Fact> {
    let intent = PaymentIntent {
        customer: Some(customer()),
        invoice: Shown::Absent,
        status: PaymentIntentStatus::Succeeded,
        amount: 5400,
        amount_received: 5400,
        currency: Some(currency("usd")),
        latest_charge: Some("ch_1".into()),
        created: Some(day(0)),
        details: Box::default(),
    };
    let taken = Charge { invoice: Shown::Null, payment_intent: Some("pi_1".into()), ..charge(5400, 0) };
    let session = CheckoutSession { invoice: Some("in_1".into()), ..session(5400, 400, "pi_1") };
    let sold: Invoice = invoice(5400, 400, &[line("il_1", 5000)]);
    vec![
        fact("evt_s1", 0, "pi_1", Observed::PaymentIntent(Box::new(intent))),
        shown_charge("evt_s2", 0, "ch_1", &taken),
        shown_session("evt_s3", 0, "cs_1", &session),
        shown_invoice("evt_s4", 0, "in_1", &paid(&sold, 0)),
    ]
}

#[test]
fn a_full_refund_reaches_a_purchase_that_only_its_checkout_links() {
    let mut facts = linked_by_its_checkout();
    facts.push(shown_refund("evt_1", 3, "re_1", &refund("ch_1", 5400, 3)));
    let events = bought(&facts).refunded_by;
    assert_eq!(events.iter().map(crate::id::EventId::as_str).collect::<Vec<_>>(), ["evt_1"]);
}

#[test]
fn a_dispute_reaches_a_purchase_that_only_its_checkout_links() {
    let mut facts = linked_by_its_checkout();
    facts.push(shown_dispute("evt_1", 3, "dp_1", &dispute("ch_1", DisputeStatus::Lost, 5400)));
    let [found] = bought(&facts).disputes.try_into().unwrap();
    assert_eq!((&*found.dispute, found.phase), ("dp_1", DisputePhase::Lost));
}
