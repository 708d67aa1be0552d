//! The entry points: one feature or all of them, at one time, and what time alone will do to the answer.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Answer, Code, NextChange, Policy, Source, SourceRef, Value, Verdict, Warning,
    combine::{Combining, nothing},
    dispute::Released,
    offer::{self, Offer, offers},
    operators,
    policy::{Feature, Summaries},
    purchase::{self, PurchaseOffer},
    subscription::Judge,
};
use crate::{
    customer::Given,
    fact::EntitlementSummary,
    id::{EventId, SubscriptionId},
    order::Moment,
    time::Timestamp,
};

/// What is known of the customer besides its sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomerState {
    /// No event has shown it, nor anything that belongs to it.
    Unknown,
    /// It exists.
    Known {
        /// Whether a default payment method or source is set on it; none when only what belongs to it was seen.
        has_payment_method: Option<bool>,
    },
    /// Stripe has deleted it.
    Deleted,
}

/// May this customer use this feature at this time? Total: no input makes it fail.
pub fn evaluate(policy: &Policy, customer: CustomerState, sources: &[Source], feature: &str, now: Timestamp) -> Answer {
    if let Some(answer) = without_sources(customer) {
        return answer;
    }
    Case::new(policy, customer, sources).answer(feature, now)
}

/// The answers for every feature that the policy or anything the customer has names.
pub fn evaluate_all(
    policy: &Policy,
    customer: CustomerState,
    sources: &[Source],
    now: Timestamp,
) -> BTreeMap<Box<str>, Answer> {
    let case = Case::new(policy, customer, sources);
    let refused = without_sources(customer);
    let answer = |feature: &str| refused.clone().unwrap_or_else(|| case.answer(feature, now));
    case.features().into_iter().map(|feature| (feature.into(), answer(feature))).collect()
}

/// The answer where nothing the customer has can count.
fn without_sources(customer: CustomerState) -> Option<Answer> {
    match customer {
        CustomerState::Unknown => Some(nothing(Code::UnknownCustomer)),
        CustomerState::Deleted => Some(nothing(Code::CustomerDeleted)),
        CustomerState::Known { .. } => None,
    }
}

/// A subscription, who judges it, and what it offers.
#[derive(Debug)]
struct Subscribed<'a> {
    id: &'a SubscriptionId,
    judge: Judge<'a>,
    offers: Vec<Offer<'a>>,
}

/// Everything an answer is made of but the time and the feature.
#[derive(Debug)]
struct Case<'a> {
    policy: &'a Policy,
    subscriptions: Vec<Subscribed<'a>>,
    summary: Option<(&'a Moment, &'a EntitlementSummary)>,
    given: Vec<(&'a EventId, &'a Given)>,
    purchased: Vec<PurchaseOffer<'a>>,
    purchase_truncated: bool,
}

impl<'a> Case<'a> {
    fn new(policy: &'a Policy, customer: CustomerState, sources: &'a [Source]) -> Self {
        let mut case = Self {
            policy,
            subscriptions: Vec::new(),
            summary: None,
            given: Vec::new(),
            purchased: Vec::new(),
            purchase_truncated: false,
        };
        let none = Released::new();
        let released = sources.iter().find_map(released_by).unwrap_or(&none);
        for source in sources {
            match source {
                Source::Subscription { id, standing } => {
                    let judge = Judge::new(policy, customer, standing, released);
                    let mut offers = offers(policy, standing);
                    offers.retain(|offer| judge.counts(offer));
                    case.subscriptions.push(Subscribed { id, judge, offers });
                }
                Source::Summary { moment, summary } if policy.rules.summaries == Summaries::Add => {
                    case.summary = case.summary.filter(|(newest, _)| *newest >= moment).or(Some((moment, summary)));
                }
                Source::Summary { .. } => {}
                Source::Purchase { id, purchase } => {
                    case.purchased.extend(purchase::offers(policy, id, purchase, released));
                    case.purchase_truncated |= purchase.items_truncated;
                }
                Source::Operators { given, .. } => case.given.extend(given),
            }
        }
        case
    }

    /// Every feature that is named anywhere.
    fn features(&self) -> BTreeSet<&str> {
        let of_policy = self.policy.features.keys().map(|name| &**name);
        let offered = self.subscriptions.iter().flat_map(|one| one.offers.iter().map(|offer| offer.feature));
        let listed = self.summary.into_iter().flat_map(|(_, summary)| &summary.features);
        let given = self.given.iter().map(|(_, given)| &*given.feature);
        let purchased = self.purchased.iter().map(|offer| offer.feature);
        of_policy
            .chain(purchased)
            .chain(given)
            .chain(offered)
            .chain(listed.map(|feature| &*feature.lookup_key))
            .collect()
    }

    /// The answer, and the first time at which it would be another one: from one time at which any source changes what
    /// it says to the next.
    fn answer(&self, feature: &str, now: Timestamp) -> Answer {
        let mut answer = self.answer_at(feature, now);
        let mut at = self.next_verdict(feature, &answer, now);
        while let Some(time) = at {
            let later = self.answer_at(feature, time);
            if later.differs_from(&answer) {
                let (allowed, code, value) = (later.allowed, later.code, later.value);
                answer.next_change = Some(NextChange { at: time, allowed, code, value });
                break;
            }
            at = self.next_verdict(feature, &later, time);
        }
        answer
    }

    fn answer_at(&self, feature: &str, now: Timestamp) -> Answer {
        let mut verdicts = Vec::new();
        for one in &self.subscriptions {
            let offers = one.offers.iter().filter(|offer| offer.feature == feature);
            verdicts.extend(offers.map(|offer| one.verdict(offer, now)));
        }
        let purchased = self.purchased.iter().filter(|offer| *offer.feature == *feature);
        verdicts.extend(purchased.map(|offer| offer.verdict(now)));
        let given = self.given_of(feature);
        verdicts.extend(given.filter_map(|one| operators::verdict(self.policy, one, self.default_value(feature), now)));
        verdicts.extend(self.summary_verdict(feature));
        verdicts.extend(self.default_verdict(feature));
        let mut answer = Combining::of(self.policy, feature).answer(verdicts, self.code_of_silence(feature));
        if !answer.allowed && self.summary.is_some_and(|(_, summary)| summary.truncated) {
            answer.warnings.push(Warning::SummaryTruncated);
        }
        if !answer.allowed && self.purchase_truncated && purchase::is_sold_by_item(self.policy, feature) {
            answer.warnings.push(Warning::PurchaseTruncated);
        }
        answer
    }

    /// What operators said of a feature.
    fn given_of(&self, feature: &str) -> impl Iterator<Item = (&'a EventId, &'a Given)> {
        self.given.iter().filter(move |(_, given)| *given.feature == *feature).copied()
    }

    /// When the first of the sources says something else. A revocation that has not begun is not among those that were
    /// considered.
    fn next_verdict(&self, feature: &str, answer: &Answer, now: Timestamp) -> Option<Timestamp> {
        let considered = answer.considered.iter().filter_map(|verdict| verdict.until);
        considered.chain(self.given_of(feature).filter_map(|(_, given)| operators::next(given, now))).min()
    }

    fn summary_verdict(&self, feature: &str) -> Option<Verdict> {
        let (moment, summary) = self.summary?;
        let listed = summary.features.iter().any(|listed| *listed.lookup_key == *feature);
        let value = || self.default_value(feature);
        listed.then(|| constant(SourceRef::Summary, Code::Summary, value(), vec![moment.event.clone()]))
    }

    fn default_verdict(&self, feature: &str) -> Option<Verdict> {
        self.policy.defaults.get(feature)?;
        Some(constant(SourceRef::Default, Code::Default, self.default_value(feature), Vec::new()))
    }

    fn default_value(&self, feature: &str) -> Option<Value> {
        // A default stands once, whatever is subscribed to.
        offer::value(self.policy.features.get(feature), self.policy.defaults.get(feature)?, 1)
    }

    /// Why the answer is no when no source speaks of the feature.
    fn code_of_silence(&self, feature: &str) -> Code {
        let declared: Option<&Feature> = self.policy.features.get(feature);
        match (declared, self.subscriptions.is_empty()) {
            (Some(_), false) => Code::NotGranted,
            (Some(_), true) => Code::NoSubscription,
            // Without a declared feature, only what the customer has could tell a feature from a slip.
            (None, true) if self.policy.features.is_empty() => Code::NoSubscription,
            (None, _) => Code::UnknownFeature,
        }
    }
}

impl Subscribed<'_> {
    fn verdict(&self, offer: &Offer<'_>, now: Timestamp) -> Verdict {
        let state = self.judge.state(offer, now);
        Verdict {
            source: SourceRef::Subscription { id: self.id.clone() },
            plan: offer.plan.map(Box::from),
            code: state.code,
            value: offer.value.clone(),
            because: state.because,
            warnings: state.warnings,
            until: self.judge.until(offer, now),
        }
    }
}

/// The disputes that operators have released.
fn released_by(source: &Source) -> Option<&Released> {
    match source {
        Source::Operators { released, .. } => Some(released),
        _ => None,
    }
}

/// A verdict that time does not touch.
fn constant(source: SourceRef, code: Code, value: Option<Value>, because: Vec<EventId>) -> Verdict {
    Verdict { source, plan: None, code, value, because, warnings: Vec::new(), until: None }
}
