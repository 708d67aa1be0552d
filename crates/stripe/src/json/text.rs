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
#[inline]
pub(crate) fn text_of(raw: &str) -> Result<Cow<'_, str>, String> {
    Ok(match unescaped(raw)? {
        Cow::Owned(text) if text.contains('\0') => Cow::Owned(text.replace('\0', "\u{fffd}")),
        text => text,
    })
}

/// An id: 1 to 255 bytes without control characters.
#[inline]
pub(crate) fn id_of(raw: &str) -> Result<Cow<'_, str>, String> {
    if let Some(id) = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'))
        && (1..=MAX_ID).contains(&id.len())
        && id.bytes().filter(|byte| !matches!(byte, 0x20..0x7f) || *byte == b'\\').count() == 0
    {
        return Ok(Cow::Borrowed(id));
    }
    let id = unescaped(raw)?;
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

/// A text with its escapes resolved; raw control characters are no JSON, so only escapes can bring them in.
#[inline]
fn unescaped(raw: &str) -> Result<Cow<'_, str>, String> {
    let Some(inner) = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return Err(format!("expected a text, found {}", kind_of(raw)));
    };
    // Counted to the end instead of found, so that many bytes are compared at once.
    if inner.bytes().filter(|byte| *byte == b'\\').count() == 0 {
        return Ok(Cow::Borrowed(inner));
    }
    let text = serde_json::from_str::<String>(raw);
    text.map(Cow::Owned).map_err(|_| "the text has an escape that means no character".into())
}
