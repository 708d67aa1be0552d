//! Where two bodies of one event differ: the places in the JSON, with what stands there in each.

use std::fmt;

use daybook_stripe::private::MASK;
use serde::Serialize;
use serde_json::Value;

/// No more places than these are named.
const MOST: usize = 100;
/// Characters of a value that a line shows.
const WIDTH: usize = 60;
/// The count of open deliveries: it changes from one delivery to the next and contradicts nothing.
const IGNORED: &str = "/pending_webhooks";

/// A place with two values.
#[derive(Debug, Serialize)]
pub struct Difference {
    /// where, as a JSON pointer (RFC 6901); empty for the whole body
    path: String,
    /// what the record has there, if anything
    record: Option<Value>,
    /// what the conflict has there, if anything
    conflict: Option<Value>,
}

impl Difference {
    /// The same place with what stands there in bodies that are covered.
    pub fn covered(self, record: &Value, conflict: &Value) -> Self {
        let of = |raw: Option<Value>, body: &Value| {
            raw.map(|_| body.pointer(&self.path).cloned().unwrap_or_else(|| Value::from(MASK)))
        };
        Self { record: of(self.record, record), conflict: of(self.conflict, conflict), path: self.path }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = |value: &Option<Value>| match value {
            None => "nothing".to_owned(),
            Some(value) => {
                let text = value.to_string();
                let beginning: String = text.chars().take(WIDTH).collect();
                if beginning.len() < text.len() { format!("{beginning}...") } else { text }
            }
        };
        let path = if self.path.is_empty() { "the whole body" } else { &self.path };
        write!(formatter, "{path}: {} in the record, {} here", short(&self.record), short(&self.conflict))
    }
}

/// Where they differ, in the order of the record's members; the first hundred places.
pub fn differences(record: &Value, conflict: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(String::new(), Some(record), Some(conflict), &mut found);
    found
}

fn compare(path: String, record: Option<&Value>, conflict: Option<&Value>, found: &mut Vec<Difference>) {
    if record == conflict || path == IGNORED || found.len() >= MOST {
        return;
    }
    match (record, conflict) {
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            let added = other.keys().filter(|name| !one.contains_key(*name));
            for name in one.keys().chain(added) {
                let escaped = name.replace('~', "~0").replace('/', "~1");
                compare(format!("{path}/{escaped}"), one.get(name), other.get(name), found);
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) => {
            for index in 0..one.len().max(other.len()) {
                compare(format!("{path}/{index}"), one.get(index), other.get(index), found);
            }
        }
        _ => found.push(Difference { path, record: record.cloned(), conflict: conflict.cloned() }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(record: &Value, conflict: &Value) -> Vec<String> {
        differences(record, conflict).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_place_is_named_with_both_values() {
        let record = json!({"id": "evt_1", "a": {"b/c": [1, 2]}, "gone": null, "pending_webhooks": 1});
        let conflict = json!({"id": "evt_1", "a": {"b/c": [1, 3, 4]}, "new": "x".repeat(100), "pending_webhooks": 0});
        insta::assert_snapshot!(told(&record, &conflict).join("\n"));
    }

    #[test]
    fn where_they_differ_is_told_of_what_is_covered_too() {
        let (record, conflict) = (json!({"name": {"first": "Ada"}}), json!({"name": {"first": "Bob"}}));
        let covered = json!({"name": "[masked]"});
        let told: Vec<_> =
            differences(&record, &conflict).into_iter().map(|one| one.covered(&covered, &covered)).collect();
        assert_eq!(told[0].to_string(), "/name/first: \"[masked]\" in the record, \"[masked]\" here");
    }

    #[test]
    fn what_is_no_json_differs_as_a_whole() {
        assert_eq!(told(&json!("{\"id\""), &json!({})), ["the whole body: \"{\\\"id\\\"\" in the record, {} here"]);
        assert!(told(&json!({}), &json!({})).is_empty());
    }

    #[test]
    fn no_more_than_a_hundred_places_are_named() {
        let (ones, twos) = (vec![1; 10_000], vec![2; 10_000]);
        assert_eq!(differences(&json!(ones), &json!(twos)).len(), 100);
    }
}
