//! Refunds: money leaves, and what was sold goes with it, whichever document came first.

use super::{build::*, world::Books};
use crate::fact::{Charge, CreditNote, Fact, Invoice, PaidBy, Refund, RefundStatus, Shown};

/// An invoice paid by a charge, as shapes since basil tell it.
fn sold(total: i64, tax: i64) -> Vec<Fact> {
    let invoice: Invoice = invoice(total, tax, &[line("il_1", total - tax)]);
    let payment = invoice_payment("in_1", total, PaidBy::Charge("ch_1".into()), 0);
    vec![
        shown_invoice("evt_s1", 0, "in_1", &invoice),
        shown_charge("evt_s2", 0, "ch_1", &charge(total, 0)),
        shown_payment("evt_s3", 0, "inpay_1", &payment),
        shown_invoice("evt_s4", 0, "in_1", &paid(&invoice, 0)),
    ]
}

fn after(mut facts: Vec<Fact>, more: impl IntoIterator<Item = Fact>) -> Books {
    facts.extend(more);
    Books::of(&facts)
}

#[test]
fn a_partial_refund_takes_back_tax_and_what_is_not_earned() {
    let books = after(sold(3240, 240), [shown_refund("evt_1", 0, "re_1", &refund("ch_1", 1080, 0))]);
    assert_eq!(books.entry("re_1:created"), "refunds_payable 1080 / clearing 1080");
    assert_eq!(books.entry("re_1:undone"), "deferred 1000, tax 80 / refunds_payable 1080");
}

#[test]
fn three_refunds_give_back_all_the_tax_and_not_a_cent_more() {
    let refunds =
        (1..4).map(|day| shown_refund(&format!("evt_{day}"), day, &format!("re_{day}"), &refund("ch_1", 360, day)));
    let books = after(sold(1080, 80), refunds);
    assert_eq!(books.balance("liabilities:tax"), 0);
    assert_eq!(books.balance("income:contra:refunds") + books.balance("liabilities:deferred"), 0);
    assert_eq!(books.balance("suspense"), 0);
}

#[test]
fn a_refund_and_its_credit_note_undo_the_sale_once() {
    let note = CreditNote {
        post_payment: 1080,
        refunds: vec![("re_1".into(), None)],
        ..credit_note("in_1", 1080, 80, &[("il_1", 1000)])
    };
    let books = after(
        sold(3240, 240),
        [shown_refund("evt_1", 0, "re_1", &refund("ch_1", 1080, 0)), shown_note("evt_2", 0, "cn_1", &note)],
    );
    assert_eq!(books.entry("cn_1:issued"), "deferred 1000, tax 80 / refunds_payable 1080");
    assert!(!books.keys().contains(&"re_1:undone"));
    assert_eq!(books.balance("liabilities:refunds_payable"), 0);
}

#[test]
fn a_refund_that_fails_is_still_owed_until_another_pays_it() {
    let failed = Refund { status: RefundStatus::Failed, ..refund("ch_1", 1080, 1) };
    let facts = [shown_refund("evt_1", 1, "re_1", &refund("ch_1", 1080, 1)), shown_refund("evt_2", 3, "re_1", &failed)];
    let books = after(sold(3240, 240), facts.clone());
    assert_eq!(books.entry("re_1:failed"), "clearing 1080 / refunds_payable 1080");
    assert_eq!(books.balance("liabilities:refunds_payable"), -1080);
    let again = shown_refund("evt_3", 5, "re_2", &refund("ch_1", 1080, 5));
    let books = after(sold(3240, 240), facts.into_iter().chain([again]));
    assert_eq!(books.balance("liabilities:refunds_payable"), 0);
    assert!(!books.keys().contains(&"re_2:undone"));
}

#[test]
fn what_only_the_charge_shows_as_refunded_is_booked_there_until_the_refund_comes() {
    let refunded = Charge { amount_refunded: 1080, ..charge(3240, 0) };
    let shown = shown_charge("evt_1", 4, "ch_1", &refunded);
    let books = after(sold(3240, 240), [shown.clone()]);
    assert_eq!(books.entry("ch_1:refunded"), "refunds_payable 1080 / clearing 1080");
    assert_eq!(books.entry("ch_1:undone"), "refunds 133, deferred 867, tax 80 / refunds_payable 1080");
    let books = after(sold(3240, 240), [shown, shown_refund("evt_2", 5, "re_1", &refund("ch_1", 1080, 4))]);
    assert!(!books.keys().contains(&"ch_1:refunded"));
    assert_eq!(books.balance("assets:stripe:clearing"), 3240 - 1080);
}

#[test]
fn a_refund_that_failed_is_not_found_again_in_the_charge() {
    let refunded = Charge { amount_refunded: 1080, ..charge(3240, 0) };
    let failed = Refund { status: RefundStatus::Failed, ..refund("ch_1", 1080, 4) };
    let books = after(
        sold(3240, 240),
        [shown_charge("evt_1", 4, "ch_1", &refunded), shown_refund("evt_2", 6, "re_1", &failed)],
    );
    assert!(!books.keys().contains(&"ch_1:refunded"));
}

#[test]
fn a_charge_that_goes_on_counting_a_refund_that_failed_gives_nothing_back() {
    let refunded = Charge { amount_refunded: 1080, ..charge(3240, 0) };
    let failed = Refund { status: RefundStatus::Failed, ..refund("ch_1", 1080, 4) };
    let books = after(
        sold(3240, 240),
        [
            shown_refund("evt_1", 4, "re_1", &refund("ch_1", 1080, 4)),
            shown_refund("evt_2", 6, "re_1", &failed),
            shown_charge("evt_3", 8, "ch_1", &refunded),
        ],
    );
    assert!(!books.keys().contains(&"ch_1:refunded"));
    assert_eq!(books.balance("assets:stripe:clearing"), 3240);
}

#[test]
fn releasing_an_authorization_is_no_money() {
    let released = Charge { captured: false, amount_captured: 0, amount_refunded: 1000, ..charge(1000, 0) };
    let books = Books::of(&[
        shown_charge("evt_1", 1, "ch_1", &released),
        shown_refund("evt_2", 1, "re_1", &refund("ch_1", 1000, 1)),
    ]);
    assert_eq!(books.keys(), Vec::<&str>::new());
}

#[test]
fn what_a_partial_capture_released_is_no_money() {
    let captured = Charge { invoice: Shown::Null, amount_captured: 700, amount_refunded: 400, ..charge(1000, 0) };
    let books = Books::of(&[
        shown_charge("evt_1", 3, "ch_1", &captured),
        shown_refund("evt_2", 0, "re_1", &refund("ch_1", 300, 0)),
        shown_refund("evt_3", 2, "re_2", &refund("ch_1", 100, 2)),
    ]);
    assert_eq!(books.keys(), ["ch_1:captured", "ch_1:sold", "re_2:created", "re_2:undone"]);
    assert_eq!(books.balance("income:contra:refunds"), 100);
}

#[test]
fn a_refund_of_money_never_applied_comes_out_of_it() {
    let books = Books::of(&[
        shown_charge("evt_1", 0, "ch_1", &charge(500, 0)),
        shown_refund("evt_2", 1, "re_1", &refund("ch_1", 200, 1)),
    ]);
    assert_eq!(books.entry("re_1:undone"), "unapplied 200 / refunds_payable 200");
    assert_eq!(books.balance("liabilities:unapplied"), -300);
}

#[test]
fn a_refunded_checkout_gives_tax_and_revenue_back() {
    let charge = Charge { payment_intent: Some("pi_1".into()), ..charge(1080, 0) };
    let books = Books::of(&[
        shown_session("evt_1", 0, "cs_1", &session(1080, 80, "pi_1")),
        shown_charge("evt_2", 0, "ch_1", &charge),
        shown_refund("evt_3", 1, "re_1", &refund("ch_1", 540, 1)),
    ]);
    assert_eq!(books.entry("re_1:undone"), "refunds 500, tax 40 / refunds_payable 540");
}
