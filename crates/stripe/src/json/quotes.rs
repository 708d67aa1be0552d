//! Where the quotes of a JSON text stand, found in one pass without a branch for each text: where they end is then
//! known before they are read. Only for texts in which a quote is always a quote, without escapes; nearly all are.

/// Bytes looked at together.
const BLOCK: usize = 64;

/// The places of all quotes of a text, in their order.
#[derive(Debug, Default)]
pub(super) struct Quotes {
    /// Room, of which as much is used as there are quotes.
    places: Vec<u32>,
    count: usize,
}

impl Quotes {
    /// Finds all quotes. False, and of no use, when there are escapes, or control characters inside of quotes: such a
    /// text is to be read quote by quote.
    pub(super) fn find(&mut self, bytes: &[u8]) -> bool {
        self.count = 0;
        let (blocks, rest) = bytes.as_chunks::<BLOCK>();
        let mut last = [b' '; BLOCK];
        last.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
        let (mut start, mut inside) = (0_u32, 0_u64);
        for block in blocks.iter().chain([&last]) {
            let (quotes, odd) = quotes_and_odd(block);
            let covered = running_parity(quotes) ^ inside;
            if odd && is_hard(block, covered) {
                return false;
            }
            inside = 0_u64.wrapping_sub(covered >> 63);
            self.add(start, quotes);
            start = start.wrapping_add(64);
        }
        true
    }

    /// The place of a quote by its number.
    #[inline]
    pub(super) fn get(&self, number: usize) -> Option<usize> {
        if number < self.count { self.places.get(number).map(|place| *place as usize) } else { None }
    }

    /// Adds the places of all bits, eight at a time: what is too much is overwritten by the next.
    #[inline]
    fn add(&mut self, start: u32, mut bits: u64) {
        if self.places.len() < self.count + BLOCK {
            self.places.resize(self.count * 2 + BLOCK, 0);
        }
        let room = self.places.get_mut(self.count..).unwrap_or_default();
        self.count += bits.count_ones() as usize;
        for eight in room.as_chunks_mut::<8>().0 {
            for place in eight {
                *place = start.wrapping_add(bits.trailing_zeros());
                bits &= bits.wrapping_sub(1);
            }
            if bits == 0 {
                break;
            }
        }
    }
}

/// One bit for each quote, and whether there are escapes or control characters at all. Written so that the compiler
/// compares many bytes at once.
#[inline]
fn quotes_and_odd(block: &[u8; BLOCK]) -> (u64, bool) {
    let mut bits = [0_u8; BLOCK];
    for (bit, (byte, own)) in bits.iter_mut().zip(block.iter().zip(OWN_BITS)) {
        *bit = if *byte == b'"' { own } else { 0 };
    }
    let together = |word: &[u8; 8]| u64::from_le_bytes(*word).wrapping_mul(0x0101_0101_0101_0101) >> 56;
    let words = bits.as_chunks().0.iter().enumerate();
    let quotes = words.fold(0, |quotes, (index, word)| quotes | together(word) << (8 * index));
    let odd = block.iter().fold(0, |odd, byte| odd | u8::from(*byte < 0x20) | u8::from(*byte == b'\\'));
    (quotes, odd != 0)
}

/// For each byte of a block, its bit among eight.
const OWN_BITS: [u8; BLOCK] = {
    let mut bits = [1_u8; BLOCK];
    let mut left: &mut [u8] = &mut bits;
    let mut bit = 1_u8;
    while let Some((first, rest)) = left.split_first_mut() {
        *first = bit;
        bit = bit.rotate_left(1);
        left = rest;
    }
    bits
};

/// Whether a block has escapes, or control characters where texts are.
#[cold]
fn is_hard(block: &[u8; BLOCK], covered: u64) -> bool {
    block.iter().enumerate().any(|(index, byte)| *byte == b'\\' || (*byte < 0x20 && covered >> index & 1 == 1))
}

/// Each bit the parity of those up to it.
#[inline]
const fn running_parity(mut bits: u64) -> u64 {
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    bits ^ (bits << 32)
}

#[cfg(test)]
mod tests {
    use super::Quotes;

    fn places(text: &str) -> Option<Vec<usize>> {
        let mut quotes = Quotes::default();
        quotes.find(text.as_bytes()).then(|| (0..).map_while(|number| quotes.get(number)).collect())
    }

    #[test]
    fn all_quotes_are_found_wherever_they_stand() {
        for (before, times) in [(0, 1), (1, 7), (60, 3), (63, 40), (64, 2), (127, 100)] {
            let text = " ".repeat(before) + &"\"é\" ".repeat(times);
            let expected: Vec<usize> = text.match_indices('"').map(|(place, _)| place).collect();
            assert_eq!(places(&text), Some(expected), "{before} {times}");
        }
        assert_eq!(places(""), Some(vec![]));
    }

    #[test]
    fn escapes_and_control_characters_in_texts_are_left_to_others() {
        for before in [0, 5, 61, 62, 63, 64, 200] {
            let space = "\n".repeat(before);
            assert_eq!(places(&format!("{space}\"\\\"\"")), None);
            assert_eq!(places(&format!("{space}\"a\nb\"")), None);
            assert!(places(&format!("{space}\"ab\"\n\"c\"")).is_some());
        }
    }
}
