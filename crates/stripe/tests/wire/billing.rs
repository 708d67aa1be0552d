//! Invoices and their payments, in the shapes of 2017, 2020 and since basil.

use daybook_domain::{
    fact::{Invoice, InvoiceStatus, PaidBy, Signal},
    time::Timestamp,
};
use serde_json::{Value, json};

use crate::shape::{event, facts, observed, reason, snapshot, subjects, translation};

fn invoice(object: &Value) -> Invoice {
    snapshot!(Invoice of observed("invoice.updated", object))
}

/// An invoice with these fields besides id and total.
fn with(extra: &Value) -> Value {
    let mut object = json!({"id": "in_1", "object": "invoice", "total": 1080});
    object.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    object
}

#[test]
fn the_subscription_is_found_before_and_since_basil() {
    let old = invoice(&with(&json!({"subscription": "sub_1"})));
    let details = json!({"subscription": "sub_1", "metadata": {}});
    let new = invoice(&with(&json!({"parent": {"type": "subscription_details", "subscription_details": details}})));
    assert_eq!(old.subscription.unwrap().as_str(), "sub_1");
    assert_eq!(new.subscription.unwrap().as_str(), "sub_1");
}

#[test]
fn without_a_status_the_flags_of_old_shapes_say_it() {
    let status = |extra: Value| invoice(&with(&extra)).status;
    assert_eq!(status(json!({"paid": true, "closed": true, "attempted": true})), InvoiceStatus::Paid);
    assert_eq!(status(json!({"paid": false, "closed": true, "forgiven": true})), InvoiceStatus::Uncollectible);
    assert_eq!(status(json!({"paid": false, "closed": true, "attempted": true})), InvoiceStatus::Open);
    assert_eq!(status(json!({"paid": false, "closed": false, "attempted": true})), InvoiceStatus::Open);
    assert_eq!(status(json!({"paid": false, "finalized_at": 5})), InvoiceStatus::Open);
    assert_eq!(status(json!({"paid": false, "closed": false, "attempted": false})), InvoiceStatus::Draft);
}

#[test]
fn amounts_that_old_shapes_lack_follow_from_the_others() {
    let paid = invoice(&with(&json!({"paid": true, "amount_due": 1000, "date": 7})));
    assert_eq!((paid.amount_due, paid.amount_paid, paid.amount_remaining), (1000, 1000, 0));
    assert_eq!(paid.created, Timestamp::from_unix(7));
    let open = invoice(&with(&json!({"status": "open", "amount_due": 1000})));
    assert_eq!((open.amount_paid, open.amount_remaining), (0, 1000));
}

#[test]
fn tax_is_found_under_its_three_names() {
    let tax = |extra: Value| invoice(&with(&extra)).tax;
    assert_eq!(tax(json!({"tax": 80})), 80);
    assert_eq!(tax(json!({"tax": 80, "total_tax_amounts": [{"amount": 50}, {"amount": 30}]})), 80);
    assert_eq!(tax(json!({"total_taxes": [{"amount": 50}, {"amount": 31}]})), 81);
    assert_eq!(tax(json!({"tax": null})), 0);
}

#[test]
fn a_line_since_basil_says_price_taxes_discounts_and_its_subscription_elsewhere() {
    let line = json!({
        "id": "il_1", "object": "line_item", "amount": 1000, "currency": "usd", "period": {"start": 1, "end": 2},
        "quantity": 3, "pretax_credit_amounts": [{"amount": 100}], "discount_amounts": [{"amount": 90}],
        "taxes": [{"amount": 7, "tax_behavior": "inclusive"}, {"amount": 5, "tax_behavior": "exclusive"}],
        "pricing": {"type": "price_details", "price_details": {"price": "price_1", "product": "prod_1"}},
        "parent": {"type": "subscription_item_details", "subscription_item_details":
            {"subscription": "sub_1", "subscription_item": "si_1", "proration": true}},
    });
    let found = invoice(&with(&json!({"lines": {"object": "list", "data": [line], "has_more": true}})));
    assert!(found.lines_truncated);
    let line = &found.lines[0];
    assert_eq!((line.discount, line.tax_inclusive, line.tax_exclusive, line.quantity), (100, 7, 5, Some(3)));
    assert_eq!(line.price.as_ref().unwrap().as_str(), "price_1");
    assert_eq!(line.product.as_ref().unwrap().as_str(), "prod_1");
    assert_eq!(line.subscription.as_ref().unwrap().as_str(), "sub_1");
    assert!(line.proration);
}

#[test]
fn a_line_before_basil_says_the_same_on_itself() {
    let line = json!({
        "id": "il_1", "amount": -400, "proration": true, "subscription": "sub_1", "period": {"start": 1, "end": 2},
        "price": {"id": "price_1", "object": "price", "product": "prod_1"}, "discount_amounts": [{"amount": 40}],
        "tax_amounts": [{"amount": -3, "inclusive": true}, {"amount": -2, "inclusive": false}],
    });
    let found = invoice(&with(&json!({"lines": {"data": [line]}})));
    let line = &found.lines[0];
    assert_eq!((line.amount, line.discount, line.tax_inclusive, line.tax_exclusive), (-400, 40, -3, -2));
    assert_eq!(line.product.as_ref().unwrap().as_str(), "prod_1");
    assert!(line.proration && !found.lines_truncated);
}

#[test]
fn lines_of_2017_carry_the_subscriptions_id_and_still_have_ids_of_their_own() {
    let line = json!({"id": "sub_1", "type": "subscription", "amount": 10, "plan": {"id": "gold"}});
    let found = invoice(&with(&json!({"lines": {"data": [line, line, {"amount": 5}]}})));
    assert_eq!(found.lines.iter().map(|line| line.id.as_str()).collect::<Vec<_>>(), ["sub_1", "sub_1#1", "#2"]);
    assert_eq!(found.lines[1].subscription.as_ref().unwrap().as_str(), "sub_1");
    assert_eq!(found.lines[0].price.as_ref().unwrap().as_str(), "gold");
}

#[test]
fn the_type_of_an_event_says_what_the_invoice_does_not() {
    let signal = |event_type: &str| facts(event_type, &with(&json!({"status": "open"})))[0].signal;
    assert_eq!(signal("invoice.payment_failed"), Some(Signal::PaymentFailed));
    assert_eq!(signal("invoice.payment_action_required"), Some(Signal::ActionRequired));
    assert_eq!(signal("invoice.overpaid"), Some(Signal::Overpaid));
    assert_eq!(signal("invoice.paid"), None);
    let deleted = observed("invoice.deleted", &with(&json!({"status": "draft"})));
    assert_eq!(snapshot!(Invoice of deleted).status, InvoiceStatus::Deleted);
}

#[test]
fn payments_inside_an_invoice_are_facts_of_their_own() {
    let payment = json!({
        "id": "inpay_1", "object": "invoice_payment", "invoice": "in_1", "status": "paid", "amount_paid": 1080,
        "currency": "usd", "payment": {"type": "payment_intent", "payment_intent":
            {"id": "pi_1", "object": "payment_intent", "status": "succeeded", "amount": 1080}},
    });
    let found = facts("invoice.paid", &with(&json!({"status": "paid", "payments": {"data": [payment]}})));
    assert_eq!(subjects(&found), ["invoice in_1", "payment_intent pi_1", "invoice_payment inpay_1"]);
}

#[test]
fn an_invoice_payment_says_where_its_money_comes_from() {
    let paid_by = |payment: Value| {
        let object = json!({"id": "inpay_1", "object": "invoice_payment", "status": "paid", "payment": payment});
        snapshot!(InvoicePayment of observed("invoice_payment.paid", &object)).paid_by
    };
    assert_eq!(paid_by(json!({"type": "charge", "charge": "ch_1"})), PaidBy::Charge("ch_1".into()));
    let intent = json!({"type": "payment_intent", "payment_intent": "pi_1"});
    assert_eq!(paid_by(intent), PaidBy::PaymentIntent("pi_1".into()));
    assert_eq!(paid_by(json!({"type": "payment_record", "payment_record": "prec_1"})), PaidBy::OutOfBand);
    assert_eq!(paid_by(json!(null)), PaidBy::Unknown);
}

#[test]
fn a_preview_is_without_effect_and_an_invoice_without_id_is_quarantined() {
    let preview = event("invoice.upcoming", &json!({"object": "invoice", "total": 5}));
    assert!(matches!(translation(&preview), daybook_stripe::Translation::WithoutEffect { .. }));
    let lost = event("invoice.paid", &json!({"object": "invoice", "total": 5}));
    assert_eq!(reason(&lost), "data.object.id: it is missing");
}

#[test]
fn amounts_that_overflow_or_are_no_whole_numbers_are_quarantined_with_their_path() {
    let wrong = |extra: Value| reason(&event("invoice.paid", &with(&extra)));
    let beyond = "the number is beyond 1000000000000, more than any amount or time Stripe knows";
    let huge = wrong(json!({"status": "paid", "total_taxes": [{"amount": i64::MAX}, {"amount": 1}]}));
    assert_eq!(huge, format!("data.object.total_taxes[0].amount: {beyond}"));
    let negative = wrong(json!({"status": "open", "amount_due": -1_000_000_000_001_i64, "amount_paid": 1}));
    assert_eq!(negative, format!("data.object.amount_due: {beyond}"));
    let fraction = wrong(json!({"status": "open", "amount_due": 10.5}));
    assert_eq!(fraction, "data.object.amount_due: expected a whole number of 64 bits, found another number");
    let line = wrong(json!({"status": "open", "lines": {"data": [{"id": "il_1", "amount": "5"}]}}));
    assert_eq!(line, "data.object.lines.data[0].amount: expected a whole number, found a text");
}

#[test]
fn a_coupon_that_only_the_totals_of_an_old_shape_show_is_spread_over_the_lines() {
    let shown = |discount: Value, more: bool, of_line: Value| {
        let mut first = json!({"id": "il_1", "amount": 2000});
        if !of_line.is_null() {
            first["discount_amounts"] = of_line;
        }
        let lines = [first, json!({"id": "il_2", "amount": 1000}), json!({"id": "il_3", "amount": -5})];
        let lines = json!({"data": lines, "has_more": more});
        let object = json!({"total": 2912, "subtotal": 2995, "tax": 217, "discount": discount, "lines": lines});
        invoice(&with(&object)).lines.iter().map(|line| line.discount).collect::<Vec<_>>()
    };
    let coupon = json!({"object": "discount", "coupon": {"id": "TENTH", "percent_off": 10}});
    assert_eq!(shown(coupon.clone(), false, Value::Null), [200, 100, 0]);
    assert_eq!(shown(coupon.clone(), true, Value::Null), [0, 0, 0], "a part of the lines says nothing of the others");
    assert_eq!(shown(Value::Null, false, Value::Null), [0, 0, 0]);
    let mut fee =
        json!({"data": [{"id": "il_1", "amount": 2000}, {"id": "il_2", "amount": 10_000, "discountable": false}]});
    fee["has_more"] = json!(false);
    let object = json!({"total": 11_000, "subtotal": 12_000, "discount": coupon, "lines": fee});
    let discounts: Vec<i64> = invoice(&with(&object)).lines.iter().map(|line| line.discount).collect();
    assert_eq!(discounts, [1000, 0], "a setup fee takes none");
    assert_eq!(shown(coupon, false, json!([])), [0, 0, 0], "a line that can say so says that it has none");
}
