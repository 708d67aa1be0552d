//! Credit notes.

use super::node::{Node, json};
use super::{View, invoice_line, list};
use crate::model::{CreditNote, TaxBehavior};

struct Amounts {
    subtotal: i64,
    without_tax: i64,
}

fn amounts(note: &CreditNote) -> Amounts {
    let without_tax = note.total() - note.line.tax_amount;
    let inclusive = note.tax.as_ref().is_some_and(|tax| tax.behavior == TaxBehavior::Inclusive);
    Amounts { subtotal: if inclusive { note.total() } else { without_tax }, without_tax }
}

fn line(view: View, note: &CreditNote) -> Node {
    let Amounts { without_tax, .. } = amounts(note);
    let mut body = json!({
        "id": &note.line.id, "object": "credit_note_line_item", "amount": note.line.amount,
        "description": &note.line.description, "discount_amount": 0, "discount_amounts": [],
        "invoice_line_item": &note.line.invoice_line, "livemode": view.livemode, "pretax_credit_amounts": [],
        "quantity": note.line.quantity, "tax_rates": [], "type": "invoice_line_item", "unit_amount": null,
        "unit_amount_decimal": null,
    });
    body.merge(taxes(view, note, "tax_amounts", "taxes", without_tax));
    body
}

fn taxes(view: View, note: &CreditNote, old: &'static str, new: &'static str, taxable: i64) -> Node {
    let amount = note.line.tax_amount;
    if view.shape.is_basil_or_later() {
        let taxes: Vec<Node> = note.tax.iter().map(|tax| invoice_line::new_tax(tax, amount, taxable)).collect();
        json!({new: taxes})
    } else {
        let taxes: Vec<Node> = note.tax.iter().map(|tax| invoice_line::old_tax(tax, amount, taxable)).collect();
        json!({old: taxes})
    }
}

pub(super) fn credit_note(view: View, note: &CreditNote) -> Node {
    let Amounts { subtotal, without_tax } = amounts(note);
    let kind = if note.post_payment > 0 { "post_payment" } else { "pre_payment" };
    let lines = list(vec![line(view, note)], &format!("/v1/credit_notes/{}/lines", note.id));
    let mut body = json!({
        "id": &note.id, "object": "credit_note", "amount": note.total(), "amount_shipping": 0, "created": note.created,
        "currency": note.currency.code(), "customer": &note.customer,
        "customer_balance_transaction": &note.balance_transaction, "discount_amount": 0, "discount_amounts": [],
        "effective_at": note.created, "invoice": &note.invoice, "lines": lines, "livemode": view.livemode,
        "memo": null, "metadata": {}, "number": &note.number, "out_of_band_amount": note.out_of_band,
        "pdf": format!("https://pay.example.com/credit_notes/{}/pdf", note.id), "pre_payment_amount": note.pre_payment,
        "post_payment_amount": note.post_payment, "pretax_credit_amounts": [], "reason": note.reason,
        "shipping_cost": null, "status": note.status, "subtotal": subtotal, "subtotal_excluding_tax": without_tax,
        "total": note.total(), "total_excluding_tax": without_tax, "type": kind, "voided_at": note.voided_at,
    });
    body.merge(taxes(view, note, "tax_amounts", "total_taxes", without_tax));
    if view.shape.is_basil_or_later() {
        let refunds: Vec<Node> = note
            .refund
            .iter()
            .map(|(id, amount)| json!({"amount_refunded": *amount, "refund": id, "type": "refund"}))
            .collect();
        body.merge(json!({"refunds": refunds}));
    } else {
        body.merge(json!({"refund": note.refund.as_ref().map(|(id, _)| id)}));
    }
    body
}
