//! What a subscription needs to know of its invoices and of the disputes over their payments.
//!
//! A standing is made from everything known of the object, so telling a subscription the same standing twice, or an
//! old one late, cannot happen: there is one standing per state of knowledge.

use serde::{Deserialize, Serialize};

use super::{Billed, BilledFor, Settlement, billed::billed, taken_back::Sale};
use crate::{
    fact::{DisputeStatus, InvoiceStatus, Signal},
    id::{InvoiceId, ObjectKind, SubscriptionId},
    money::Currency,
    object::Object,
    order::Moment,
    time::Timestamp,
};

/// An invoice as its subscription sees it. Amounts are minor units of `currency`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceStanding {
    /// Which invoice.
    pub invoice: InvoiceId,
    /// Its state. Once seen paid it stays paid.
    pub status: InvoiceStatus,
    /// When it was made: ranks a subscription's invoices, whatever arrived first.
    pub created: Timestamp,
    /// Currency of the amounts.
    pub currency: Option<Currency>,
    /// What it asked for.
    pub amount_due: i64,
    /// What is left to pay.
    pub amount_remaining: i64,
    /// What the customer's credit paid of it; negative where it gave credit instead.
    #[serde(default)]
    pub from_credit: i64,
    /// Given back so far of what was paid for it.
    pub refunded: i64,
    /// When it became due, for invoices that are sent.
    pub due: Option<Timestamp>,
    /// The first failed attempt to collect it.
    pub failed: Option<Moment>,
    /// The first time it was seen paid; the time is Stripe's own `paid_at` where it says so.
    pub paid: Option<Moment>,
    /// What it bills of this subscription.
    pub billed: Vec<Billed>,
    /// Whether it has lines that no event shows: what it bills is then not all known.
    #[serde(default)]
    pub lines_truncated: bool,
}

impl InvoiceStanding {
    /// Whether it is settled for good: paid or void.
    pub fn is_settled(&self) -> bool {
        matches!(self.status, InvoiceStatus::Paid | InvoiceStatus::Void | InvoiceStatus::Deleted)
    }

    /// Whether money was paid for it: an invoice of nothing counts as paid, but not as a payment.
    pub fn is_payment(&self) -> bool {
        self.status == InvoiceStatus::Paid && self.amount_due > 0
    }

    /// Whether what it bills counts as paid for: by a payment, or wholly out of the customer's credit. A change that gives
    /// credit is settled when it is made. An invoice of nothing, a trial's, pays for nothing, but for what costs nothing.
    pub fn pays_for(&self) -> bool {
        self.is_payment() || (self.status == InvoiceStatus::Paid && (self.from_credit != 0 || self.is_free()))
    }

    /// Whether all that it bills of a whole period is free by its own price.
    fn is_free(&self) -> bool {
        let mut periods = self.billed.iter().filter(|billed| billed.what == BilledFor::Period).peekable();
        periods.peek().is_some() && periods.all(|billed| billed.free)
    }

    /// Whether it pays for a whole period, not only for changes inside one. What no event shows of it may be the period.
    pub fn pays_for_a_period(&self) -> bool {
        self.pays_for() && (self.lines_truncated || self.bills_a_period())
    }

    /// Whether it bills a whole period of anything.
    pub fn bills_a_period(&self) -> bool {
        self.billed.iter().any(|billed| billed.what == BilledFor::Period)
    }
}

/// How far a dispute has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputePhase {
    /// The bank only asks, the dispute was prevented, or the charge was refunded instead
    Harmless,
    /// Money is held, the outcome is open
    Open,
    /// Decided for the seller
    Won,
    /// Decided for the buyer
    Lost,
}

/// A dispute over a payment of a subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputeStanding {
    /// `dp_...` or `du_...`
    pub dispute: Box<str>,
    /// The invoice whose payment is disputed.
    pub invoice: InvoiceId,
    /// Stripe's status.
    pub status: DisputeStatus,
    /// How far it has come.
    pub phase: DisputePhase,
    /// Minor units in dispute.
    pub amount: i64,
    /// Their currency.
    pub currency: Option<Currency>,
    /// When it was first seen as more than an inquiry; for an inquiry, when it was first seen.
    pub opened: Moment,
    /// When it was first seen won or lost.
    pub closed: Option<Moment>,
}

impl Settlement<'_> {
    /// The standing of one of its invoices, and the subscription to tell. A draft asks for nothing yet: nobody is told.
    pub fn invoice_standing(&self, id: &str) -> Option<(&SubscriptionId, InvoiceStanding)> {
        let object = self.get(ObjectKind::Invoice, id)?;
        let invoice = object.invoice()?;
        let subscription = object.subscription()?;
        let first = object.milestones.earliest()?;
        let status = invoice_status(object, &invoice.status);
        if status == InvoiceStatus::Draft {
            return None;
        }
        let paid = object
            .milestones
            .first(InvoiceStatus::Paid.as_str())
            .map(|seen| Moment { at: invoice.paid_at.unwrap_or(seen.at), ..seen.clone() });
        let standing = InvoiceStanding {
            invoice: InvoiceId::new(id),
            amount_remaining: if status == InvoiceStatus::Paid { 0 } else { invoice.amount_remaining },
            status,
            created: invoice.created.unwrap_or(first.at),
            currency: invoice.currency,
            amount_due: invoice.amount_due,
            from_credit: invoice.ending_balance.map_or(0, |ending| ending.saturating_sub(invoice.starting_balance)),
            refunded: self.refunded_for(Sale::Invoice(id)),
            due: invoice.due,
            failed: object.milestones.first(Signal::PaymentFailed.milestone()).cloned(),
            paid,
            billed: billed(invoice, subscription),
            lines_truncated: invoice.lines_truncated,
        };
        Some((subscription, standing))
    }

    /// The standing of one of its disputes, and the subscription to tell. None while the way from the dispute over
    /// its charge to an invoice of a subscription is not known.
    pub fn dispute_standing(&self, id: &str) -> Option<(&SubscriptionId, DisputeStanding)> {
        let object = self.get(ObjectKind::Dispute, id)?;
        let dispute = object.dispute()?;
        let invoice = self.invoice_of_reversal(object)?;
        let subscription = self.subscription_of_invoice(invoice)?;
        let (phase, opened, closed) = dispute_course(object)?;
        let standing = DisputeStanding {
            dispute: id.into(),
            invoice: InvoiceId::new(invoice),
            status: dispute.status.clone(),
            phase,
            amount: dispute.amount,
            currency: dispute.currency,
            opened: opened.clone(),
            closed: closed.cloned(),
        };
        Some((subscription, standing))
    }
}

/// Paid is for good; so is void unless it was paid. Otherwise the newest status counts.
pub(super) fn invoice_status(object: &Object, newest: &InvoiceStatus) -> InvoiceStatus {
    for terminal in [InvoiceStatus::Paid, InvoiceStatus::Void, InvoiceStatus::Deleted] {
        if object.milestones.first(terminal.as_str()).is_some() {
            return terminal;
        }
    }
    newest.clone()
}

/// How far a dispute has come, when it was opened, and when it was decided.
pub(super) fn dispute_course(object: &Object) -> Option<(DisputePhase, &Moment, Option<&Moment>)> {
    let phase = dispute_phase(object, &object.dispute()?.status);
    let serious = object.milestones.iter().filter(|(state, _)| !state.starts_with("warning_"));
    let opened = serious.map(|(_, moment)| moment).min().or_else(|| object.milestones.earliest())?;
    let closed = object.milestones.first_of(&[DisputeStatus::Won.as_str(), DisputeStatus::Lost.as_str()]);
    Some((phase, opened, closed))
}

pub(super) fn dispute_phase(object: &Object, status: &DisputeStatus) -> DisputePhase {
    match status {
        DisputeStatus::Won => DisputePhase::Won,
        DisputeStatus::Lost => DisputePhase::Lost,
        // Until 2021 a dispute also ended by refunding its charge: nothing is contested any more.
        DisputeStatus::Prevented | DisputeStatus::ChargeRefunded => DisputePhase::Harmless,
        // A lost dispute that is appealed stays lost for the holder of the money until the appeal is decided.
        DisputeStatus::AppealNeedsResponse | DisputeStatus::AppealUnderReview
            if object.milestones.first(DisputeStatus::Lost.as_str()).is_some() =>
        {
            DisputePhase::Lost
        }
        status if status.is_inquiry() => DisputePhase::Harmless,
        _ => DisputePhase::Open,
    }
}
