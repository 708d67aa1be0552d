//! Money received and applied: one owner per movement, others only confirm or stand in.

use super::{build::*, world::Books};
use crate::{
    accounting::Problem,
    fact::{Charge, Invoice, Observed, PaidBy, PaymentIntent, PaymentIntentStatus, SessionMode, Shown, Signal},
};

fn monthly() -> Invoice {
    invoice(3240, 240, &[line("il_1", 3000)])
}

fn intent(charge: Option<&str>) -> Observed {
    Observed::PaymentIntent(Box::new(PaymentIntent {
        customer: Some(customer()),
        invoice: Shown::Absent,
        status: PaymentIntentStatus::Succeeded,
        amount: 3240,
        amount_received: 3240,
        currency: Some(currency("usd")),
        latest_charge: charge.map(Into::into),
        created: None,
        details: Box::default(),
    }))
}

#[test]
fn five_events_about_one_payment_post_it_once() {
    let charge = Charge { payment_intent: Some("pi_1".into()), ..charge(3240, 0) };
    let payment = invoice_payment("in_1", 3240, PaidBy::PaymentIntent("pi_1".into()), 0);
    let books = Books::of(&[
        shown_invoice("evt_1", 0, "in_1", &monthly()),
        shown_charge("evt_2", 0, "ch_1", &charge),
        fact("evt_3", 0, "pi_1", intent(Some("ch_1"))),
        shown_invoice("evt_4", 0, "in_1", &paid(&monthly(), 0)),
        shown_invoice("evt_5", 0, "in_1", &paid(&monthly(), 0)),
        shown_payment("evt_6", 0, "inpay_1", &payment),
    ]);
    assert_eq!(books.keys(), ["ch_1:captured", "in_1:finalized", "inpay_1:paid"]);
    assert_eq!(books.entry("ch_1:captured"), "clearing 3240 / unapplied 3240");
    assert_eq!(books.entry("inpay_1:paid"), "unapplied 3240 / receivable 3240");
}

#[test]
fn before_basil_the_invoice_itself_applies_its_charge() {
    let charge = Charge { invoice: Shown::Id("in_1".into()), ..charge(3240, 0) };
    let books = Books::of(&[
        shown_charge("evt_1", 0, "ch_1", &charge),
        shown_invoice("evt_2", 0, "in_1", &paid(&monthly(), 0)),
    ]);
    assert_eq!(books.entry("in_1:paid"), "unapplied 3240 / receivable 3240");
    assert_eq!(books.balance("liabilities:unapplied"), 0);
    assert_eq!(books.balance("assets:receivable"), 0);
}

#[test]
fn an_invoice_payment_that_comes_takes_the_place_of_the_invoices_word() {
    let named = Invoice { charge: Some("ch_1".into()), ..paid(&monthly(), 0) };
    let payment = invoice_payment("in_1", 2000, PaidBy::Charge("ch_1".into()), 0);
    let books = Books::of(&[
        shown_invoice("evt_1", 0, "in_1", &named),
        shown_payment("evt_2", 0, "inpay_1", &payment),
        shown_charge("evt_3", 0, "ch_1", &charge(3240, 0)),
    ]);
    assert_eq!(books.entry("inpay_1:paid"), "unapplied 2000 / receivable 2000");
    assert_eq!(books.entry("in_1:paid"), "unapplied 1240 / receivable 1240");
}

#[test]
fn a_charge_that_no_event_shows_is_proved_by_what_it_paid() {
    let named = Invoice { charge: Some("ch_1".into()), ..paid(&monthly(), 0) };
    let books = Books::of(&[shown_invoice("evt_1", 0, "in_1", &named)]);
    assert_eq!(books.entry("ch_1:captured"), "clearing 3240 / unapplied 3240");
    assert_eq!(books.balance("liabilities:unapplied"), 0);
    let payment = invoice_payment("in_1", 3240, PaidBy::PaymentIntent("pi_1".into()), 0);
    let books =
        Books::of(&[shown_payment("evt_1", 0, "inpay_1", &payment), fact("evt_2", 0, "pi_1", intent(Some("ch_1")))]);
    assert_eq!(books.keys(), ["ch_1:captured", "inpay_1:paid"]);
}

#[test]
fn money_from_outside_stripe_comes_from_the_bank() {
    let outside = Invoice { paid_out_of_band: true, ..paid(&monthly(), 1) };
    let books = Books::of(&[shown_invoice("evt_1", 1, "in_1", &outside)]);
    assert_eq!(books.entry("in_1:paid"), "bank 3240 / receivable 3240");
    let recorded = invoice_payment("in_1", 3240, PaidBy::OutOfBand, 1);
    let books = Books::of(&[
        shown_invoice("evt_1", 1, "in_1", &paid(&monthly(), 1)),
        shown_payment("evt_2", 1, "inpay_1", &recorded),
    ]);
    assert_eq!(books.entry("inpay_1:paid"), "bank 3240 / receivable 3240");
}

#[test]
fn money_of_which_nothing_says_where_it_came_from_is_in_suspense() {
    let books = Books::of(&[shown_invoice("evt_1", 0, "in_1", &paid(&monthly(), 0))]);
    assert_eq!(books.entry("in_1:paid"), "suspense 3240 / receivable 3240");
    assert_eq!(books.problems(), [("in_1:paid", Problem::SourceUnknown)]);
}

#[test]
fn an_invoice_paid_with_nothing_posts_no_payment() {
    let free = Invoice { status: crate::fact::InvoiceStatus::Paid, ..invoice(0, 0, &[line("il_1", 0)]) };
    assert_eq!(Books::of(&[shown_invoice("evt_1", 0, "in_1", &free)]).keys(), Vec::<&str>::new());
}

#[test]
fn an_authorization_takes_no_money_and_its_capture_takes_what_was_captured() {
    let authorized = Charge { captured: false, amount_captured: 0, ..charge(1000, 0) };
    let captured = Charge { amount_captured: 700, ..charge(1000, 0) };
    let only = Books::of(&[shown_charge("evt_1", 0, "ch_1", &authorized)]);
    assert_eq!(only.keys(), Vec::<&str>::new());
    let books =
        Books::of(&[shown_charge("evt_1", 0, "ch_1", &authorized), shown_charge("evt_2", 2, "ch_1", &captured)]);
    assert_eq!(books.entry("ch_1:captured"), "clearing 700 / unapplied 700");
    assert_eq!(books.transaction("ch_1:captured").effective, day(2));
}

#[test]
fn a_paid_checkout_without_an_invoice_is_a_sale() {
    let charge = Charge { payment_intent: Some("pi_1".into()), invoice: Shown::Null, ..charge(1080, 0) };
    let books = Books::of(&[
        shown_session("evt_1", 0, "cs_1", &session(1080, 80, "pi_1")),
        shown_charge("evt_2", 0, "ch_1", &charge),
    ]);
    assert_eq!(books.entry("cs_1:sold"), "unapplied 1080 / revenue 1000, tax 80");
    assert_eq!(books.keys(), ["ch_1:captured", "cs_1:sold"]);
}

#[test]
fn a_charge_is_a_sale_only_when_its_event_says_that_it_has_no_invoice() {
    let explicit = Charge { invoice: Shown::Null, ..charge(500, 0) };
    let books = Books::of(&[shown_charge("evt_1", 0, "ch_1", &explicit)]);
    assert_eq!(books.entry("ch_1:sold"), "unapplied 500 / revenue 500");
    let silent = Books::of(&[shown_charge("evt_1", 0, "ch_1", &charge(500, 0))]);
    assert_eq!(silent.balance("liabilities:unapplied"), -500);
}

#[test]
fn a_checkout_that_waits_for_its_money_is_no_sale_yet() {
    let waiting = crate::fact::CheckoutSession { paid: false, ..session(1080, 80, "pi_1") };
    let subscribing = crate::fact::CheckoutSession { mode: SessionMode::Subscription, ..session(1080, 80, "pi_2") };
    let books =
        Books::of(&[shown_session("evt_1", 0, "cs_1", &waiting), shown_session("evt_2", 0, "cs_2", &subscribing)]);
    assert_eq!(books.keys(), Vec::<&str>::new());
}

#[test]
fn what_is_paid_beyond_the_invoice_becomes_credit() {
    let payment = invoice_payment("in_1", 3240, PaidBy::Charge("ch_1".into()), 0);
    let overpaid = with_signal(shown_invoice("evt_3", 0, "in_1", &paid(&monthly(), 0)), Signal::Overpaid);
    let books = Books::of(&[
        shown_charge("evt_1", 0, "ch_1", &charge(4000, 0)),
        shown_payment("evt_2", 0, "inpay_1", &payment),
        overpaid,
    ]);
    assert_eq!(books.entry("in_1:overpaid"), "unapplied 760 / customer_credit 760");
    assert_eq!(books.balance("liabilities:unapplied"), 0);
}

#[test]
fn a_checkout_of_which_a_part_was_captured_sold_that_part() {
    let charge = Charge { payment_intent: Some("pi_1".into()), amount_captured: 648, ..charge(1080, 0) };
    let books = Books::of(&[
        shown_session("evt_1", 0, "cs_1", &session(1080, 80, "pi_1")),
        shown_charge("evt_2", 1, "ch_1", &charge),
    ]);
    assert_eq!(books.entry("cs_1:sold"), "unapplied 648 / revenue 568, tax 80");
    assert_eq!(books.balance("liabilities:unapplied"), 0);
}

#[test]
fn a_checkout_completed_unpaid_is_a_sale_once_its_money_is_captured() {
    let waiting = crate::fact::CheckoutSession { paid: false, ..session(1080, 80, "pi_1") };
    let charge = Charge { payment_intent: Some("pi_1".into()), ..charge(1080, 0) };
    let authorized = Charge { captured: false, amount_captured: 0, ..charge.clone() };
    let mut facts = vec![shown_session("evt_1", 0, "cs_1", &waiting), shown_charge("evt_2", 0, "ch_1", &authorized)];
    assert!(Books::of(&facts).keys().is_empty());
    facts.push(shown_charge("evt_3", 4, "ch_1", &charge));
    let books = Books::of(&facts);
    assert_eq!(books.entry("cs_1:sold"), "unapplied 1080 / revenue 1000, tax 80");
    assert_eq!(books.transaction("cs_1:sold").effective, books.transaction("ch_1:captured").effective);
}

#[test]
fn a_part_payment_of_an_open_invoice_stays_at_the_day_it_was_first_shown() {
    let sold = invoice(3000, 0, &[line("il_1", 3000)]);
    let part = Invoice { amount_paid: 1000, amount_remaining: 2000, ..sold.clone() };
    let books = Books::of(&[
        shown_invoice("evt_1", 0, "in_1", &sold),
        shown_invoice("evt_2", 5, "in_1", &part),
        shown_invoice("evt_3", 20, "in_1", &part),
    ]);
    assert_eq!(books.transaction("in_1:paid").effective, day(5));
}
