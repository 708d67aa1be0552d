//! Covering what must not be read in a body: client secrets always; for those who may not see it, personal fields, and in all other texts what looks like a secret
//! or a way to reach somebody. It works on the bytes themselves, so everything else stays byte for byte as it came, and what is no JSON does no harm.

use std::borrow::Cow;

use super::names::{is_personal, is_secret};
use super::secret::secrets_in;
use super::text::{MASK, text};

/// What is covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    /// Only client secrets, by as many asterisks as they have bytes.
    Secrets,
    /// Client secrets, personal fields, and what looks like either in other texts.
    SecretsAndPersons,
}

/// The body with what must not be read covered; the same bytes where there is nothing to cover.
pub fn cover(body: &[u8], what: Cover) -> Cow<'_, [u8]> {
    let mut covered = Covered { body, so_far: None, copied: 0 };
    let mut at = 0;
    while let Some(string) = next_string(body, at) {
        at = string.end;
        let quoted = string.bytes(body);
        covered.replace(
            string.start,
            string.end,
            if what == Cover::Secrets { rest_of(quoted) } else { text_of(quoted) },
        );
        let Some(value_start) = string.value_start else { continue };
        at = value_start;
        let name = string.text(body);
        let secret = is_secret(&name);
        let person = what == Cover::SecretsAndPersons && is_personal(&name);
        if secret || person {
            let end = value_end(body, value_start);
            at = end;
            covered.replace(value_start, end, replacement(body.get(value_start..end).unwrap_or_default(), secret));
        }
    }
    match (what, covered.end()) {
        // What is no JSON has texts outside quotes.
        (Cover::Secrets, covered) => outside(&covered).map_or(covered, Cow::Owned),
        (Cover::SecretsAndPersons, covered) => covered,
    }
}

/// The body with client secrets covered wherever they stand; nothing where none do.
fn outside(body: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(body).ok()?;
    asterisks(text).map(String::into_bytes)
}

/// The text with as many asterisks as they have bytes in place of client secrets; nothing where none stand in it.
fn asterisks(text: &str) -> Option<String> {
    let secrets = secrets_in(text);
    let mut covered = (!secrets.is_empty()).then(|| text.to_owned())?;
    for secret in secrets.into_iter().rev() {
        let length = secret.len();
        covered.replace_range(secret, &"*".repeat(length));
    }
    Some(covered)
}

/// A body of which some is covered.
struct Covered<'a> {
    body: &'a [u8],
    so_far: Option<Vec<u8>>,
    copied: usize,
}

impl<'a> Covered<'a> {
    fn replace(&mut self, start: usize, end: usize, replacement: Option<Vec<u8>>) {
        let Some(replacement) = replacement else { return };
        let so_far = self.so_far.get_or_insert_with(|| Vec::with_capacity(self.body.len()));
        so_far.extend_from_slice(self.body.get(self.copied..start).unwrap_or_default());
        so_far.extend_from_slice(&replacement);
        self.copied = end;
    }

    fn end(self) -> Cow<'a, [u8]> {
        match self.so_far {
            None => Cow::Borrowed(self.body),
            Some(mut covered) => {
                covered.extend_from_slice(self.body.get(self.copied..).unwrap_or_default());
                Cow::Owned(covered)
            }
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
        _ => Some(format!("\"{MASK}\"").into_bytes()),
    }
}

/// What stands in place of a string in quotes, if anything in it has to be covered.
fn text_of(quoted: &[u8]) -> Option<Vec<u8>> {
    let meant = meant(quoted);
    match text(&meant) {
        Cow::Borrowed(_) => None,
        Cow::Owned(covered) => Some(serde_json::Value::String(covered).to_string().into_bytes()),
    }
}

/// What stands in place of a string in quotes, if client secrets stand in it: asterisks for each of their bytes.
fn rest_of(quoted: &[u8]) -> Option<Vec<u8>> {
    // The names and the form have this in common, and an escape can hide any of it.
    let may_hold = quoted.contains(&b'\\') || quoted.windows(HINT.len()).any(|bytes| bytes == HINT);
    let covered = if may_hold { asterisks(&meant(quoted)) } else { None };
    covered.map(|text| serde_json::Value::String(text).to_string().into_bytes())
}

/// A part of every client secret in a text, or of its name.
const HINT: &[u8] = b"_secret";

/// A string as JSON means it, escapes resolved; what cannot be resolved, as it stands.
fn meant(quoted: &[u8]) -> Cow<'_, str> {
    if quoted.contains(&b'\\')
        && let Ok(meant) = serde_json::from_slice::<String>(quoted)
    {
        return Cow::Owned(meant);
    }
    let inner = quoted.strip_prefix(b"\"").unwrap_or(quoted);
    String::from_utf8_lossy(inner.strip_suffix(b"\"").unwrap_or(inner))
}

/// A string, and where the value begins whose name it is.
struct Quoted {
    start: usize,
    end: usize,
    value_start: Option<usize>,
}

impl Quoted {
    fn bytes<'a>(&self, body: &'a [u8]) -> &'a [u8] {
        body.get(self.start..self.end).unwrap_or_default()
    }

    fn text<'a>(&self, body: &'a [u8]) -> Cow<'a, str> {
        meant(self.bytes(body))
    }
}

/// The next string.
fn next_string(body: &[u8], from: usize) -> Option<Quoted> {
    let start = from + body.get(from..)?.iter().position(|byte| *byte == b'"')?;
    let end = string_end(body, start);
    let colon = skip_space(body, end);
    let value_start = (body.get(colon) == Some(&b':')).then(|| skip_space(body, colon + 1));
    Some(Quoted { start, end, value_start })
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
    fn a_client_secret_inside_another_text_is_covered_for_everybody() {
        let body = r#"{"url":"https://hooks.stripe.com/r?client_secret=src_1_secret_zzz&a=1","b":["see pi_1_secret_x"],"c":"\u0070i_1\u005fsecret_x","email":"a@b.c"}"#;
        let shown = covered(body, Cover::Secrets);
        assert_eq!(
            shown,
            r#"{"url":"https://hooks.stripe.com/r?client_secret=****************&a=1","b":["see *************"],"c":"*************","email":"a@b.c"}"#
        );
        assert!(!covered(body, Cover::SecretsAndPersons).contains("_secret_"));
        let text = "see ?client_secret=abc&a=1 of \u{fc}";
        assert_eq!(covered(text, Cover::Secrets), "see ?client_secret=***&a=1 of \u{fc}");
        assert!(matches!(
            cover(br#"{"client_secret":null,"note":"my_secret_note"}"#, Cover::Secrets),
            Cow::Borrowed(_)
        ));
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
    fn texts_under_other_names_lose_only_what_gives_somebody_away() {
        let body = r#"{"description":"for \"ada@example.com\" 2\u00d7","list":["+49 30 123456",7],"a@b.example":"x","url":"https://pay.stripe.com/r\/abc"}"#;
        let shown = covered(body, Cover::SecretsAndPersons);
        assert_eq!(
            shown,
            r#"{"description":"for \"[masked]\" 2×","list":["[masked]",7],"[masked]":"x","url":"https://pay.stripe.com/[masked]"}"#
        );
        assert_eq!(covered(body, Cover::Secrets), body);
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
