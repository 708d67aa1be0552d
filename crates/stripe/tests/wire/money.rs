//! Money beyond sales: balance transactions, payouts, transfers, application fees, and what no rule knows.

use daybook_domain::fact::{Claim, Fact, Observed, ShownTransaction};
use daybook_stripe::Translation;
use serde_json::{Value, json};

use crate::shape::{event, facts, observed, snapshot, subjects, translation};

fn transaction(id: &str, kind: &str, source: &str) -> Value {
    json!({
        "id": id, "object": "balance_transaction", "amount": 3240, "fee": 124, "net": 3116, "currency": "usd",
        "type": kind, "reporting_category": kind, "source": source, "created": 1_700_000_000,
        "available_on": 1_700_200_000, "description": "words of the seller's", "status": "pending", "exchange_rate": 0.0066,
        "fee_details": [{"amount": 124, "currency": "usd", "type": "stripe_fee"}],
    })
}

fn shown(facts: &[Fact]) -> Vec<&ShownTransaction> {
    let observed = facts.iter().map(|fact| &fact.observed);
    observed
        .filter_map(|observed| match observed {
            Observed::BalanceTransaction(shown) => Some(&**shown),
            _ => None,
        })
        .collect()
}

#[test]
fn an_expanded_balance_transaction_is_a_fact_of_its_own_in_every_object_that_shows_it() {
    let id = |id: &str, object: &str| json!({"id": id, "object": object, "amount": 1, "status": "succeeded"});
    for (event_type, mut object) in [
        ("charge.updated", id("ch_1", "charge")),
        ("refund.updated", id("re_1", "refund")),
        ("payout.paid", id("po_1", "payout")),
        ("transfer.updated", id("tr_1", "transfer")),
        ("application_fee.created", id("fee_1", "application_fee")),
        ("application_fee.refund.updated", id("fr_1", "fee_refund")),
        ("charge.dispute.updated", id("dp_1", "dispute")),
        ("topup.succeeded", id("tu_1", "topup")),
    ] {
        object["balance_transaction"] = transaction("txn_1", "charge", object["id"].as_str().unwrap());
        let found = facts(event_type, &object);
        let [only] = shown(&found)[..] else { panic!("{event_type}: {:?}", subjects(&found)) };
        assert_eq!(only.by.as_ref(), Some(&found[0].subject()), "{event_type}");
        assert_eq!((only.claim, only.transaction.net), (Claim::Own, 3116));
        assert_eq!(only.transaction.exchange_rate.as_deref(), Some("0.0066"));
        assert_eq!(only.transaction.fee_for, None, "a seller's words are not kept");
        object["balance_transaction"] = json!("txn_1");
        assert!(shown(&facts(event_type, &object)).is_empty(), "{event_type}: an id shows nothing");
    }
}

#[test]
fn what_shows_a_balance_transaction_of_another_object_has_the_weaker_claim() {
    let of_charge = transaction("txn_1", "charge", "ch_1");
    let found = facts(
        "refund.updated",
        &json!({"id": "re_1", "amount": 1, "balance_transaction": of_charge, "failure_balance_transaction":
            transaction("txn_2", "refund_failure", "re_1")}),
    );
    let claims: Vec<Claim> = shown(&found).iter().map(|shown| shown.claim).collect();
    assert_eq!(claims, [Claim::OfAnother, Claim::Own]);
    let inquiry = json!({"id": "dp_1", "amount": 1, "status": "warning_under_review", "balance_transactions": [
        {"id": "txn_3", "amount": -1, "currency": "usd"}]});
    assert_eq!(shown(&facts("charge.dispute.updated", &inquiry))[0].claim, Claim::OfInquiry);
}

#[test]
fn a_balance_transaction_by_itself_belongs_to_its_source() {
    let owner = |kind: &str, source: &str| {
        let found = facts("balance_transaction.created", &transaction("txn_1", kind, source));
        shown(&found)[0].by.as_ref().map(ToString::to_string)
    };
    assert_eq!(owner("payment", "py_1").as_deref(), Some("charge py_1"));
    assert_eq!(owner("payout_failure", "po_1").as_deref(), Some("payout po_1"));
    assert_eq!(owner("transfer_refund", "trr_1").as_deref(), Some("transfer_reversal trr_1"));
    assert_eq!(owner("stripe_fee", "fee_1"), None);
    let mut dispute = transaction("txn_1", "adjustment", "du_1");
    dispute["reporting_category"] = json!("dispute_reversal");
    let found = facts("balance_transaction.created", &dispute);
    assert_eq!(shown(&found)[0].by.as_ref().unwrap().to_string(), "dispute du_1");
}

#[test]
fn the_words_for_a_fee_of_stripes_own_are_kept() {
    let found = facts("balance_transaction.created", &transaction("txn_1", "stripe_fee", "x"));
    assert!(shown(&found)[0].transaction.fee_for.is_some());
}

#[test]
fn a_payout_is_read_by_itself_and_as_the_transfer_it_was_before_2017() {
    let new = json!({"id": "po_1", "object": "payout", "amount": 5000, "currency": "usd", "status": "in_transit",
        "created": 1, "arrival_date": 9, "failure_code": null});
    let found = snapshot!(Payout of observed("payout.created", &new));
    assert_eq!((found.amount, &*found.status, found.arrival.unwrap().unix()), (5000, "in_transit", 9));
    let old = json!({"id": "tr_1", "object": "transfer", "amount": 5000, "currency": "usd", "status": "paid",
        "type": "bank_account", "date": 9, "created": 1});
    let found = snapshot!(Payout of observed("transfer.paid", &old));
    assert_eq!((&*found.status, found.arrival.unwrap().unix()), ("paid", 9));
}

#[test]
fn a_transfer_names_its_charge_and_shows_its_reversals() {
    let object = json!({
        "id": "tr_1", "object": "transfer", "amount": 10_000, "amount_reversed": 3000, "currency": "usd",
        "destination": "acct_1", "source_transaction": "ch_1", "created": 1, "reversals": {"object": "list", "data": [
            {"id": "trr_1", "object": "transfer_reversal", "amount": 3000, "currency": "usd", "transfer": "tr_1",
             "created": 2, "balance_transaction": transaction("txn_1", "transfer_refund", "trr_1")}]},
    });
    let found = facts("transfer.reversed", &object);
    assert_eq!(subjects(&found), ["transfer tr_1", "balance_transaction txn_1", "transfer_reversal trr_1"]);
    let transfer = snapshot!(Transfer of found[0].observed.clone());
    assert_eq!((transfer.charge.as_deref(), transfer.amount_reversed), (Some("ch_1"), 3000));
}

#[test]
fn an_application_fee_belongs_to_the_platforms_own_charge_only() {
    let object = json!({
        "id": "fee_1", "object": "application_fee", "amount": 1000, "amount_refunded": 400, "currency": "usd",
        "account": "acct_1", "charge": "py_of_another_account", "originating_transaction": "ch_1", "created": 1,
        "refunds": {"data": [{"id": "fr_1", "object": "fee_refund", "amount": 400, "currency": "usd", "fee": "fee_1"}]},
    });
    let found = facts("application_fee.refunded", &object);
    assert_eq!(subjects(&found), ["application_fee fee_1", "fee_refund fr_1"]);
    let fee = snapshot!(ApplicationFee of found[0].observed.clone());
    assert_eq!((fee.charge.as_deref(), fee.account.as_deref()), (Some("ch_1"), Some("acct_1")));
    let refund = snapshot!(FeeRefund of observed("application_fee.refund.updated", &object["refunds"]["data"][0]));
    assert_eq!((refund.fee.as_deref(), refund.amount), (Some("fee_1"), 400));
}

#[test]
fn a_destination_charge_says_who_receives_how_much() {
    let object = |extra: Value| {
        let mut object = json!({"id": "ch_1", "object": "charge", "amount": 10_000, "status": "succeeded"});
        object.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let charge = snapshot!(Charge of observed("charge.succeeded", &object));
        (charge.destination, charge.destination_amount)
    };
    let new = json!({"transfer_data": {"destination": "acct_1", "amount": 8000}, "destination": "acct_1"});
    assert_eq!(object(new), (Some("acct_1".into()), Some(8000)));
    assert_eq!(object(json!({"destination": "acct_1"})), (Some("acct_1".into()), None));
}

#[test]
fn money_of_no_rule_is_read_and_other_balances_are_told_apart() {
    let cash = json!({"id": "ccsbtxn_1", "object": "customer_cash_balance_transaction", "net_amount": -500,
        "currency": "eur", "type": "applied_to_payment", "created": 1});
    let found = snapshot!(OtherMoney of observed("customer_cash_balance_transaction.created", &cash));
    assert_eq!((found.amount, &*found.status), (-500, "posted"));
    let Translation::WithoutEffect { why } =
        translation(&event("treasury.received_credit.created", &json!({"id": "rc_1", "amount": 1})))
    else {
        panic!("translated")
    };
    assert!(why.contains("outside the payments balance"));
}
