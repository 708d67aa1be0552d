//! What Stripe says, in few words: events and the objects in them, as current shapes have them unless a name says older.

use serde_json::{Map, Value, json};

/// 2024-03-01, the beginning of every period here.
pub const START: i64 = 1_709_251_200;
/// Seconds of a day.
pub const DAY: i64 = 86_400;

/// The second at which a day begins.
pub fn day(day: i64) -> i64 {
    START + day * DAY
}

/// An event on a day. The id tells nothing about its order.
pub fn event(id: &str, event_type: &str, on: i64, object: &Value) -> Value {
    json!({
        "id": id, "object": "event", "api_version": "2026-09-30.endive", "created": day(on),
        "data": {"object": object}, "livemode": false, "pending_webhooks": 1,
        "request": {"id": null, "idempotency_key": null}, "type": event_type,
    })
}

/// An object with more fields, or others.
pub fn with(object: &Value, more: &Value) -> Value {
    let mut fields: Map<String, Value> = object.as_object().unwrap().clone();
    fields.extend(more.as_object().unwrap().clone());
    Value::Object(fields)
}

/// A line earned over so many days from the beginning.
pub fn line(id: &str, amount: i64, days: i64) -> Value {
    json!({
        "id": id, "object": "line_item", "amount": amount, "quantity": 1, "discount_amounts": [], "taxes": [],
        "period": {"start": day(0), "end": day(days)},
        "parent": {"type": "subscription_item_details", "subscription_item_details": {
            "subscription": "sub_1", "proration": false}},
        "pricing": {"price_details": {"price": "price_1", "product": "prod_1"}},
    })
}

/// An open invoice of `cus_1`.
pub fn invoice(total: i64, tax: i64, lines: &[Value]) -> Value {
    json!({
        "id": "in_1", "object": "invoice", "customer": "cus_1", "status": "open", "currency": "usd", "total": total,
        "total_taxes": [{"amount": tax, "tax_behavior": "exclusive"}], "amount_due": total, "amount_paid": 0,
        "amount_remaining": total, "starting_balance": 0, "ending_balance": 0, "billing_reason": "subscription_cycle",
        "created": day(0), "parent": {"subscription_details": {"subscription": "sub_1"}},
        "lines": {"object": "list", "data": lines, "has_more": false},
        "status_transitions": {"finalized_at": day(0), "paid_at": null, "voided_at": null},
    })
}

/// The same invoice, paid.
pub fn paid(invoice: &Value, on: i64) -> Value {
    let due = &invoice["amount_due"];
    with(
        invoice,
        &json!({"status": "paid", "amount_paid": due, "amount_remaining": 0,
            "status_transitions": {"finalized_at": day(0), "paid_at": day(on)}}),
    )
}

/// A charge that took money, of payment intent `pi_1`.
pub fn charge(amount: i64, on: i64) -> Value {
    json!({
        "id": "ch_1", "object": "charge", "customer": "cus_1", "payment_intent": "pi_1", "status": "succeeded",
        "captured": true, "amount": amount, "amount_captured": amount, "amount_refunded": 0, "currency": "usd",
        "balance_transaction": "txn_1", "created": day(on),
    })
}

/// The payment of the invoice by that payment intent: since basil the only link between the two.
pub fn invoice_payment(amount: i64, on: i64) -> Value {
    json!({
        "id": "inpay_1", "object": "invoice_payment", "invoice": "in_1", "status": "paid", "amount_paid": amount,
        "currency": "usd", "payment": {"type": "payment_intent", "payment_intent": "pi_1"}, "created": day(on),
        "status_transitions": {"paid_at": day(on)},
    })
}

/// A refund of that charge.
pub fn refund(id: &str, amount: i64, on: i64) -> Value {
    json!({
        "id": id, "object": "refund", "charge": "ch_1", "payment_intent": "pi_1", "status": "succeeded",
        "amount": amount, "currency": "usd", "created": day(on),
    })
}

/// A balance transaction, whole.
pub fn transaction(id: &str, source: &str, category: &str, amount: i64, fee: i64) -> Value {
    json!({
        "id": id, "object": "balance_transaction", "amount": amount, "fee": fee, "net": amount - fee, "currency": "usd",
        "type": category, "reporting_category": category, "source": source, "created": day(0),
        "fee_details": [{"amount": fee, "currency": "usd", "type": "stripe_fee"}],
    })
}

/// A dispute over that charge, with the money it took.
pub fn dispute(status: &str, amount: i64, transactions: &[Value]) -> Value {
    json!({
        "id": "dp_1", "object": "dispute", "charge": "ch_1", "payment_intent": "pi_1", "status": status,
        "amount": amount, "currency": "usd", "created": day(0), "balance_transactions": transactions,
    })
}
