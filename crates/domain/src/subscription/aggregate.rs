//! The state of a subscription: a join of everything observed, and how observations become events.

use std::collections::BTreeMap;

use cqrs_es::{Aggregate, event_sink::EventSink};
use serde::{Deserialize, Serialize};

use super::{Error, SubscriptionCommand, SubscriptionEvent, paid::NamesSeen};
use crate::{
    fact::{self, SubscriptionStatus},
    id::{InvoiceId, ObjectKind, ObjectRef},
    order::{Moment, Register, Spells},
    settlement::{DisputeStanding, InvoiceStanding},
    time::Timestamp,
};

/// Paid invoices that are kept besides the newest of a whole period and the changes made since: enough to know what was
/// paid last, few enough for a subscription of many years. Which ones are kept depends on when invoices were made, never on
/// when they arrived. Invoices of nothing, and void ones, say nothing about payment and are not kept at all.
const PAID_INVOICES_KEPT: usize = 24;

/// Everything known of one subscription.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    pub(super) snapshot: Register<fact::Subscription>,
    pub(super) spells: Spells,
    pub(super) names: NamesSeen,
    pub(super) invoices: BTreeMap<InvoiceId, InvoiceStanding>,
    pub(super) disputes: BTreeMap<Box<str>, DisputeStanding>,
}

impl Aggregate for Subscription {
    const TYPE: &'static str = "Subscription";
    type Command = SubscriptionCommand;
    type Event = SubscriptionEvent;
    type Error = Error;
    type Services = ();

    async fn handle(&mut self, command: Self::Command, (): &(), sink: &EventSink<Self>) -> Result<(), Error> {
        if let Some(event) = self.decide(command) {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Self::Event) {
        match event {
            SubscriptionEvent::Observed { moment, evidence, snapshot } => {
                let before = snapshot.previous_status.as_ref().map(SubscriptionStatus::as_str);
                self.spells.see(snapshot.status.as_str(), before, &moment);
                self.names.observe(&moment, &snapshot.items);
                self.snapshot.observe(&moment, &evidence, *snapshot);
            }
            SubscriptionEvent::InvoiceObserved(standing) => {
                self.invoices.insert(standing.invoice.clone(), *standing);
                self.forget_old_invoices();
            }
            SubscriptionEvent::DisputeObserved(standing) => {
                self.disputes.insert(standing.dispute.clone(), *standing);
            }
            SubscriptionEvent::InvoiceWithdrawn { invoice } => {
                self.invoices.remove(&invoice);
            }
            SubscriptionEvent::DisputeWithdrawn { dispute } => {
                self.disputes.remove(&dispute);
            }
        }
    }
}

impl Subscription {
    /// The event that a command leads to; none when it adds nothing.
    fn decide(&self, command: SubscriptionCommand) -> Option<SubscriptionEvent> {
        match command {
            SubscriptionCommand::Observe { moment, evidence, snapshot } => {
                Some(SubscriptionEvent::Observed { moment, evidence, snapshot })
            }
            SubscriptionCommand::ObserveInvoice(standing) => {
                let known = self.invoices.get(&standing.invoice) == Some(&*standing);
                (!known && !self.would_be_forgotten(&standing)).then_some(SubscriptionEvent::InvoiceObserved(standing))
            }
            SubscriptionCommand::ObserveDispute(standing) => {
                let known = self.disputes.get(&standing.dispute) == Some(&*standing);
                (!known).then_some(SubscriptionEvent::DisputeObserved(standing))
            }
            SubscriptionCommand::WithdrawInvoice(invoice) => {
                self.invoices.contains_key(&invoice).then_some(SubscriptionEvent::InvoiceWithdrawn { invoice })
            }
            SubscriptionCommand::WithdrawDispute(dispute) => {
                self.disputes.contains_key(&dispute).then_some(SubscriptionEvent::DisputeWithdrawn { dispute })
            }
        }
    }

    /// Settled, and either no payment or older than all that are kept.
    fn would_be_forgotten(&self, standing: &InvoiceStanding) -> bool {
        if !standing.is_settled() || self.invoices.contains_key(&standing.invoice) {
            return false;
        }
        let kept = self.in_the_past(Some(standing));
        let place = kept.iter().rev().position(|(_, invoice)| *invoice == &standing.invoice);
        !standing.pays_for() || place.is_some_and(|place| place >= PAID_INVOICES_KEPT)
    }

    /// Paid invoices that only tell of the past, this one among them, oldest first: what came before the newest of a whole
    /// period, and what bills no price. An invoice that was in the past stays there, whatever arrives later.
    fn in_the_past<'a>(&'a self, new: Option<&'a InvoiceStanding>) -> Vec<(Timestamp, &'a InvoiceId)> {
        let paid = || self.invoices.values().chain(new).filter(|invoice| invoice.pays_for());
        let key = |invoice: &'a InvoiceStanding| (invoice.created, &invoice.invoice);
        let period = paid().filter(|invoice| invoice.bills_a_period()).map(key).max();
        let past = paid().filter(|invoice| invoice.billed.is_empty() || Some(key(invoice)) < period);
        let mut past: Vec<_> = past.map(key).collect();
        past.sort_unstable();
        past
    }

    fn forget_old_invoices(&mut self) {
        self.invoices.retain(|_, invoice| !invoice.is_settled() || invoice.pays_for());
        let past = self.in_the_past(None);
        let surplus = past.len().saturating_sub(PAID_INVOICES_KEPT);
        let old: Vec<InvoiceId> = past.into_iter().take(surplus).map(|(_, invoice)| invoice.clone()).collect();
        for invoice in old {
            self.invoices.remove(&invoice);
        }
    }

    /// The newest snapshot.
    pub fn snapshot(&self) -> Option<&fact::Subscription> {
        self.snapshot.value()
    }

    /// The moment of the newest snapshot.
    pub fn moment(&self) -> Option<&Moment> {
        self.snapshot.moment()
    }

    /// Disputes over its payments, by id.
    pub fn disputes(&self) -> impl Iterator<Item = &DisputeStanding> {
        self.disputes.values()
    }

    /// What waits for it while no event has shown it: its invoices and disputes, and since when.
    pub fn waiting(&self) -> Option<(Timestamp, Vec<ObjectRef>)> {
        if self.snapshot.value().is_some() {
            return None;
        }
        let invoices = self
            .invoices
            .values()
            .map(|invoice| (invoice.created, ObjectRef::new(ObjectKind::Invoice, invoice.invoice.as_str())));
        let disputes = self
            .disputes
            .values()
            .map(|dispute| (dispute.opened.at, ObjectRef::new(ObjectKind::Dispute, dispute.dispute.clone())));
        let mut waiting: Vec<(Timestamp, ObjectRef)> = invoices.chain(disputes).collect();
        waiting.sort();
        let since = waiting.first().map(|(at, _)| *at)?;
        Some((since, waiting.into_iter().map(|(_, object)| object).collect()))
    }

    /// Its unsettled invoices, and the newest settled ones.
    pub fn invoices(&self) -> impl Iterator<Item = &InvoiceStanding> {
        self.invoices.values()
    }
}
