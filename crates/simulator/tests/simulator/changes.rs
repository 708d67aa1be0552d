//! `previous_attributes` agree with the state before, in every shape: applied to the object, they give back what was seen last.

use std::collections::BTreeMap;

use daybook_simulator::ApiShape;
use serde_json::{Map, Value};

use crate::common::{histories, key, render};

/// Puts the previous values back; a null may stand for an attribute that was not there.
fn undo(object: &mut Value, previous: &Map<String, Value>) {
    for (name, old) in previous {
        let slot = &mut object[name.as_str()];
        match old {
            Value::Object(inner)
                if slot.is_object() && !inner.is_empty() && inner.len() < slot.as_object().unwrap().len() =>
            {
                undo(slot, inner);
            }
            _ => *slot = old.clone(),
        }
    }
}

/// Without nulls, so that an absent attribute equals a null one, and without the refunds inlined in a charge, which go their own
/// ways between two events of the charge.
fn dense(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(name, value)| !value.is_null() && name.as_str() != "refunds");
            Value::Object(kept.map(|(name, value)| (name.clone(), dense(value))).collect())
        }
        Value::Array(entries) => Value::Array(entries.iter().map(dense).collect()),
        other => other.clone(),
    }
}

#[test]
fn previous_attributes_lead_back_to_the_state_seen_before() {
    for shape in ApiShape::ALL {
        let mut checked = 0;
        for history in histories() {
            let mut states: BTreeMap<String, Vec<Value>> = BTreeMap::new();
            for event in render(history, shape) {
                let seen = states.entry(key(&event.object)).or_default();
                if let Some(Value::Object(previous)) = &event.previous {
                    let mut before = event.object.clone();
                    undo(&mut before, previous);
                    let before = dense(&before);
                    // Two events can tell of one change; then the state before is the one before the newest.
                    let known = seen.iter().rev().take(2).any(|state| dense(state) == before);
                    // What no event of its own introduces: a summary, and refunds before they had events. The first event
                    // may be told twice.
                    let kind = event.object["object"].as_str().unwrap();
                    let first =
                        seen.len() <= 1 && ["entitlements.active_entitlement_summary", "refund"].contains(&kind);
                    assert!(known || first, "{shape:?} {} {}: {previous:?}", event.kind, event.id);
                    checked += 1;
                }
                if seen.last() != Some(&event.object) {
                    seen.push(event.object);
                }
            }
        }
        assert!(checked > 500, "{checked}");
    }
}

#[test]
fn an_update_always_says_what_it_changed() {
    for shape in ApiShape::ALL {
        for history in histories() {
            for event in render(history, shape) {
                if event.kind.ends_with(".updated") {
                    let previous =
                        event.previous.unwrap_or_else(|| panic!("{} without previous attributes", event.kind));
                    assert!(!previous.as_object().unwrap().is_empty());
                }
            }
        }
    }
}

#[test]
fn no_two_states_of_an_object_form_a_circle_within_one_second() {
    for history in histories() {
        let mut seconds: BTreeMap<(String, i64), Vec<Value>> = BTreeMap::new();
        for event in render(history, ApiShape::Endive) {
            let states = seconds.entry((key(&event.object), event.created)).or_default();
            if states.last() != Some(&event.object) {
                assert!(!states.contains(&event.object), "{} {}", event.kind, event.object);
                states.push(event.object);
            }
        }
    }
}
