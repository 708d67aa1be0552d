//! Charges and payment intents, with what old shapes put inside them.

use daybook_domain::fact::{Charge, ChargeStatus, PaymentIntent, Shown};
use serde_json::{Value, json};

use crate::shape::{facts, observed, snapshot, subjects};

fn charge(extra: &Value) -> Charge {
    let mut object = json!({"id": "ch_1", "object": "charge", "amount": 1000});
    object.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    snapshot!(Charge of observed("charge.updated", &object))
}

fn intent(extra: &Value) -> PaymentIntent {
    let mut object = json!({"id": "pi_1", "object": "payment_intent", "amount": 1000});
    object.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    snapshot!(PaymentIntent of observed("payment_intent.succeeded", &object))
}

#[test]
fn a_charge_without_captured_amount_has_captured_all_or_nothing() {
    assert_eq!(charge(&json!({"status": "succeeded", "captured": true})).amount_captured, 1000);
    assert_eq!(charge(&json!({"status": "succeeded", "captured": false})).amount_captured, 0);
    assert_eq!(charge(&json!({"status": "failed", "captured": true})).amount_captured, 0);
    let shown = json!({"status": "succeeded", "captured": true, "amount_captured": 600});
    assert_eq!(charge(&shown).amount_captured, 600);
}

#[test]
fn a_charge_without_status_says_by_its_flag_whether_it_was_paid() {
    assert_eq!(charge(&json!({"paid": true})).status, ChargeStatus::Succeeded);
    assert_eq!(charge(&json!({"paid": false})).status, ChargeStatus::Failed);
}

#[test]
fn no_invoice_and_an_explicit_null_are_different_answers() {
    let shown = |extra: Value| charge(&extra).invoice;
    assert_eq!(shown(json!({"status": "succeeded"})), Shown::Absent);
    assert_eq!(shown(json!({"status": "succeeded", "invoice": null})), Shown::Null);
    assert_eq!(shown(json!({"status": "succeeded", "invoice": "in_1"})), Shown::Id("in_1".into()));
    assert_eq!(intent(&json!({"status": "succeeded", "invoice": null})).invoice, Shown::Null);
}

#[test]
fn the_connected_account_is_found_in_both_places() {
    let old = charge(&json!({"status": "succeeded", "destination": "acct_1"}));
    let new = charge(&json!({"status": "succeeded", "transfer_data": {"destination": {"id": "acct_1"}}}));
    assert_eq!((old.destination.as_deref(), new.destination.as_deref()), (Some("acct_1"), Some("acct_1")));
}

#[test]
fn refunds_and_an_expanded_dispute_inside_a_charge_are_facts_of_their_own() {
    let found = facts(
        "charge.refunded",
        &json!({
            "id": "ch_1", "object": "charge", "amount": 1000, "status": "succeeded", "captured": true,
            "balance_transaction": "txn_1", "customer": "cus_1", "amount_refunded": 300,
            "refunds": {"object": "list", "data": [
                {"id": "re_2", "object": "refund", "amount": 200, "charge": "ch_1", "status": "pending"},
                {"id": "re_1", "object": "refund", "amount": 100, "charge": "ch_1"},
            ]},
            "dispute": {"id": "dp_1", "object": "dispute", "amount": 1000, "status": "lost", "charge": "ch_1"},
        }),
    );
    assert_eq!(subjects(&found), ["charge ch_1", "dispute dp_1", "refund re_2", "refund re_1"]);
}

#[test]
fn the_charges_inside_an_intent_are_facts_and_the_newest_is_the_latest() {
    let charge = |id: &str, created: i64| {
        json!({
            "id": id, "object": "charge", "amount": 1000, "status": "failed", "created": created, "payment_intent": "pi_1",
        })
    };
    let object = json!({
        "id": "pi_1", "object": "payment_intent", "amount": 1000, "status": "succeeded",
        "charges": {"data": [charge("ch_3", 7), charge("ch_2", 7), charge("ch_1", 5)]},
    });
    let found = facts("payment_intent.succeeded", &object);
    assert_eq!(subjects(&found), ["payment_intent pi_1", "charge ch_3", "charge ch_2", "charge ch_1"]);
    let found = snapshot!(PaymentIntent of found.into_iter().next().unwrap().observed);
    assert_eq!(found.latest_charge.as_deref(), Some("ch_3"));
    assert_eq!(found.amount_received, 1000);
}

#[test]
fn an_expanded_latest_charge_is_a_fact_once() {
    let charge = json!({"id": "ch_1", "object": "charge", "amount": 5, "status": "succeeded"});
    let found = facts(
        "payment_intent.succeeded",
        &json!({
            "id": "pi_1", "object": "payment_intent", "amount": 5, "status": "succeeded",
            "latest_charge": charge, "charges": {"data": [charge]},
        }),
    );
    assert_eq!(subjects(&found), ["payment_intent pi_1", "charge ch_1"]);
}

#[test]
fn objects_expanded_into_each_other_end_at_a_depth() {
    let mut object = json!({"id": "ch_0", "object": "charge", "amount": 1, "status": "succeeded"});
    for index in 1..40 {
        let (key, kind) =
            if index % 2 == 0 { ("payment_intent", "charge") } else { ("latest_charge", "payment_intent") };
        object = json!({"id": format!("x_{index}"), "object": kind, "amount": 1, "status": "succeeded", key: object});
    }
    let found = facts("payment_intent.succeeded", &object);
    assert_eq!(found.len(), 9);
}
