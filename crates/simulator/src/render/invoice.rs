//! Invoices, previews of invoices and invoice payments.

use super::node::{Node, json};
use super::{View, customer, discount, invoice_line, list};
use crate::model::{Collection, Invoice, InvoicePayment, InvoiceStatus};

pub(super) fn invoice(view: View, invoice: &Invoice) -> Node {
    let mut body = main_fields(view, invoice);
    body.merge(amounts(invoice));
    body.merge(people(invoice));
    body.merge(settings(view, invoice));
    if view.shape.is_basil_or_later() {
        body.merge(since_basil(invoice));
    } else {
        body.merge(before_basil(view, invoice));
    }
    body
}

/// A preview has no id, no number and no pages of its own.
pub(super) fn upcoming(view: View, model: &Invoice) -> Node {
    let mut body = invoice(view, model);
    body.remove(&["id", "number", "hosted_invoice_url", "invoice_pdf"]);
    body
}

fn main_fields(view: View, invoice: &Invoice) -> Node {
    let shown = invoice.shown_lines();
    let lines = shown.iter().map(|line| invoice_line::line(view, invoice, line)).collect();
    let mut lines = list(lines, &format!("/v1/invoices/{}/lines", invoice.id));
    let count = i64::try_from(invoice.lines.len()).unwrap_or(i64::MAX);
    lines.merge(json!({"has_more": shown.len() < invoice.lines.len(), "total_count": count}));
    let finalized = invoice.finalized_at.is_some();
    let page = format!("https://invoice.example.com/i/{}", invoice.secret);
    json!({
        "id": &invoice.id, "object": "invoice", "status": invoice.status.word(), "created": invoice.created,
        "currency": invoice.currency.code(), "customer": &invoice.customer.id, "billing_reason": invoice.reason.word(),
        "number": &invoice.number, "lines": lines,
        "livemode": view.livemode, "period_start": invoice.period.0, "period_end": invoice.period.1,
        "attempt_count": invoice.attempt_count, "attempted": invoice.attempted, "auto_advance": invoice.auto_advance,
        "next_payment_attempt": invoice.next_payment_attempt, "due_date": invoice.due_date,
        "effective_at": invoice.finalized_at, "hosted_invoice_url": finalized.then_some(&page),
        "invoice_pdf": finalized.then(|| format!("{page}/pdf")),
        "status_transitions": {
            "finalized_at": invoice.finalized_at, "marked_uncollectible_at": invoice.uncollectible_at,
            "paid_at": invoice.paid_at, "voided_at": invoice.voided_at,
        },
        "webhooks_delivered_at": invoice.finalized_at,
    })
}

fn amounts(invoice: &Invoice) -> Node {
    let discounts: Vec<Node> = invoice
        .discount
        .iter()
        .map(|discount| json!({"amount": invoice.discounted(), "discount": &discount.id}))
        .collect();
    let credits: Vec<Node> = invoice
        .discount
        .iter()
        .map(|discount| json!({"amount": invoice.discounted(), "discount": &discount.id, "type": "discount"}))
        .collect();
    json!({
        "amount_due": invoice.amount_due, "amount_paid": invoice.amount_paid,
        "amount_remaining": invoice.amount_remaining(), "amount_shipping": 0,
        "starting_balance": invoice.starting_balance, "ending_balance": invoice.ending_balance,
        "subtotal": invoice.subtotal(), "subtotal_excluding_tax": invoice.subtotal_excluding_tax(),
        "total": invoice.total(), "total_excluding_tax": invoice.total_excluding_tax(),
        "total_discount_amounts": discounts, "total_pretax_credit_amounts": credits,
        "pre_payment_credit_notes_amount": invoice.pre_payment_credit,
        "post_payment_credit_notes_amount": invoice.post_payment_credit,
    })
}

fn people(invoice: &Invoice) -> Node {
    let owner = &invoice.customer;
    json!({
        "account_country": "DE", "account_name": "Example Software", "account_tax_ids": null,
        "customer_address": customer::address(&owner.address), "customer_email": &owner.email,
        "customer_name": &owner.name, "customer_phone": &owner.phone, "customer_shipping": null,
        "customer_tax_exempt": "none", "customer_tax_ids": [], "issuer": {"type": "self"},
    })
}

fn settings(view: View, invoice: &Invoice) -> Node {
    let method = match invoice.collection {
        Collection::Automatic => "charge_automatically",
        Collection::Invoice { .. } => "send_invoice",
    };
    let rates: Vec<Node> = invoice.tax.iter().map(|tax| invoice_line::tax_rate(view, tax)).collect();
    json!({
        "automatic_tax": {"disabled_reason": null, "enabled": false, "liability": null, "provider": null, "status": null},
        "automatically_finalizes_at": null, "collection_method": method, "custom_fields": null,
        "default_payment_method": null, "default_source": null, "default_tax_rates": rates, "description": null,
        "discounts": invoice.discount.iter().map(|discount| &discount.id).collect::<Vec<_>>(), "footer": null,
        "from_invoice": null, "last_finalization_error": null, "latest_revision": null, "metadata": {},
        "on_behalf_of": null,
        "payment_settings": {"default_mandate": null, "payment_method_options": null, "payment_method_types": null},
        "receipt_number": null, "rendering": null, "shipping_cost": null, "shipping_details": null,
        "statement_descriptor": null, "test_clock": null,
    })
}

fn before_basil(view: View, invoice: &Invoice) -> Node {
    let taxable = invoice.total_excluding_tax();
    let taxes: Vec<Node> =
        invoice.tax.iter().map(|tax| invoice_line::old_tax(tax, invoice.tax_total(), taxable)).collect();
    json!({
        "application": null, "application_fee_amount": null, "charge": &invoice.charge,
        "discount": invoice.discount.as_ref().map(|model| discount::discount(view, model)),
        "paid": invoice.status == InvoiceStatus::Paid, "paid_out_of_band": invoice.paid_out_of_band,
        "payment_intent": &invoice.payment_intent, "quote": null, "subscription": &invoice.subscription,
        "subscription_details": {"metadata": {"user_id": &invoice.customer.user_id}},
        "tax": invoice.tax.as_ref().map(|_| invoice.tax_total()), "total_tax_amounts": taxes, "transfer_data": null,
    })
}

fn since_basil(invoice: &Invoice) -> Node {
    let taxable = invoice.total_excluding_tax();
    let taxes: Vec<Node> =
        invoice.tax.iter().map(|tax| invoice_line::new_tax(tax, invoice.tax_total(), taxable)).collect();
    json!({
        "amount_overpaid": 0,
        "parent": {
            "quote_details": null,
            "subscription_details": {
                "metadata": {"user_id": &invoice.customer.user_id}, "subscription": &invoice.subscription,
            },
            "type": "subscription_details",
        },
        "total_taxes": taxes,
    })
}

pub(super) fn invoice_payment(view: View, payment: &InvoicePayment) -> Node {
    json!({
        "id": &payment.id, "object": "invoice_payment", "amount_paid": payment.amount_paid,
        "amount_requested": payment.amount_requested, "created": payment.created, "currency": payment.currency.code(),
        "invoice": &payment.invoice, "is_default": true, "livemode": view.livemode,
        "payment": {"payment_intent": &payment.payment_intent, "type": "payment_intent"}, "status": "paid",
        "status_transitions": {"canceled_at": null, "paid_at": payment.paid_at},
    })
}
