//! Raw JSON values as text and ids, made harmless for a database that cannot hold NUL.

use std::borrow::Cow;

/// Longest id that is read, in bytes. Stripe promises 255 characters at most.
const MAX_ID: usize = 255;

/// What kind of JSON value this is, for messages.
pub(crate) fn kind_of(raw: &str) -> &'static str {
    match raw.as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b'"') => "a text",
        Some(b't' | b'f') => "true or false",
        Some(b'n') => "null",
        Some(_) => "a number",
        None => "nothing",
    }
}

/// A text with its escapes resolved. NUL, which PostgreSQL cannot hold, becomes the replacement character.
pub(crate) fn text_of(raw: &str) -> Result<Cow<'_, str>, String> {
    let Some(inner) = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return Err(format!("expected a text, found {}", kind_of(raw)));
    };
    if !inner.contains('\\') {
        return Ok(Cow::Borrowed(inner));
    }
    match serde_json::from_str::<String>(raw) {
        Ok(text) => Ok(Cow::Owned(text.replace('\0', "\u{fffd}"))),
        Err(_) => Err("the text has an escape that means no character".into()),
    }
}

/// An id: 1 to 255 bytes without control characters.
pub(crate) fn id_of(raw: &str) -> Result<Cow<'_, str>, String> {
    if raw.contains("\\u0000") {
        return Err("the id has a NUL in it".into());
    }
    let id = text_of(raw)?;
    if id.is_empty() {
        Err("the id is empty".into())
    } else if id.len() > MAX_ID {
        Err(format!("the id has {} bytes, at most {MAX_ID} are read", id.len()))
    } else if id.chars().any(char::is_control) {
        Err("the id has control characters in it".into())
    } else {
        Ok(id)
    }
}
