//! Whether two renderings of one event say the same. Stripe may write the same event with its keys in another order and with another
//! `pending_webhooks`; anything else that differs is different content. Numbers are compared as they are written, because no number type
//! of ours holds them all. What is not readable JSON is compared byte by byte.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The count of deliveries that are still open at Stripe: it changes from one delivery to the next.
const IGNORED_AT_THE_TOP: &str = "pending_webhooks";

/// Deeper JSON is compared byte by byte, because each level reads the rest of the text once more. Stripe's is about ten deep.
const DEPTH_LIMIT: usize = 32;

/// Whether two bodies say the same.
pub fn same_content(one: &[u8], other: &[u8]) -> bool {
    one == other || canonical_content_is_equal(one, other).unwrap_or(false)
}

/// `None` when one of the two is no JSON that can be compared.
fn canonical_content_is_equal(one: &[u8], other: &[u8]) -> Option<bool> {
    if depth(one) > DEPTH_LIMIT || depth(other) > DEPTH_LIMIT {
        return None;
    }
    let mut one: Members<'_> = serde_json::from_slice(one).ok()?;
    let mut other: Members<'_> = serde_json::from_slice(other).ok()?;
    for members in [&mut one, &mut other] {
        members.0.retain(|(name, _)| name != IGNORED_AT_THE_TOP);
    }
    members_are_equal(&one, &other)
}

fn members_are_equal(one: &Members<'_>, other: &Members<'_>) -> Option<bool> {
    if one.0.len() != other.0.len() {
        return Some(false);
    }
    for ((name, value), (other_name, other_value)) in one.0.iter().zip(&other.0) {
        if name != other_name || !values_are_equal(value, other_value)? {
            return Some(false);
        }
    }
    Some(true)
}

fn values_are_equal(one: &RawValue, other: &RawValue) -> Option<bool> {
    let (one, other) = (one.get(), other.get());
    if one == other {
        return Some(true);
    }
    match (one.bytes().next()?, other.bytes().next()?) {
        (b'{', b'{') => {
            let one = serde_json::from_str(one).ok()?;
            let other = serde_json::from_str(other).ok()?;
            members_are_equal(&one, &other)
        }
        (b'[', b'[') => {
            let one: Vec<&RawValue> = serde_json::from_str(one).ok()?;
            let other: Vec<&RawValue> = serde_json::from_str(other).ok()?;
            if one.len() != other.len() {
                return Some(false);
            }
            for (one, other) in one.into_iter().zip(other) {
                if !values_are_equal(one, other)? {
                    return Some(false);
                }
            }
            Some(true)
        }
        (b'"', b'"') => {
            let one: String = serde_json::from_str(one).ok()?;
            let other: String = serde_json::from_str(other).ok()?;
            Some(one == other)
        }
        _ => Some(false),
    }
}

/// How deep objects and arrays are nested, if this is JSON.
fn depth(json: &[u8]) -> usize {
    let (mut now, mut deepest): (usize, usize) = (0, 0);
    let (mut in_text, mut escaped) = (false, false);
    for byte in json {
        match (in_text, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_text = !in_text,
            (false, b'{' | b'[') => {
                now += 1;
                deepest = deepest.max(now);
            }
            (false, b'}' | b']') => now = now.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// The members of an object, sorted by name; those with the same name keep their order.
struct Members<'json>(Vec<(String, &'json RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        members.sort_by(|(one, _): &(String, _), (other, _)| one.cmp(other));
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::same_content;

    fn same(one: &str, other: &str) -> bool {
        let answer = same_content(one.as_bytes(), other.as_bytes());
        assert_eq!(answer, same_content(other.as_bytes(), one.as_bytes()));
        answer
    }

    #[test]
    fn order_space_escapes_and_pending_webhooks_make_no_difference() {
        assert!(same(
            r#"{"id":"evt_1","a":[1,{"b":"é"}],"pending_webhooks":1}"#,
            r#"{ "a": [1, {"b":"\u00e9"}], "id":"evt_1", "pending_webhooks":0 }"#
        ));
        assert!(same(r#"{"id":"evt_1","pending_webhooks":1}"#, r#"{"id":"evt_1"}"#));
    }

    #[test]
    fn any_other_difference_is_one() {
        assert!(!same(r#"{"id":"evt_1","a":1}"#, r#"{"id":"evt_1","a":2}"#));
        assert!(!same(r#"{"a":{"pending_webhooks":1}}"#, r#"{"a":{"pending_webhooks":2}}"#));
        assert!(!same(r#"{"a":[1,2]}"#, r#"{"a":[2,1]}"#));
        assert!(!same(r#"{"a":null}"#, "{}"));
        assert!(!same(r#"{"a":1,"a":2}"#, r#"{"a":2}"#));
    }

    #[test]
    fn numbers_are_compared_as_written() {
        assert!(!same(r#"{"a":1}"#, r#"{"a":1.0}"#));
        assert!(!same(r#"{"a":100000000000000000000000000000001}"#, r#"{"a":100000000000000000000000000000002}"#));
    }

    #[test]
    fn what_is_no_json_is_compared_byte_by_byte() {
        assert!(same("no json", "no json"));
        assert!(!same("no json", "no  json"));
        assert!(!same("[1]", "[1 ]"));
    }

    #[test]
    fn endless_nesting_ends_without_harm() {
        let deep = |leaf: &str| format!("{{\"a\":{}{leaf}{}}}", "[".repeat(200_000), "]".repeat(200_000));
        assert!(!same(&deep("1"), &deep("2")));
        assert!(!same(&deep("1"), &deep(" 1")));
        // Brackets inside a text are no nesting.
        let text = format!("\"{}\\\"{}\"", "[".repeat(100), "{".repeat(100));
        assert!(same(&format!("{{\"a\":{text}}}"), &format!("{{ \"a\": {text} }}")));
    }
}
