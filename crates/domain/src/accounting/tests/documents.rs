//! Invoices and credit notes.

use super::{build::*, world::Books};
use crate::{
    accounting::Problem,
    fact::{CreditNote, CreditNoteStatus, Invoice, InvoiceStatus, Line, PaidBy},
    id::EventId,
    money::Currency,
    time::Period,
};

fn monthly() -> Invoice {
    invoice(3240, 240, &[line("il_1", 3000)])
}

fn with_credit() -> Invoice {
    Invoice {
        starting_balance: -1100,
        ending_balance: Some(0),
        amount_due: 2000,
        amount_remaining: 2000,
        ..invoice(3100, 0, &[line("il_1", 3100)])
    }
}

#[test]
fn a_finalized_invoice_defers_its_lines_and_owes_its_tax() {
    let books = Books::of(&[shown_invoice("evt_1", 0, "in_1", &monthly())]);
    assert_eq!(books.entry("in_1:finalized"), "receivable 3240 / deferred 3000, tax 240");
    let deferred = &books.transaction("in_1:finalized").postings[1];
    assert_eq!(&*deferred.object, "il_1");
    assert_eq!(deferred.earned_over, Some(Period { start: day(0), end: day(30) }));
}

#[test]
fn a_draft_and_a_deleted_draft_post_nothing() {
    let draft = Invoice { status: InvoiceStatus::Draft, finalized_at: None, ..monthly() };
    let deleted = Invoice { status: InvoiceStatus::Deleted, ..draft.clone() };
    let books = Books::of(&[shown_invoice("evt_1", 0, "in_1", &draft), shown_invoice("evt_2", 1, "in_1", &deleted)]);
    assert_eq!(books.keys(), Vec::<&str>::new());
}

#[test]
fn the_first_event_that_shows_it_final_counts_and_is_named() {
    let books =
        Books::of(&[shown_invoice("evt_9", 1, "in_1", &monthly()), shown_invoice("evt_1", 2, "in_1", &monthly())]);
    let finalized = books.transaction("in_1:finalized");
    assert_eq!(finalized.causes.iter().map(EventId::as_str).collect::<Vec<_>>(), ["evt_9"]);
    assert_eq!(finalized.effective, day(0));
}

#[test]
fn an_upgrade_takes_the_old_plan_out_of_deferred() {
    let lines = [line("il_new", 4000), line("il_old", -2000)];
    let books = Books::of(&[shown_invoice("evt_1", 0, "in_1", &invoice(2160, 160, &lines))]);
    assert_eq!(books.entry("in_1:finalized"), "receivable 2160, deferred 2000 / deferred 4000, tax 160");
}

#[test]
fn a_downgrade_becomes_the_customers_credit() {
    let downgrade = Invoice {
        ending_balance: Some(-3100),
        amount_due: 0,
        amount_remaining: 0,
        status: InvoiceStatus::Paid,
        ..invoice(-3100, 0, &[line("il_1", -3100)])
    };
    let books = Books::of(&[shown_invoice("evt_1", 0, "in_1", &downgrade)]);
    assert_eq!(books.entry("in_1:finalized"), "deferred 3100 / receivable 3100");
    assert_eq!(books.entry("in_1:customer_balance"), "receivable 3100 / customer_credit 3100");
    assert_eq!(books.balance("assets:receivable"), 0);
}

#[test]
fn credit_is_applied_to_an_invoice() {
    let books = Books::of(&[shown_invoice("evt_1", 0, "in_1", &with_credit())]);
    assert_eq!(books.entry("in_1:customer_balance"), "customer_credit 1100 / receivable 1100");
    assert_eq!(books.balance("assets:receivable"), 2000);
}

#[test]
fn what_is_uncollectible_is_only_what_remained() {
    let off = Invoice { status: InvoiceStatus::Uncollectible, uncollectible_at: Some(day(0)), ..with_credit() };
    let books =
        Books::of(&[shown_invoice("evt_1", 0, "in_1", &with_credit()), shown_invoice("evt_2", 0, "in_1", &off)]);
    assert_eq!(books.entry("in_1:uncollectible"), "deferred 2000 / receivable 2000");
    let later = Invoice { uncollectible_at: Some(day(15)), ..off };
    let books = Books::of(&[shown_invoice("evt_2", 15, "in_1", &later)]);
    assert_eq!(books.entry("in_1:uncollectible"), "bad_debt 1000, deferred 1000 / receivable 2000");
    assert_eq!(books.balance("assets:receivable"), 0);
}

#[test]
fn a_payment_after_the_write_off_takes_the_write_off_back() {
    let off = Invoice { status: InvoiceStatus::Uncollectible, uncollectible_at: Some(day(15)), ..monthly() };
    let books = Books::of(&[
        shown_invoice("evt_1", 15, "in_1", &off),
        shown_invoice("evt_2", 20, "in_1", &paid(&off, 20)),
        shown_payment("evt_3", 20, "inpay_1", &invoice_payment("in_1", 3240, PaidBy::Charge("ch_1".into()), 20)),
        shown_charge("evt_4", 20, "ch_1", &charge(3240, 20)),
    ]);
    assert_eq!(books.entry("in_1:uncollectible"), "bad_debt 1500, deferred 1500, tax 240 / receivable 3240");
    assert_eq!(books.entry("in_1:recovered"), "receivable 3240 / bad_debt 1500, deferred 1500, tax 240");
    for settled in ["assets:receivable", "expenses:bad_debt", "liabilities:unapplied"] {
        assert_eq!(books.balance(settled), 0, "{settled}");
    }
}

#[test]
fn a_void_takes_back_what_was_sold_and_gives_credit_back() {
    let void = Invoice { status: InvoiceStatus::Void, voided_at: Some(day(10)), ..with_credit() };
    let books =
        Books::of(&[shown_invoice("evt_1", 0, "in_1", &with_credit()), shown_invoice("evt_2", 10, "in_1", &void)]);
    assert_eq!(
        books.entry("in_1:voided"),
        "voids 1033, deferred 2067, receivable 1100 / receivable 3100, customer_credit 1100"
    );
    assert_eq!(books.balance("liabilities:customer_credit"), -1100, "as before the invoice");
    assert_eq!(books.balance("assets:receivable"), 0);
}

#[test]
fn a_void_undoes_the_write_off_before_it() {
    let off = Invoice { status: InvoiceStatus::Uncollectible, uncollectible_at: Some(day(3)), ..monthly() };
    let void = Invoice { status: InvoiceStatus::Void, voided_at: Some(day(6)), ..off.clone() };
    let books = Books::of(&[shown_invoice("evt_1", 3, "in_1", &off), shown_invoice("evt_2", 6, "in_1", &void)]);
    for settled in ["assets:receivable", "expenses:bad_debt", "liabilities:tax", "suspense"] {
        assert_eq!(books.balance(settled), 0, "{settled}");
    }
    assert_eq!(books.balance("income:contra:voids"), 600);
}

#[test]
fn lines_that_are_not_shown_wait_in_suspense() {
    let long = Invoice { lines_truncated: true, ..invoice(5000, 0, &[line("il_1", 3000)]) };
    let books = Books::of(&[shown_invoice("evt_1", 0, "in_1", &long)]);
    assert_eq!(books.entry("in_1:finalized"), "receivable 5000 / deferred 3000, suspense 2000");
    assert_eq!(books.problems(), [("in_1:finalized", Problem::NeedsFetch)]);
}

#[test]
fn discounts_inclusive_tax_and_one_off_lines_are_sold_net() {
    let once = Line {
        discount: 100,
        tax_inclusive: 90,
        period: Some(Period { start: day(0), end: day(0) }),
        ..line("il_1", 1190)
    };
    let shipped = Invoice { shipping: 500, ..invoice(1590, 90, &[once]) };
    let books = Books::of(&[shown_invoice("evt_1", 0, "in_1", &shipped)]);
    assert_eq!(books.entry("in_1:finalized"), "receivable 1590 / revenue 1000, revenue 500, tax 90");
}

#[test]
fn amounts_at_the_edge_of_64_bits_are_marked_and_never_wrap() {
    let absurd = Invoice { starting_balance: i64::MIN, ending_balance: Some(i64::MAX), ..monthly() };
    let lines = Invoice { total: i64::MIN, tax: i64::MAX, ..invoice(0, 0, &[line("il_1", i64::MIN)]) };
    let books = Books::of(&[shown_invoice("evt_1", 0, "in_1", &absurd), shown_invoice("evt_2", 0, "in_2", &lines)]);
    assert!(books.problems().contains(&("in_1:customer_balance", Problem::Overflow)));
}

#[test]
fn an_invoice_without_a_currency_is_written_and_marked() {
    let books = Books::of(&[shown_invoice("evt_1", 0, "in_1", &Invoice { currency: None, ..monthly() })]);
    let finalized = books.transaction("in_1:finalized");
    assert_eq!(finalized.postings[0].currency, Currency::parse("xxx").unwrap());
    assert_eq!(books.problems(), [("in_1:finalized", Problem::CurrencyUnknown)]);
}

#[test]
fn a_credit_note_before_payment_reduces_what_is_left_by_its_own_lines() {
    let two = invoice(5000, 0, &[line("il_1", 3000), line("il_2", 2000)]);
    let note = CreditNote { pre_payment: 1500, ..credit_note("in_1", 1500, 0, &[("il_2", 1500)]) };
    let books = Books::of(&[shown_invoice("evt_1", 0, "in_1", &two), shown_note("evt_2", 15, "cn_1", &note)]);
    assert_eq!(books.entry("cn_1:issued"), "credit_notes 750, deferred 750 / receivable 1500");
    assert!(books.transaction("cn_1:issued").postings.iter().take(2).all(|posting| &*posting.object == "il_2"));
}

#[test]
fn a_credit_note_after_payment_gives_to_balance_bank_and_refund() {
    let note = CreditNote {
        post_payment: 1000,
        out_of_band: 200,
        refunds: vec![("re_1".into(), Some(300))],
        ..credit_note("in_1", 1000, 74, &[("il_1", 926)])
    };
    let books = Books::of(&[shown_invoice("evt_1", 0, "in_1", &monthly()), shown_note("evt_2", 0, "cn_1", &note)]);
    assert_eq!(books.entry("cn_1:issued"), "deferred 926, tax 74 / refunds_payable 300, bank 200, customer_credit 500");
}

#[test]
fn a_voided_credit_note_leaves_nothing_behind() {
    let note = CreditNote { pre_payment: 1080, ..credit_note("in_1", 1080, 80, &[("il_1", 1000)]) };
    let void = CreditNote { status: CreditNoteStatus::Void, voided_at: Some(day(20)), ..note.clone() };
    let books = Books::of(&[
        shown_invoice("evt_1", 0, "in_1", &monthly()),
        shown_note("evt_2", 10, "cn_1", &note),
        shown_note("evt_3", 20, "cn_1", &void),
    ]);
    assert_eq!(books.balance("assets:receivable"), 3240);
    assert_eq!(books.balance("income:contra:credit_notes"), 0);
    assert_eq!(books.balance("liabilities:deferred"), -3000);
}
