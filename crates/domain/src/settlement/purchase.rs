//! What was bought once: by a checkout without a subscription, or by an invoice that bills none.
//!
//! Where a checkout made an invoice, the invoice is the purchase, and the checkout adds where it came from. A full refund and disputes
//! are found through the same links as for subscriptions.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{DisputePhase, Settlement, standing::dispute_course};
use crate::{
    fact::{InvoiceStatus, Metadata, SessionMode},
    id::{CustomerId, EventId, ObjectKind, ObjectRef, PriceId, ProductId},
    object::Object,
    order::Moment,
};

/// Something bought once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purchase {
    /// By whom.
    pub customer: CustomerId,
    /// The payment link it came from.
    pub payment_link: Option<Box<str>>,
    /// Metadata of its checkout.
    pub metadata: Metadata,
    /// What was bought, as far as an invoice says.
    pub items: Vec<Bought>,
    /// Whether the invoice has lines that no event shows: more may have been bought.
    #[serde(default)]
    pub items_truncated: bool,
    /// When it was first seen paid; the time is Stripe's own where it says so.
    pub paid: Moment,
    /// The events that show its refunds, when all of it was given back; sorted.
    pub refunded_by: Vec<EventId>,
    /// Disputes over its payments that were more than an inquiry, by id.
    pub disputes: Vec<PurchaseDispute>,
}

/// All of one price that was bought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bought {
    /// Which price.
    pub price: Option<PriceId>,
    /// Its product.
    pub product: Option<ProductId>,
    /// How many; absent where a line does not say.
    pub quantity: Option<i64>,
}

/// A dispute over the payment of a purchase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurchaseDispute {
    /// `dp_...` or `du_...`
    pub dispute: Box<str>,
    /// How far it has come.
    pub phase: DisputePhase,
    /// When it was first seen as more than an inquiry.
    pub opened: Moment,
    /// When it was first seen won or lost.
    pub closed: Option<Moment>,
}

/// What pays for a purchase: its own invoice, or the payment intent of its checkout.
#[derive(Clone, Copy)]
enum PaidBy<'a> {
    Invoice(&'a str),
    Intent(Option<&'a str>),
}

impl<'a> Settlement<'a> {
    /// Everything that was bought once, by the object that stands for it.
    pub fn purchases(&self) -> BTreeMap<ObjectRef, Purchase> {
        let invoices = self.of_kind(ObjectKind::Invoice).filter_map(|(id, object)| {
            Some((ObjectRef::new(ObjectKind::Invoice, id), self.bought_by_invoice(id, object)?))
        });
        let sessions = self.of_kind(ObjectKind::CheckoutSession).filter_map(|(id, object)| {
            Some((ObjectRef::new(ObjectKind::CheckoutSession, id), self.bought_by_session(object)?))
        });
        invoices.chain(sessions).collect()
    }

    fn bought_by_invoice(&self, id: &'a str, object: &Object) -> Option<Purchase> {
        let invoice = object.invoice()?;
        let seen = object.milestones.first(InvoiceStatus::Paid.as_str())?;
        if object.subscription().is_some() || invoice.billing_reason.as_deref().is_some_and(is_of_a_subscription) {
            return None;
        }
        let sessions = self.of_kind(ObjectKind::CheckoutSession).map(|(_, session)| session);
        let session = sessions
            .filter(|session| session.linked(ObjectKind::Invoice) == Some(id))
            .find_map(Object::checkout_session);
        let items = invoice.lines.iter().map(|line| Bought {
            price: line.price.clone(),
            product: line.product.clone(),
            quantity: line.quantity,
        });
        Some(Purchase {
            customer: self.customer()?.clone(),
            payment_link: session.and_then(|session| session.payment_link.clone()),
            metadata: session.map(|session| session.metadata.clone()).unwrap_or_default(),
            items: items.collect(),
            items_truncated: invoice.lines_truncated,
            paid: Moment { at: invoice.paid_at.unwrap_or(seen.at), ..seen.clone() },
            refunded_by: self.refunds_of(PaidBy::Invoice(id), invoice.amount_due),
            disputes: self.disputes_of(PaidBy::Invoice(id)),
        })
    }

    /// A checkout whose invoice is known is told by that.
    fn bought_by_session(&self, object: &'a Object) -> Option<Purchase> {
        let session = object.checkout_session().filter(|session| session.mode == SessionMode::Payment)?;
        let paid = object.milestones.first("paid")?;
        let invoice = object.linked(ObjectKind::Invoice).and_then(|id| self.get(ObjectKind::Invoice, id));
        if invoice.is_some_and(|invoice| !invoice.is_only_named()) {
            return None;
        }
        let by = PaidBy::Intent(object.linked(ObjectKind::PaymentIntent));
        Some(Purchase {
            customer: self.customer()?.clone(),
            payment_link: session.payment_link.clone(),
            metadata: session.metadata.clone(),
            items: Vec::new(),
            items_truncated: false,
            paid: paid.clone(),
            refunded_by: self.refunds_of(by, session.amount_total.unwrap_or(0)),
            disputes: self.disputes_of(by),
        })
    }

    fn is_paid_by(&self, charge: &str, by: PaidBy<'_>) -> bool {
        match by {
            PaidBy::Invoice(invoice) => self.invoice_of_charge(charge) == Some(invoice),
            PaidBy::Intent(intent) => intent.is_some() && self.intent_of_charge(charge) == intent,
        }
    }

    /// The events of all refunds, when they come to all of the amount.
    fn refunds_of(&self, by: PaidBy<'_>, amount: i64) -> Vec<EventId> {
        let shown = self.of_kind(ObjectKind::Charge).map(|(id, _)| id);
        let refunded = self.of_kind(ObjectKind::Refund).filter_map(|(_, refund)| self.charge_of(refund));
        let charges: BTreeSet<&str> = shown.chain(refunded).filter(|charge| self.is_paid_by(charge, by)).collect();
        let sum = charges.iter().fold(0_i64, |sum, charge| sum.saturating_add(self.refunded_of_charge(charge)));
        if amount <= 0 || sum < amount {
            return Vec::new();
        }
        let refunds = self
            .of_kind(ObjectKind::Refund)
            .filter(|(_, refund)| self.charge_of(refund).is_some_and(|charge| charges.contains(charge)))
            .filter_map(|(_, refund)| refund.milestones.earliest());
        let mut events: Vec<EventId> = refunds.map(|moment| moment.event.clone()).collect();
        if events.is_empty() {
            // Refunds send no events of their own: the charges show them.
            let shown = charges.iter().filter_map(|charge| self.get(ObjectKind::Charge, charge)?.moment());
            events = shown.map(|moment| moment.event.clone()).collect();
        }
        events.sort();
        events.dedup();
        events
    }

    fn disputes_of(&self, by: PaidBy<'_>) -> Vec<PurchaseDispute> {
        let disputes = self.of_kind(ObjectKind::Dispute).filter_map(|(id, object)| {
            self.charge_of(object).filter(|charge| self.is_paid_by(charge, by))?;
            let (phase, opened, closed) = dispute_course(object)?;
            (phase != DisputePhase::Harmless).then(|| PurchaseDispute {
                dispute: id.into(),
                phase,
                opened: opened.clone(),
                closed: closed.cloned(),
            })
        });
        disputes.collect()
    }
}

/// Invoices of subscriptions say so even where they do not name it.
fn is_of_a_subscription(reason: &str) -> bool {
    reason.starts_with("subscription")
}
