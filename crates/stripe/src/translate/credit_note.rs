//! `credit_note`: what is credited before and after payment, its refunds, and the invoice lines it corrects.

use daybook_domain::{
    fact::{CreditNote, CreditNoteLine, CreditNoteStatus, Observed},
    id::{CustomerId, InvoiceId, LineId},
};

use super::{
    amounts::{discount_of_line, subtract, tax_of_document, taxes_of_line},
    evidence::{Attribute, attributes},
    frame::Frame,
    types::Kind,
};
use crate::json::{Fault, Found, Object};

/// The attributes whose values are evidence.
pub(super) const ATTRIBUTES: &[Attribute] = attributes![
    amount,
    currency,
    customer,
    effective_at,
    invoice,
    lines.data,
    out_of_band_amount,
    post_payment_amount,
    pre_payment_amount,
    refund,
    refunds,
    status,
    total,
    total_taxes,
    type,
    voided_at,
];

pub(super) fn read(object: &Object<'_>, frame: &mut Frame<'_>) -> Found<Observed> {
    let (customer, invoice) = (object.reference("customer")?, object.reference("invoice")?);
    let total = object.int("total")?.or(object.int("amount")?).ok_or_else(|| object.missing("total"))?;
    let (pre_payment, post_payment) = parts(object, total)?;
    let note = CreditNote {
        invoice: invoice.id().map(InvoiceId::new),
        customer: customer.id().map(CustomerId::new),
        status: CreditNoteStatus::parse(&object.text("status")?.ok_or_else(|| object.missing("status"))?),
        total,
        tax: tax_of_document(object)?,
        currency: object.currency("currency")?,
        pre_payment,
        post_payment,
        out_of_band: object.amount("out_of_band_amount")?,
        refunds: refunds(object, frame)?,
        lines: lines(object)?,
        effective: object.time("effective_at")?.or(object.time("created")?),
        voided_at: object.time("voided_at")?,
        created: object.time("created")?,
    };
    frame.embed("customer", Kind::Customer, &customer)?;
    frame.embed("invoice", Kind::Invoice, &invoice)?;
    Ok(Observed::CreditNote(Box::new(note)))
}

/// What reduces the amount due and what is given back. Shapes without both amounts say by `type` which of the two all
/// of it is; those without that either show it by naming what was given back.
fn parts(object: &Object<'_>, total: i64) -> Found<(i64, i64)> {
    match (object.int("pre_payment_amount")?, object.int("post_payment_amount")?) {
        (Some(pre), Some(post)) => return Ok((pre, post)),
        (Some(pre), None) => return Ok((pre, subtract("post_payment_amount", total, pre)?)),
        (None, Some(post)) => return Ok((subtract("pre_payment_amount", total, post)?, post)),
        (None, None) => {}
    }
    let given_back = ["refund", "customer_balance_transaction", "out_of_band_amount"]
        .iter()
        .any(|name| object.some(name).is_some_and(|raw| raw != "0"));
    Ok(match object.text("type")?.as_deref() {
        Some("post_payment") => (0, total),
        None if given_back => (0, total),
        _ => (total, 0),
    })
}

/// `refunds` with the amount each covers, or the one `refund` before basil.
fn refunds(object: &Object<'_>, frame: &mut Frame<'_>) -> Found<Vec<(Box<str>, Option<i64>)>> {
    let mut refunds = Vec::new();
    for (index, shown) in object.list("refunds")?.data.iter().enumerate() {
        let at = |fault: Fault| fault.at("refunds", index);
        let refund = shown.reference("refund").map_err(at)?;
        if let Some(id) = refund.boxed() {
            refunds.push((id, shown.int("amount_refunded").map_err(at)?));
        }
        frame.embed("refund", Kind::Refund, &refund).map_err(at)?;
    }
    let single = object.reference("refund")?;
    if let Some(id) = single.boxed()
        && !refunds.iter().any(|(known, _)| *known == id)
    {
        refunds.push((id, None));
    }
    frame.embed("refund", Kind::Refund, &single)?;
    Ok(refunds)
}

fn lines(object: &Object<'_>) -> Found<Vec<CreditNoteLine>> {
    let list = object.list("lines")?;
    let mut lines = Vec::with_capacity(list.data.len());
    for (index, shown) in list.data.iter().enumerate() {
        lines.push(line(shown).map_err(|fault| fault.at("lines.data", index))?);
    }
    Ok(lines)
}

fn line(object: &Object<'_>) -> Found<CreditNoteLine> {
    let (inclusive, _) = taxes_of_line(object)?;
    let discounted = subtract("amount", object.needed_int("amount")?, discount_of_line(object)?)?;
    Ok(CreditNoteLine {
        invoice_line: object.reference("invoice_line_item")?.id().map(LineId::new),
        net: subtract("amount", discounted, inclusive)?,
    })
}
