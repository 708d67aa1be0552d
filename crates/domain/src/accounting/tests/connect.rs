//! Connected accounts: destination charges, transfers, reversals, application fees.

use super::{build::*, world::Books};
use crate::{
    fact::{Charge, Fact, PaidBy, Shown, Transfer},
    id::ObjectKind,
};

fn to_seller(amount: i64) -> Charge {
    Charge { destination: Some("acct_1".into()), ..charge(amount, 0) }
}

/// A destination charge of 100.00, its transfer and a fee of 10.00.
fn sold_by_another() -> Vec<Fact> {
    vec![
        shown_charge("evt_s1", 0, "ch_1", &to_seller(10_000)),
        shown_transfer("evt_s2", 0, "tr_1", &transfer(Some("ch_1"), 10_000, 0)),
        shown_fee("evt_s3", 0, "fee_1", &application_fee("ch_1", 1000, 0, 0)),
    ]
}

fn after(more: impl IntoIterator<Item = Fact>) -> Books {
    let mut facts = sold_by_another();
    facts.extend(more);
    Books::of(&facts)
}

#[test]
fn a_destination_charge_is_owed_to_the_seller_and_its_fee_is_ours() {
    let books = after([]);
    assert_eq!(books.entry("tr_1:passed"), "unapplied 10000 / connect 10000");
    assert_eq!(books.entry("tr_1:created"), "connect 10000 / clearing 10000");
    assert_eq!(books.entry("fee_1:earned"), "clearing 1000 / application_fees 1000");
    for settled in ["liabilities:unapplied", "liabilities:connect", "income:revenue"] {
        assert_eq!(books.balance(settled), 0, "{settled}");
    }
    assert_eq!(books.transaction("tr_1:created").postings[0].object.as_ref(), "acct_1");
}

#[test]
fn until_its_transfer_is_seen_the_charge_itself_says_what_is_owed() {
    let part = Charge { destination_amount: Some(8000), ..to_seller(10_000) };
    let books = Books::of(&[shown_charge("evt_1", 0, "ch_1", &part)]);
    assert_eq!(books.entry("ch_1:passed"), "unapplied 8000 / connect 8000");
    assert_eq!(books.balance("liabilities:unapplied"), -2000);
}

#[test]
fn what_a_seller_receives_of_a_one_off_sale_is_not_our_revenue() {
    let part = Charge { destination_amount: Some(8000), invoice: Shown::Null, ..to_seller(10_000) };
    let books = Books::of(&[shown_charge("evt_1", 0, "ch_1", &part)]);
    assert_eq!(books.entry("ch_1:sold"), "unapplied 2000 / revenue 2000");
    let session = [
        shown_charge("evt_1", 0, "ch_1", &Charge { payment_intent: Some("pi_1".into()), ..part }),
        shown_session("evt_2", 0, "cs_1", &session(10_000, 740, "pi_1")),
    ];
    assert_eq!(Books::of(&session).entry("cs_1:sold"), "unapplied 2000 / revenue 1260, tax 740");
}

#[test]
fn what_is_passed_on_of_an_invoice_is_an_expense() {
    let books = after([
        shown_invoice("evt_1", 0, "in_1", &paid(&invoice(10_000, 0, &[line("il_1", 10_000)]), 0)),
        shown_payment("evt_2", 0, "inpay_1", &invoice_payment("in_1", 10_000, PaidBy::Charge("ch_1".into()), 0)),
    ]);
    assert_eq!(books.entry("tr_1:passed"), "connect 10000 / connect 10000");
    assert_eq!(books.balance("expenses:connect"), 10_000);
    assert_eq!(books.balance("liabilities:unapplied"), 0);
}

#[test]
fn a_refund_with_its_reversal_and_fee_refund_leaves_nothing_behind() {
    let books = after([
        shown_refund("evt_1", 5, "re_1", &refund("ch_1", 10_000, 5)),
        shown_reversal("evt_2", 5, "trr_1", "tr_1", 10_000),
        shown_fee_refund("evt_3", 5, "fr_1", "fee_1", 1000),
    ]);
    assert_eq!(books.entry("trr_1:created"), "clearing 10000 / connect 10000");
    assert_eq!(books.entry("trr_1:returned"), "connect 10000 / unapplied 10000");
    assert_eq!(books.entry("re_1:undone"), "unapplied 10000 / refunds_payable 10000");
    assert_eq!(books.entry("fr_1:created"), "application_fees 1000 / clearing 1000");
    for account in ["liabilities:unapplied", "liabilities:connect", "income:application_fees", "assets:stripe:clearing"]
    {
        assert_eq!(books.balance(account), 0, "{account}");
    }
}

#[test]
fn a_refund_without_reversal_is_our_own_loss() {
    let books = after([shown_refund("evt_1", 5, "re_1", &refund("ch_1", 4000, 5))]);
    assert_eq!(books.entry("re_1:undone"), "refunds 4000 / refunds_payable 4000");
    assert_eq!(books.balance("liabilities:unapplied"), 0);
}

#[test]
fn reversals_that_only_the_transfer_shows_stand_under_it_until_they_come() {
    let reversed = Transfer { amount_reversed: 3000, ..transfer(Some("ch_1"), 10_000, 0) };
    let known = [shown_transfer("evt_1", 6, "tr_1", &reversed)];
    let books = after(known.clone());
    assert_eq!(books.entry("tr_1:reversed"), "clearing 3000 / connect 3000");
    let books = after(known.into_iter().chain([shown_reversal("evt_2", 5, "trr_1", "tr_1", 3000)]));
    assert!(!books.keys().contains(&"tr_1:reversed"));
    assert_eq!(books.entry("trr_1:created"), "clearing 3000 / connect 3000");
}

#[test]
fn a_transfer_in_another_currency_meets_its_charge_in_fx() {
    let euros = Charge { currency: Some(currency("eur")), ..to_seller(9000) };
    let books = Books::of(&[
        shown_charge("evt_1", 0, "ch_1", &euros),
        shown_transfer("evt_2", 0, "tr_1", &transfer(Some("ch_1"), 10_000, 0)),
        shown_reversal("evt_3", 1, "trr_1", "tr_1", 3333),
        shown_reversal("evt_4", 2, "trr_2", "tr_1", 6667),
    ]);
    assert_eq!(books.entry("tr_1:passed"), "unapplied 9000, fx 10000 / fx 9000, connect 10000");
    assert_eq!(books.entry("trr_1:returned"), "fx 2999, connect 3333 / unapplied 2999, fx 3333");
    assert_eq!(books.entry("trr_2:returned"), "fx 6001, connect 6667 / unapplied 6001, fx 6667");
}

#[test]
fn a_transfer_of_no_charge_only_lowers_what_is_owed() {
    let books = Books::of(&[shown_transfer("evt_1", 0, "tr_1", &transfer(None, 5000, 0))]);
    assert_eq!(books.keys(), ["tr_1:created"]);
    assert_eq!(books.balance("liabilities:connect"), 5000);
}

#[test]
fn fees_refunded_that_no_refund_shows_stand_under_the_fee() {
    let books = Books::of(&[shown_fee("evt_1", 3, "fee_1", &application_fee("ch_1", 1000, 400, 0))]);
    assert_eq!(books.entry("fee_1:refunded"), "application_fees 400 / clearing 400");
}

#[test]
fn a_balance_transaction_is_posted_once_whoever_shows_it() {
    let own = crate::fact::BalanceTransaction { source: Some("ch_1".into()), ..of_charge("txn_1", 10_000, 320, 0) };
    let books = after([
        shown_transaction("evt_9", 0, Some((ObjectKind::Transfer, "tr_1")), &own),
        shown_transaction("evt_b", 1, Some((ObjectKind::Charge, "ch_1")), &own),
    ]);
    assert_eq!(books.entry("txn_1"), "balance 9680, processing 320 / clearing 10000");
    assert_eq!(books.transaction("txn_1").object.to_string(), "charge ch_1");
    assert_eq!(books.keys().iter().filter(|key| key.contains("txn_1")).count(), 1);
}

#[test]
fn a_charge_settled_in_another_currency_meets_it_in_fx() {
    let yen = Charge { currency: Some(currency("jpy")), ..charge(550, 0) };
    let settled = crate::fact::BalanceTransaction { currency: Some(currency("usd")), ..of_charge("txn_1", 365, 44, 0) };
    let books = Books::of(&[
        shown_charge("evt_1", 0, "ch_1", &yen),
        shown_transaction("evt_1", 0, Some((ObjectKind::Charge, "ch_1")), &settled),
    ]);
    assert_eq!(books.entry("txn_1"), "balance 321, processing 44, fx 550 / fx 365, clearing 550");
    assert_eq!(books.balance("assets:stripe:clearing"), 0);
}

/// A charge of 90.00 euros that came to 100.00 dollars, of which two sellers get 40.00 and 60.00.
fn passed_on_in_dollars(settled: bool) -> Books {
    let euros = Charge { currency: Some(currency("eur")), ..charge(9001, 0) };
    let mut facts = vec![
        shown_charge("evt_1", 0, "ch_1", &euros),
        shown_transfer("evt_2", 1, "tr_1", &transfer(Some("ch_1"), 4000, 1)),
        shown_transfer("evt_3", 2, "tr_2", &transfer(Some("ch_1"), 6000, 2)),
    ];
    if settled {
        let transaction = of_charge("txn_1", 10_000, 320, 0);
        facts.push(shown_transaction("evt_4", 0, Some((ObjectKind::Charge, "ch_1")), &transaction));
    }
    Books::of(&facts)
}

#[test]
fn separate_transfers_in_another_currency_take_of_their_charge_in_proportion_to_what_it_came_to() {
    let books = passed_on_in_dollars(true);
    assert_eq!(books.entry("tr_1:passed"), "unapplied 3600, fx 4000 / fx 3600, connect 4000");
    assert_eq!(books.entry("tr_2:passed"), "unapplied 5401, fx 6000 / fx 5401, connect 6000");
    assert_eq!(books.balance("liabilities:unapplied"), 0);
    assert_eq!(books.balance("liabilities:connect"), 0);
}

#[test]
fn while_nothing_shows_what_a_charge_came_to_no_rate_is_made_up() {
    let books = passed_on_in_dollars(false);
    assert_eq!(books.keys(), ["ch_1:captured", "tr_1:created", "tr_2:created"]);
}
