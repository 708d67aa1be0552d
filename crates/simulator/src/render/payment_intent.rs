//! Payment intents.

use super::node::{Node, json};
use super::{View, charge, list, payment_method};
use crate::model::PaymentIntent;

fn last_error(view: View, intent: &PaymentIntent) -> Node {
    let (Some(failure), Some(charge)) = (intent.failure, intent.charges.last()) else {
        return Node::Null;
    };
    json!({
        "advice_code": "try_again_later", "charge": &charge.id, "code": failure.code, "decline_code": failure.decline_code,
        "doc_url": format!("https://docs.example.com/error-codes/{}", failure.code), "message": failure.message,
        "payment_method": payment_method::payment_method(view, &charge.card, &intent.customer), "type": "card_error",
    })
}

pub(super) fn payment_intent(view: View, intent: &PaymentIntent) -> Node {
    let latest = intent.charges.last().map(|charge| &charge.id);
    let capturable = if intent.status == "requires_capture" { intent.amount } else { 0 };
    let data = intent.transfer_data.as_ref();
    let mut body = json!({
        "id": &intent.id, "object": "payment_intent", "amount": intent.amount, "amount_capturable": capturable,
        "amount_details": {"tip": {}}, "amount_received": intent.amount_received, "application": null,
        "application_fee_amount": null, "automatic_payment_methods": null, "canceled_at": intent.canceled_at,
        "cancellation_reason": intent.cancellation_reason, "capture_method": if intent.manual { "manual" } else { "automatic" },
        "client_secret": format!("{}_secret_{}", intent.id, intent.secret), "confirmation_method": "automatic",
        "created": intent.created, "currency": intent.currency.code(), "customer": &intent.customer,
        "description": intent.description, "last_payment_error": last_error(view, intent), "livemode": view.livemode,
        "metadata": {}, "next_action": null, "on_behalf_of": null, "payment_method": &intent.payment_method,
        "payment_method_configuration_details": null,
        "payment_method_options": {
            "card": {"installments": null, "mandate_options": null, "network": null, "request_three_d_secure": "automatic"},
        },
        "payment_method_types": ["card"], "processing": null, "receipt_email": &intent.email, "review": null,
        "setup_future_usage": if intent.off_session { Some("off_session") } else { None }, "shipping": null,
        "source": null, "statement_descriptor": null, "statement_descriptor_suffix": null, "status": intent.status,
        "transfer_data": data.map(|data| json!({"amount": data.amount, "destination": &data.destination})), "transfer_group": null,
    });
    if !view.shape.is_basil_or_later() {
        body.merge(json!({"invoice": &intent.invoice}));
    }
    if view.shape.inlines_refunds() {
        let charges = intent.charges.iter().rev().map(|item| charge::charge(view, item)).collect();
        body.merge(json!({"charges": list(charges, &format!("/v1/charges?payment_intent={}", intent.id))}));
    } else {
        body.merge(json!({"latest_charge": latest}));
    }
    body
}
