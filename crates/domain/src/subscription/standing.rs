//! How a subscription stands, as far as no clock and no policy is needed to say so: the input of entitlement checks
//! and the row of the read model.

use serde::{Deserialize, Serialize};

use super::{PaidItem, Subscription};
use crate::{
    fact::{InvoiceStatus, Item, PauseCollection, SubscriptionStatus, TrialEnd},
    id::{CustomerId, EventId, InvoiceId},
    order::Moment,
    settlement::{DisputePhase, DisputeStanding, InvoiceStanding},
    time::{Period, Timestamp},
};

/// An invoice that is open or was written off: what dunning is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnpaidInvoice {
    /// Which.
    pub invoice: InvoiceId,
    /// When it was made.
    pub created: Timestamp,
    /// When it was or will be due, for invoices that are sent.
    pub due: Option<Timestamp>,
    /// The first failed attempt to collect it.
    pub failed: Option<Moment>,
    /// What is left to pay, minor units.
    pub amount_remaining: i64,
    /// Whether it was given up: that ends a spell, though it is not paid.
    #[serde(default)]
    pub written_off: bool,
}

/// How a subscription stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact about the subscription, none a state of ours")]
pub struct Standing {
    /// Whose it is.
    pub customer: Option<CustomerId>,
    /// Stripe's status; `canceled` and `incomplete_expired` are for good.
    pub status: SubscriptionStatus,
    /// When the present spell of that status began.
    pub since: Moment,
    /// The event that shows it as it is now.
    pub cause: EventId,
    /// What is subscribed to.
    pub items: Vec<Item>,
    /// When it began.
    pub started: Option<Timestamp>,
    /// The current period.
    pub period: Option<Period>,
    /// When the trial ends or ended.
    pub trial_end: Option<Timestamp>,
    /// What the end of the trial does when no payment method is there.
    pub trial_end_without_method: TrialEnd,
    /// Whether the subscription itself names a payment method.
    pub has_payment_method: bool,
    /// When it will end by itself.
    pub cancel_at: Option<Timestamp>,
    /// Whether it ends with the current period.
    pub cancel_at_period_end: bool,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Collection is paused.
    pub pause_collection: Option<PauseCollection>,
    /// An update waits for its payment.
    pub pending_update: bool,
    /// Invoices that are not paid, oldest first.
    pub unpaid: Vec<UnpaidInvoice>,
    /// When it was last paid, and the event that shows it.
    pub last_paid: Option<Moment>,
    /// When the invoice that was last paid was made.
    pub last_paid_created: Option<Timestamp>,
    /// What was last paid for; empty where no paid invoice says.
    pub paid_items: Vec<PaidItem>,
    /// Whether all of what was last paid for a whole period was given back.
    pub last_paid_refunded: bool,
    /// When that was paid, and the event that shows it.
    #[serde(default)]
    pub period_paid: Option<Moment>,
    /// Disputes that were more than an inquiry.
    pub disputes: Vec<DisputeStanding>,
}

impl Standing {
    /// Whether a dispute on one of its payments is open, or was lost and not paid since.
    pub fn is_disputed(&self) -> bool {
        self.disputes.iter().any(|dispute| match dispute.phase {
            DisputePhase::Open => true,
            DisputePhase::Lost => !self.was_paid_since(dispute),
            DisputePhase::Won | DisputePhase::Harmless => false,
        })
    }

    /// Whether an invoice was paid after the dispute was decided.
    pub fn was_paid_since(&self, dispute: &DisputeStanding) -> bool {
        let decided = dispute.closed.as_ref().unwrap_or(&dispute.opened);
        self.last_paid.as_ref().is_some_and(|paid| paid.at > decided.at)
    }
}

impl Subscription {
    /// How it stands; none while no event has shown the subscription itself.
    pub fn standing(&self) -> Option<Standing> {
        let snapshot = self.snapshot.value()?;
        let shown = self.snapshot.moment()?;
        let status = self.status(&snapshot.status);
        let since = match self.spells.first(status.as_str()).filter(|_| is_final(&status)) {
            Some(first) => first,
            None => self.spells.since(status.as_str(), shown),
        };
        let last_paid = self.last_paid(InvoiceStanding::is_payment);
        let period_paid = self.last_paid(InvoiceStanding::pays_for_a_period).or(last_paid);
        Some(Standing {
            customer: snapshot.customer.clone(),
            since: since.clone(),
            cause: shown.event.clone(),
            items: snapshot.items.clone(),
            started: snapshot.started.or(snapshot.created),
            period: snapshot.period,
            trial_end: snapshot.trial_end,
            trial_end_without_method: snapshot.trial_end_without_method,
            has_payment_method: snapshot.has_payment_method,
            cancel_at: snapshot.cancel_at,
            cancel_at_period_end: snapshot.cancel_at_period_end,
            ended: snapshot.ended.or_else(|| self.ended_by_status(&status)),
            pause_collection: snapshot.pause_collection.clone(),
            pending_update: snapshot.pending_update,
            unpaid: self.unpaid(),
            last_paid: last_paid.and_then(|invoice| invoice.paid.clone()),
            last_paid_created: last_paid.map(|invoice| invoice.created),
            paid_items: self.paid_items(),
            last_paid_refunded: period_paid.is_some_and(|paid| paid.is_payment() && paid.refunded >= paid.amount_due),
            period_paid: period_paid.and_then(|invoice| invoice.paid.clone()),
            disputes: self.disputes.values().filter(|one| one.phase != DisputePhase::Harmless).cloned().collect(),
            status,
        })
    }

    /// Terminal states stay, whatever a late event shows.
    fn status(&self, newest: &SubscriptionStatus) -> SubscriptionStatus {
        for terminal in [SubscriptionStatus::Canceled, SubscriptionStatus::IncompleteExpired] {
            if self.spells.first(terminal.as_str()).is_some() {
                return terminal;
            }
        }
        newest.clone()
    }

    fn ended_by_status(&self, status: &SubscriptionStatus) -> Option<Timestamp> {
        self.spells.first(status.as_str()).filter(|_| is_final(status)).map(|moment| moment.at)
    }

    fn unpaid(&self) -> Vec<UnpaidInvoice> {
        let open = |invoice: &&InvoiceStanding| {
            matches!(invoice.status, InvoiceStatus::Open | InvoiceStatus::Uncollectible)
                && (invoice.amount_remaining > 0 || invoice.failed.is_some())
        };
        let mut unpaid: Vec<UnpaidInvoice> = self
            .invoices
            .values()
            .filter(open)
            .map(|invoice| UnpaidInvoice {
                invoice: invoice.invoice.clone(),
                created: invoice.created,
                due: invoice.due,
                failed: invoice.failed.clone(),
                amount_remaining: invoice.amount_remaining,
                written_off: invoice.status == InvoiceStatus::Uncollectible,
            })
            .collect();
        unpaid.sort_by(|left, right| (left.created, &left.invoice).cmp(&(right.created, &right.invoice)));
        unpaid
    }

    /// Of the invoices that count, the one that was paid last.
    fn last_paid(&self, counts: impl Fn(&InvoiceStanding) -> bool) -> Option<&InvoiceStanding> {
        self.invoices
            .values()
            .filter(|invoice| counts(invoice))
            .max_by_key(|invoice| (invoice.paid.as_ref().map(|paid| paid.at), invoice.created, &invoice.invoice))
    }
}

/// Whether it ends a subscription for good.
fn is_final(status: &SubscriptionStatus) -> bool {
    matches!(status, SubscriptionStatus::Canceled | SubscriptionStatus::IncompleteExpired)
}
