//! What disputes do to the subscription whose payment they are about, and to no other.

use super::{
    Code,
    policy::{LostDispute, OpenDispute, Rules},
};
use crate::{
    id::EventId,
    settlement::{DisputePhase, DisputeStanding},
    subscription::Standing,
};

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

/// Inquiries and prevented disputes never hold. An operator's release of a lost dispute is to be asked for here.
pub(super) fn hold(rules: &Rules, standing: &Standing) -> Hold {
    let judged = standing.disputes.iter().filter_map(|dispute| judge(rules, standing, dispute));
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

/// The code under which one dispute holds, none when the policy keeps access; and the event that shows it.
fn judge<'a>(rules: &Rules, standing: &Standing, dispute: &'a DisputeStanding) -> Option<(Option<Code>, &'a EventId)> {
    match dispute.phase {
        DisputePhase::Harmless | DisputePhase::Won => None,
        DisputePhase::Open => {
            let code = (rules.dispute_open == OpenDispute::Hold).then_some(Code::Disputed);
            Some((code, &dispute.opened.event))
        }
        DisputePhase::Lost => {
            let cause = &dispute.closed.as_ref().unwrap_or(&dispute.opened).event;
            match rules.dispute_lost {
                LostDispute::HoldUntilPaid if standing.was_paid_since(dispute) => None,
                LostDispute::HoldUntilPaid | LostDispute::HoldUntilRelease => Some((Some(Code::DisputeLost), cause)),
                LostDispute::Keep => Some((None, cause)),
            }
        }
    }
}
