//! The `Stripe-Signature` header: HMAC-SHA256 over the bytes `"{t}.{body}"`, checked before anything is parsed.
//!
//! Only scheme `v1` counts. All comparisons take constant time, the work is bounded (a header of at most
//! [`MAX_HEADER`] bytes its first [`MAX_SIGNATURES`] signatures), and several secrets may be in force while one is
//! rolled. The timestamp is judged after the signature: whether a stranger's message is too old is no one's business,
//! and a genuine one that is too old or too new tells the operator that a clock is wrong or a delivery was replayed.
//! Messages say what to do; they never quote the header, the body or a secret.

use ring::hmac;
use subtle::{Choice, ConstantTimeEq};

/// Longest header that is looked at, in bytes. Stripe's are about 150; a rolled secret adds 68.
pub const MAX_HEADER: usize = 8 * 1024;
/// How many `v1` signatures of a header are considered. Stripe sends one for each secret in force.
pub const MAX_SIGNATURES: usize = 16;
/// Stripe's own default tolerance, seconds.
pub const DEFAULT_TOLERANCE: i64 = 300;

/// One signing secret of an endpoint. Holds the keyed hash, prepared once, not the text, and shows neither.
#[derive(Clone)]
pub struct Secret {
    label: Box<str>,
    keyed: hmac::Key,
}

impl Secret {
    /// Takes the whole `whsec_...` text as the key; white space around it is dropped.
    ///
    /// # Errors
    /// An empty secret would let everybody in.
    pub fn new(label: impl Into<Box<str>>, key: &str) -> Result<Self, InvalidSecret> {
        let (label, key) = (label.into(), key.trim());
        if key.is_empty() {
            return Err(InvalidSecret::Empty { label });
        }
        Ok(Self { label, keyed: hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()) })
    }

    /// The operator's name for it, kept with what it verified.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// A header value as Stripe would send it at `timestamp` (seconds since 1970), for tests and simulated deliveries.
    pub fn header(&self, timestamp: i64, body: &[u8]) -> String {
        let signature = self.signature(&timestamp.to_string(), body);
        format!("t={timestamp},v1={}", hex::encode(signature))
    }

    fn signature(&self, timestamp: &str, body: &[u8]) -> hmac::Tag {
        let mut hash = hmac::Context::with_key(&self.keyed);
        hash.update(timestamp.as_bytes());
        hash.update(b".");
        hash.update(body);
        hash.sign()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Secret").field("label", &self.label).finish_non_exhaustive()
    }
}

/// Why a text cannot be a signing secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSecret {
    /// Nothing but white space.
    #[error("the signing secret {label:?} is empty: copy the whole whsec_... text from the endpoint's page")]
    Empty {
        /// The secret's label.
        label: Box<str>,
    },
}

/// What verified a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// Index of the matching secret in the list given.
    pub secret: usize,
    /// `t` of the header, seconds since 1970: when Stripe made this attempt.
    pub timestamp: i64,
}

/// Why a delivery is not verified. Safe to show to the sender.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no header.
    #[error("the Stripe-Signature header is missing: only Stripe (or the Stripe CLI) may post here")]
    Missing,
    /// The header is longer than any Stripe sends.
    #[error("the Stripe-Signature header has {length} bytes, at most {MAX_HEADER} are read")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// The header is not `t=...,v1=...`.
    #[error("the Stripe-Signature header is malformed: {what}")]
    Malformed {
        /// What is wrong with it.
        what: &'static str,
    },
    /// None of those that are considered matches, and there are more of them.
    #[error(
        "the Stripe-Signature header has more than {MAX_SIGNATURES} v1 signatures and none of the first {MAX_SIGNATURES} matches: \
         Stripe sends one for each secret in force, so something on the way added others"
    )]
    TooMany,
    /// The header came more than once: which of them is meant, nobody can say.
    #[error("there is more than one Stripe-Signature header: Stripe sends one, so something on the way added another")]
    Several,
    /// Only other schemes, such as `v0`.
    #[error("the Stripe-Signature header has no v1 signature; other schemes prove nothing")]
    NoV1,
    /// No secret made any of the signatures.
    #[error(
        "no signature matches a secret of this endpoint: check that its whsec_... secret is this endpoint's \
         and this mode's, and that nothing on the way changes the body"
    )]
    NoMatch,
    /// The signature is right, its time is too far in the past.
    #[error(
        "the signature is right but {seconds} s old, at most {tolerance} s are allowed: \
         a replayed delivery, or this machine's clock is fast"
    )]
    TooOld {
        /// Age in seconds.
        seconds: i64,
        /// The tolerance in force, seconds.
        tolerance: i64,
    },
    /// The signature is right, its time is too far in the future.
    #[error(
        "the signature is right but dated {seconds} s in the future, at most {tolerance} s are allowed: \
         this machine's clock is slow"
    )]
    TooNew {
        /// How far ahead, seconds.
        seconds: i64,
        /// The tolerance in force, seconds.
        tolerance: i64,
    },
}

/// Checks that one of `secrets` signed exactly these bytes, within `tolerance` seconds of `now` (seconds since 1970).
///
/// `header` is the raw value of `Stripe-Signature`, if there was one.
pub fn verify(
    header: Option<&[u8]>,
    body: &[u8],
    secrets: &[Secret],
    now: i64,
    tolerance: i64,
) -> Result<Match, Error> {
    let header = Header::read(header.ok_or(Error::Missing)?)?;
    let none = if header.more { Error::TooMany } else { Error::NoMatch };
    let secret = header.matching(body, secrets).ok_or(none)?;
    let age = now.saturating_sub(header.seconds);
    if age > tolerance {
        return Err(Error::TooOld { seconds: age, tolerance });
    }
    if age < tolerance.saturating_neg() {
        return Err(Error::TooNew { seconds: age.saturating_neg(), tolerance });
    }
    Ok(Match { secret, timestamp: header.seconds })
}

/// The parts of the header that count.
struct Header<'a> {
    /// `t` as written: these bytes are signed.
    timestamp: &'a str,
    seconds: i64,
    signatures: Vec<[u8; 32]>,
    /// Whether there are signatures that are not considered.
    more: bool,
}

impl<'a> Header<'a> {
    fn read(header: &'a [u8]) -> Result<Self, Error> {
        if header.len() > MAX_HEADER {
            return Err(Error::TooLong { length: header.len() });
        }
        let text = std::str::from_utf8(header).map_err(|_| Error::Malformed { what: "it is not text" })?;
        let (mut timestamp, mut signatures, mut more) = (None, Vec::new(), false);
        let mut v1_seen = false;
        for (scheme, value) in text.split(',').filter_map(|element| element.trim().split_once('=')) {
            match scheme {
                "t" if timestamp.is_some() => return Err(Error::Malformed { what: "it has two timestamps" }),
                "t" => timestamp = Some(value),
                "v1" if signatures.len() == MAX_SIGNATURES => more = true,
                "v1" => {
                    v1_seen = true;
                    signatures.extend(decode(value));
                }
                _ => {}
            }
        }
        let timestamp = timestamp.ok_or(Error::Malformed { what: "it has no timestamp (t=...)" })?;
        if !v1_seen {
            return Err(Error::NoV1);
        }
        if signatures.is_empty() {
            return Err(Error::Malformed { what: "its v1 signature is not 64 hexadecimal digits" });
        }
        Ok(Self { timestamp, seconds: seconds(timestamp)?, signatures, more })
    }

    /// Index of the first secret that made one of the signatures. Every pair is compared, so that the time taken
    /// says nothing about which one matched; the body is hashed once for each secret, not once for each pair as
    /// `hmac::verify` would.
    fn matching(&self, body: &[u8], secrets: &[Secret]) -> Option<usize> {
        let mut matching = None;
        for (index, secret) in secrets.iter().enumerate() {
            let expected = secret.signature(self.timestamp, body);
            let agrees = self
                .signatures
                .iter()
                .fold(Choice::from(0), |found, signature| found | signature.as_slice().ct_eq(expected.as_ref()));
            if bool::from(agrees) && matching.is_none() {
                matching = Some(index);
            }
        }
        matching
    }
}

fn decode(signature: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(signature, &mut bytes).ok().map(|()| bytes)
}

fn seconds(timestamp: &str) -> Result<i64, Error> {
    let digits = !timestamp.is_empty() && timestamp.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = if digits { timestamp.parse().ok() } else { None };
    seconds.ok_or(Error::Malformed { what: "its timestamp is not a whole number of seconds" })
}
