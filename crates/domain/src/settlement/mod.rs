//! A settlement: the documents of one sale and the money behind them, found through their links.
//!
//! It is the connected part of the graph of links around an object: an invoice, its invoice payments, payment intents,
//! charges, refunds, disputes, credit notes, the checkout session. It stays small, because neither customers nor
//! subscriptions are part of it. Everything derived from it (postings, standings) is a pure function of its members,
//! so the order in which they became known cannot matter.

mod bill;
mod billed;
mod case;
mod payment;
mod place;
mod purchase;
pub(crate) mod release;
mod standing;
mod taken_back;
#[cfg(test)]
mod tests;
mod view;

pub use bill::{Bill, PaidWith};
pub use billed::{Billed, BilledFor};
pub use case::{DisputeCase, Moved};
pub use payment::Payment;
pub use place::{NamedBy, Place, Seller};
pub use purchase::{Bought, Purchase, PurchaseDispute};
pub use standing::{DisputePhase, DisputeStanding, InvoiceStanding};

pub use view::View;

use std::collections::BTreeMap;

use crate::{
    id::{CustomerId, ObjectKind, ObjectRef, SubscriptionId},
    object::Object,
};

/// The members, by reference in canonical order.
#[derive(Clone, Debug, Default)]
pub struct Settlement<'a> {
    members: BTreeMap<ObjectRef, &'a Object>,
}

impl<'a> Settlement<'a> {
    /// Collects everything that is linked with `start`, however many links away. `find` gives what is known of an
    /// object; one that nothing is known of ends the walk.
    pub fn around(start: &ObjectRef, find: impl Fn(&ObjectRef) -> Option<&'a Object>) -> Self {
        let mut members = BTreeMap::new();
        let mut open = vec![start.clone()];
        while let Some(reference) = open.pop() {
            if !reference.kind.settles() || members.contains_key(&reference) {
                continue;
            }
            let Some(object) = find(&reference) else { continue };
            open.extend(object.outgoing());
            open.extend(object.incoming.iter().cloned());
            members.insert(reference, object);
        }
        Self { members }
    }

    /// All members.
    pub fn members(&self) -> impl Iterator<Item = (&ObjectRef, &'a Object)> {
        self.members.iter().map(|(reference, object)| (reference, *object))
    }

    /// Members of one kind that an event has shown, by id.
    pub fn of_kind(&self, kind: ObjectKind) -> impl Iterator<Item = (&str, &'a Object)> {
        self.members
            .iter()
            .filter(move |(reference, object)| reference.kind == kind && !object.is_only_named())
            .map(|(reference, object)| (&*reference.id, *object))
    }

    /// What is known of one member.
    pub fn get(&self, kind: ObjectKind, id: &str) -> Option<&'a Object> {
        self.members.get(&ObjectRef::new(kind, id)).copied()
    }

    /// The customer behind it all: the first that any member names, in event order.
    pub fn customer(&self) -> Option<&'a CustomerId> {
        self.members
            .values()
            .filter_map(|object| object.owner())
            .min_by(|(left, _), (right, _)| left.cmp(right))
            .map(|(_, customer)| customer)
    }

    /// The invoice that a payment intent pays; a checkout session may be the only one to know.
    pub fn invoice_of_intent(&self, intent: &str) -> Option<&str> {
        let shown = self.get(ObjectKind::PaymentIntent, intent).and_then(|object| object.linked(ObjectKind::Invoice));
        shown.or_else(|| self.invoice_paid_by(ObjectKind::PaymentIntent, intent)).or_else(|| {
            let sessions = self.of_kind(ObjectKind::CheckoutSession);
            sessions
                .filter(|(_, session)| session.linked(ObjectKind::PaymentIntent) == Some(intent))
                .find_map(|(_, session)| session.linked(ObjectKind::Invoice))
        })
    }

    /// The invoice that a charge pays, through whichever link is known.
    pub fn invoice_of_charge(&self, charge: &str) -> Option<&str> {
        let object = self.get(ObjectKind::Charge, charge);
        object
            .and_then(|object| object.linked(ObjectKind::Invoice))
            .or_else(|| self.invoice_paid_by(ObjectKind::Charge, charge))
            .or_else(|| self.invoice_of_intent(self.intent_of_charge(charge)?))
    }

    /// The payment intent a charge belongs to.
    pub fn intent_of_charge(&self, charge: &str) -> Option<&str> {
        let shown = self.get(ObjectKind::Charge, charge).and_then(|object| object.linked(ObjectKind::PaymentIntent));
        shown.or_else(|| self.pointing_at(ObjectKind::Charge, charge, ObjectKind::PaymentIntent))
    }

    /// The subscription an invoice bills.
    pub fn subscription_of_invoice(&self, invoice: &str) -> Option<&'a SubscriptionId> {
        self.get(ObjectKind::Invoice, invoice).and_then(Object::subscription)
    }

    /// An invoice payment that names this payer, or an invoice that does.
    fn invoice_paid_by(&self, kind: ObjectKind, payer: &str) -> Option<&str> {
        let payments = self.of_kind(ObjectKind::InvoicePayment);
        payments
            .filter(|(_, payment)| payment.linked(kind) == Some(payer))
            .find_map(|(_, payment)| payment.linked(ObjectKind::Invoice))
            .or_else(|| self.pointing_at(kind, payer, ObjectKind::Invoice))
    }

    /// The least object of kind `from` that points at the given one.
    fn pointing_at(&self, kind: ObjectKind, id: &str, from: ObjectKind) -> Option<&str> {
        self.members
            .iter()
            .find(|(reference, object)| reference.kind == from && object.linked(kind) == Some(id))
            .map(|(reference, _)| &*reference.id)
    }
}
