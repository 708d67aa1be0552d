//! One event of each kind and everything read from it, so that a change of translation is seen in review.

use serde_json::{Value, json};

use crate::shape::facts;

/// Compares what each fact of the event observes with the snapshot of this name.
fn check(name: &str, event_type: &str, object: &Value) {
    let facts = facts(event_type, object);
    let observed: Value =
        facts.iter().map(|fact| json!({"id": fact.id, "signal": fact.signal, "observed": fact.observed})).collect();
    insta::assert_json_snapshot!(name, observed);
}

#[test]
fn billing_objects_are_read_in_full() {
    let line = json!({
        "id": "il_1", "object": "line_item", "amount": 3000, "currency": "usd", "quantity": 1, "proration": false,
        "period": {"start": 1_700_000_000, "end": 1_702_592_000}, "subscription": "sub_1",
        "price": {"id": "price_1", "object": "price", "product": "prod_1"},
        "tax_amounts": [{"amount": 240, "inclusive": false}], "discount_amounts": [],
    });
    check(
        "invoice",
        "invoice.paid",
        &json!({
            "id": "in_1", "object": "invoice", "customer": "cus_1", "subscription": "sub_1", "status": "paid",
            "currency": "usd", "total": 3240, "tax": 240, "total_tax_amounts": [{"amount": 240}], "amount_due": 3240,
            "amount_paid": 3240, "amount_remaining": 0, "starting_balance": 0, "ending_balance": 0, "charge": "ch_1",
            "payment_intent": "pi_1", "billing_reason": "subscription_create", "attempt_count": 1, "attempted": true,
            "created": 1_700_000_000, "lines": {"object": "list", "data": [line], "has_more": false},
            "shipping_cost": {"amount_subtotal": 0},
            "status_transitions": {"finalized_at": 1_700_000_000, "paid_at": 1_700_000_001, "voided_at": null},
        }),
    );
    check(
        "invoice_payment",
        "invoice_payment.paid",
        &json!({
            "id": "inpay_1", "object": "invoice_payment", "invoice": "in_1", "status": "paid", "amount_paid": 3240,
            "currency": "usd", "payment": {"type": "payment_intent", "payment_intent": "pi_1"}, "created": 1_700_000_000,
            "status_transitions": {"paid_at": 1_700_000_001},
        }),
    );
    check(
        "credit_note",
        "credit_note.created",
        &json!({
            "id": "cn_1", "object": "credit_note", "invoice": "in_1", "customer": "cus_1", "status": "issued",
            "total": 1080, "currency": "usd", "pre_payment_amount": 0, "post_payment_amount": 1080,
            "total_taxes": [{"amount": 80}], "refunds": [{"refund": "re_1", "amount_refunded": 1080}],
            "lines": {"data": [{"amount": 1000, "invoice_line_item": "il_1"}]}, "created": 1_700_000_000,
        }),
    );
}

#[test]
fn payment_objects_are_read_in_full() {
    check(
        "charge",
        "charge.refunded",
        &json!({
            "id": "ch_1", "object": "charge", "customer": "cus_1", "invoice": "in_1", "payment_intent": "pi_1",
            "status": "succeeded", "captured": true, "amount": 3240, "amount_captured": 3240, "amount_refunded": 1080,
            "currency": "usd", "balance_transaction": "txn_1", "created": 1_700_000_000,
            "refunds": {"data": [{"id": "re_1", "object": "refund", "amount": 1080, "charge": "ch_1", "currency": "usd",
                "status": "succeeded", "payment_intent": "pi_1", "created": 1_700_000_000}]},
        }),
    );
    check(
        "payment_intent",
        "payment_intent.succeeded",
        &json!({
            "id": "pi_1", "object": "payment_intent", "customer": "cus_1", "invoice": null, "status": "succeeded",
            "amount": 3240, "amount_received": 3240, "currency": "usd", "latest_charge": "ch_1", "created": 1_700_000_000,
        }),
    );
    check(
        "dispute",
        "charge.dispute.funds_withdrawn",
        &json!({
            "id": "dp_1", "object": "dispute", "charge": "ch_1", "payment_intent": "pi_1", "status": "needs_response",
            "amount": 3240, "currency": "usd", "reason": "fraudulent", "evidence_details": {"due_by": 1_700_600_000},
            "created": 1_700_000_000, "balance_transactions": [{"id": "txn_2", "amount": -3240, "fee": 1500, "net": -4740,
                "currency": "usd", "created": 1_700_000_000, "reporting_category": "dispute", "type": "adjustment",
                "fee_details": [{"type": "stripe_fee", "amount": 1500}]}],
        }),
    );
}

#[test]
fn customers_and_what_they_use_are_read_in_full() {
    check(
        "customer",
        "customer.created",
        &json!({
            "id": "cus_1", "object": "customer", "balance": -1100, "currency": "usd", "delinquent": false,
            "invoice_credit_balance": {"usd": -1100}, "invoice_settings": {"default_payment_method": "pm_1"},
            "metadata": {"user_id": "u1"}, "created": 1_700_000_000, "email": "nobody@example.com",
        }),
    );
    let price = json!({"id": "price_1", "object": "price", "product": "prod_1", "lookup_key": "gold", "active": true});
    check(
        "subscription",
        "customer.subscription.created",
        &json!({
            "id": "sub_1", "object": "subscription", "customer": "cus_1", "status": "active", "created": 1_700_000_000,
            "start_date": 1_700_000_000, "collection_method": "charge_automatically", "latest_invoice": "in_1",
            "cancel_at_period_end": false, "items": {"data": [{"id": "si_1", "price": price, "quantity": 1,
                "current_period_start": 1_700_000_000, "current_period_end": 1_702_592_000}]},
        }),
    );
    check(
        "checkout_session",
        "checkout.session.completed",
        &json!({
            "id": "cs_1", "object": "checkout.session", "customer": "cus_1", "mode": "subscription", "status": "complete",
            "payment_status": "paid", "client_reference_id": "u1", "subscription": "sub_1", "invoice": "in_1",
            "amount_total": 3240, "total_details": {"amount_tax": 240}, "currency": "usd", "created": 1_700_000_000,
        }),
    );
    check("price", "price.updated", &price);
    let product = json!({"id": "prod_1", "object": "product", "name": "Gold", "active": true});
    check("product", "product.created", &product);
    check(
        "entitlement_summary",
        "entitlements.active_entitlement_summary.updated",
        &json!({
            "object": "entitlements.active_entitlement_summary", "customer": "cus_1", "entitlements":
                {"data": [{"id": "ent_1", "feature": "feat_1", "lookup_key": "export"}], "has_more": false},
        }),
    );
}
