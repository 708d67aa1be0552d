//! Hashes of JSON values that do not depend on the order of keys, white space or how a text is escaped.
//!
//! Our own function, because the hashes are stored: it must give the same numbers in every version of this program
//! and on every machine. It resists accidents, not attackers; what it decides is only the order inside one second.
//! Numbers count as they are written, as Stripe writes one number always the same way.

use super::{Fields, Value, text_of};

/// Deeper values count as the text they are.
const MAX_DEPTH: u8 = 64;
const SEED: u64 = 0x9ae1_6a3b_2f90_404f;
const FACTOR: u64 = 0xff51_afd7_ed55_8ccd;

/// A hash under construction, 64 bits wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hash(u64);

impl Hash {
    /// Folds the hash to the 32 bits that are kept.
    pub(crate) fn fold(self) -> u32 {
        u32::try_from((self.0 ^ (self.0 >> 32)) & u64::from(u32::MAX)).unwrap_or_default()
    }

    /// Adds another hash; order matters.
    #[must_use]
    pub(crate) const fn then(self, other: Self) -> Self {
        Self(step(self.0, other.0))
    }
}

#[inline]
const fn step(state: u64, word: u64) -> u64 {
    let mixed = (state ^ word).wrapping_mul(FACTOR);
    mixed ^ (mixed >> 32)
}

/// The hash of some bytes, eight at a time.
#[inline]
pub(crate) const fn of_bytes(mut bytes: &[u8]) -> Hash {
    let mut state = step(SEED, bytes.len() as u64);
    while let Some((word, rest)) = bytes.split_first_chunk() {
        state = step(state, u64::from_le_bytes(*word));
        bytes = rest;
    }
    while let Some((byte, rest)) = bytes.split_first() {
        state = step(state, *byte as u64);
        bytes = rest;
    }
    Hash(state)
}

/// The hash of one value.
pub(crate) fn of_value(value: Value<'_, '_>) -> Hash {
    at_depth(value, 0)
}

fn at_depth(value: Value<'_, '_>, depth: u8) -> Hash {
    if let Some(text) = value.plain() {
        return Hash(SEED ^ 1).then(of_bytes(text.as_bytes()));
    }
    let raw = value.raw();
    match raw.as_bytes().first() {
        Some(b'"') => Hash(SEED ^ 1).then(text(raw)),
        Some(b'{' | b'[') if depth < MAX_DEPTH => match (value.fields(), value.elements()) {
            (Some(fields), _) => object(fields, depth),
            (None, elements) => list(elements.into_iter().flatten(), depth),
        },
        _ => of_bytes(raw.as_bytes()),
    }
}

/// Entries are added up, so that their order does not matter.
fn object(fields: Fields<'_, '_>, depth: u8) -> Hash {
    let mut sum = 0_u64;
    for (name, value) in fields.iter() {
        sum = sum.wrapping_add(of_bytes(name.as_bytes()).then(at_depth(value, depth + 1)).0);
    }
    Hash(SEED ^ 2).then(Hash(sum))
}

fn list<'t, 'a: 't>(elements: impl Iterator<Item = Value<'t, 'a>>, depth: u8) -> Hash {
    elements.fold(Hash(SEED ^ 3), |hash, element| hash.then(at_depth(element, depth + 1)))
}

/// A raw text with its escapes resolved.
#[inline]
fn text(raw: &str) -> Hash {
    of_bytes(text_of(raw).as_deref().unwrap_or(raw).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::{super::Tape, Hash, of_bytes};

    fn of_value(text: &str) -> Hash {
        super::of_value(Tape::read(text).unwrap().root())
    }

    #[test]
    fn neither_key_order_nor_white_space_nor_escapes_change_a_hash() {
        let plain = r#"{"a":[1,{"b":"xé"},null],"c":{"d":true,"e":-1.50}}"#;
        let same = " { \"c\" : {\"e\":-1.50 ,\n\"d\":true}, \"\\u0061\" :[ 1 , {\"b\":\"x\\u00e9\"},null ] } ";
        assert_eq!(of_value(plain), of_value(same));
    }

    #[test]
    fn different_values_have_different_hashes() {
        let values = [
            "null",
            "true",
            "\"true\"",
            "1",
            "1.0",
            "\"1\"",
            "[]",
            "{}",
            "[1]",
            "[[1]]",
            "[1,2]",
            "[2,1]",
            "{\"a\":1}",
            "{\"a\":\"1\"}",
            "{\"b\":1}",
            "{\"a\":{\"b\":1}}",
            "{\"a\":1,\"b\":1}",
            "\"\"",
            "\"a\"",
            "\"abcdefgh\"",
        ];
        for (index, left) in values.iter().enumerate() {
            for right in values.iter().skip(index + 1) {
                assert_ne!(of_value(left).fold(), of_value(right).fold(), "{left} {right}");
            }
        }
    }

    #[test]
    fn hashes_are_the_same_in_every_version() {
        assert_eq!(of_bytes(b"").fold(), 1_995_027_267);
        assert_eq!(of_value(r#"{"status":"active","items":[1,2,3]}"#).fold(), 943_039_573);
    }

    #[test]
    fn values_that_are_nested_deeply_have_hashes_too() {
        let deep = |inside: &str| format!("{}{inside}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_ne!(of_value(&deep("1")), of_value(&deep("2")));
    }
}
