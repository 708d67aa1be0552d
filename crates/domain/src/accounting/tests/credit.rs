//! The customer's credit: the account always stands where the newest event says the balance is (I5).

use super::{build::*, world::Books};
use crate::{
    accounting::{CustomerCredit, Explained},
    fact::{CreditNote, Fact, Invoice},
    id::{EventId, ObjectKind, ObjectRef},
    order::{Moment, Rank},
};

const CREDIT: &str = "liabilities:customer_credit";

fn using_credit() -> Fact {
    let invoice = Invoice {
        starting_balance: -1100,
        ending_balance: Some(0),
        amount_due: 2000,
        amount_remaining: 2000,
        finalized_at: Some(day(5)),
        ..invoice(3100, 0, &[line("il_1", 3100)])
    };
    shown_invoice("evt_i", 5, "in_1", &invoice)
}

#[test]
fn a_balance_there_before_the_log_is_opening_equity() {
    let books = Books::of(&[balance("evt_1", 0, None, -1100)]);
    assert_eq!(books.entry("evt_1:opening"), "opening 1100 / customer_credit 1100");
    assert_eq!(books.balance(CREDIT), -1100);
}

#[test]
fn a_change_that_no_document_explains_is_goodwill() {
    let books = Books::of(&[balance("evt_1", 0, None, 0), balance("evt_2", 3, Some(0), -1100)]);
    assert_eq!(books.keys(), ["evt_2:balance"]);
    assert_eq!(books.entry("evt_2:balance"), "goodwill 1100 / customer_credit 1100");
}

#[test]
fn a_change_that_an_invoice_explains_is_not_posted_twice() {
    let facts = [
        balance("evt_1", 0, None, 0),
        balance("evt_2", 3, Some(0), -1100),
        using_credit(),
        balance("evt_3", 5, Some(-1100), 0),
    ];
    let books = Books::of(&facts);
    assert_eq!(books.keys(), ["evt_2:balance", "in_1:customer_balance", "in_1:finalized"]);
    assert_eq!(books.balance(CREDIT), 0);
}

#[test]
fn what_an_invoice_explains_after_the_newest_sight_counts_on_top() {
    let books = Books::of(&[balance("evt_1", 0, None, -1100), using_credit()]);
    assert_eq!(books.keys(), ["evt_1:opening", "in_1:customer_balance", "in_1:finalized"]);
    assert_eq!(books.balance(CREDIT), 0);
}

#[test]
fn a_first_sight_after_the_invoice_shows_only_what_is_beyond_it() {
    let books = Books::of(&[using_credit(), balance("evt_1", 9, None, -500)]);
    assert_eq!(books.entry("evt_1:opening"), "opening 1600 / customer_credit 1600");
    assert_eq!(books.balance(CREDIT), -500);
}

#[test]
fn before_any_sight_the_invoice_says_what_there_was() {
    let books = Books::of(&[using_credit()]);
    assert_eq!(books.entry("evt_i:opening"), "opening 1100 / customer_credit 1100");
    assert_eq!(books.balance(CREDIT), 0);
}

#[test]
fn moves_inside_one_second_are_chained_by_their_before_and_after() {
    let books = Books::of(&[
        balance("evt_1", 0, None, 0),
        balance("evt_b", 3, Some(0), -500),
        balance("evt_a", 3, Some(-500), -1000),
        balance("evt_c", 3, None, -500),
    ]);
    assert_eq!(books.keys(), ["evt_a:balance", "evt_b:balance"]);
    assert_eq!(books.balance(CREDIT), -1000);
}

#[test]
fn a_customer_whose_balance_moves_ten_thousand_times_is_worked_out_at_once() {
    let mut credit = CustomerCredit::default();
    for number in 0..10_000_i64 {
        let moment = Moment { at: day(number), rank: Rank::Updated, event: EventId::new(format!("evt_{number}")) };
        let by = ObjectRef::new(ObjectKind::Invoice, format!("in_{number}"));
        let (at, cause, currency) = (moment.at, moment.event.clone(), currency("usd"));
        credit.observe_balance(&moment, Some(currency), Some(-number), -number - 1);
        credit.explain(&by, vec![Explained { at, cause, currency, delta: -1, before: None }]);
    }
    assert_eq!(credit.post(&customer()), Vec::new());
}

#[test]
fn a_move_that_no_event_showed_is_posted_with_the_next_sight() {
    let books = Books::of(&[
        balance("evt_1", 0, None, 0),
        balance("evt_2", 3, Some(-200), -700),
        balance("evt_3", 9, None, -900),
    ]);
    assert_eq!(books.balance(CREDIT), -900);
    assert_eq!(books.keys(), ["evt_2:balance", "evt_3:balance"]);
}

#[test]
fn a_credit_note_that_was_dated_back_explains_the_change_of_the_day_it_was_made() {
    let note = CreditNote {
        post_payment: 1000,
        effective: Some(day(2)),
        created: Some(day(12)),
        ..credit_note("in_1", 1000, 0, &[("il_1", 1000)])
    };
    let sold = invoice(3000, 0, &[line("il_1", 3000)]);
    let books = Books::of(&[
        balance("evt_1", 5, None, 0),
        shown_invoice("evt_2", 1, "in_1", &paid(&sold, 1)),
        shown_note("evt_3", 12, "cn_1", &note),
        balance("evt_4", 12, Some(0), -1000),
    ]);
    assert_eq!(books.transaction("cn_1:issued").effective, day(2), "the books follow the document");
    assert!(
        !books.keys().iter().any(|key| key.ends_with(":opening") || key.ends_with(":balance")),
        "{:?}",
        books.keys()
    );
    assert_eq!(books.balance(CREDIT), -1000);
}
