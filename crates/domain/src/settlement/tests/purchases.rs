//! Purchases: what takes them back.

use super::read;
use crate::{
    accounting::tests::build::*,
    fact::{Charge, CheckoutSession, Dispute, DisputeStatus, Fact, Invoice, PaidBy, Refund},
    id::{ObjectKind, ObjectRef, SubscriptionId},
    settlement::{DisputePhase, Purchase},
};

/// A checkout of 50.00, paid by `pi_1`, of whose charge no event shows anything.
fn bought(more: impl IntoIterator<Item = Fact>) -> Purchase {
    let facts: Vec<Fact> =
        [shown_session("evt_s", 0, "cs_1", &session(5000, 0, "pi_1"))].into_iter().chain(more).collect();
    let at = ObjectRef::new(ObjectKind::CheckoutSession, "cs_1");
    read(&facts, (ObjectKind::CheckoutSession, "cs_1"), |settlement| settlement.purchases().remove(&at)).unwrap()
}

fn by_intent(amount: i64, on: i64) -> Refund {
    Refund { charge: None, payment_intent: Some("pi_1".into()), ..refund("ch_1", amount, on) }
}

fn events(purchase: &Purchase) -> Vec<&str> {
    purchase.refunded_by.iter().map(crate::id::EventId::as_str).collect()
}

#[test]
fn a_refund_that_names_only_the_payment_intent_ends_a_purchase_whose_charge_nobody_showed() {
    let refunded = bought([shown_refund("evt_1", 5, "re_1", &by_intent(5000, 5))]);
    assert_eq!(events(&refunded), ["evt_1"]);
    let in_part = bought([shown_refund("evt_1", 5, "re_1", &by_intent(4999, 5))]);
    assert!(in_part.refunded_by.is_empty());
}

#[test]
fn refunds_over_the_charge_and_over_its_intent_are_each_counted_once() {
    let refunds = [
        shown_refund("evt_1", 5, "re_1", &by_intent(2000, 5)),
        shown_refund("evt_2", 6, "re_2", &refund("ch_1", 3000, 6)),
    ];
    let charge = Charge { payment_intent: Some("pi_1".into()), amount_refunded: 5000, ..charge(5000, 0) };
    let shown = shown_charge("evt_3", 6, "ch_1", &charge);
    assert_eq!(events(&bought(refunds.clone().into_iter().chain([shown.clone()]))), ["evt_1", "evt_2"]);
    let [first, _] = refunds;
    let halfway = Charge { amount_refunded: 2000, ..charge };
    assert!(bought([first, shown_charge("evt_3", 6, "ch_1", &halfway)]).refunded_by.is_empty());
}

#[test]
fn a_purchase_of_which_a_part_was_captured_ends_when_that_part_is_given_back() {
    let charge = Charge { payment_intent: Some("pi_1".into()), amount_captured: 3000, ..charge(5000, 0) };
    let captured = shown_charge("evt_1", 1, "ch_1", &charge);
    let refunded = bought([captured.clone(), shown_refund("evt_2", 5, "re_1", &refund("ch_1", 3000, 5))]);
    assert_eq!(events(&refunded), ["evt_2"]);
    let in_part = bought([captured, shown_refund("evt_2", 5, "re_1", &refund("ch_1", 2999, 5))]);
    assert!(in_part.refunded_by.is_empty());
}

fn disputed(dispute: &Dispute) -> Fact {
    shown_dispute("evt_d", 5, "dp_1", dispute)
}

#[test]
fn a_dispute_that_names_only_the_payment_intent_is_one_over_the_purchase_or_the_invoice() {
    let dispute = dispute("ch_1", DisputeStatus::Lost, 5000);
    let by_intent = Dispute { charge: None, payment_intent: Some("pi_1".into()), ..dispute };
    let disputes = bought([disputed(&by_intent)]).disputes;
    assert_eq!(
        disputes.iter().map(|one| (&*one.dispute, one.phase)).collect::<Vec<_>>(),
        [("dp_1", DisputePhase::Lost)]
    );
    let invoice = Invoice { subscription: Some(SubscriptionId::new("sub_1")), ..invoice(5000, 0, &[]) };
    let facts = [
        shown_invoice("evt_1", 0, "in_1", &paid(&invoice, 0)),
        shown_payment("evt_2", 0, "inpay_1", &invoice_payment("in_1", 5000, PaidBy::PaymentIntent("pi_1".into()), 0)),
        disputed(&by_intent),
    ];
    let told = read(&facts, (ObjectKind::Dispute, "dp_1"), |settlement| {
        settlement.dispute_standing("dp_1").map(|(subscription, standing)| (subscription.to_string(), standing.invoice))
    });
    assert_eq!(
        told.map(|(subscription, invoice)| (subscription, invoice.to_string())),
        Some(("sub_1".to_owned(), "in_1".to_owned()))
    );
}

#[test]
fn a_checkout_completed_unpaid_is_a_purchase_once_its_money_is_captured() {
    let waiting = CheckoutSession { paid: false, ..session(5000, 0, "pi_1") };
    let charge = Charge { payment_intent: Some("pi_1".into()), ..charge(5000, 0) };
    let authorized = Charge { captured: false, amount_captured: 0, ..charge.clone() };
    let at = ObjectRef::new(ObjectKind::CheckoutSession, "cs_1");
    let bought = |facts: &[Fact]| {
        let purchase = |settlement: &crate::settlement::Settlement<'_>| settlement.purchases().remove(&at);
        read(facts, (ObjectKind::CheckoutSession, "cs_1"), purchase).map(|purchase| purchase.paid.event)
    };
    let mut facts = vec![shown_session("evt_1", 0, "cs_1", &waiting), shown_charge("evt_2", 0, "ch_1", &authorized)];
    assert_eq!(bought(&facts), None);
    facts.push(shown_charge("evt_3", 4, "ch_1", &charge));
    assert_eq!(bought(&facts).map(|event| event.to_string()).as_deref(), Some("evt_3"));
}
