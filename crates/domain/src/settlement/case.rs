//! A dispute as people read it: whose it is, what is asked for until when, what it holds, and what came of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{DisputePhase, Place, Settlement, standing::dispute_phase};
use crate::{
    fact::{DisputeDetails, DisputeStatus, Signal},
    id::{EventId, ObjectKind, ObjectRef},
    money::Currency,
    order::Moment,
    time::Timestamp,
};

/// A dispute with everything that is known around it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputeCase {
    /// Stripe's status.
    pub status: DisputeStatus,
    /// How far it has come.
    pub phase: DisputePhase,
    /// The bank's reason, as Stripe writes it.
    pub reason: Option<Box<str>>,
    /// Minor units in dispute.
    pub amount: i64,
    /// Their currency.
    pub currency: Option<Currency>,
    /// When it was made.
    pub created: Timestamp,
    /// When it was first seen as more than an inquiry; for an inquiry, when it was first seen.
    pub opened: Moment,
    /// When it was first seen decided: won, lost, prevented, the charge refunded, or an inquiry
    /// that was closed.
    pub closed: Option<Moment>,
    /// Until when evidence can be submitted, whatever has become of it since.
    pub evidence_due: Option<Timestamp>,
    /// Where it belongs.
    pub place: Place,
    /// Money it moved, by currency.
    pub moved: Vec<Moved>,
    /// When money was first said to be withdrawn.
    pub withdrawn: Option<Moment>,
    /// When money was first said to be given back.
    pub reinstated: Option<Moment>,
    /// Evidence, and what else people read.
    pub details: DisputeDetails,
    /// The event that shows it as it is now.
    pub cause: EventId,
}

/// What a dispute moved in one currency, as its balance transactions say. Minor units, none below zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The currency of the balance, which need not be that of the charge.
    pub currency: Currency,
    /// Taken.
    pub withdrawn: i64,
    /// Given back.
    pub reinstated: i64,
    /// Fees, less those given back.
    pub fees: i64,
}

impl DisputeCase {
    /// Whether somebody waits for evidence, an answer to an inquiry or an appeal.
    pub fn needs_response(&self) -> bool {
        matches!(
            self.status,
            DisputeStatus::NeedsResponse | DisputeStatus::WarningNeedsResponse | DisputeStatus::AppealNeedsResponse
        )
    }

    /// Whether nothing is decided yet.
    pub fn is_open(&self) -> bool {
        self.needs_response()
            || matches!(
                self.status,
                DisputeStatus::UnderReview | DisputeStatus::WarningUnderReview | DisputeStatus::AppealUnderReview
            )
            || matches!(self.status, DisputeStatus::Other(_))
    }

    /// Whether the seller's money should be held back: from the day it is more than an inquiry until it is decided.
    pub fn holds(&self) -> bool {
        self.phase == DisputePhase::Open
    }

    /// The events that show it: opened, as it is now, decided; each once.
    pub fn causes(&self) -> Vec<&EventId> {
        let mut causes = vec![&self.opened.event];
        for event in [Some(&self.cause), self.closed.as_ref().map(|closed| &closed.event)].into_iter().flatten() {
            if !causes.contains(&event) {
                causes.push(event);
            }
        }
        causes
    }
}

/// States in which nothing is open any more.
const DECIDED: [DisputeStatus; 5] = [
    DisputeStatus::Won,
    DisputeStatus::Lost,
    DisputeStatus::Prevented,
    DisputeStatus::ChargeRefunded,
    DisputeStatus::WarningClosed,
];

impl Settlement<'_> {
    /// One of its disputes as people read it; none while no event has shown it.
    pub fn dispute_case(&self, id: &str) -> Option<DisputeCase> {
        let object = self.get(ObjectKind::Dispute, id)?;
        let (dispute, shown) = (object.dispute()?, object.moment()?);
        let states = || object.milestones.iter().filter(|(state, _)| !state.starts_with('!'));
        let serious = states().filter(|(state, _)| !state.starts_with("warning_"));
        let opened = serious.map(|(_, moment)| moment).min().or_else(|| states().map(|(_, moment)| moment).min())?;
        let decided = DECIDED.contains(&dispute.status);
        let closed = object.milestones.first(dispute.status.as_str()).filter(|_| decided);
        Some(DisputeCase {
            status: dispute.status.clone(),
            phase: dispute_phase(object, &dispute.status),
            reason: dispute.reason.clone(),
            amount: dispute.amount,
            currency: dispute.currency,
            created: dispute.created.unwrap_or(opened.at),
            opened: opened.clone(),
            closed: closed.cloned(),
            evidence_due: dispute.evidence_due,
            place: self.place(&ObjectRef::new(ObjectKind::Dispute, id), object),
            moved: moved(dispute),
            withdrawn: object.milestones.first(Signal::FundsWithdrawn.milestone()).cloned(),
            reinstated: object.milestones.first(Signal::FundsReinstated.milestone()).cloned(),
            details: (*dispute.details).clone(),
            cause: shown.event.clone(),
        })
    }
}

fn moved(dispute: &crate::fact::Dispute) -> Vec<Moved> {
    let mut sums: BTreeMap<Currency, Moved> = BTreeMap::new();
    for shown in &dispute.balance_transactions {
        let Some(currency) = shown.currency.or(dispute.currency) else { continue };
        let none = Moved { currency, withdrawn: 0, reinstated: 0, fees: 0 };
        let sum = sums.entry(currency).or_insert(none);
        sum.withdrawn = sum.withdrawn.saturating_sub(shown.amount.min(0));
        sum.reinstated = sum.reinstated.saturating_add(shown.amount.max(0));
        sum.fees = sum.fees.saturating_add(shown.fee);
    }
    sums.into_values().collect()
}
