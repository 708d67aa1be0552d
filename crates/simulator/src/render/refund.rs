//! Refunds.

use super::node::{Node, json};
use super::{View, balance};
use crate::model::Refund;

pub(super) fn refund(view: View, refund: &Refund) -> Node {
    let movement = balance::reference(refund.balance_transaction.as_ref(), refund.movement.as_ref());
    let mut body = json!({
        "id": &refund.id, "object": "refund", "amount": refund.amount, "balance_transaction": movement,
        "charge": &refund.charge, "created": refund.created, "currency": refund.currency.code(), "metadata": {},
        "payment_intent": &refund.payment_intent, "reason": refund.reason, "receipt_number": null,
        "source_transfer_reversal": null, "status": refund.status, "transfer_reversal": null,
    });
    if let Some(reason) = refund.failure_reason {
        let failure =
            json!({"failure_reason": reason, "failure_balance_transaction": &refund.failure_balance_transaction});
        body.merge(failure);
    }
    if !view.shape.inlines_refunds() {
        let status = if refund.reference.is_some() { "available" } else { "pending" };
        let card = json!({
            "reference": &refund.reference, "reference_status": status, "reference_type": "acquirer_reference_number",
            "type": "refund",
        });
        body.merge(json!({"destination_details": {"card": card, "type": "card"}}));
    }
    body
}
