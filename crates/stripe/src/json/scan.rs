//! Steps over single values of a JSON text and says where they end, exactly as the grammar has it: no control characters
//! in texts, no unknown escapes, no leading zeros. Eight bytes at a time where texts are long. A step returns `None`
//! where the text is not JSON, and never reads beyond its end.

/// A text of JSON: the index of its closing quote, and whether escapes are in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quoted {
    pub(super) close: usize,
    pub(super) escaped: bool,
}

/// The index of the first byte from `at` on that is no white space.
#[inline]
pub(super) fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at)
        && *byte <= b' '
        && matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
    {
        at += 1;
    }
    at
}

/// The end of the text whose first byte after the quote is at `at`.
#[inline]
pub(super) fn text(bytes: &[u8], mut at: usize) -> Option<Quoted> {
    let mut escaped = false;
    loop {
        at = stop(bytes, at);
        match bytes.get(at)? {
            b'"' => return Some(Quoted { close: at, escaped }),
            b'\\' => {
                escaped = true;
                at = escape(bytes, at + 1)?;
            }
            _ => return None,
        }
    }
}

/// The index after the escape whose letter is at `at`.
fn escape(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(at + 1),
        b'u' => {
            let digits = bytes.get(at + 1..at + 5)?;
            digits.iter().all(u8::is_ascii_hexdigit).then_some(at + 5)
        }
        _ => None,
    }
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = ONES << 7;

/// The index of the next quote, backslash or control character, looked for eight bytes at a time.
#[inline]
fn stop(bytes: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let word = u64::from_le_bytes(*chunk);
        let quotes = below(word ^ (ONES * u64::from(b'"')), 1);
        let escapes = below(word ^ (ONES * u64::from(b'\\')), 1);
        let found = (quotes | escapes | below(word, 0x20)) & HIGH;
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)).unwrap_or(rest.len())
}

/// The high bit of the lowest byte that is less than `limit`, and perhaps of some above it; other bits mean nothing.
#[inline]
const fn below(word: u64, limit: u64) -> u64 {
    word.wrapping_sub(ONES * limit) & !word
}

/// The index after the number, `true`, `false` or `null` at `at`.
#[inline]
pub(super) fn scalar(bytes: &[u8], at: usize) -> Option<usize> {
    let name: &[u8] = match bytes.get(at)? {
        b'0'..=b'9' | b'-' => return number(bytes, at),
        b'n' => b"null",
        b't' => b"true",
        b'f' => b"false",
        _ => return None,
    };
    bytes.get(at..)?.starts_with(name).then_some(at + name.len())
}

#[inline]
fn number(bytes: &[u8], mut at: usize) -> Option<usize> {
    at += usize::from(bytes.get(at) == Some(&b'-'));
    at = if bytes.get(at) == Some(&b'0') { at + 1 } else { digits(bytes, at)? };
    if bytes.get(at) == Some(&b'.') {
        at = digits(bytes, at + 1)?;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        at = digits(bytes, at)?;
    }
    Some(at)
}

/// The index after one or more digits.
#[inline]
fn digits(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let beside = u64::from_le_bytes(*chunk) ^ (ONES * u64::from(b'0'));
        let others = (((beside & !HIGH) + ONES * 0x76) | beside) & HIGH;
        at += (others.trailing_zeros() / 8) as usize;
        if others != 0 {
            return (at > start).then_some(at);
        }
    }
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    (at > start).then_some(at)
}
