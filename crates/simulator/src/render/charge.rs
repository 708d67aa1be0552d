//! Charges.

use super::node::{Node, json};
use super::{View, balance, list, payment_method, refund};
use crate::model::Charge;

fn outcome(charge: &Charge) -> Node {
    match charge.failure {
        None => json!({
            "advice_code": null, "network_advice_code": null, "network_decline_code": null,
            "network_status": "approved_by_network", "reason": null, "risk_level": "normal",
            "risk_score": charge.risk_score, "seller_message": "Payment complete.", "type": "authorized",
        }),
        Some(failure) => json!({
            "advice_code": "try_again_later", "network_advice_code": null, "network_decline_code": "51",
            "network_status": "declined_by_network", "reason": failure.decline_code, "risk_level": "normal",
            "risk_score": charge.risk_score, "seller_message": failure.message, "type": "issuer_declined",
        }),
    }
}

pub(super) fn charge(view: View, charge: &Charge) -> Node {
    let succeeded = charge.failure.is_none();
    let receipt = succeeded.then(|| format!("https://pay.example.com/receipts/{}", charge.receipt));
    let data = charge.transfer_data.as_ref();
    let fee = data.and_then(|data| data.fee.as_ref());
    let movement = balance::reference(charge.balance_transaction.as_ref(), charge.movement.as_ref());
    // Before basil, money that was set aside and released counted as refunded.
    let released = if view.shape.is_basil_or_later() { 0 } else { charge.given_free() };
    let mut body = json!({
        "id": &charge.id, "object": "charge", "amount": charge.amount, "amount_captured": charge.amount_captured,
        "amount_refunded": charge.amount_refunded + released, "application": null,
        "application_fee": fee.map(|(id, _)| id), "application_fee_amount": fee.map(|(_, amount)| *amount),
        "balance_transaction": movement,
        "billing_details": payment_method::billing_details(&charge.customer),
        "calculated_statement_descriptor": "DAYBOOK EXAMPLE", "captured": charge.captured, "created": charge.created,
        "currency": charge.currency.code(), "customer": &charge.customer.id, "description": charge.description,
        "destination": data.map(|data| &data.destination), "dispute": &charge.dispute, "disputed": charge.dispute.is_some(),
        "failure_balance_transaction": null, "failure_code": charge.failure.map(|failure| failure.code),
        "failure_message": charge.failure.map(|failure| failure.message), "fraud_details": {},
        "livemode": view.livemode, "metadata": {}, "on_behalf_of": null, "order": null, "outcome": outcome(charge),
        "paid": succeeded, "payment_intent": &charge.payment_intent, "payment_method": &charge.card.id,
        "payment_method_details": payment_method::details(charge), "radar_options": {},
        "receipt_email": null, "receipt_number": null, "receipt_url": receipt,
        "refunded": succeeded && (charge.released || charge.captured && charge.refundable() == 0), "review": null, "shipping": null, "source": null,
        "source_transfer": null, "statement_descriptor": null, "statement_descriptor_suffix": null,
        "status": charge.status(),
        "transfer_data": data.map(|data| json!({"amount": data.amount, "destination": &data.destination})),
        "transfer_group": null,
    });
    if let Some(data) = data {
        body.merge(json!({"transfer": &data.transfer}));
    }
    if !view.shape.is_basil_or_later() {
        body.merge(json!({"invoice": &charge.invoice}));
    }
    if view.shape.inlines_refunds() {
        let refunds = charge.refunds.iter().map(|refund| refund::refund(view, refund)).collect();
        body.merge(json!({"refunds": list(refunds, &format!("/v1/charges/{}/refunds", charge.id))}));
    }
    body
}
