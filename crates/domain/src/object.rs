//! One Stripe object as all events known so far show it: a join, the same whatever the order of arrival.
//!
//! Objects with a life of their own (invoice, charge, refund, dispute ...) are folded here, each for itself, so that a
//! customer with 100,000 charges costs no more per event than one with ten. An object nobody has seen yet but others
//! name is kept too: it holds the place where its links will meet.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    fact::{
        Charge, CheckoutSession, ConnectedAccount, CreditNote, Dispute, Fact, FraudWarning, Invoice, InvoicePayment,
        Observed, PaidBy, PaymentIntent, Refund, Review,
    },
    id::{CustomerId, ObjectKind, ObjectRef, SubscriptionId},
    order::{Milestones, Moment, Register},
};

/// What is known of one object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// The newest snapshot.
    snapshot: Register<Observed>,
    /// When it was first seen in each state, and when each signal first came.
    pub milestones: Milestones,
    /// What it points to: per kind the newest object any event named. An event that names none changes nothing,
    /// because newer API shapes leave fields out.
    links: BTreeMap<ObjectKind, (Moment, Box<str>)>,
    /// What points to it.
    pub incoming: BTreeSet<ObjectRef>,
    /// Its owner. Shapes may lack it, so the first event to name one wins.
    customer: Option<(Moment, CustomerId)>,
    /// Whether an event said explicitly that no invoice belongs to it.
    pub without_invoice: bool,
    /// The subscription that was told how this invoice or dispute stands, so that it can be told when a link turns
    /// out to point elsewhere.
    pub told: Option<SubscriptionId>,
    /// The customer whose credit this document was said to explain, for the same reason.
    pub explains: Option<CustomerId>,
}

impl Object {
    /// Takes in what one event says. Returns whether anything is new.
    pub fn observe(&mut self, fact: &Fact) -> bool {
        let mut changed = false;
        if let Some(state) = fact.observed.state() {
            changed |= self.milestones.reach(state, &fact.moment);
        }
        if let Some(signal) = fact.signal {
            changed |= self.milestones.reach(signal.milestone(), &fact.moment);
        }
        for target in links_of(&fact.observed) {
            changed |= self.link(target, &fact.moment);
        }
        if let Some(customer) = customer_of(&fact.observed)
            && self.customer.as_ref().is_none_or(|(known, _)| fact.moment < *known)
        {
            self.customer = Some((fact.moment.clone(), customer.clone()));
            changed = true;
        }
        if says_no_invoice(&fact.observed) && !self.without_invoice {
            self.without_invoice = true;
            changed = true;
        }
        self.snapshot.observe(&fact.moment, &fact.evidence, fact.observed.clone()) || changed
    }

    fn link(&mut self, target: ObjectRef, moment: &Moment) -> bool {
        let newest = self.links.get(&target.kind).is_none_or(|(known, _)| moment > known);
        if newest {
            self.links.insert(target.kind, (moment.clone(), target.id));
        }
        newest
    }

    /// The newest snapshot; none for an object only others have named.
    pub fn snapshot(&self) -> Option<&Observed> {
        self.snapshot.value()
    }

    /// The moment of the newest snapshot.
    pub fn moment(&self) -> Option<&Moment> {
        self.snapshot.moment()
    }

    /// Whether no event has shown the object itself.
    pub fn is_only_named(&self) -> bool {
        self.snapshot.value().is_none()
    }

    /// Who owns it, and the first moment an event said so.
    pub fn owner(&self) -> Option<(&Moment, &CustomerId)> {
        self.customer.as_ref().map(|(moment, customer)| (moment, customer))
    }

    /// The customer any event named as its owner.
    pub fn customer(&self) -> Option<&CustomerId> {
        self.customer.as_ref().map(|(_, customer)| customer)
    }

    /// The object of this kind it points to.
    pub fn linked(&self, kind: ObjectKind) -> Option<&str> {
        self.links.get(&kind).map(|(_, id)| &**id)
    }

    /// Everything it points to inside its settlement.
    pub fn outgoing(&self) -> impl Iterator<Item = ObjectRef> {
        let named = match self.snapshot() {
            Some(Observed::CreditNote(note)) => note.refunds.as_slice(),
            _ => &[],
        };
        self.links
            .iter()
            .map(|(kind, (_, id))| ObjectRef::new(*kind, id.clone()))
            .chain(named.iter().map(|(id, _)| ObjectRef::new(ObjectKind::Refund, id.clone())))
    }

    /// Everything that any snapshot still in question names: whichever of them wins, all it needs can be brought in.
    pub fn in_question(&self) -> impl Iterator<Item = ObjectRef> {
        self.snapshot.candidates().flat_map(|observed| {
            let mut named: Vec<ObjectRef> = links_of(observed).collect();
            match observed {
                Observed::CreditNote(note) => {
                    named.extend(note.refunds.iter().map(|(id, _)| ObjectRef::new(ObjectKind::Refund, id.clone())));
                }
                Observed::Invoice(invoice) => {
                    let lines = invoice.lines.iter().filter_map(|line| line.subscription.as_ref());
                    let subscriptions = invoice.subscription.iter().chain(lines);
                    named.extend(subscriptions.map(|id| ObjectRef::new(ObjectKind::Subscription, id.as_str())));
                }
                _ => {}
            }
            named
        })
    }

    /// The subscription an invoice bills: its own, else that of its first line that names one.
    pub fn subscription(&self) -> Option<&SubscriptionId> {
        let Some(Observed::Invoice(invoice)) = self.snapshot() else {
            return None;
        };
        invoice.subscription.as_ref().or_else(|| invoice.lines.iter().find_map(|line| line.subscription.as_ref()))
    }
}

/// Defines an accessor that gives the newest snapshot when the object is of that kind.
macro_rules! snapshots {
    ($($(#[$doc:meta])* $name:ident: $variant:ident -> $type:ty;)*) => {
        impl Object {$(
            $(#[$doc])*
            pub fn $name(&self) -> Option<&$type> {
                match self.snapshot() {
                    Some(Observed::$variant(snapshot)) => Some(snapshot),
                    _ => None,
                }
            }
        )*}
    };
}

snapshots! {
    /// The newest snapshot of an invoice.
    invoice: Invoice -> Invoice;
    /// The newest snapshot of an invoice payment.
    invoice_payment: InvoicePayment -> InvoicePayment;
    /// The newest snapshot of a payment intent.
    payment_intent: PaymentIntent -> PaymentIntent;
    /// The newest snapshot of a charge.
    charge: Charge -> Charge;
    /// The newest snapshot of a refund.
    refund: Refund -> Refund;
    /// The newest snapshot of a dispute.
    dispute: Dispute -> Dispute;
    /// The newest snapshot of a credit note.
    credit_note: CreditNote -> CreditNote;
    /// The newest snapshot of a checkout session.
    checkout_session: CheckoutSession -> CheckoutSession;
    /// The newest snapshot of a review.
    review: Review -> Review;
    /// The newest snapshot of an early fraud warning.
    fraud_warning: FraudWarning -> FraudWarning;
    /// The newest snapshot of a connected account.
    connected_account: ConnectedAccount -> ConnectedAccount;
}

fn customer_of(observed: &Observed) -> Option<&CustomerId> {
    match observed {
        Observed::Invoice(invoice) => invoice.customer.as_ref(),
        Observed::PaymentIntent(intent) => intent.customer.as_ref(),
        Observed::Charge(charge) => charge.customer.as_ref(),
        Observed::CreditNote(note) => note.customer.as_ref(),
        Observed::CheckoutSession(session) => session.customer.as_ref(),
        _ => None,
    }
}

fn says_no_invoice(observed: &Observed) -> bool {
    matches!(observed, Observed::Charge(charge) if charge.invoice == crate::fact::Shown::Null)
}

/// What one snapshot points to inside its settlement, one object of each kind at most.
pub fn links_of(observed: &Observed) -> impl Iterator<Item = ObjectRef> {
    use ObjectKind as Kind;
    let links: [(Kind, Option<&str>); 3] = match observed {
        Observed::Invoice(invoice) => [
            (Kind::Charge, invoice.charge.as_deref()),
            (Kind::PaymentIntent, invoice.payment_intent.as_deref()),
            (Kind::Invoice, None),
        ],
        Observed::InvoicePayment(payment) => [
            (Kind::Invoice, payment.invoice.as_ref().map(crate::id::InvoiceId::as_str)),
            (Kind::PaymentIntent, as_payment_intent(&payment.paid_by)),
            (Kind::Charge, as_charge(&payment.paid_by)),
        ],
        Observed::PaymentIntent(intent) => [
            (Kind::Invoice, intent.invoice.id()),
            (Kind::Charge, intent.latest_charge.as_deref()),
            (Kind::PaymentIntent, None),
        ],
        Observed::Charge(charge) => [
            (Kind::Invoice, charge.invoice.id()),
            (Kind::PaymentIntent, charge.payment_intent.as_deref()),
            (Kind::Charge, None),
        ],
        Observed::Refund(refund) => [
            (Kind::Charge, refund.charge.as_deref()),
            (Kind::PaymentIntent, refund.payment_intent.as_deref()),
            (Kind::Refund, None),
        ],
        Observed::Dispute(dispute) => [
            (Kind::Charge, dispute.charge.as_deref()),
            (Kind::PaymentIntent, dispute.payment_intent.as_deref()),
            (Kind::Dispute, None),
        ],
        Observed::CreditNote(note) => [
            (Kind::Invoice, note.invoice.as_ref().map(crate::id::InvoiceId::as_str)),
            (Kind::Refund, None),
            (Kind::CreditNote, None),
        ],
        Observed::CheckoutSession(session) => [
            (Kind::Invoice, session.invoice.as_deref()),
            (Kind::PaymentIntent, session.payment_intent.as_deref()),
            (Kind::CheckoutSession, None),
        ],
        Observed::Review(review) => [
            (Kind::Charge, review.charge.as_deref()),
            (Kind::PaymentIntent, review.payment_intent.as_deref()),
            (Kind::Review, None),
        ],
        Observed::FraudWarning(warning) => [
            (Kind::Charge, warning.charge.as_deref()),
            (Kind::PaymentIntent, warning.payment_intent.as_deref()),
            (Kind::FraudWarning, None),
        ],
        _ => [(Kind::Customer, None), (Kind::Subscription, None), (Kind::Product, None)],
    };
    let links: Vec<ObjectRef> =
        links.into_iter().filter_map(|(kind, id)| id.map(|id| ObjectRef::new(kind, id))).collect();
    links.into_iter()
}

fn as_payment_intent(paid_by: &PaidBy) -> Option<&str> {
    match paid_by {
        PaidBy::PaymentIntent(id) => Some(id),
        _ => None,
    }
}

fn as_charge(paid_by: &PaidBy) -> Option<&str> {
    match paid_by {
        PaidBy::Charge(id) => Some(id),
        _ => None,
    }
}
