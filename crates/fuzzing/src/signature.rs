//! A `Stripe-Signature` header and a body: whatever they are, exactly what a known secret signed in time is verified.
//!
//! The input is the header up to the first line feed, and the body after it. No fuzzer guesses an HMAC, so in the header `{1}` and
//! `{2}` stand for the right signatures under the two secrets in force, `{u}` for the first one in capitals, and `{x}` for one under a
//! stranger's. What has to come out is worked out here once more, with another implementation of HMAC.

use daybook_stripe::signature::{DEFAULT_TOLERANCE, Error, MAX_HEADER, MAX_SIGNATURES, Match, Secret, verify};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::{Broken, hold};

/// The time of every delivery, seconds since 1970.
pub const NOW: i64 = 1_700_000_000;

const SECRETS: [&str; 2] = ["whsec_fuzzing_first", "whsec_fuzzing_second"];
const STRANGERS: [&str; 1] = ["whsec_fuzzing_stranger"];

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A secret signed it, in time.
    Verified,
    /// A secret signed it, at another time.
    OutOfTime,
    /// No secret signed it, or nobody can say what the header means.
    Refused,
}

/// Tries an input.
///
/// # Errors
/// The first promise that does not hold.
pub fn check(input: &[u8]) -> Result<Verdict, Broken> {
    let mut parts = input.splitn(2, |byte| *byte == b'\n');
    let (template, body) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let header = filled(template, body);
    let (found, verdict) = (answer(&header, body, &SECRETS)?, expected(&header, body, &SECRETS));
    hold(matches(&found, verdict), "exactly what a secret in force signed in time is verified", || {
        format!("{verdict:?} expected, {found:?} found: {:?}", String::from_utf8_lossy(&header))
    })?;
    let (found, stranger) = (answer(&header, body, &STRANGERS)?, expected(&header, body, &STRANGERS));
    hold(matches(&found, stranger), "only the key that signed verifies", || format!("{found:?} found"))?;
    for altered in [[body, b" "].concat(), body.iter().rev().map(|byte| byte ^ 1).chain([b'}']).collect()] {
        let found = answer(&header, &altered, &SECRETS)?;
        hold(matches(&found, None), "another body is never verified", || format!("{found:?} found"))?;
    }
    let own = answer(first().header(NOW, body).as_bytes(), body, &SECRETS)?;
    hold(own == Ok(Match { secret: 0, timestamp: NOW }), "what we sign is verified", || format!("{own:?} found"))?;
    Ok(match verdict {
        None => Verdict::Refused,
        Some(signed) if in_time(signed.timestamp) => Verdict::Verified,
        Some(_) => Verdict::OutOfTime,
    })
}

/// What the implementation says, twice; its words tell no secret.
fn answer(header: &[u8], body: &[u8], keys: &[&str]) -> Result<Result<Match, Error>, Broken> {
    let secrets: Vec<Secret> = keys.iter().filter_map(|key| Secret::new("any", key).ok()).collect();
    let found = verify(Some(header), body, &secrets, NOW, DEFAULT_TOLERANCE);
    hold(found == verify(Some(header), body, &secrets, NOW, DEFAULT_TOLERANCE), "one delivery, one answer", || "")?;
    let words = found.as_ref().err().map(ToString::to_string).unwrap_or_default();
    hold(!keys.iter().any(|key| words.contains(key)), "no answer tells a secret", || words.clone())?;
    Ok(found)
}

fn first() -> Secret {
    let [first, _] = SECRETS;
    Secret::new("first", first).expect("a secret that is not empty")
}

fn in_time(timestamp: i64) -> bool {
    NOW.abs_diff(timestamp) <= DEFAULT_TOLERANCE.unsigned_abs()
}

/// Whether an answer is the one for a delivery that was signed like this. Of one that was not signed, not even the age is told.
fn matches(found: &Result<Match, Error>, signed: Option<Match>) -> bool {
    match (found, signed) {
        (Ok(found), Some(signed)) => *found == signed && in_time(signed.timestamp),
        (Err(Error::TooOld { .. }), Some(signed)) => NOW > signed.timestamp && !in_time(signed.timestamp),
        (Err(Error::TooNew { .. }), Some(signed)) => NOW < signed.timestamp && !in_time(signed.timestamp),
        (Err(error), None) => !matches!(error, Error::TooOld { .. } | Error::TooNew { .. }),
        (Ok(_), None) | (Err(_), Some(_)) => false,
    }
}

/// Which key signed, and when: Stripe's rule, written down once more.
fn expected(header: &[u8], body: &[u8], keys: &[&str]) -> Option<Match> {
    let text = std::str::from_utf8(header).ok().filter(|text| text.len() <= MAX_HEADER)?;
    let elements: Vec<(&str, &str)> = text.split(',').filter_map(|element| element.trim().split_once('=')).collect();
    let values = |scheme: &str| {
        let of_scheme: Vec<&str> =
            elements.iter().filter(|(name, _)| *name == scheme).map(|(_, value)| *value).collect();
        of_scheme
    };
    let [written] = *values("t") else { return None };
    let timestamp = written.parse().ok().filter(|_| written.bytes().all(|byte| byte.is_ascii_digit()))?;
    let signatures = values("v1").into_iter().filter(|value| hex::decode(value).is_ok_and(|bytes| bytes.len() == 32));
    let signatures: Vec<String> = signatures.take(MAX_SIGNATURES).map(str::to_lowercase).collect();
    let secret = keys.iter().position(|key| signatures.contains(&signed(key, written.as_bytes(), body)))?;
    Some(Match { secret, timestamp })
}

/// The right signature, in hexadecimal digits.
fn signed(key: &str, timestamp: &[u8], body: &[u8]) -> String {
    let mut hash = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length");
    hash.update(&[timestamp, b".", body].concat());
    hex::encode(hash.finalize().into_bytes())
}

/// The header with signatures in the places that are kept for them.
fn filled(template: &[u8], body: &[u8]) -> Vec<u8> {
    let mut times = template.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    let timestamp = times.find_map(|element| element.strip_prefix(b"t=")).unwrap_or_default();
    let ([first, second], [stranger]) = (SECRETS, STRANGERS);
    let mut header = Vec::with_capacity(template.len());
    let mut rest = template;
    while let Some((byte, after)) = rest.split_first() {
        let place = match rest.get(..3) {
            Some(b"{1}") => Some(signed(first, timestamp, body)),
            Some(b"{2}") => Some(signed(second, timestamp, body)),
            Some(b"{u}") => Some(signed(first, timestamp, body).to_uppercase()),
            Some(b"{x}") => Some(signed(stranger, timestamp, body)),
            _ => None,
        };
        if let Some(signature) = place {
            header.extend(signature.bytes());
            rest = rest.get(3..).unwrap_or_default();
        } else {
            header.push(*byte);
            rest = after;
        }
    }
    header
}
