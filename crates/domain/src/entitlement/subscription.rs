//! What one subscription says at one time, by itself.

use super::{
    Code, CustomerState, Policy, Warning,
    dispute::{Hold, Released, hold},
    grace::{GraceStart, grace_start},
    offer::{Basis, Offer},
    policy::{Duration, FullRefund, PausedCollection, Trial},
};
use crate::{
    fact::{SubscriptionStatus, TrialEnd},
    id::EventId,
    subscription::Standing,
    time::Timestamp,
};

/// What a subscription says about one of its offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub(super) code: Code,
    pub(super) because: Vec<EventId>,
    pub(super) warnings: Vec<Warning>,
}

/// One subscription, the policy and the customer it is judged by, and what of that does not depend on the time.
#[derive(Debug)]
pub(super) struct Judge<'a> {
    policy: &'a Policy,
    customer: CustomerState,
    standing: &'a Standing,
    hold: Hold,
    grace: GraceStart,
}

impl<'a> Judge<'a> {
    pub(super) fn new(
        policy: &'a Policy,
        customer: CustomerState,
        standing: &'a Standing,
        released: &Released,
    ) -> Self {
        let hold = hold(&policy.rules, standing, released);
        Self { policy, customer, standing, hold, grace: grace_start(standing) }
    }

    /// Whether an offer counts at all: what is no longer subscribed to lives on only while the next payment is past due.
    pub(super) fn counts(&self, offer: &Offer<'_>) -> bool {
        offer.basis != Basis::PaidOnly || self.standing.status == SubscriptionStatus::PastDue
    }

    /// What it says of an offer at this time.
    pub(super) fn state(&self, offer: &Offer<'_>, now: Timestamp) -> State {
        let code = self.code(offer, now);
        State { code, because: self.because(code), warnings: self.warnings(code) }
    }

    /// When time alone makes it say something else of an offer.
    pub(super) fn until(&self, offer: &Offer<'_>, now: Timestamp) -> Option<Timestamp> {
        let code = self.code(offer, now);
        let later = self.instants(offer).filter(|at| *at > now && self.code(offer, *at) != code);
        later.min()
    }

    /// Every time at which what it says of an offer can change by itself, in any order.
    fn instants(&self, offer: &Offer<'_>) -> impl Iterator<Item = Timestamp> + use<'a> {
        let standing = self.standing;
        let overrun = self.policy.rules.overrun;
        let renewals = [standing.trial_end, standing.period.map(|period| period.end)].into_iter().flatten();
        let overruns = renewals.clone().filter_map(move |end| overrun.map(|overrun| after(end, overrun)));
        let grace_over = after(self.grace.at, offer.grace);
        standing.cancel_at.into_iter().chain([grace_over]).chain(renewals).chain(overruns)
    }

    fn because(&self, code: Code) -> Vec<EventId> {
        if let Hold::Held { because, .. } = &self.hold {
            return because.clone();
        }
        // A status that is for good is explained by the event that first showed it.
        if self.is_over() {
            return vec![self.standing.since.event.clone()];
        }
        let mut because = vec![self.standing.cause.clone()];
        match code {
            Code::Grace | Code::PastDueGraceOver => because.push(self.grace.cause.clone()),
            Code::Refunded => because.extend(self.standing.period_paid.as_ref().map(|paid| paid.event.clone())),
            Code::NotYetPaid => {
                because.extend(self.standing.last_paid.as_ref().map(|paid| paid.event.clone()));
            }
            _ => {}
        }
        because.sort();
        because.dedup();
        because
    }

    fn is_over(&self) -> bool {
        matches!(self.standing.status, SubscriptionStatus::Canceled | SubscriptionStatus::IncompleteExpired)
    }

    fn code(&self, offer: &Offer<'_>, now: Timestamp) -> Code {
        if let Hold::Held { code, .. } = &self.hold {
            return *code;
        }
        let ends = self.scheduled_end();
        match self.standing.status {
            SubscriptionStatus::Canceled => Code::Canceled,
            SubscriptionStatus::IncompleteExpired => Code::IncompleteExpired,
            _ if ends.is_some_and(|end| end <= now) => Code::Canceled,
            SubscriptionStatus::Unpaid => Code::Unpaid,
            SubscriptionStatus::Paused => Code::Paused,
            SubscriptionStatus::Incomplete => Code::Incomplete,
            SubscriptionStatus::Other(_) => Code::UnknownStatus,
            _ if self.ended_by_refund() => Code::Refunded,
            SubscriptionStatus::Trialing => self.trial(offer, now),
            _ if self.denied_by_pause() => Code::CollectionPaused,
            SubscriptionStatus::PastDue => self.past_due(offer, now),
            SubscriptionStatus::Active => match self.standing.period {
                Some(period) if period.end <= now => self.unconfirmed(period.end, now),
                _ if ends.is_some() => Code::Canceling,
                _ => Code::Active,
            },
        }
    }

    fn ended_by_refund(&self) -> bool {
        self.standing.last_paid_refunded && self.policy.rules.full_refund == FullRefund::End
    }

    fn denied_by_pause(&self) -> bool {
        self.standing.pause_collection.is_some() && self.policy.rules.paused_collection == PausedCollection::Deny
    }

    fn trial(&self, offer: &Offer<'_>, now: Timestamp) -> Code {
        let end = self.standing.trial_end.or(self.standing.period.map(|period| period.end));
        if offer.trial == Trial::Deny {
            return Code::TrialNotGranted;
        }
        match end {
            Some(end) if end <= now && self.ends_with_trial() => Code::TrialEnded,
            Some(end) if end <= now => self.unconfirmed(end, now),
            _ => Code::Trialing,
        }
    }

    /// Whether Stripe will cancel or pause it at the end of its trial for want of a payment method. A customer that no
    /// event has shown may have one.
    fn ends_with_trial(&self) -> bool {
        let stops = matches!(self.standing.trial_end_without_method, TrialEnd::Cancel | TrialEnd::Pause);
        let without = !self.standing.has_payment_method
            && matches!(self.customer, CustomerState::Known { has_payment_method: Some(false) });
        stops && without
    }

    fn past_due(&self, offer: &Offer<'_>, now: Timestamp) -> Code {
        if after(self.grace.at, offer.grace) <= now {
            Code::PastDueGraceOver
        } else if offer.basis == Basis::SubscribedOnly {
            Code::NotYetPaid
        } else {
            Code::Grace
        }
    }

    fn unconfirmed(&self, end: Timestamp, now: Timestamp) -> Code {
        match self.policy.rules.overrun {
            Some(overrun) if after(end, overrun) <= now => Code::RenewalOverdue,
            _ => Code::RenewalUnconfirmed,
        }
    }

    /// When it will end by itself.
    fn scheduled_end(&self) -> Option<Timestamp> {
        let period_end = self.standing.period.filter(|_| self.standing.cancel_at_period_end).map(|period| period.end);
        [self.standing.cancel_at, period_end].into_iter().flatten().min()
    }

    fn warnings(&self, code: Code) -> Vec<Warning> {
        if !code.allows() {
            return Vec::new();
        }
        [
            (code == Code::RenewalUnconfirmed, Warning::RenewalUnconfirmed),
            (self.standing.pause_collection.is_some(), Warning::CollectionPaused),
            (self.standing.last_paid_refunded, Warning::Refunded),
            (self.hold == Hold::Kept, Warning::Disputed),
        ]
        .into_iter()
        .filter_map(|(applies, warning)| applies.then_some(warning))
        .collect()
    }
}

fn after(start: Timestamp, length: Duration) -> Timestamp {
    start.plus_seconds(length.seconds())
}
