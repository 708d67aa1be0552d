//! `payment_intent`: an attempt to collect; in old shapes with its charges inside.

use daybook_domain::{
    fact::{Observed, PaymentIntent, PaymentIntentStatus},
    id::CustomerId,
};

use super::{
    details,
    evidence::{Attribute, attributes},
    frame::Frame,
    types::Kind,
};
use crate::json::{Found, List, Object};

/// The attributes whose values are evidence.
pub(super) const ATTRIBUTES: &[Attribute] =
    attributes![amount, amount_received, currency, customer, invoice, latest_charge, status];

pub(super) fn read(object: &Object<'_>, frame: &mut Frame<'_>) -> Found<Observed> {
    let (customer, invoice) = (object.reference("customer")?, object.reference("invoice")?);
    let (latest_charge, charges) = (object.reference("latest_charge")?, object.list("charges")?);
    let status = PaymentIntentStatus::parse(&object.text("status")?.ok_or_else(|| object.missing("status"))?);
    let amount = object.needed_int("amount")?;
    let received = if status == PaymentIntentStatus::Succeeded { amount } else { 0 };
    let intent = PaymentIntent {
        customer: customer.id().map(CustomerId::new),
        invoice: invoice.shown(),
        status,
        amount,
        amount_received: object.int("amount_received")?.unwrap_or(received),
        currency: object.currency("currency")?,
        latest_charge: latest_charge.boxed().map_or_else(|| newest(&charges), |charge| Ok(Some(charge)))?,
        created: object.time("created")?,
        details: Box::new(details::intent(object)),
    };
    frame.embed("customer", Kind::Customer, &customer)?;
    frame.embed("invoice", Kind::Invoice, &invoice)?;
    frame.embed("latest_charge", Kind::Charge, &latest_charge)?;
    frame.embed_list("charges.data", Kind::Charge, &charges)?;
    Ok(Observed::PaymentIntent(Box::new(intent)))
}

/// The newest of the charges shown. Stripe lists the newest first, so of one second the first counts.
fn newest(charges: &List<'_>) -> Found<Option<Box<str>>> {
    let mut newest = None;
    for (index, charge) in charges.data.iter().enumerate() {
        let (created, id) = (charge.time("created"), charge.id("id"));
        let (created, id) =
            created.and_then(|created| Ok((created, id?))).map_err(|fault| fault.at("charges.data", index))?;
        if let Some(id) = id
            && newest.as_ref().is_none_or(|(known, _)| created > *known)
        {
            newest = Some((created, Box::from(&*id)));
        }
    }
    Ok(newest.map(|(_, id)| id))
}
