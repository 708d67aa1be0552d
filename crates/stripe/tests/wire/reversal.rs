//! Refunds, disputes and credit notes.

use daybook_domain::fact::{CreditNote, Dispute, DisputeStatus, RefundStatus, Signal};
use serde_json::{Value, json};

use crate::shape::{event, facts, observed, reason, snapshot, subjects};

#[test]
fn a_refund_is_read_from_both_families_of_types_and_without_a_status_it_is_done() {
    let object = json!({"id": "re_1", "object": "refund", "amount": 100, "charge": "ch_1", "currency": "usd"});
    for event_type in ["refund.created", "charge.refund.updated"] {
        let found = snapshot!(Refund of observed(event_type, &object));
        assert_eq!((found.status, found.amount, found.charge.as_deref()), (RefundStatus::Succeeded, 100, Some("ch_1")));
    }
}

fn dispute(extra: &Value) -> Dispute {
    let mut object = json!({"id": "dp_1", "object": "dispute", "amount": 5400, "charge": "ch_1", "status": "lost"});
    object.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    snapshot!(Dispute of observed("charge.dispute.closed", &object))
}

#[test]
fn a_dispute_carries_its_balance_transactions_with_their_fees() {
    let transaction = json!({
        "id": "txn_1", "amount": -5400, "fee": 1500, "net": -6900, "currency": "usd", "type": "adjustment",
        "reporting_category": "dispute", "fee_details": [{"amount": 1500, "type": "stripe_fee", "currency": "usd"}],
    });
    let found = dispute(&json!({"balance_transactions": [transaction], "evidence_details": {"due_by": 99}}));
    let [shown] = found.balance_transactions.as_slice() else { panic!("one transaction") };
    assert_eq!((shown.amount, shown.fee, shown.net, &*shown.category), (-5400, 1500, -6900, "dispute"));
    assert_eq!((&*shown.fees[0].kind, shown.fees[0].amount), ("stripe_fee", 1500));
    assert_eq!(found.evidence_due.unwrap().unix(), 99);
    let old = dispute(&json!({"balance_transaction": transaction}));
    assert_eq!(old.balance_transactions, found.balance_transactions);
    assert!(dispute(&json!({"balance_transaction": "txn_1"})).balance_transactions.is_empty());
}

#[test]
fn the_money_of_a_dispute_moves_by_the_events_type() {
    let object = json!({"id": "dp_1", "object": "dispute", "amount": 5400, "status": "appeal_under_review"});
    let found = facts("charge.dispute.funds_withdrawn", &object).swap_remove(0);
    assert_eq!(found.signal, Some(Signal::FundsWithdrawn));
    assert_eq!(snapshot!(Dispute of found.observed).status, DisputeStatus::AppealUnderReview);
    assert_eq!(facts("charge.dispute.funds_reinstated", &object)[0].signal, Some(Signal::FundsReinstated));
}

fn note(extra: &Value) -> CreditNote {
    let mut object =
        json!({"id": "cn_1", "object": "credit_note", "status": "issued", "invoice": "in_1", "total": 1000});
    object.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    snapshot!(CreditNote of observed("credit_note.created", &object))
}

#[test]
fn what_is_credited_before_and_after_payment_is_said_by_amounts_or_by_type() {
    let parts = |extra: Value| {
        let found = note(&extra);
        (found.pre_payment, found.post_payment)
    };
    assert_eq!(parts(json!({"type": "mixed", "pre_payment_amount": 300, "post_payment_amount": 700})), (300, 700));
    assert_eq!(parts(json!({"type": "pre_payment"})), (1000, 0));
    assert_eq!(parts(json!({"type": "post_payment"})), (0, 1000));
    assert_eq!(parts(json!({"refund": "re_1"})), (0, 1000));
    assert_eq!(parts(json!({"refund": null, "out_of_band_amount": 0})), (1000, 0));
}

#[test]
fn refunds_are_named_one_by_one_since_basil_and_alone_before() {
    let new =
        note(&json!({"refunds": [{"refund": "re_1", "amount_refunded": 400}, {"refund": "re_2"}], "refund": "re_1"}));
    assert_eq!(new.refunds, [("re_1".into(), Some(400)), ("re_2".into(), None)]);
    assert_eq!(note(&json!({"refund": "re_1"})).refunds, [("re_1".into(), None)]);
    let expanded = json!({"id": "re_1", "object": "refund", "amount": 1000});
    let object = json!({"id": "cn_1", "status": "issued", "total": 1000, "refunds": [{"refund": expanded}]});
    assert_eq!(subjects(&facts("credit_note.created", &object)), ["credit_note cn_1", "refund re_1"]);
}

#[test]
fn lines_are_net_of_discounts_and_of_the_tax_they_contain() {
    let found = note(&json!({"lines": {"data": [
        {"amount": 1000, "invoice_line_item": "il_1", "discount_amount": 100,
         "tax_amounts": [{"amount": 70, "inclusive": true}, {"amount": 9, "inclusive": false}]},
        {"amount": 500, "pretax_credit_amounts": [{"amount": 50}], "taxes": [{"amount": 30, "tax_behavior": "inclusive"}]},
    ]}, "tax_amounts": [{"amount": 70}, {"amount": 9}], "effective_at": 9, "created": 5, "amount": 7}));
    assert_eq!(found.lines.iter().map(|line| line.net).collect::<Vec<_>>(), [830, 420]);
    assert_eq!(found.lines[0].invoice_line.as_ref().unwrap().as_str(), "il_1");
    assert_eq!((found.tax, found.total, found.effective.unwrap().unix()), (79, 1000, 9));
}

#[test]
fn a_reversal_without_an_amount_is_quarantined() {
    let refund = event("refund.created", &json!({"id": "re_1", "object": "refund"}));
    assert_eq!(reason(&refund), "data.object.amount: it is missing");
    let transaction = json!({"id": "dp_1", "amount": 1, "status": "lost", "balance_transactions": [{"amount": 1}]});
    let dispute = event("charge.dispute.closed", &transaction);
    assert_eq!(reason(&dispute), "data.object.balance_transactions[0].id: it is missing");
}
