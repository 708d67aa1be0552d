//! From what each source says by itself to one answer.
//!
//! Precedence: an operator's revocation, a dispute's hold, an operator's grant, the best of what was bought, Stripe's
//! summary, the defaults. A subscription or a purchase that is not held itself speaks for itself: a hold on another one denies what only
//! grants, summaries and defaults would give, never what was paid for elsewhere.

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
        let Some(best) = best(&verdicts).cloned() else { return nothing(otherwise) };
        let (mut value, mut because) = (best.value.clone(), best.because.clone());
        if self.sums() && best.code.allows() && tier(&best) <= Tier::Bought {
            let alike = verdicts.iter().filter(|one| one.code.allows() && tier(one) == tier(&best));
            (value, because) = added_up(alike);
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

/// Which of the verdicts answers; they are in the order of [`Combining::compare`].
fn best(verdicts: &[Verdict]) -> Option<&Verdict> {
    let of_tier = |wanted: Tier| verdicts.iter().find(|one| one.code.allows() && tier(one) == wanted);
    // What a lost dispute ended was bought once, and says no more than that it is over.
    let is_over =
        |verdict: &Verdict| verdict.code == Code::DisputeLost && matches!(verdict.source, SourceRef::Purchase { .. });
    let held = verdicts.iter().find(|verdict| verdict.code.holds() && !is_over(verdict));
    verdicts
        .iter()
        .find(|verdict| verdict.code == Code::Revoked)
        .or_else(|| of_tier(Tier::Granted).filter(|_| held.is_none()))
        .or_else(|| of_tier(Tier::Bought))
        .or(held)
        .or_else(|| verdicts.first())
}

/// Whose word comes first, among those that say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Tier {
    Granted,
    Bought,
    Summary,
    Default,
    /// What gives nothing at this time is named only where nothing else says why.
    Idle,
}

fn tier(verdict: &Verdict) -> Tier {
    match verdict.source {
        SourceRef::Grant { .. } if !verdict.code.allows() => Tier::Idle,
        SourceRef::Grant { .. } | SourceRef::Revocation { .. } => Tier::Granted,
        SourceRef::Subscription { .. } | SourceRef::Purchase { .. } => Tier::Bought,
        SourceRef::Summary => Tier::Summary,
        SourceRef::Default => Tier::Default,
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
