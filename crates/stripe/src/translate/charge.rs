//! `charge`: money taken, or set aside; in old shapes with its refunds inside.

use daybook_domain::{
    fact::{Charge, ChargeStatus, Observed},
    id::{BalanceTransactionId, CustomerId, ObjectKind},
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
pub(super) const ATTRIBUTES: &[Attribute] = attributes![
    amount,
    amount_captured,
    amount_refunded,
    balance_transaction,
    captured,
    customer,
    destination,
    invoice,
    on_behalf_of,
    paid,
    payment_intent,
    status,
    transfer_data.amount,
    transfer_data.destination,
];

pub(super) fn read(object: &Object<'_>, frame: &mut Frame<'_>) -> Found<Observed> {
    let (customer, invoice) = (object.reference("customer")?, object.reference("invoice")?);
    let (payment_intent, dispute) = (object.reference("payment_intent")?, object.reference("dispute")?);
    let status = status(object)?;
    let amount = object.needed_int("amount")?;
    let captured = object.is("captured")?;
    let taken = if captured && status != ChargeStatus::Failed { amount } else { 0 };
    let charge = Charge {
        customer: customer.id().map(CustomerId::new),
        invoice: invoice.shown(),
        payment_intent: payment_intent.boxed(),
        status,
        captured,
        amount,
        amount_captured: object.int("amount_captured")?.unwrap_or(taken),
        amount_refunded: object.amount("amount_refunded")?,
        currency: object.currency("currency")?,
        balance_transaction: object.reference("balance_transaction")?.id().map(BalanceTransactionId::new),
        destination: destination(object)?,
        destination_amount: destination_amount(object)?,
        created: object.time("created")?,
        details: Box::new(details::charge(object)),
    };
    let holder = Holder::of(ObjectKind::Charge, object, IsInquiry::No)?;
    holder.show(frame, "balance_transaction", object)?;
    holder.show(frame, "failure_balance_transaction", object)?;
    for (name, kind) in [("transfer", Kind::Transfer), ("application_fee", Kind::ApplicationFee)] {
        frame.embed(name, kind, &object.reference(name)?)?;
    }
    frame.embed("customer", Kind::Customer, &customer)?;
    frame.embed("invoice", Kind::Invoice, &invoice)?;
    frame.embed("payment_intent", Kind::PaymentIntent, &payment_intent)?;
    frame.embed("dispute", Kind::Dispute, &dispute)?;
    frame.embed_list("refunds.data", Kind::Refund, &object.list("refunds")?)?;
    Ok(Observed::Charge(Box::new(charge)))
}

/// The status, or what the flag of the oldest shapes amounts to.
fn status(object: &Object<'_>) -> Found<ChargeStatus> {
    if let Some(status) = object.text("status")? {
        return Ok(ChargeStatus::parse(&status));
    }
    match object.flag("paid")? {
        Some(true) => Ok(ChargeStatus::Succeeded),
        Some(false) => Ok(ChargeStatus::Failed),
        None => Err(object.missing("status")),
    }
}

/// `transfer_data.destination`, or `destination` itself.
fn destination(object: &Object<'_>) -> Found<Option<Box<str>>> {
    let transfer = object.object("transfer_data")?.unwrap_or_default();
    let new = transfer.reference("destination").map_err(|fault| fault.under("transfer_data"))?;
    Ok(new.boxed().or(object.reference("destination")?.boxed()))
}

/// `transfer_data.amount`.
fn destination_amount(object: &Object<'_>) -> Found<Option<i64>> {
    let transfer = object.object("transfer_data")?.unwrap_or_default();
    transfer.int("amount").map_err(|fault| fault.under("transfer_data"))
}
