//! `invoice_payment`: which money paid which invoice, since basil the only link between the two.

use daybook_domain::{
    fact::{InvoicePayment, InvoicePaymentStatus, Observed, PaidBy},
    id::InvoiceId,
};

use super::{
    evidence::{Attribute, attributes},
    frame::Frame,
    types::Kind,
};
use crate::json::{Fault, Found, Object};

/// The attributes whose values are evidence.
pub(super) const ATTRIBUTES: &[Attribute] =
    attributes![amount_paid, invoice, payment, status, status_transitions.canceled_at, status_transitions.paid_at];

pub(super) fn read(object: &Object<'_>, frame: &mut Frame<'_>) -> Found<Observed> {
    let invoice = object.reference("invoice")?;
    let transitions = object.object("status_transitions")?.unwrap_or_default();
    let payment = InvoicePayment {
        invoice: invoice.id().map(InvoiceId::new),
        status: InvoicePaymentStatus::parse(&object.text("status")?.ok_or_else(|| object.missing("status"))?),
        amount_paid: object.int("amount_paid")?,
        currency: object.currency("currency")?,
        paid_by: paid_by(object, frame)?,
        paid_at: transitions.time("paid_at").map_err(|fault| fault.under("status_transitions"))?,
        created: object.time("created")?,
    };
    frame.embed("invoice", Kind::Invoice, &invoice)?;
    Ok(Observed::InvoicePayment(Box::new(payment)))
}

/// `payment` names its kind by `type` and the payment under that name.
fn paid_by(object: &Object<'_>, frame: &mut Frame<'_>) -> Found<PaidBy> {
    let Some(payment) = object.object("payment")? else {
        return Ok(PaidBy::Unknown);
    };
    let under = |fault: Fault| fault.under("payment");
    let intent = payment.reference("payment_intent").map_err(under)?;
    let charge = payment.reference("charge").map_err(under)?;
    frame.embed("payment_intent", Kind::PaymentIntent, &intent).map_err(under)?;
    frame.embed("charge", Kind::Charge, &charge).map_err(under)?;
    let outside = matches!(
        payment.text("type").map_err(under)?.as_deref(),
        Some("payment_record" | "out_of_band_payment" | "out_of_band")
    );
    Ok(match (intent.boxed(), charge.boxed()) {
        (Some(intent), _) => PaidBy::PaymentIntent(intent),
        (None, Some(charge)) => PaidBy::Charge(charge),
        (None, None) if outside || payment.some("payment_record").is_some() => PaidBy::OutOfBand,
        (None, None) => PaidBy::Unknown,
    })
}
