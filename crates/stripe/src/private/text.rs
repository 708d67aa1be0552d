//! Covering what must not be read in a text that people wrote: a description, a value of metadata, a message about bad input. A text cannot be asked what it is
//! about, so this knows shapes only: secrets by what they begin with, e-mail addresses, telephone numbers that begin with +, IP addresses, and all of a web
//! address but its host, because whoever has the rest may open it. Messages of our own ([`message`]) keep addresses of machines and pages: they are needed, and
//! are nobody's.

use std::borrow::Cow;
use std::net::IpAddr;

use super::names::{PREFIXES, WITHIN, is_personal, is_secret};
use super::secret::secrets_in;

/// What stands in place of something covered.
pub const MASK: &str = "[masked]";

/// Fewer digits are no telephone number, and neither are more.
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// Which shapes are covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shapes {
    All,
    OfMessages,
}

/// The text with what must not be read covered; itself where there is nothing to cover.
pub fn text(text: &str) -> Cow<'_, str> {
    covered(text, Shapes::All)
}

/// A message of our own, a line of the log or what is said of bad input, with secrets, passwords in addresses and e-mail addresses covered.
pub fn message(message: &str) -> Cow<'_, str> {
    covered(message, Shapes::OfMessages)
}

fn covered(text: &str, shapes: Shapes) -> Cow<'_, str> {
    let mut covered = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find(|letter| !parts(letter))).map(|next| at + next) {
        let rest = text.get(start..).unwrap_or_default();
        let word = rest.split(parts).next().unwrap_or_default();
        at = start + word.len();
        if let Some((from, until)) = within(word, rest, shapes) {
            covered.push_str(text.get(copied..start + from).unwrap_or_default());
            covered.push_str(MASK);
            copied = start + until;
            at = at.max(copied);
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    covered.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(covered)
}

/// A value as it may be shown: all of it is covered where the name it stands under is secret or personal.
pub fn value<'a>(name: &str, value: &'a str) -> Cow<'a, str> {
    if !value.is_empty() && (is_secret(name) || is_personal(name)) { Cow::Borrowed(MASK) } else { text(value) }
}

/// What parts one word from the next.
fn parts(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(letter, '"' | '\'' | '`' | '<' | '>' | '(' | ')' | '[' | ']' | '{' | '}' | ',' | ';' | '|')
}

/// From where to where something is covered that begins in this word; `rest` is all that follows, the word included.
fn within(word: &str, rest: &str, shapes: Shapes) -> Option<(usize, usize)> {
    if PREFIXES.iter().any(|prefix| has_value(word, prefix)) || word.contains(WITHIN) || !secrets_in(word).is_empty() {
        return Some((0, word.len()));
    }
    if shapes == Shapes::OfMessages {
        return of_login(word).or_else(|| of_mail(word));
    }
    of_address(word)
        .or_else(|| of_mail(word))
        .or_else(|| is_machine(word).then_some((0, word.len())))
        .or_else(|| of_telephone(word, rest))
}

/// Whether something stands behind the prefix. `whsec_...` is how we write of such secrets, and is none.
fn has_value(word: &str, prefix: &str) -> bool {
    word.split_once(prefix).is_some_and(|(_, value)| value.contains(char::is_alphanumeric))
}

/// Everything of a web address, or of a database's, that is not its scheme or its host.
fn of_address(word: &str) -> Option<(usize, usize)> {
    let begin = word.find("://")? + 3;
    let after = word.get(begin..)?;
    let host = after.find(['/', '?', '#']).unwrap_or(after.len());
    let page = || (after.len() > host + 1).then_some((begin + host + 1, word.len()));
    of_login(word).or_else(page)
}

/// Who logs in at an address, with the password: all that stands between the scheme and the last @.
fn of_login(word: &str) -> Option<(usize, usize)> {
    let begin = word.find("://")? + 3;
    let login = word.get(begin..)?.rfind('@')?;
    Some((begin, begin + login))
}

fn of_mail(word: &str) -> Option<(usize, usize)> {
    let (local, domain) = word.rsplit_once('@')?;
    let is_local = local.ends_with(|letter: char| letter.is_alphanumeric() || "!#$%&*+-/=?^_.".contains(letter));
    let is_domain = domain.starts_with(char::is_alphanumeric) && domain.trim_end_matches('.').contains('.');
    (is_local && is_domain).then_some((0, word.len()))
}

/// Whether it is an IP address, bare, after a colon or an equals sign, or before a port.
fn is_machine(word: &str) -> bool {
    let is_address = |text: &str| {
        let text = text.trim_end_matches(['.', ':', '!', '?']);
        text.len() > 2 && text.parse::<IpAddr>().is_ok()
    };
    let ends = [Some(word), word.rsplit_once('=').map(|(_, end)| end), word.rsplit_once(':').map(|(_, end)| end)];
    ends.into_iter().flatten().any(is_address) || word.rsplit_once(':').is_some_and(|(begin, _)| is_address(begin))
}

/// A plus sign and as many digits as a telephone number has, over spaces and what else parts them.
fn of_telephone(word: &str, rest: &str) -> Option<(usize, usize)> {
    let begin = word
        .find('+')
        .filter(|begin| !word.get(..*begin).is_some_and(|before| before.ends_with(char::is_alphanumeric)))?;
    let mut digits = 0;
    let mut end = begin;
    for (place, letter) in rest.char_indices().skip_while(|(place, _)| *place <= begin) {
        match letter {
            '0'..='9' => {
                digits += 1;
                end = place + 1;
            }
            ' ' | '\u{a0}' | '-' | '.' | '/' | '(' | ')' if place < end + 3 || digits == 0 => {}
            _ => break,
        }
        if digits > *DIGITS.end() {
            return None;
        }
    }
    DIGITS.contains(&digits).then_some((begin, end))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn secrets_are_covered_wherever_they_stand() {
        for secret in [
            "sk_live_abc",
            "rk_test_abc",
            "whsec_abc",
            "whsec_/+a",
            "pi_1_secret_abc",
            "client_secret=abc",
            "dbk_app_00",
            "key=sk_test_1",
            "ek_live_1",
        ] {
            assert_eq!(text(&format!("it is \"{secret}\".")), "it is \"[masked]\".", "{secret}");
        }
    }

    #[test]
    fn ways_to_reach_somebody_are_covered() {
        for way in [
            "ada@example.com",
            "mailto:Ada.L+x@mail.example.org",
            "+1 (555) 010-4242",
            "+4930123456",
            "203.0.113.7",
            "ip=203.0.113.7",
            "203.0.113.7:443",
            "2001:db8::7",
        ] {
            let shown = text(&format!("call {way}, please")).into_owned();
            assert!(matches!(&*shown, "call [masked], please"), "{way}: {shown}");
        }
    }

    #[test]
    fn of_an_address_only_the_host_is_shown() {
        assert_eq!(text("https://pay.stripe.com/receipts/abc?x=1"), "https://pay.stripe.com/[masked]");
        assert_eq!(text("postgres://ada:pw@db/x"), "postgres://[masked]@db/x");
        assert_eq!(
            text("see https://example.com/ and https://example.com"),
            "see https://example.com/ and https://example.com"
        );
    }

    #[test]
    fn a_message_keeps_what_operators_need_and_loses_secrets() {
        let kept = "cannot listen at 127.0.0.1:4242, see https://example.com/help?x=1 and +4930123456";
        assert_eq!(message(kept), kept);
        assert_eq!(
            message("postgres://ada:p@ss@db:5432/x, whsec_abc, 'sk_live_abc', ada@example.com"),
            "postgres://[masked]@db:5432/x, [masked], '[masked]', [masked]"
        );
    }

    #[test]
    fn what_is_none_of_it_is_left_as_it_is() {
        for plain in [
            "1 × Pro (at $10.00 / month)",
            "Time left on 2 × Pro after 05 Mar 2026 12:34:56",
            "user_7@tenant",
            "NAME=whsec_...[,LABEL=whsec_...], dbk_..., client_secret",
            "a@b",
            "+5 seats, +10%",
            "1.2.3",
            "evt_1NG8Du2eZvKYlo2CUI79vXWy",
            "2026-03-03T12:00:00+00:00",
            "",
            "@",
            "::",
        ] {
            assert_eq!(text(plain), plain);
        }
    }

    #[test]
    fn a_value_is_covered_whole_under_a_personal_name() {
        assert_eq!(value("email", "nothing like one"), MASK);
        assert_eq!(value("email", ""), "");
        assert_eq!(value("user_id", "u_7"), "u_7");
        assert_eq!(value("note", "ask ada@example.com"), "ask [masked]");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_fail_and_covering_twice_changes_nothing(written in r#"[a-z0-9@.:/+ =\[\]"'()é_-]{0,60}"#) {
            let once = text(&written).into_owned();
            prop_assert_eq!(text(&once).into_owned(), once);
        }
    }
}
