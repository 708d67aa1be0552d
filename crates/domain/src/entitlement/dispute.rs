//! What disputes do to the subscription whose payment they are about, and to no other.

use std::collections::BTreeMap;

use super::{
    Code,
    policy::{LostDispute, OpenDispute, Rules},
};
use crate::{customer::covers, id::EventId, order::Moment, settlement::DisputePhase, subscription::Standing};

/// Disputes that operators have released, and when.
pub(super) type Released = BTreeMap<Box<str>, Moment>;

/// What the disputes of a subscription come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    /// There is none, or all were won or paid after.
    None,
    /// There is one, and the policy keeps access.
    Kept,
    /// Access is held back.
    Held {
        /// By what kind of dispute.
        code: Code,
        /// The events that show the disputes, sorted.
        because: Vec<EventId>,
    },
}

/// Inquiries and prevented disputes never hold, nor does what an operator has released since it was decided.
pub(super) fn hold(rules: &Rules, standing: &Standing, released: &Released) -> Hold {
    let disputes = standing.disputes.iter().map(|dispute| Disputed {
        dispute: &dispute.dispute,
        phase: dispute.phase,
        opened: &dispute.opened,
        closed: dispute.closed.as_ref(),
        paid_since: standing.was_paid_since(dispute),
    });
    hold_of(rules, disputes, released)
}

/// A dispute over anything that was bought.
#[derive(Clone, Copy, Debug)]
pub(super) struct Disputed<'a> {
    pub(super) dispute: &'a str,
    pub(super) phase: DisputePhase,
    pub(super) opened: &'a Moment,
    pub(super) closed: Option<&'a Moment>,
    /// Whether the same thing was paid for again after it was decided.
    pub(super) paid_since: bool,
}

/// What disputes come to.
pub(super) fn hold_of<'a>(rules: &Rules, disputes: impl Iterator<Item = Disputed<'a>>, released: &Released) -> Hold {
    let judged = disputes.filter_map(|dispute| match judge(rules, dispute) {
        Some((Some(code), cause)) if is_released(released, dispute) => match code {
            Code::Disputed => Some((None, cause)),
            _ => None,
        },
        judged => judged,
    });
    let mut held = Vec::new();
    let mut kept = false;
    for (code, cause) in judged {
        match code {
            Some(code) => held.push((code, cause)),
            None => kept = true,
        }
    }
    let Some(code) = held.iter().map(|(code, _)| *code).min() else {
        return if kept { Hold::Kept } else { Hold::None };
    };
    let of_code = held.into_iter().filter(|(one, _)| *one == code);
    let mut because: Vec<EventId> = of_code.map(|(_, cause)| cause.clone()).collect();
    because.sort();
    because.dedup();
    Hold::Held { code, because }
}

fn is_released(released: &Released, dispute: Disputed<'_>) -> bool {
    released.get(dispute.dispute).is_some_and(|release| covers(release, dispute.closed))
}

/// The code under which one dispute holds, none when the policy keeps access; and the event that shows it.
fn judge<'a>(rules: &Rules, dispute: Disputed<'a>) -> Option<(Option<Code>, &'a EventId)> {
    match dispute.phase {
        DisputePhase::Harmless | DisputePhase::Won => None,
        DisputePhase::Open => {
            let code = (rules.dispute_open == OpenDispute::Hold).then_some(Code::Disputed);
            Some((code, &dispute.opened.event))
        }
        DisputePhase::Lost => {
            let cause = &dispute.closed.unwrap_or(dispute.opened).event;
            match rules.dispute_lost {
                LostDispute::HoldUntilPaid if dispute.paid_since => None,
                LostDispute::HoldUntilPaid | LostDispute::HoldUntilRelease => Some((Some(Code::DisputeLost), cause)),
                LostDispute::Keep => Some((None, cause)),
            }
        }
    }
}
