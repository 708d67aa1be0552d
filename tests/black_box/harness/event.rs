//! Events made by hand: small, with ids a reader remembers, times long ago and periods that end long after us, so that answers do not
//! change with the clock.

use serde_json::{Value, json};

/// 2025-01-01, when everything here begins.
pub const BEGIN: i64 = 1_735_689_600;
/// 2100-01-01, when the period ends.
pub const END: i64 = 4_102_444_800;

/// An event of test mode in the shape of clover.
pub fn event(id: &str, kind: &str, created: i64, object: &Value) -> Value {
    json!({
        "id": id, "object": "event", "api_version": "2025-09-30.clover", "created": created, "livemode": false,
        "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}, "type": kind, "data": {"object": object},
    })
}

/// Its bytes.
pub fn bytes(event: &Value) -> Vec<u8> {
    event.to_string().into_bytes()
}

/// A customer.
pub fn customer(id: &str) -> Value {
    json!({
        "id": id, "object": "customer", "created": BEGIN, "livemode": false, "currency": "usd", "balance": 0, "delinquent": false,
        "email": "ada@example.com", "name": "Ada", "metadata": {"user_id": format!("user_of_{id}")},
    })
}

/// A subscription to `price`, whose lookup key is `feature`.
pub fn subscription(id: &str, customer: &str, status: &str, feature: &str) -> Value {
    let item = json!({
        "id": format!("si_{id}"), "object": "subscription_item", "quantity": 1,
        "current_period_start": BEGIN, "current_period_end": END,
        "price": {
            "id": format!("price_{feature}"), "object": "price", "product": format!("prod_{feature}"), "lookup_key": feature,
            "currency": "usd", "unit_amount": 2000, "active": true, "type": "recurring",
        },
    });
    json!({
        "id": id, "object": "subscription", "customer": customer, "status": status, "created": BEGIN, "start_date": BEGIN,
        "cancel_at": null, "cancel_at_period_end": false, "canceled_at": null, "ended_at": null, "trial_end": null,
        "collection_method": "charge_automatically", "default_payment_method": "pm_1", "latest_invoice": null,
        "pause_collection": null, "pending_update": null, "metadata": {}, "livemode": false,
        "items": {"object": "list", "data": [item], "has_more": false},
    })
}

/// `customer.created`.
pub fn customer_created(event_id: &str, id: &str) -> Vec<u8> {
    bytes(&event(event_id, "customer.created", BEGIN, &customer(id)))
}

/// `customer.subscription.created`, active.
pub fn subscribed(event_id: &str, id: &str, customer: &str, feature: &str) -> Vec<u8> {
    let object = subscription(id, customer, "active", feature);
    bytes(&event(event_id, "customer.subscription.created", BEGIN + 1, &object))
}

/// `customer.subscription.deleted`.
pub fn canceled(event_id: &str, id: &str, customer: &str, feature: &str) -> Vec<u8> {
    let mut object = subscription(id, customer, "canceled", feature);
    object["ended_at"] = json!(BEGIN + 100);
    bytes(&event(event_id, "customer.subscription.deleted", BEGIN + 100, &object))
}

/// `checkout.session.completed` that names your own account.
pub fn checkout(event_id: &str, id: &str, customer: &str, account: &str, subscription: &str) -> Vec<u8> {
    let object = json!({
        "id": id, "object": "checkout.session", "mode": "subscription", "status": "complete", "payment_status": "paid",
        "customer": customer, "client_reference_id": account, "subscription": subscription, "currency": "usd",
        "amount_total": 2000, "metadata": {}, "livemode": false, "client_secret": "cs_1_secret_of_the_checkout",
    });
    bytes(&event(event_id, "checkout.session.completed", BEGIN + 2, &object))
}

/// `invoice.paid` for a year of the subscription.
pub fn invoice_paid(event_id: &str, id: &str, customer: &str, subscription: &str) -> Vec<u8> {
    let year = json!({"start": BEGIN, "end": BEGIN + 365 * 86_400});
    let line = json!({
        "id": format!("il_{id}"), "object": "line_item", "amount": 2000, "currency": "usd", "period": year, "quantity": 1,
        "parent": {
            "type": "subscription_item_details",
            "subscription_item_details": {"subscription": subscription, "proration": false},
        },
        "pricing": {"type": "price_details", "price_details": {"price": "price_pro", "product": "prod_pro"}},
        "discount_amounts": [], "taxes": [], "pretax_credit_amounts": [],
    });
    let payment = json!({
        "id": format!("inpay_{id}"), "object": "invoice_payment", "invoice": id, "status": "paid", "amount_paid": 2000,
        "amount_requested": 2000, "currency": "usd", "is_default": true, "created": BEGIN + 1, "livemode": false,
        "payment": {"type": "payment_intent", "payment_intent": format!("pi_{id}")},
        "status_transitions": {"paid_at": BEGIN + 3},
    });
    let object = json!({
        "id": id, "object": "invoice", "customer": customer, "status": "paid", "currency": "usd", "created": BEGIN + 1,
        "total": 2000, "subtotal": 2000, "amount_due": 2000, "amount_paid": 2000, "amount_remaining": 0,
        "starting_balance": 0, "ending_balance": 0, "attempt_count": 1, "attempted": true, "livemode": false,
        "billing_reason": "subscription_create", "total_taxes": [], "metadata": {},
        "lines": {"object": "list", "data": [line], "has_more": false},
        "parent": {"type": "subscription_details", "subscription_details": {"subscription": subscription, "metadata": {}}},
        "status_transitions": {"finalized_at": BEGIN + 1, "paid_at": BEGIN + 3},
        "payments": {"object": "list", "has_more": false, "data": [payment]},
    });
    bytes(&event(event_id, "invoice.paid", BEGIN + 3, &object))
}

/// `charge.succeeded` for that invoice.
pub fn charged(event_id: &str, id: &str, customer: &str, invoice: &str) -> Vec<u8> {
    let object = json!({
        "id": id, "object": "charge", "customer": customer, "amount": 2000, "amount_captured": 2000, "amount_refunded": 0,
        "captured": true, "paid": true, "status": "succeeded", "currency": "usd", "created": BEGIN + 2, "livemode": false,
        "payment_intent": format!("pi_{invoice}"), "balance_transaction": "txn_1", "metadata": {}, "refunded": false, "disputed": false,
    });
    bytes(&event(event_id, "charge.succeeded", BEGIN + 2, &object))
}

/// `refund.created` of a charge.
pub fn refunded(event_id: &str, id: &str, charge: &str) -> Vec<u8> {
    let object = json!({
        "id": id, "object": "refund", "charge": charge, "amount": 2000, "currency": "usd", "status": "succeeded",
        "created": BEGIN + 50, "reason": "requested_by_customer", "metadata": {},
    });
    bytes(&event(event_id, "refund.created", BEGIN + 50, &object))
}

/// A story in six events: Ada, whom you know as `ada`, subscribes to `pro` at a checkout and pays for a year.
pub fn story() -> Vec<Vec<u8>> {
    vec![
        customer_created("evt_customer", "cus_ada"),
        subscribed("evt_subscribed", "sub_ada", "cus_ada", "pro"),
        charged("evt_charged", "ch_ada", "cus_ada", "in_ada"),
        checkout("evt_checkout", "cs_ada", "cus_ada", "ada", "sub_ada"),
        invoice_paid("evt_paid", "in_ada", "cus_ada", "sub_ada"),
        bytes(&event("evt_unheard", "moon.phase.changed", BEGIN + 4, &json!({"id": "moon_1", "object": "moon.phase"}))),
    ]
}
