//! From what each source says by itself to one answer.
//!
//! Precedence: a dispute's hold, then the best of the subscriptions, then Stripe's summary, then the defaults. A
//! subscription that is not held itself speaks for itself: a hold on another one denies what only summaries and defaults
//! would give, never what was paid for elsewhere. Revocations go above the hold, grants between hold and subscriptions.

use std::cmp::{Ordering, Reverse};

use super::{
    Answer, Code, Policy, SourceRef, Value, Verdict,
    policy::{Combine, Feature},
};
use crate::id::EventId;

/// How the verdicts about one feature are compared and added up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Combining<'a> {
    feature: Option<&'a Feature>,
}

impl<'a> Combining<'a> {
    pub(super) fn of(policy: &'a Policy, feature: &str) -> Self {
        Self { feature: policy.features.get(feature) }
    }

    /// One answer. `otherwise` is the code when no source speaks of the feature.
    pub(super) fn answer(self, mut verdicts: Vec<Verdict>, otherwise: Code) -> Answer {
        verdicts.sort_by(|left, right| self.compare(left, right));
        let subscribed = |verdict: &&Verdict| matches!(verdict.source, SourceRef::Subscription { .. });
        let allowing = || verdicts.iter().filter(|verdict| verdict.code.allows());
        let best = allowing()
            .find(subscribed)
            .or_else(|| verdicts.iter().find(|verdict| verdict.code.holds()))
            .or_else(|| allowing().next())
            .or_else(|| verdicts.first())
            .cloned();
        let Some(best) = best else { return nothing(otherwise) };
        let (mut value, mut because) = (best.value.clone(), best.because.clone());
        if self.sums() && subscribed(&&best) && best.code.allows() {
            (value, because) = added_up(allowing().filter(subscribed));
        }
        if let Some(place) = verdicts.iter().position(|verdict| *verdict == best) {
            verdicts.get_mut(..=place).unwrap_or_default().rotate_right(1);
        }
        Answer {
            allowed: best.code.allows(),
            code: best.code,
            value: if best.code.allows() { value } else { None },
            source: Some(best.source),
            because,
            next_change: None,
            warnings: best.warnings,
            considered: verdicts,
        }
    }

    fn sums(self) -> bool {
        matches!(self.feature, Some(Feature::Limit { combine: Combine::Sum, .. }))
    }

    /// The better verdict first: whoever allows; where one counts the most of it gives, then the surer reason; then what
    /// lasts longer; then by name, so that nothing depends on the order of the sources.
    fn compare(self, left: &Verdict, right: &Verdict) -> Ordering {
        let by_value = |verdict: &Verdict| Reverse(if self.sums() { None } else { Some(self.size(verdict)) });
        let lasts = |verdict: &Verdict| (verdict.until.is_some(), Reverse(verdict.until));
        let key = |verdict: &Verdict| {
            (!verdict.code.allows(), tier(verdict), by_value(verdict), verdict.code, lasts(verdict))
        };
        key(left)
            .cmp(&key(right))
            .then_with(|| (&left.source, &left.plan, &left.value).cmp(&(&right.source, &right.plan, &right.value)))
    }

    /// How much a verdict gives, comparable within one feature. A denial gives nothing, whatever it would give.
    fn size(self, verdict: &Verdict) -> (u8, i64) {
        let value = verdict.value.as_ref().filter(|_| verdict.code.allows());
        match (value, self.feature) {
            (None, _) => (0, 0),
            (Some(Value::Limit(limit)), _) => (1, *limit),
            (Some(Value::Unlimited), _) => (2, 0),
            (Some(Value::Text(text)), Some(Feature::Value { order })) => {
                let place = order.iter().position(|value| value == text);
                (1, place.and_then(|place| i64::try_from(place).ok()).unwrap_or(-1))
            }
            (Some(Value::Text(_)), _) => (1, -1),
        }
    }
}

/// Subscriptions, then Stripe's summary, then the defaults.
fn tier(verdict: &Verdict) -> u8 {
    match verdict.source {
        SourceRef::Subscription { .. } => 0,
        SourceRef::Summary => 1,
        SourceRef::Default => 2,
    }
}

fn added_up<'v>(verdicts: impl Iterator<Item = &'v Verdict>) -> (Option<Value>, Vec<EventId>) {
    let mut sum: Option<Value> = None;
    let mut because = Vec::new();
    for verdict in verdicts {
        because.extend(verdict.because.iter().cloned());
        sum = match (sum, verdict.value.clone()) {
            (Some(Value::Limit(sum)), Some(Value::Limit(limit))) => Some(Value::Limit(sum.saturating_add(limit))),
            (Some(Value::Unlimited), _) | (_, Some(Value::Unlimited)) => Some(Value::Unlimited),
            (sum, None) => sum,
            (None, value) => value,
            (sum, Some(_)) => sum,
        };
    }
    because.sort();
    because.dedup();
    (sum, because)
}

/// An answer that no source speaks for.
pub(super) fn nothing(code: Code) -> Answer {
    Answer {
        allowed: code.allows(),
        code,
        value: None,
        source: None,
        because: Vec::new(),
        next_change: None,
        warnings: Vec::new(),
        considered: Vec::new(),
    }
}
