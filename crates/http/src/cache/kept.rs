//! An answer as it is kept: a JSON object rendered but for what every request sees differently, its size, its time and whether it is stale.

use chrono::{DateTime, SecondsFormat};
use serde::Serialize;

/// A rendered answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The object without its closing brace.
    open: Box<[u8]>,
    /// The first second at which time alone makes it another answer.
    expires: i64,
}

impl Kept {
    /// Renders an answer, which is a JSON object with at least one member. It holds until `expires`, in seconds.
    ///
    /// # Errors
    /// What the answer's serialization says.
    pub fn render(answer: &impl Serialize, expires: Option<i64>) -> Result<Self, serde_json::Error> {
        let mut open = serde_json::to_vec(answer)?;
        open.pop();
        Ok(Self { open: open.into_boxed_slice(), expires: expires.unwrap_or(i64::MAX) })
    }

    /// Whether it still holds.
    pub fn holds_at(&self, now: i64) -> bool {
        now < self.expires
    }

    /// Appends it to `body`.
    pub fn write(&self, body: &mut Vec<u8>) {
        body.reserve_exact(self.open.len() + CLOSING);
        body.extend_from_slice(&self.open);
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

    #[test]
    fn an_answer_is_closed_with_size_time_and_staleness() {
        let mut body = Vec::new();
        Kept::render(&json!({"allowed": true}), None).unwrap().write(&mut body);
        close(&mut body, 42, 1_767_225_600, false);
        let text = String::from_utf8(body).unwrap();
        assert_eq!(text, r#"{"allowed":true,"size":42,"as_of":"2026-01-01T00:00:00Z","stale":false}"#);
    }

    #[test]
    fn an_answer_holds_until_time_alone_changes_it() {
        let kept = Kept::render(&json!({"allowed": true}), Some(100)).unwrap();
        assert!(kept.holds_at(99));
        assert!(!kept.holds_at(100));
    }
}
