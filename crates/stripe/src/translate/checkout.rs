//! `checkout.session`: a sale, and often the first link between your own id of a user and Stripe's customer.

use daybook_domain::{
    fact::{CheckoutSession, Observed, SessionMode},
    id::{CustomerId, SubscriptionId},
};

use super::{
    evidence::{Attribute, attributes},
    frame::Frame,
    types::Kind,
};
use crate::json::{Found, Object};

/// The attributes whose values are evidence.
pub(super) const ATTRIBUTES: &[Attribute] = attributes![
    amount_total,
    client_reference_id,
    currency,
    customer,
    invoice,
    metadata,
    mode,
    payment_intent,
    payment_link,
    payment_status,
    status,
    subscription,
    total_details.amount_tax,
];

pub(super) fn read(object: &Object<'_>, frame: &mut Frame<'_>) -> Found<Observed> {
    let (customer, subscription) = (object.reference("customer")?, object.reference("subscription")?);
    let (invoice, payment_intent) = (object.reference("invoice")?, object.reference("payment_intent")?);
    let details = object.object("total_details")?.unwrap_or_default();
    let session = CheckoutSession {
        customer: customer.id().map(CustomerId::new),
        mode: mode(object)?,
        status: object.boxed("status")?,
        paid: paid(object, frame)?,
        client_reference: object.boxed("client_reference_id")?,
        subscription: subscription.id().map(SubscriptionId::new),
        invoice: invoice.boxed(),
        payment_intent: payment_intent.boxed(),
        payment_link: object.reference("payment_link")?.boxed(),
        amount_total: object.int("amount_total")?,
        amount_tax: details.amount("amount_tax").map_err(|fault| fault.under("total_details"))?,
        currency: object.currency("currency")?,
        created: object.time("created")?,
        metadata: object.metadata()?,
    };
    frame.embed("customer", Kind::Customer, &customer)?;
    frame.embed("subscription", Kind::Subscription, &subscription)?;
    frame.embed("invoice", Kind::Invoice, &invoice)?;
    frame.embed("payment_intent", Kind::PaymentIntent, &payment_intent)?;
    Ok(Observed::CheckoutSession(Box::new(session)))
}

/// The mode, or in shapes before 2019-12 what the session made.
fn mode(object: &Object<'_>) -> Found<SessionMode> {
    Ok(match object.text("mode")?.as_deref() {
        Some("payment") => SessionMode::Payment,
        Some("subscription") => SessionMode::Subscription,
        Some("setup") => SessionMode::Setup,
        Some(other) => SessionMode::Other(other.into()),
        None if object.some("subscription").is_some() => SessionMode::Subscription,
        None if object.some("payment_intent").is_some() => SessionMode::Payment,
        None if object.some("setup_intent").is_some() => SessionMode::Setup,
        None => SessionMode::Other("".into()),
    })
}

/// Before `payment_status` there were only immediate payments: a session that completed was paid.
fn paid(object: &Object<'_>, frame: &Frame<'_>) -> Found<bool> {
    Ok(match object.text("payment_status")?.as_deref() {
        Some(status) => matches!(status, "paid" | "no_payment_required"),
        None => frame.event_type() == Some("checkout.session.completed"),
    })
}
