//! Computes `previous_attributes` from two renderings of one object, in Stripe's form: only what differs, with its value before;
//! nested hashes give only their changed keys; an array that changed anywhere is given whole. Since it works on the rendered JSON
//! it is right in every API shape.

use serde_json::{Map, Value};

/// The attributes of `after` that were different in `before`, with their values in `before`. Empty when nothing differs.
pub(crate) fn previous_attributes(before: &Value, after: &Value) -> Map<String, Value> {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => changed(before, after),
        _ => Map::new(),
    }
}

fn changed(before: &Map<String, Value>, after: &Map<String, Value>) -> Map<String, Value> {
    let mut previous = Map::new();
    for (key, new) in after {
        match before.get(key) {
            Some(old) if old == new => {}
            Some(Value::Object(old)) if new.is_object() && !old.is_empty() => {
                if let Value::Object(new) = new {
                    previous.insert(key.clone(), Value::Object(changed(old, new)));
                }
            }
            Some(old) => {
                previous.insert(key.clone(), old.clone());
            }
            None => {
                previous.insert(key.clone(), Value::Null);
            }
        }
    }
    for (key, old) in before {
        if !after.contains_key(key) {
            previous.insert(key.clone(), old.clone());
        }
    }
    previous
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn previous(before: &Value, after: &Value) -> Value {
        Value::Object(previous_attributes(before, after))
    }

    #[test]
    fn nested_hashes_give_only_their_changed_keys_and_arrays_come_whole() {
        let before = json!({"a": 1, "hash": {"x": 1, "y": 2}, "list": [{"n": 1}, {"n": 2}], "same": []});
        let after = json!({"a": 2, "hash": {"x": 1, "y": 3}, "list": [{"n": 1}, {"n": 3}], "same": []});
        assert_eq!(previous(&before, &after), json!({"a": 1, "hash": {"y": 2}, "list": [{"n": 1}, {"n": 2}]}));
    }

    #[test]
    fn an_attribute_that_was_not_there_was_null() {
        assert_eq!(previous(&json!({}), &json!({"a": 1})), json!({"a": null}));
        assert_eq!(previous(&json!({"a": null}), &json!({"a": {"b": 1}})), json!({"a": null}));
        assert_eq!(previous(&json!({"a": {"b": 1}}), &json!({"a": null})), json!({"a": {"b": 1}}));
    }
}
