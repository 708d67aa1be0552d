//! Marks of names: one byte each, by which a field is found among all of its object without comparing names in vain.

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

#[inline]
pub(super) fn mix(word: u64, length: usize) -> u8 {
    let product = (word ^ ((length as u64) << 56)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    u8::try_from(product >> 56).unwrap_or_default()
}

/// How many fields of one object an index holds; an object with more has none.
pub(super) const MOST_INDEXED: usize = 254;
/// Stands for no field.
const NONE: u8 = u8::MAX;
const PLACES: u8 = 64;

/// The fields of one object by their marks: at each place the last field whose mark belongs there; each field knows the
/// one before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Index([u8; PLACES as usize]);

impl Default for Index {
    fn default() -> Self {
        Self([NONE; PLACES as usize])
    }
}

impl Index {
    /// Where to begin to look for a mark.
    #[inline]
    pub(super) fn last(&self, mark: u8) -> u8 {
        self.0.get(usize::from(mark % PLACES)).copied().unwrap_or(NONE)
    }

    /// Adds a field; returns the one before at its place.
    #[inline]
    pub(super) fn add(&mut self, mark: u8, field: u8) -> u8 {
        let place = self.0.get_mut(usize::from(mark % PLACES));
        place.map_or(NONE, |place| std::mem::replace(place, field))
    }
}
