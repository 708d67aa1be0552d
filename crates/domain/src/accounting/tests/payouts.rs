//! Payouts: on their way, paid, failed, failed after they were shown paid.

use super::{build::*, world::Books};
use crate::{accounting::Problem, fact::BalanceTransaction, id::ObjectKind};

#[test]
fn a_payout_travels_to_the_bank() {
    let books = Books::of(&[
        shown_payout("evt_1", 0, "po_1", &payout("pending", 5000)),
        shown_payout("evt_2", 1, "po_1", &payout("in_transit", 5000)),
        shown_payout("evt_3", 2, "po_1", &payout("paid", 5000)),
    ]);
    assert_eq!(books.keys(), ["po_1:created", "po_1:paid"]);
    assert_eq!(books.entry("po_1:created"), "in_transit 5000 / clearing 5000");
    assert_eq!(books.entry("po_1:paid"), "bank 5000 / in_transit 5000");
    assert_eq!(books.transaction("po_1:paid").effective, day(2));
}

#[test]
fn a_payout_that_fails_after_it_was_shown_paid_comes_back_from_the_bank() {
    let books = Books::of(&[
        shown_payout("evt_1", 2, "po_1", &payout("paid", 5000)),
        shown_payout("evt_2", 4, "po_1", &payout("failed", 5000)),
    ]);
    assert_eq!(books.entry("po_1:failed"), "clearing 5000 / bank 5000");
    for account in ["assets:bank", "assets:payouts:in_transit", "assets:stripe:clearing"] {
        assert_eq!(books.balance(account), 0, "{account}");
    }
}

#[test]
fn a_payout_that_fails_or_is_canceled_on_its_way_goes_back() {
    for end in ["failed", "canceled"] {
        let books = Books::of(&[
            shown_payout("evt_1", 0, "po_1", &payout("in_transit", 5000)),
            shown_payout("evt_2", 4, "po_1", &payout(end, 5000)),
        ]);
        assert_eq!(books.entry(&format!("po_1:{end}")), "clearing 5000 / in_transit 5000");
        assert_eq!(books.balance("assets:payouts:in_transit"), 0);
    }
}

#[test]
fn money_that_stripe_takes_from_the_bank_is_a_payout_the_other_way() {
    let books = Books::of(&[shown_payout("evt_1", 0, "po_1", &payout("paid", -700))]);
    assert_eq!(books.entry("po_1:paid"), "in_transit 700 / bank 700");
}

#[test]
fn its_balance_transactions_clear_it() {
    let payout_of = |amount, kind: &str| BalanceTransaction {
        category: kind.into(),
        fees: Vec::new(),
        ..balance_transaction(if amount < 0 { "txn_1" } else { "txn_2" }, amount, 0, 3)
    };
    let by = Some((ObjectKind::Payout, "po_1"));
    let books = Books::of(&[
        shown_payout("evt_1", 0, "po_1", &payout("paid", 5000)),
        shown_transaction("evt_1", 0, by, &payout_of(-5000, "payout")),
        shown_payout("evt_2", 4, "po_1", &payout("failed", 5000)),
        shown_transaction("evt_2", 4, by, &payout_of(5000, "payout_reversal")),
    ]);
    assert_eq!(books.entry("txn_1"), "clearing 5000 / balance 5000");
    assert_eq!(books.entry("txn_2"), "balance 5000 / clearing 5000");
    assert_eq!(books.balance("assets:stripe:clearing"), 0);
    assert!(books.problems().is_empty());
}

#[test]
fn a_movement_of_no_object_goes_to_fees_or_reserves_and_an_unknown_one_waits() {
    let of = |id: &str, category: &str, words: Option<&str>| {
        let transaction = BalanceTransaction {
            category: category.into(),
            fees: Vec::new(),
            fee_for: words.map(Into::into),
            ..balance_transaction(id, -100, 0, 1)
        };
        shown_transaction("evt_1", 1, None, &transaction)
    };
    let books = Books::of(&[
        of("txn_1", "fee", Some("Billing - Usage Fee (2026-01)")),
        of("txn_2", "fee", Some("Radar (2026-01)")),
        of("txn_3", "risk_reserved_funds", None),
        of("txn_4", "something_new", None),
    ]);
    assert_eq!(books.entry("txn_1"), "billing 100 / balance 100");
    assert_eq!(books.entry("txn_2"), "other 100 / balance 100");
    assert_eq!(books.entry("txn_3"), "reserved 100 / balance 100");
    assert_eq!(books.entry("txn_4"), "suspense 100 / balance 100");
    assert_eq!(books.problems(), [("txn_4", Problem::NoRule)]);
}
