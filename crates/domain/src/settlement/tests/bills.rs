//! Invoices: how they stand, and what paid them.

use super::read;
use crate::{
    accounting::tests::build::*,
    fact::{Fact, Invoice, InvoiceStatus, PaidBy, Shown, Signal},
    id::{InvoiceId, ObjectKind},
    settlement::Bill,
};

fn bill(facts: &[Fact]) -> Bill {
    read(facts, (ObjectKind::Invoice, "in_1"), |settlement| settlement.bill("in_1")).unwrap()
}

fn asked() -> Invoice {
    invoice(5400, 400, &[line("il_1", 5000)])
}

#[test]
fn an_invoice_that_failed_is_failing_until_it_is_paid() {
    let attempted = Invoice { attempt_count: 2, next_attempt: Some(day(7)), ..asked() };
    let failed = with_signal(shown_invoice("evt_2", 3, "in_1", &attempted), Signal::PaymentFailed);
    let open = bill(&[shown_invoice("evt_1", 0, "in_1", &asked()), failed.clone()]);
    assert!(open.is_failing());
    assert_eq!((open.attempts, open.next_attempt, open.failed.as_ref().unwrap().at), (2, Some(day(7)), day(3)));
    let late = Invoice { next_attempt: Some(day(7)), ..paid(&attempted, 5) };
    let settled = bill(&[shown_invoice("evt_3", 5, "in_1", &late), failed]);
    assert!(!settled.is_failing() && !settled.is_open());
    assert_eq!((settled.next_attempt, settled.amount_remaining, settled.paid.unwrap().at), (None, 0, day(5)));
}

#[test]
fn once_seen_paid_it_stays_paid_whatever_a_late_event_shows() {
    let facts = [shown_invoice("evt_1", 1, "in_1", &paid(&asked(), 1)), shown_invoice("evt_2", 2, "in_1", &asked())];
    assert_eq!(bill(&facts).status, InvoiceStatus::Paid);
}

#[test]
fn what_paid_it_is_told_by_its_invoice_payments() {
    let facts = [
        shown_invoice("evt_1", 1, "in_1", &paid(&asked(), 1)),
        shown_payment("evt_2", 1, "inpay_1", &invoice_payment("in_1", 3000, PaidBy::PaymentIntent("pi_1".into()), 1)),
        shown_payment("evt_3", 2, "inpay_2", &invoice_payment("in_1", 2400, PaidBy::OutOfBand, 2)),
    ];
    let found: Vec<_> = bill(&facts).paid_with.into_iter().map(|paid| (paid.by, paid.amount)).collect();
    assert_eq!(found, [(PaidBy::PaymentIntent("pi_1".into()), Some(3000)), (PaidBy::OutOfBand, Some(2400))]);
}

#[test]
fn what_paid_it_in_old_shapes_is_the_charge_that_names_it() {
    let mut taken = charge(5400, 1);
    taken.invoice = Shown::Id("in_1".into());
    let facts = [shown_invoice("evt_1", 1, "in_1", &paid(&asked(), 1)), shown_charge("evt_2", 1, "ch_1", &taken)];
    let [by] = bill(&facts).paid_with.try_into().unwrap();
    assert_eq!((by.by, by.amount, by.invoice_payment), (PaidBy::Charge("ch_1".into()), Some(5400), None));
    let outside = Invoice { paid_out_of_band: true, ..paid(&asked(), 1) };
    let [by] = bill(&[shown_invoice("evt_1", 1, "in_1", &outside)]).paid_with.try_into().unwrap();
    assert_eq!((by.by, by.amount), (PaidBy::OutOfBand, Some(5400)));
}

#[test]
fn what_was_given_back_and_credited_since_is_told_beside_it() {
    let mut taken = charge(5400, 1);
    taken.invoice = Shown::Id("in_1".into());
    let note = credit_note("in_1", 700, 0, &[]);
    assert_eq!(note.invoice, Some(InvoiceId::new("in_1")));
    let facts = [
        shown_invoice("evt_1", 1, "in_1", &paid(&asked(), 1)),
        shown_charge("evt_2", 1, "ch_1", &taken),
        shown_refund("evt_3", 2, "re_1", &refund("ch_1", 500, 2)),
        shown_note("evt_4", 3, "cn_1", &note),
    ];
    let bill = bill(&facts);
    assert_eq!((bill.refunded, bill.credited), (500, 700));
}
