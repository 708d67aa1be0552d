//! Hashes of JSON values that do not depend on the order of keys, white space or how a text is escaped.
//!
//! Our own function, because the hashes are stored: it must give the same numbers in every version of this program
//! and on every machine. It resists accidents, not attackers; what it decides is only the order inside one second.
//! Numbers count as they are written, as Stripe writes one number always the same way.

use super::text_of;

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
    pub(crate) fn then(self, other: Self) -> Self {
        Self(step(self.0, other.0))
    }
}

#[inline]
fn step(state: u64, word: u64) -> u64 {
    let mixed = (state ^ word).wrapping_mul(FACTOR);
    mixed ^ (mixed >> 32)
}

/// The hash of some bytes, eight at a time.
pub(crate) fn of_bytes(bytes: &[u8]) -> Hash {
    let (words, rest) = bytes.as_chunks::<8>();
    let whole = words.iter().fold(step(SEED, bytes.len() as u64), |state, word| step(state, u64::from_le_bytes(*word)));
    Hash(rest.iter().fold(whole, |state, byte| step(state, u64::from(*byte))))
}

/// The hash of one raw JSON value. The text is known to be JSON; where it is not, the hash is still a hash.
pub(crate) fn of_value(raw: &str) -> Hash {
    Scanner { text: raw, at: 0 }.value(0)
}

/// Walks through a JSON text once.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl Scanner<'_> {
    fn value(&mut self, depth: u8) -> Hash {
        self.blanks();
        match self.peek() {
            Some(b'{' | b'[') if depth >= MAX_DEPTH => self.rest(),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => Hash(SEED ^ 1).then(self.text()),
            _ => self.scalar(),
        }
    }

    /// Entries are added up, so that their order does not matter.
    fn object(&mut self, depth: u8) -> Hash {
        self.at += 1;
        let mut sum = 0_u64;
        while self.goes_on(b'}') {
            let name = self.text();
            self.blanks();
            self.at += 1;
            sum = sum.wrapping_add(name.then(self.value(depth + 1)).0);
        }
        Hash(SEED ^ 2).then(Hash(sum))
    }

    fn list(&mut self, depth: u8) -> Hash {
        self.at += 1;
        let mut hash = Hash(SEED ^ 3);
        while self.goes_on(b']') {
            hash = hash.then(self.value(depth + 1));
        }
        hash
    }

    /// Whether another entry follows; steps over commas, and over the end.
    fn goes_on(&mut self, end: u8) -> bool {
        loop {
            self.blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(byte) if byte == end => {
                    self.at += 1;
                    return false;
                }
                Some(b'}' | b']') | None => return false,
                Some(_) => return true,
            }
        }
    }

    /// A text with its escapes resolved.
    fn text(&mut self) -> Hash {
        let start = self.at;
        let (mut end, mut escaped) = (start + 1, false);
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(end) {
                Some(b'\\') => {
                    escaped = true;
                    end += 2;
                }
                Some(b'"') => break,
                Some(_) => end += 1,
                None => return self.rest(),
            }
        }
        self.at = end + 1;
        let raw = self.text.get(start..self.at).unwrap_or_default();
        if escaped && let Ok(text) = text_of(raw) {
            return of_bytes(text.as_bytes());
        }
        of_bytes(raw.as_bytes().get(1..raw.len().saturating_sub(1)).unwrap_or_default())
    }

    fn scalar(&mut self) -> Hash {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n');
        let length = rest.iter().position(ends).unwrap_or(rest.len()).max(1);
        self.at += length;
        of_bytes(rest.get(..length).unwrap_or_default())
    }

    fn rest(&mut self) -> Hash {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        self.at = self.text.len();
        of_bytes(rest)
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::{of_bytes, of_value};

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
    fn what_is_not_json_still_ends() {
        for text in ["", "{", "[", "\"", "\"\\", "{\"a\"", "{\"a\":", "[1", "}", "]", ",", "[}", "{]", "\\", "[\"\\u"] {
            of_value(text);
        }
        of_value(&"[".repeat(100_000));
        of_value(&"{\"a\":".repeat(100_000));
    }
}
