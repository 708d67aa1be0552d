//! `refund`, by itself or inside its charge.

use daybook_domain::{
    fact::{Observed, Refund, RefundStatus},
    id::ObjectKind,
};

use super::{
    balance_transaction::{Holder, IsInquiry},
    details,
    evidence::{Attribute, attributes},
    frame::Frame,
    types::Kind,
};
use crate::json::{Found, Object};

/// The attributes whose values are evidence.
pub(super) const ATTRIBUTES: &[Attribute] = attributes![amount, charge, currency, payment_intent, status];

pub(super) fn read(object: &Object<'_>, frame: &mut Frame<'_>) -> Found<Observed> {
    let (charge, payment_intent) = (object.reference("charge")?, object.reference("payment_intent")?);
    let refund = Refund {
        charge: charge.boxed(),
        payment_intent: payment_intent.boxed(),
        // The oldest shapes have no status: a refund was then done when made.
        status: object.text("status")?.map_or(RefundStatus::Succeeded, |status| RefundStatus::parse(&status)),
        amount: object.needed_int("amount")?,
        currency: object.currency("currency")?,
        created: object.time("created")?,
        details: Box::new(details::refund(object)),
    };
    let holder = Holder::of(ObjectKind::Refund, object, IsInquiry::No)?;
    holder.show(frame, "balance_transaction", object)?;
    holder.show(frame, "failure_balance_transaction", object)?;
    frame.embed("transfer_reversal", Kind::TransferReversal, &object.reference("transfer_reversal")?)?;
    frame.embed("charge", Kind::Charge, &charge)?;
    frame.embed("payment_intent", Kind::PaymentIntent, &payment_intent)?;
    Ok(Observed::Refund(Box::new(refund)))
}
