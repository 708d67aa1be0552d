//! Disputes.

use super::node::{Node, json};
use super::{View, balance};
use crate::model::Dispute;

fn evidence(dispute: &Dispute) -> Node {
    json!({
        "access_activity_log": null, "billing_address": null, "cancellation_policy": null,
        "cancellation_policy_disclosure": null, "cancellation_rebuttal": null, "customer_communication": null,
        "customer_email_address": &dispute.email, "customer_name": null, "customer_purchase_ip": null,
        "customer_signature": null, "duplicate_charge_documentation": null, "duplicate_charge_explanation": null,
        "duplicate_charge_id": null, "enhanced_evidence": {}, "product_description": null, "receipt": null,
        "refund_policy": null, "refund_policy_disclosure": null, "refund_refusal_explanation": null, "service_date": null,
        "service_documentation": null, "shipping_address": null, "shipping_carrier": null, "shipping_date": null,
        "shipping_documentation": null, "shipping_tracking_number": null, "uncategorized_file": null,
        "uncategorized_text": &dispute.evidence,
    })
}

pub(super) fn dispute(view: View, dispute: &Dispute) -> Node {
    let first = dispute.transactions.first().map(|transaction| &transaction.id);
    let transactions: Vec<Node> = dispute.transactions.iter().map(balance::transaction).collect();
    json!({
        "id": &dispute.id, "object": "dispute", "amount": dispute.amount, "balance_transaction": first,
        "balance_transactions": transactions, "charge": &dispute.charge, "created": dispute.created,
        "currency": dispute.currency.code(), "enhanced_eligibility_types": [], "evidence": evidence(dispute),
        "evidence_details": {
            "due_by": dispute.due_by, "enhanced_eligibility": {}, "has_evidence": dispute.evidence.is_some(),
            "past_due": false, "submission_count": dispute.submissions,
        },
        "is_charge_refundable": dispute.status.starts_with("warning"), "livemode": view.livemode, "metadata": {},
        "network_reason_code": "10.4", "payment_intent": &dispute.payment_intent,
        "payment_method_details": {
            "card": {"brand": dispute.brand, "case_type": "chargeback", "network_reason_code": "10.4"}, "type": "card",
        },
        "reason": dispute.reason, "status": dispute.status,
    })
}
