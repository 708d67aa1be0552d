//! `invoice`: its owner and subscription in every place they have lived, its status where old shapes have only flags.

use daybook_domain::{
    fact::{Invoice, InvoiceDetails, InvoiceStatus, Observed},
    id::{CustomerId, SubscriptionId},
    time::Timestamp,
};

use super::{
    amounts::{subtract, sum, tax_of_document},
    coupon,
    details::{self, text},
    evidence::{Attribute, attributes},
    frame::Frame,
    line, tax,
    types::Kind,
};
use crate::json::{Fault, Found, Object, Reference};

/// The attributes whose values are evidence.
pub(super) const ATTRIBUTES: &[Attribute] = attributes![
    amount_due,
    amount_paid,
    amount_remaining,
    attempt_count,
    attempted,
    charge,
    closed,
    currency,
    customer,
    due_date,
    ending_balance,
    finalized_at,
    forgiven,
    lines.data,
    next_payment_attempt,
    paid,
    paid_out_of_band,
    parent.subscription_details.subscription,
    payment_intent,
    shipping_cost,
    starting_balance,
    status,
    status_transitions,
    subscription,
    tax,
    total,
    total_tax_amounts,
    total_taxes,
];

pub(super) fn read(object: &Object<'_>, frame: &mut Frame<'_>) -> Found<Observed> {
    let (customer, subscription) = (object.reference("customer")?, subscription(object)?);
    let (charge, payment_intent) = (object.reference("charge")?, object.reference("payment_intent")?);
    let transitions = Transitions::read(object)?;
    let status = status(object, frame, &transitions)?;
    let total = object.needed_int("total")?;
    let amount_due = object.int("amount_due")?.unwrap_or(total);
    let amount_paid = match object.int("amount_paid")? {
        Some(paid) => paid,
        None if status == InvoiceStatus::Paid => amount_due,
        None => 0,
    };
    let remaining = object.int("amount_remaining")?;
    let lines = object.list("lines")?;
    let rates = tax::Rates::of(object, &lines.data);
    let mut sold = line::read_all(&lines.data, &rates)?;
    coupon::spread(object, &lines, total, &mut sold)?;
    let invoice = Invoice {
        customer: customer.id().map(CustomerId::new),
        subscription: subscription.id().map(SubscriptionId::new),
        status,
        currency: object.currency("currency")?,
        total,
        tax: tax_of_document(object)?,
        shipping: shipping(object)?,
        amount_due,
        amount_paid,
        amount_remaining: remaining.map_or_else(|| subtract("amount_remaining", amount_due, amount_paid), Ok)?,
        starting_balance: object.amount("starting_balance")?,
        ending_balance: object.int("ending_balance")?,
        charge: charge.boxed(),
        payment_intent: payment_intent.boxed(),
        billing_reason: object.boxed("billing_reason")?,
        paid_out_of_band: object.is("paid_out_of_band")?,
        attempt_count: object.amount("attempt_count")?,
        next_attempt: object.time("next_payment_attempt")?,
        due: object.time("due_date")?,
        created: object.time("created")?.or(object.time("date")?),
        finalized_at: transitions.finalized,
        paid_at: transitions.paid,
        voided_at: transitions.voided,
        uncollectible_at: transitions.uncollectible,
        details: Box::new(details(object, &rates)),
        lines: sold,
        lines_truncated: lines.has_more,
    };
    frame.embed("customer", Kind::Customer, &customer)?;
    frame.embed("subscription", Kind::Subscription, &subscription)?;
    frame.embed("charge", Kind::Charge, &charge)?;
    frame.embed("payment_intent", Kind::PaymentIntent, &payment_intent)?;
    frame.embed_list("payments.data", Kind::InvoicePayment, &object.list("payments")?)?;
    Ok(Observed::Invoice(Box::new(invoice)))
}

/// What people read of it.
fn details(object: &Object<'_>, rates: &tax::Rates<'_>) -> InvoiceDetails {
    let discounts = object.list("total_discount_amounts").unwrap_or_default();
    InvoiceDetails {
        parties: details::parties(object),
        number: text(object, "number"),
        collection: text(object, "collection_method").or_else(|| text(object, "billing")),
        subtotal: object.int("subtotal").ok().flatten(),
        discount: sum(&discounts, "total_discount_amounts", "amount").unwrap_or_default(),
        taxes: tax::taxes(object, ["total_taxes", "total_tax_amounts"], rates),
    }
}

/// `subscription`, or `parent.subscription_details.subscription` since basil.
fn subscription<'a>(object: &Object<'a>) -> Found<Reference<'a>> {
    let old = object.reference("subscription")?;
    if old.id().is_some() {
        return Ok(old);
    }
    let parent = object.object("parent")?.unwrap_or_default();
    let details = parent.object("subscription_details").map_err(|fault| fault.under("parent"))?.unwrap_or_default();
    let new = details.reference("subscription").map_err(|fault| fault.under("parent.subscription_details"))?;
    Ok(old.or(new))
}

/// The status, or what the flags of shapes before 2018-11-08 amount to. A closed invoice that is not paid is one that
/// Stripe no longer collects; it is still owed until it is forgiven, so it stays open here.
fn status(object: &Object<'_>, frame: &Frame<'_>, transitions: &Transitions) -> Found<InvoiceStatus> {
    if frame.is_deletion() || object.is("deleted")? {
        return Ok(InvoiceStatus::Deleted);
    }
    if let Some(status) = object.text("status")? {
        return Ok(InvoiceStatus::parse(&status));
    }
    let begun = object.is("closed")? || object.is("attempted")? || transitions.finalized.is_some();
    Ok(if object.is("paid")? {
        InvoiceStatus::Paid
    } else if object.is("forgiven")? {
        InvoiceStatus::Uncollectible
    } else if begun {
        InvoiceStatus::Open
    } else {
        InvoiceStatus::Draft
    })
}

/// Shipping without tax: `shipping_cost.amount_subtotal`.
fn shipping(object: &Object<'_>) -> Found<i64> {
    let cost = object.object("shipping_cost")?.unwrap_or_default();
    cost.amount("amount_subtotal").map_err(|fault| fault.under("shipping_cost"))
}

/// `status_transitions`; old shapes have only `finalized_at`, on the invoice itself.
struct Transitions {
    finalized: Option<Timestamp>,
    paid: Option<Timestamp>,
    voided: Option<Timestamp>,
    uncollectible: Option<Timestamp>,
}

impl Transitions {
    fn read(object: &Object<'_>) -> Found<Self> {
        let shown = object.object("status_transitions")?.unwrap_or_default();
        let time = |name: &str| shown.time(name).map_err(|fault: Fault| fault.under("status_transitions"));
        Ok(Self {
            finalized: time("finalized_at")?.or(object.time("finalized_at")?),
            paid: time("paid_at")?,
            voided: time("voided_at")?,
            uncollectible: time("marked_uncollectible_at")?,
        })
    }
}
