//! Covering what must not be read in a body: client secrets always, obvious personal fields for those who may not see them. It works on the text itself, so
//! everything else stays byte for byte as it came, and text that is no JSON does no harm.

use std::borrow::Cow;

/// What is covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    /// Only client secrets, by as many asterisks as they have bytes.
    Secrets,
    /// Client secrets and personal fields.
    SecretsAndPersons,
}

/// Members whose values let their holder act on a payment.
const SECRETS: &[&str] = &["client_secret"];
/// Members whose values say who somebody is.
const PERSONS: &[&str] = &[
    "account_holder_name",
    "address",
    "billing_details",
    "business_name",
    "cardholder_name",
    "customer_address",
    "customer_details",
    "customer_email",
    "customer_name",
    "customer_phone",
    "customer_shipping",
    "customer_tax_ids",
    "dob",
    "email",
    "first_name",
    "id_number",
    "individual_name",
    "ip",
    "ip_address",
    "last_name",
    "maiden_name",
    "name",
    "payer_email",
    "payer_name",
    "phone",
    "receipt_email",
    "shipping",
    "shipping_address",
    "shipping_details",
    "tax_ids",
    "verified_address",
    "verified_email",
    "verified_name",
];
/// What stands in place of a personal value.
const COVERED: &[u8] = b"\"[masked]\"";

/// The body with what must not be read covered; the same bytes where there is nothing to cover.
pub fn cover(body: &[u8], what: Cover) -> Cow<'_, [u8]> {
    let mut covered: Option<Vec<u8>> = None;
    let mut copied = 0;
    let mut at = 0;
    while let Some(key) = next_key(body, at) {
        at = key.value_start;
        let name = key.name(body);
        let secret = SECRETS.contains(&&*name);
        let person = what == Cover::SecretsAndPersons && PERSONS.contains(&&*name);
        if !secret && !person {
            continue;
        }
        let end = value_end(body, key.value_start);
        let value = body.get(key.value_start..end).unwrap_or_default();
        at = end;
        if let Some(replacement) = replacement(value, secret) {
            let covered = covered.get_or_insert_with(|| Vec::with_capacity(body.len()));
            covered.extend_from_slice(body.get(copied..key.value_start).unwrap_or_default());
            covered.extend_from_slice(&replacement);
            copied = end;
        }
    }
    match covered {
        None => Cow::Borrowed(body),
        Some(mut covered) => {
            covered.extend_from_slice(body.get(copied..).unwrap_or_default());
            Cow::Owned(covered)
        }
    }
}

fn replacement(value: &[u8], secret: bool) -> Option<Vec<u8>> {
    match value {
        b"" | b"null" => None,
        [b'"', inner @ .., b'"'] if secret => {
            let asterisks = std::iter::repeat_n(b'*', inner.len());
            Some(std::iter::once(b'"').chain(asterisks).chain(std::iter::once(b'"')).collect())
        }
        _ => Some(COVERED.to_vec()),
    }
}

/// A member's name and where its value begins.
struct Key {
    name_start: usize,
    name_end: usize,
    value_start: usize,
}

impl Key {
    /// The name as JSON means it, escapes resolved.
    fn name<'a>(&self, body: &'a [u8]) -> Cow<'a, str> {
        let quoted = body.get(self.name_start..self.name_end).unwrap_or_default();
        let inner = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
        if inner.contains(&b'\\') {
            return Cow::Owned(serde_json::from_slice(quoted).unwrap_or_default());
        }
        String::from_utf8_lossy(inner)
    }
}

/// The next string that is followed by a colon.
fn next_key(body: &[u8], from: usize) -> Option<Key> {
    let mut at = from;
    loop {
        let name_start = at + body.get(at..)?.iter().position(|byte| *byte == b'"')?;
        let name_end = string_end(body, name_start);
        let colon = skip_space(body, name_end);
        if body.get(colon) == Some(&b':') {
            return Some(Key { name_start, name_end, value_start: skip_space(body, colon + 1) });
        }
        at = name_end;
    }
}

/// The place after the string that begins here.
fn string_end(body: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = body.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    body.len()
}

/// The place after the value that begins here.
fn value_end(body: &[u8], start: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = start;
    while let Some(byte) = body.get(at) {
        match byte {
            b'"' => {
                at = string_end(body, at);
                if depth == 0 {
                    return at;
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth <= 1 => return if depth == 1 { at + 1 } else { at },
            b'}' | b']' => depth -= 1,
            b',' | b' ' | b'\n' | b'\r' | b'\t' if depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
    body.len()
}

fn skip_space(body: &[u8], from: usize) -> usize {
    let rest = body.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn covered(body: &str, what: Cover) -> String {
        String::from_utf8(cover(body.as_bytes(), what).into_owned()).unwrap()
    }

    #[test]
    fn a_client_secret_is_covered_for_everybody_and_nothing_else_moves() {
        let body = r#"{ "a" : 1, "client_secret" : "pi_1_secret_x", "email":"a@b.c" }"#;
        let shown = covered(body, Cover::Secrets);
        assert_eq!(shown, r#"{ "a" : 1, "client_secret" : "*************", "email":"a@b.c" }"#);
        assert_eq!(shown.len(), body.len());
    }

    #[test]
    fn personal_fields_are_covered_whole_for_those_who_may_not_see_them() {
        let body = r#"{"email":null,"name":"A \"B\" C","shipping":{"a":[{"b":"}"}]},"phone":123,"amount":5}"#;
        let shown = covered(body, Cover::SecretsAndPersons);
        assert_eq!(shown, r#"{"email":null,"name":"[masked]","shipping":"[masked]","phone":"[masked]","amount":5}"#);
    }

    #[test]
    fn a_name_hidden_behind_escapes_is_found() {
        let shown = covered(r#"{"client\u005fsecret":"abc"}"#, Cover::Secrets);
        assert_eq!(shown, r#"{"client\u005fsecret":"***"}"#);
    }

    #[test]
    fn a_body_that_breaks_off_is_covered_to_its_end() {
        assert_eq!(covered(r#"{"name":{"a":"b"#, Cover::SecretsAndPersons), r#"{"name":"[masked]""#);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_fail(body in prop::collection::vec(any::<u8>(), 0..200)) {
            cover(&body, Cover::SecretsAndPersons);
        }

        #[test]
        fn text_made_of_json_parts_does_not_make_it_fail(body in r#"[\{\}\[\]:,"\\ naemipclt_sr01]{0,80}"#) {
            cover(body.as_bytes(), Cover::SecretsAndPersons);
        }
    }
}
