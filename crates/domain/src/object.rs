//! One Stripe object as all events known so far show it: a join, the same whatever the order of arrival.
//!
//! Objects with a life of their own (invoice, charge, refund, dispute ...) are folded here, each for itself, so that a
//! customer with 100,000 charges costs no more per event than one with ten. An object nobody has seen yet but others
//! name is kept too: it holds the place where its links will meet.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    fact::{
        ApplicationFee, BalanceTransaction, Charge, CheckoutSession, Claim, ConnectedAccount, CreditNote, Dispute,
        Fact, FeeRefund, FraudWarning, Invoice, InvoicePayment, Observed, OtherMoney, PaidBy, PaymentIntent, Payout,
        Refund, Review, ShownTransaction, Transfer, TransferReversal,
    },
    id::{CustomerId, InvoiceId, ObjectKind, ObjectRef, SubscriptionId},
    order::{Milestones, Moment, Register},
};

/// The milestone of an invoice's first payment, which need not have paid all of it.
pub const FIRST_PAYMENT: &str = "!first_payment";

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
    /// Of a balance transaction: the object whose money it moves, by the least of all sights of it.
    shown_in: Option<(Claim, Moment, ObjectRef)>,
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
        if matches!(&fact.observed, Observed::Invoice(invoice) if invoice.amount_paid > 0) {
            changed |= self.milestones.reach(FIRST_PAYMENT, &fact.moment);
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
        if let Observed::BalanceTransaction(shown) = &fact.observed {
            changed |= self.show(shown, &fact.moment);
        }
        self.snapshot.observe(&fact.moment, &fact.evidence, fact.observed.clone()) || changed
    }

    /// Takes in who shows a balance transaction. A minimum, so that every order of arrival ends with one owner.
    fn show(&mut self, shown: &ShownTransaction, moment: &Moment) -> bool {
        let Some(by) = &shown.by else { return false };
        let sight = (shown.claim, moment.clone(), by.clone());
        let better = self.shown_in.as_ref().is_none_or(|known| sight < *known);
        if better {
            self.shown_in = Some(sight);
        }
        better
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

    /// Of a balance transaction: the object whose money it moves, and the first moment that says so.
    pub fn money_of(&self) -> Option<(&ObjectRef, &Moment)> {
        self.shown_in.as_ref().map(|(_, moment, by)| (by, moment))
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
            .chain(self.money_of().map(|(by, _)| by.clone()))
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
    /// The newest snapshot of a payout.
    payout: Payout -> Payout;
    /// The newest snapshot of a transfer.
    transfer: Transfer -> Transfer;
    /// The newest snapshot of a transfer's reversal.
    transfer_reversal: TransferReversal -> TransferReversal;
    /// The newest snapshot of an application fee.
    application_fee: ApplicationFee -> ApplicationFee;
    /// The newest snapshot of an application fee's refund.
    fee_refund: FeeRefund -> FeeRefund;
    /// The newest snapshot of money that no rule knows.
    other_money: OtherMoney -> OtherMoney;
}

impl Object {
    /// The newest snapshot of a balance transaction.
    pub fn balance_transaction(&self) -> Option<&BalanceTransaction> {
        match self.snapshot() {
            Some(Observed::BalanceTransaction(shown)) => Some(&shown.transaction),
            _ => None,
        }
    }
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
    const NONE: (Kind, Option<&str>) = (Kind::Customer, None);
    let links: [(Kind, Option<&str>); 3] = match observed {
        Observed::Invoice(invoice) => {
            [(Kind::Charge, invoice.charge.as_deref()), (Kind::PaymentIntent, invoice.payment_intent.as_deref()), NONE]
        }
        Observed::InvoicePayment(payment) => [
            (Kind::Invoice, payment.invoice.as_ref().map(InvoiceId::as_str)),
            (Kind::PaymentIntent, as_payment_intent(&payment.paid_by)),
            (Kind::Charge, as_charge(&payment.paid_by)),
        ],
        Observed::PaymentIntent(intent) => {
            [(Kind::Invoice, intent.invoice.id()), (Kind::Charge, intent.latest_charge.as_deref()), NONE]
        }
        Observed::Charge(charge) => {
            [(Kind::Invoice, charge.invoice.id()), (Kind::PaymentIntent, charge.payment_intent.as_deref()), NONE]
        }
        Observed::Refund(refund) => reversal_of(refund.charge.as_deref(), refund.payment_intent.as_deref()),
        Observed::Dispute(dispute) => reversal_of(dispute.charge.as_deref(), dispute.payment_intent.as_deref()),
        Observed::CreditNote(note) => [(Kind::Invoice, note.invoice.as_ref().map(InvoiceId::as_str)), NONE, NONE],
        Observed::CheckoutSession(session) => [
            (Kind::Invoice, session.invoice.as_deref()),
            (Kind::PaymentIntent, session.payment_intent.as_deref()),
            NONE,
        ],
        Observed::Review(review) => reversal_of(review.charge.as_deref(), review.payment_intent.as_deref()),
        Observed::FraudWarning(warning) => reversal_of(warning.charge.as_deref(), warning.payment_intent.as_deref()),
        Observed::Transfer(transfer) => [(Kind::Charge, transfer.charge.as_deref()), NONE, NONE],
        Observed::TransferReversal(reversal) => [(Kind::Transfer, reversal.transfer.as_deref()), NONE, NONE],
        Observed::ApplicationFee(fee) => [(Kind::Charge, fee.charge.as_deref()), NONE, NONE],
        Observed::FeeRefund(refund) => [(Kind::ApplicationFee, refund.fee.as_deref()), NONE, NONE],
        _ => [NONE; 3],
    };
    let links: Vec<ObjectRef> =
        links.into_iter().filter_map(|(kind, id)| id.map(|id| ObjectRef::new(kind, id))).collect();
    links.into_iter()
}

fn reversal_of<'a>(charge: Option<&'a str>, intent: Option<&'a str>) -> [(ObjectKind, Option<&'a str>); 3] {
    [(ObjectKind::Charge, charge), (ObjectKind::PaymentIntent, intent), (ObjectKind::Customer, None)]
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
