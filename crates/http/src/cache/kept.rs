//! An answer as it is kept: a JSON object rendered but for what every request sees differently, its size, its time and whether it is stale. It begins with
//! its head, the members that say whom it is about, so that several answers about one subject can be told together.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat};
use serde::Serialize;

/// A rendered answer. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The object without its closing brace.
    open: Arc<[u8]>,
    /// Where the head ends.
    head: usize,
    /// The second for which it was worked out. A clock that was ahead and was set back has not come to it yet.
    judged: i64,
    /// The first second at which time alone makes it another answer.
    expires: i64,
    /// How many features it answers about.
    pub features: usize,
    /// Customers it depends on besides the one it is kept under.
    pub beside: Arc<[Box<str>]>,
}

impl Kept {
    /// Renders an answer from its head and its other members, which both are JSON objects with at least one member. It holds from the second
    /// for which it was worked out until `expires`.
    ///
    /// # Errors
    /// What their serialization says.
    pub fn render(
        head: &impl Serialize,
        members: &impl Serialize,
        (judged, expires): (i64, Option<i64>),
    ) -> Result<Self, serde_json::Error> {
        let mut open = serde_json::to_vec(head)?;
        open.pop();
        open.push(b',');
        let head = open.len();
        let members = serde_json::to_vec(members)?;
        open.extend_from_slice(members.get(1..members.len().saturating_sub(1)).unwrap_or_default());
        let expires = expires.unwrap_or(i64::MAX);
        Ok(Self { open: open.into(), head, judged, expires, features: 1, beside: Arc::default() })
    }

    /// The same answer, about so many features.
    #[must_use]
    pub fn about(self, features: usize) -> Self {
        Self { features, ..self }
    }

    /// The same answer, worked out from these customers too.
    #[must_use]
    pub fn beside(self, customers: impl IntoIterator<Item = String>) -> Self {
        Self { beside: customers.into_iter().map(String::into_boxed_str).collect(), ..self }
    }

    /// Whether it still holds.
    pub fn holds_at(&self, now: i64) -> bool {
        self.judged <= now && now < self.expires
    }

    /// About how much memory it takes, in bytes.
    pub fn bytes(&self) -> usize {
        self.open.len() + self.beside.iter().map(|customer| customer.len() + size_of::<Box<str>>()).sum::<usize>()
    }

    /// Appends it to `body`, to be closed.
    pub fn write(&self, body: &mut Vec<u8>) {
        body.reserve_exact(self.open.len() + CLOSING);
        body.extend_from_slice(&self.open);
    }

    /// Appends its head to `body`: an object that lacks members and its end.
    pub fn write_head(&self, body: &mut Vec<u8>) {
        body.extend_from_slice(self.open.get(..self.head).unwrap_or_default());
    }

    /// Appends all but its head to `body`, as an object of its own.
    pub fn write_members(&self, body: &mut Vec<u8>) {
        body.push(b'{');
        body.extend_from_slice(self.open.get(self.head..).unwrap_or_default());
        body.push(b'}');
    }
}

/// Room for the members that close an answer.
const CLOSING: usize = 96;

/// Closes an answer with its size, its time (seconds) and whether it is stale.
pub fn close(body: &mut Vec<u8>, size: i64, now: i64, stale: bool) {
    let as_of = DateTime::from_timestamp(now, 0).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Secs, true);
    body.extend_from_slice(b",\"size\":");
    push_number(body, size);
    body.extend_from_slice(b",\"as_of\":\"");
    body.extend_from_slice(as_of.as_bytes());
    body.extend_from_slice(if stale { b"\",\"stale\":true}" } else { b"\",\"stale\":false}" });
}

fn push_number(body: &mut Vec<u8>, number: i64) {
    // Writing a number to a vector does not fail.
    let _ = serde_json::to_writer(body, &number);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kept(expires: Option<i64>) -> Kept {
        Kept::render(&json!({"customer": "cus_1"}), &json!({"allowed": true}), (50, expires)).unwrap()
    }

    #[test]
    fn an_answer_is_closed_with_size_time_and_staleness() {
        let mut body = Vec::new();
        kept(None).write(&mut body);
        close(&mut body, 42, 1_767_225_600, false);
        let text = String::from_utf8(body).unwrap();
        let expected = r#"{"customer":"cus_1","allowed":true,"size":42,"as_of":"2026-01-01T00:00:00Z","stale":false}"#;
        assert_eq!(text, expected);
    }

    #[test]
    fn an_answer_can_be_told_beside_others_about_the_same_subject() {
        let mut body = Vec::new();
        kept(None).write_head(&mut body);
        kept(None).write_members(&mut body);
        assert_eq!(String::from_utf8(body).unwrap(), r#"{"customer":"cus_1",{"allowed":true}"#);
    }

    #[test]
    fn an_answer_holds_until_time_alone_changes_it() {
        assert!(kept(Some(100)).holds_at(99));
        assert!(!kept(Some(100)).holds_at(100));
    }

    #[test]
    fn an_answer_for_a_time_that_has_not_come_is_none_yet() {
        assert!(kept(None).holds_at(50));
        assert!(!kept(None).holds_at(49), "the clock was ahead when it was worked out");
    }
}
