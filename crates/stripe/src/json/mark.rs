//! Marks of names: one byte each, so that a name is looked for among eight fields at once, and compared with one.

/// How many marks are compared at once.
pub(super) const WINDOW: usize = 8;

/// A number that tells most names of one object apart: of the length and the last eight bytes.
#[inline]
pub(super) fn mark(name: &str) -> u8 {
    mix(last_word(name.as_bytes()), name.len())
}

/// The last eight bytes, or all of fewer.
#[inline]
fn last_word(name: &[u8]) -> u64 {
    if let Some(last) = name.last_chunk() {
        return u64::from_le_bytes(*last);
    }
    match (name.first_chunk(), name.last_chunk()) {
        (Some(first), Some(last)) => {
            let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
            u64::from(first) | u64::from(last) << (8 * (name.len() - 4))
        }
        _ => name.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}

/// Whether two names are the same; nearly always told by eight bytes.
#[inline]
pub(super) fn same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && last_word(left) == last_word(right) && (left.len() <= 8 || left == right)
}

const ONES: u64 = 0x0101_0101_0101_0101;

/// The high bits of exactly the bytes that are zero.
#[inline]
const fn zero_bytes(word: u64) -> u64 {
    let low = !(ONES << 7);
    !(((word & low) + low) | word | low)
}

#[inline]
pub(super) fn mix(word: u64, length: usize) -> u8 {
    let product = (word ^ ((length as u64) << 56)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    u8::try_from(product >> 56).unwrap_or_default()
}

/// Which of a window's first `count` marks are this one: the high bits of their bytes.
#[inline]
pub(super) fn agreeing(window: [u8; WINDOW], wanted: u8, count: usize) -> u64 {
    let among = u64::MAX >> (64 - 8 * count.clamp(1, WINDOW));
    zero_bytes(u64::from_le_bytes(window) ^ (u64::from(wanted) * ONES)) & among
}
