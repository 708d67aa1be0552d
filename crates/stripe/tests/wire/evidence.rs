//! Evidence: two events of one object and one second tell by themselves which came first.

use daybook_domain::order::Evidence;
use serde_json::{Value, json};

use crate::shape::{event, facts_of};

/// The evidence of an update to this object, which was before as these attributes say.
fn evidence(object: &Value, previous: &Value) -> Evidence {
    let mut shown = event("customer.subscription.updated", object);
    shown["data"]["previous_attributes"] = previous.clone();
    facts_of(&shown).swap_remove(0).evidence
}

fn subscription(extra: &Value) -> Value {
    let mut object = json!({"id": "sub_1", "object": "subscription", "status": "active", "metadata": {"a": "1"}});
    object.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    object
}

/// Whether the second change is seen to follow the first object.
fn follows(first: &Value, second: &Value, previous: &Value) -> bool {
    evidence(second, previous).follows(&evidence(first, &json!(null)))
}

#[test]
fn an_update_follows_the_event_that_shows_what_it_changed() {
    let first = subscription(&json!({"status": "incomplete"}));
    let second = subscription(&json!({"status": "active"}));
    assert!(follows(&first, &second, &json!({"status": "incomplete"})));
    assert!(!follows(&first, &second, &json!({"status": "trialing"})));
    assert!(!follows(&second, &first, &json!({"status": "incomplete"})));
}

#[test]
fn what_was_null_or_absent_before_agrees_with_null_and_absent_only() {
    let paused = subscription(&json!({"pause_collection": {"behavior": "void", "resumes_at": null}}));
    let running = subscription(&json!({"pause_collection": null}));
    let silent = subscription(&json!({}));
    assert!(follows(&running, &paused, &json!({"pause_collection": null})));
    assert!(follows(&silent, &paused, &json!({"pause_collection": null})));
    assert!(!follows(&paused, &running, &json!({"pause_collection": null})));
    assert!(follows(&paused, &running, &json!({"pause_collection": {"behavior": "void", "resumes_at": null}})));
    assert!(!follows(&running, &paused, &json!({"pause_collection": {"behavior": "void"}})));
}

#[test]
fn nested_attributes_hold_only_what_changed() {
    let first = subscription(&json!({"metadata": {"a": "1", "b": "2"}}));
    let second = subscription(&json!({"metadata": {"a": "1", "b": "3", "c": "4"}}));
    assert!(follows(&first, &second, &json!({"metadata": {"b": "2", "c": null}})));
    assert!(!follows(&first, &second, &json!({"metadata": {"b": "2", "a": null}})));
}

#[test]
fn a_list_is_compared_as_a_whole() {
    let items =
        |quantity: i64| json!({"object": "list", "data": [{"id": "si_1", "quantity": quantity}], "has_more": false});
    let first = subscription(&json!({"items": items(1)}));
    let second = subscription(&json!({"items": items(2)}));
    assert!(follows(&first, &second, &json!({"items": {"data": [{"quantity": 1, "id": "si_1"}]}})));
    assert!(!follows(&first, &second, &json!({"items": {"data": [{"quantity": 2, "id": "si_1"}]}})));
}

#[test]
fn attributes_that_are_not_translated_prove_nothing() {
    let object = subscription(&json!({"description": "new"}));
    let found = evidence(&object, &json!({"description": "old", "plan": {"nickname": "x"}}));
    assert!(found.previous.is_empty());
}

#[test]
fn the_order_of_keys_white_space_and_escapes_do_not_matter() {
    let one = r#"{"id":"evt_1","object":"event","created":1,"livemode":true,"type":"customer.updated","data":{"object":
        {"id":"cus_1","object":"customer","balance":5,"metadata":{"a":"é","b":"2"}}}}"#;
    let other = r#"{"type":"customer.updated","data":{"object":{"metadata" : {"b":"2", "a":"\u00e9"}, "balance": 5,
        "object":"customer","id":"cus_1"}},"livemode":true,"created":1,"object":"event","id":"evt_1"}"#;
    let evidence = |body: &str| match daybook_stripe::translate(body.as_bytes()).translation {
        daybook_stripe::Translation::Facts(facts) => facts.into_iter().next().unwrap().evidence,
        other => panic!("{other:?}"),
    };
    assert_eq!(evidence(one), evidence(other));
}

#[test]
fn evidence_is_sorted_by_path() {
    let found =
        evidence(&subscription(&json!({"quantity": 1, "customer": "cus_1"})), &json!({"quantity": 2, "status": "x"}));
    assert!(found.fields.is_sorted_by_key(|(path, _)| *path));
    assert!(found.previous.is_sorted_by_key(|(path, _)| *path));
    assert_eq!(found.previous.len(), 2);
}

#[test]
fn previous_attributes_of_the_wrong_kind_are_quarantined() {
    let mut shown = event("customer.subscription.updated", &subscription(&json!({})));
    shown["data"]["previous_attributes"] = json!([1]);
    assert_eq!(crate::shape::reason(&shown), "data.previous_attributes: expected an object, found a list");
}
