//! Finding client secrets inside a text: in the query of an address that somebody is sent to, or by their form. Their holder may act on a payment, so they leave for
//! nobody, and of the text around them nothing else is touched.

use std::ops::Range;

use super::names::{SECRET_PREFIXES, SECRETS, WITHIN};

/// No secret begins so many bytes before its middle.
const LONGEST_BEGIN: usize = 300;

/// Where client secrets stand in a text, from left to right, in bytes; none overlaps another.
pub fn secrets_in(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = SECRETS.iter().flat_map(|name| named(text, name)).collect();
    found.extend(formed(text));
    found.sort_unstable_by_key(|one| one.start);
    let mut apart: Vec<Range<usize>> = Vec::with_capacity(found.len());
    for one in found {
        match apart.last_mut() {
            Some(last) if one.start < last.end => last.end = last.end.max(one.end),
            _ => apart.push(one),
        }
    }
    apart
}

/// What stands behind `client_secret=`, however the equals sign is written.
fn named(text: &str, name: &str) -> Vec<Range<usize>> {
    let values = text.match_indices(name).filter_map(|(at, _)| {
        let after = at + name.len();
        let rest = text.get(after..)?;
        let sign = ["=", "%3D", "%3d"].into_iter().find(|sign| rest.starts_with(*sign))?;
        let value = rest.get(sign.len()..)?.split(ends_a_value).next()?;
        let begin = after + sign.len();
        (!value.is_empty()).then_some(begin..begin + value.len())
    });
    values.collect()
}

/// What has the form of one: `pi_1_secret_2`.
fn formed(text: &str) -> Vec<Range<usize>> {
    // Where the run of letters ends in which the last middle stands: others in it end there too, and no text is read twice for them.
    let mut end = 0;
    let whole = text.match_indices(WITHIN).filter_map(|(middle, _)| {
        let from = (0..=middle.saturating_sub(LONGEST_BEGIN)).rev().find(|place| text.is_char_boundary(*place))?;
        let before = text.get(from..middle)?.rsplit(|letter| !is_of_id(letter)).next()?;
        let tail = middle + WITHIN.len();
        if tail > end {
            let rest = text.get(tail..)?;
            end = tail + rest.find(|letter| !is_of_tail(letter)).unwrap_or(rest.len());
        }
        let after = text.get(tail..end)?;
        (!after.is_empty() && is_one(before, after)).then_some(middle - before.len()..end)
    });
    whole.collect()
}

/// Whether these are the two ends of a secret, and not words that people join with underscores: a kind of object that has secrets, or a number in it.
fn is_one(before: &str, tail: &str) -> bool {
    let kind = before.split('_').next().unwrap_or_default();
    let has_digit = |part: &str| part.bytes().take(LONGEST_BEGIN).any(|byte| byte.is_ascii_digit());
    let has_number = || has_digit(before) || has_digit(tail);
    SECRET_PREFIXES.contains(&kind) || (before.contains('_') && has_number())
}

fn is_of_id(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// Some secrets hold percent-encoded parts.
fn is_of_tail(letter: char) -> bool {
    is_of_id(letter) || matches!(letter, '%' | '-' | '.' | '~' | '+')
}

fn ends_a_value(letter: char) -> bool {
    letter.is_whitespace()
        || letter.is_control()
        || matches!(letter, '&' | '#' | '"' | '\'' | '`' | '<' | '>' | ',' | ';' | ')' | ']' | '}' | '|')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> String {
        let mut shown = text.to_owned();
        for found in secrets_in(text).into_iter().rev() {
            shown.replace_range(found, "*");
        }
        shown
    }

    #[test]
    fn a_secret_is_found_in_an_address_and_by_its_form_and_the_rest_stays() {
        for (text, left) in [
            (
                "https://hooks.stripe.com/r/src_1?client_secret=src_1_secret_zzz&x=1#y",
                "https://hooks.stripe.com/r/src_1?client_secret=*&x=1#y",
            ),
            (
                "https://shop.example/?a=1&payment_intent_client_secret=opaque",
                "https://shop.example/?a=1&payment_intent_client_secret=*",
            ),
            (
                "https://a.example/?to=https%3A%2F%2Fb.example%3Fclient_secret%3Dabc",
                "https://a.example/?to=https%3A%2F%2Fb.example%3Fclient_secret%3D*",
            ),
            ("pi_3Nabc_secret_Xyz", "*"),
            ("(seti_1_secret_2) and cs_test_a1_secret_fid%2Fx.", "(*) and *"),
            ("src_client_secret_F7v", "*"),
            ("é vs_1_secret_test_2é", "é *é"),
        ] {
            assert_eq!(shown(text), left);
        }
    }

    #[test]
    fn what_is_no_secret_is_left() {
        for text in [
            "client_secret",
            "client_secret=",
            "client_secret=&a=1",
            "my_secret_santa",
            "team_app_secret_name",
            "_secret_",
            "pi_1_secret_",
            "pi_1",
        ] {
            assert_eq!(shown(text), text);
        }
    }

    #[test]
    fn a_text_full_of_middles_is_read_once() {
        // Read anew from each of them, it would take a minute.
        let many = "word_secret_".repeat(20_000);
        assert!(secrets_in(&many).is_empty());
        let whole = format!("pi_1{many}x");
        assert_eq!(shown(&whole), "*");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_fail_and_what_is_left_holds_none(text in "[a-z0-9_=&%é ]{0,30}(client_secret=|_secret_)?[a-z0-9_=&%é ]{0,20}") {
            let found = secrets_in(&text);
            prop_assert!(found.windows(2).all(|pair| pair[0].end <= pair[1].start));
            prop_assert!(found.iter().all(|one| text.get(one.clone()).is_some_and(|part| !part.is_empty())));
        }
    }
}
