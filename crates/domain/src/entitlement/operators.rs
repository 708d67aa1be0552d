//! What operators' grants and revocations say at one time.

use super::{Code, Policy, SourceRef, Value, Verdict, policy::Feature};
use crate::{
    customer::{Extent, Given, Word},
    id::EventId,
    time::Timestamp,
};

/// What one of them says of its feature; nothing while a revocation does not hold, or after what was ended before it began.
///
/// `otherwise` is what a grant without a value of its own gives.
pub(super) fn verdict(
    policy: &Policy,
    (record, given): (&EventId, &Given),
    otherwise: Option<Value>,
    now: Timestamp,
) -> Option<Verdict> {
    let code = code(given, now)?;
    let source = match given.word {
        Word::Grant => SourceRef::Grant { record: record.clone() },
        Word::Revocation => SourceRef::Revocation { record: record.clone() },
    };
    let mut because = vec![record.clone()];
    because.extend(given.ended.as_ref().filter(|_| code == Code::GrantEnded).map(|ended| ended.record.clone()));
    because.sort();
    let value = match given.word {
        Word::Grant => value(policy.features.get(&given.feature), given.extent.as_ref(), otherwise),
        Word::Revocation => None,
    };
    Some(Verdict { source, plan: None, code, value, because, warnings: Vec::new(), until: next(given, now) })
}

/// When time alone makes it say something else, or say something at all.
pub(super) fn next(given: &Given, now: Timestamp) -> Option<Timestamp> {
    let instants = [Some(given.starts), given.ends].into_iter().flatten();
    instants.filter(|at| *at > now && code(given, *at) != code(given, now)).min()
}

fn code(given: &Given, now: Timestamp) -> Option<Code> {
    if given.is_void() {
        return None;
    }
    match given.word {
        Word::Revocation => given.holds(now).then_some(Code::Revoked),
        Word::Grant if given.holds(now) => Some(Code::Granted),
        Word::Grant if now < given.starts => Some(Code::GrantNotStarted),
        Word::Grant => Some(Code::GrantEnded),
    }
}

/// How much a grant gives. What does not fit the feature as the policy knows it now gives what it gives without a value.
fn value(feature: Option<&Feature>, extent: Option<&Extent>, otherwise: Option<Value>) -> Option<Value> {
    match (feature, extent) {
        (Some(feature), Some(extent)) => extent.fitting(feature).or(otherwise),
        (None, Some(extent)) => Some(extent.value()),
        (_, None) => otherwise,
    }
}
