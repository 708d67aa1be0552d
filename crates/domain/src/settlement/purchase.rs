//! What was bought once: by a checkout without a subscription, or by an invoice that bills none.
//!
//! Where a checkout made an invoice, the invoice is the purchase, and the checkout adds where it came from. A full refund and disputes
//! are found through the same links as for subscriptions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{DisputePhase, Settlement, standing::dispute_course, taken_back::Sale};
use crate::{
    fact::{ChargeStatus, CheckoutSession, InvoiceStatus, Metadata, SessionMode},
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
            refunded_by: self.refunded_by(Sale::Invoice(id), invoice.amount_due),
            disputes: self.disputes_of(Sale::Invoice(id)),
        })
    }

    /// A checkout whose invoice is known is told by that.
    fn bought_by_session(&self, object: &'a Object) -> Option<Purchase> {
        let session = object.checkout_session().filter(|session| session.mode == SessionMode::Payment)?;
        let invoice = object.linked(ObjectKind::Invoice).and_then(|id| self.get(ObjectKind::Invoice, id));
        if invoice.is_some_and(|invoice| !invoice.is_only_named()) {
            return None;
        }
        let sale = Sale::Intent(object.linked(ObjectKind::PaymentIntent));
        Some(Purchase {
            customer: self.customer()?.clone(),
            payment_link: session.payment_link.clone(),
            metadata: session.metadata.clone(),
            items: Vec::new(),
            items_truncated: false,
            paid: object.milestones.first("paid").or_else(|| self.captured_for(sale))?.clone(),
            refunded_by: self.refunded_by(sale, self.taken_for(sale, session)),
            disputes: self.disputes_of(sale),
        })
    }

    /// When money was first seen taken: of money that is captured later, no event of the session tells.
    fn captured_for(&self, sale: Sale<'_>) -> Option<&Moment> {
        let charges =
            self.charges_for(sale).filter(|(_, object)| object.charge().is_some_and(|charge| charge.captured));
        charges.filter_map(|(_, object)| object.milestones.first(ChargeStatus::Succeeded.as_str())).min()
    }

    /// What was taken for a checkout: less than its total where only a part was captured.
    fn taken_for(&self, sale: Sale<'_>, session: &CheckoutSession) -> i64 {
        let charges = self.charges_for(sale).filter_map(|(_, charge)| charge.charge());
        let captured = charges.filter(|charge| charge.captured && charge.currency == session.currency);
        let captured = captured.map(|charge| charge.amount_captured).fold(0, i64::saturating_add);
        let total = session.amount_total.unwrap_or(0);
        if captured > 0 { total.min(captured) } else { total }
    }

    /// The events of all refunds, when they come to all of the amount.
    fn refunded_by(&self, sale: Sale<'_>, amount: i64) -> Vec<EventId> {
        if amount <= 0 || self.refunded_for(sale) < amount {
            return Vec::new();
        }
        let refunds = self.refunds_for(sale).filter_map(|refund| refund.milestones.earliest());
        let mut events: Vec<EventId> = refunds.map(|moment| moment.event.clone()).collect();
        if events.is_empty() {
            // Refunds send no events of their own: the charges show them.
            let shown = self.charges_for(sale).filter_map(|(_, charge)| charge.moment());
            events = shown.map(|moment| moment.event.clone()).collect();
        }
        events.sort();
        events.dedup();
        events
    }

    fn disputes_of(&self, sale: Sale<'_>) -> Vec<PurchaseDispute> {
        let disputes = self.of_kind(ObjectKind::Dispute).filter(|(_, dispute)| self.takes_back(dispute, sale));
        let serious = disputes.filter_map(|(id, object)| {
            let (phase, opened, closed) = dispute_course(object)?;
            (phase != DisputePhase::Harmless).then(|| PurchaseDispute {
                dispute: id.into(),
                phase,
                opened: opened.clone(),
                closed: closed.cloned(),
            })
        });
        serious.collect()
    }
}

/// Invoices of subscriptions say so even where they do not name it.
fn is_of_a_subscription(reason: &str) -> bool {
    reason.starts_with("subscription")
}
