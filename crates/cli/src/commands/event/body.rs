//! A body as it is shown: personal fields are covered unless the raw body is asked for, and values of `client_secret` always; the log keeps the exact bytes.

use daybook_http::v1::event::as_text;
use daybook_stripe::private::{Cover, cover};
use serde_json::Value;

/// What is covered when a raw body was asked for, and when not.
pub fn what(raw: bool) -> Cover {
    if raw { Cover::Secrets } else { Cover::SecretsAndPersons }
}

/// The body as JSON with what must not be read covered; what is no JSON, as text.
pub fn readable(body: &[u8], what: Cover) -> Value {
    let covered = cover(body, what);
    serde_json::from_slice(&covered).unwrap_or_else(|_| Value::String(as_text(&covered, what)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_secrets_are_covered_wherever_they_stand() {
        let body = br#"{"data":{"object":{"client_secret":"pi_secret","x":[{"client_secret":"seti_secret"}]},"previous_attributes":{"client_secret":null}}}"#;
        let shown = readable(body, Cover::Secrets).to_string();
        assert!(!shown.contains("pi_secret") && !shown.contains("seti_secret"), "{shown}");
        assert!(shown.contains("null"));
    }

    #[test]
    fn a_body_that_is_no_json_is_shown_as_it_is() {
        assert_eq!(readable(b"{\"id\"", Cover::SecretsAndPersons), Value::String("{\"id\"".to_owned()));
        let text = Value::String("not JSON, [masked]".to_owned());
        assert_eq!(readable(b"not JSON, ada@example.com", Cover::SecretsAndPersons), text);
    }
}
