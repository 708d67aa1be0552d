//! Answers and output as snapshots keep them: everything but what differs from run to run.

use serde_json::Value;

use super::client::Answer;

/// Members whose values nobody can foretell.
const VOLATILE: &[&str] = &[
    "as_of",
    "received_at",
    "learned_at",
    "created_at_here",
    "moved_at",
    "leaf_hash",
    "signature",
    "lag_seconds",
    "secret_key",
    "seconds",
];

/// An answer: its status, its media type, its body.
pub fn answer(answer: &Answer) -> String {
    let media = answer.header("content-type").unwrap_or("-");
    let body = serde_json::from_slice(&answer.body).map_or_else(|_| answer.text(), |body| json(&body));
    format!("{} {media}\n{body}", answer.status)
}

/// A document with what is volatile covered.
pub fn json(document: &Value) -> String {
    let mut document = document.clone();
    cover(&mut document);
    format!("{document:#}")
}

fn cover(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if VOLATILE.contains(&name.as_str()) && !member.is_null() {
                    *member = Value::from("...");
                } else {
                    cover(member);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(cover),
        _ => {}
    }
}

/// What differs from run to run in the text of commands, for insta's filters.
pub fn filters() -> Vec<(&'static str, &'static str)> {
    vec![
        (r"dbk_[a-z]+_[0-9a-f]+(\.\.\.)?", "dbk_..."),
        (r"policy_[0-9a-f]{32}", "policy_..."),
        (r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "[worker]"),
        (r"20[0-9]{2}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z| UTC)?", "[time]"),
        (r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", "[day]"),
        (r"PostgreSQL 1[0-9](\.[0-9]+| \([^)]*\)|\([^)]*\))*", "PostgreSQL [version]"),
        (r"127\.0\.0\.1:[0-9]+", "[address]"),
        (r"clock is [0-9.]+ s (ahead of|behind)", "clock is [some] s beside"),
        (r"in [0-9]+ s;", "in [some] s;"),
        // One row for each customer and batch: how many batches there were is chance.
        (r"change +[0-9]+ +[0-9]+", "change [some]"),
    ]
}
