//! Events around an object, and short ways to look at what they translate to.

use daybook_domain::fact::{Fact, Observed};
use daybook_stripe::{Translation, translate};
use serde_json::{Value, json};

/// An event of this type around this object, at second 1,700,000,000.
pub fn event(event_type: &str, object: &Value) -> Value {
    json!({
        "id": "evt_1", "object": "event", "api_version": "2020-08-27", "created": 1_700_000_000,
        "data": {"object": object}, "livemode": false, "pending_webhooks": 1,
        "request": {"id": null, "idempotency_key": null}, "type": event_type,
    })
}

/// What a body translates to.
pub fn translation(event: &Value) -> Translation {
    translate(event.to_string().as_bytes()).translation
}

/// The facts of an event that has some.
pub fn facts(event_type: &str, object: &Value) -> Vec<Fact> {
    facts_of(&event(event_type, object))
}

/// The facts of an event that has some.
pub fn facts_of(event: &Value) -> Vec<Fact> {
    match translation(event) {
        Translation::Facts(facts) => facts,
        other => panic!("no facts: {other:?}"),
    }
}

/// What an event observes of its own object.
pub fn observed(event_type: &str, object: &Value) -> Observed {
    facts(event_type, object).swap_remove(0).observed
}

/// Why an event is quarantined.
pub fn reason(event: &Value) -> String {
    match translation(event) {
        Translation::Quarantined { reason } => reason.into(),
        other => panic!("not quarantined: {other:?}"),
    }
}

/// Kinds and ids of the objects facts are about.
pub fn subjects(facts: &[Fact]) -> Vec<String> {
    facts.iter().map(|fact| fact.subject().to_string()).collect()
}

/// Takes the snapshot of one kind out of what was observed.
macro_rules! snapshot {
    ($kind:ident of $observed:expr) => {
        match $observed {
            daybook_domain::fact::Observed::$kind(snapshot) => *snapshot,
            other => panic!("another kind: {other:?}"),
        }
    };
}
pub(crate) use snapshot;
