//! Randomness and identifiers, both functions of a seed. The generator is splitmix64, written out here because a library may
//! change its algorithm between versions and the same seed must give the same bytes for ever. Nothing here reads a clock or the
//! machine's entropy.

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const OWNER_DIGITS: usize = 5;
const COUNTER_DIGITS: usize = 4;

fn mix(value: u64) -> u64 {
    let mut z = value;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A stream of pseudo-random numbers; two lanes of one seed are independent streams.
#[derive(Debug, Clone)]
pub(crate) struct Random {
    state: u64,
}

impl Random {
    pub fn new(seed: u64, lane: u64) -> Self {
        let lane = mix(lane.wrapping_mul(GOLDEN).wrapping_add(1));
        Self { state: mix(mix(seed.wrapping_add(GOLDEN)) ^ lane) }
    }

    pub fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix(self.state)
    }

    /// A number in `0..bound`; 0 when the bound is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        let product = u128::from(self.draw()) * u128::from(bound);
        u64::try_from(product >> 64).unwrap_or(0)
    }

    /// A place in a collection of this length; 0 when it is empty.
    pub fn place(&mut self, length: usize) -> usize {
        let bound = u64::try_from(length).unwrap_or(u64::MAX);
        usize::try_from(self.below(bound)).unwrap_or(0)
    }

    /// A number in `low..=high`; `low` when the range is empty.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = high.saturating_sub(low).saturating_add(1);
        let offset = self.below(u64::try_from(width).unwrap_or(0));
        low.saturating_add(i64::try_from(offset).unwrap_or(0))
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of `first` and `rest`, each as likely as the others. The split makes an empty choice unwritable.
    pub fn pick<T: Copy>(&mut self, first: T, rest: &[T]) -> T {
        match self.place(rest.len().saturating_add(1)) {
            0 => first,
            at => rest.get(at.saturating_sub(1)).copied().unwrap_or(first),
        }
    }

    pub fn letters(&mut self, count: usize) -> String {
        (0..count).map(|_| digit(self.below(62))).collect()
    }
}

fn digit(value: u64) -> char {
    let at = usize::try_from(value % 62).unwrap_or(0);
    ALPHABET.get(at).copied().map_or('0', char::from)
}

fn base62(mut value: u64, digits: usize) -> String {
    let mut reversed = Vec::with_capacity(digits);
    for _ in 0..digits {
        reversed.push(digit(value));
        value /= 62;
    }
    reversed.into_iter().rev().collect()
}

/// Makes Stripe-like ids that never collide inside a world: the tail carries the owner's number and a counter, the head is random,
/// so that ids do not sort in the order of their creation (Stripe's are not documented to).
#[derive(Debug, Clone)]
pub(crate) struct Ids {
    random: Random,
    owner: u64,
    counter: u64,
}

impl Ids {
    pub fn new(seed: u64, owner: u64) -> Self {
        Self { random: Random::new(seed, owner.wrapping_mul(2).wrapping_add(1)), owner, counter: 0 }
    }

    /// `prefix` followed by `length` characters.
    pub fn make(&mut self, prefix: &str, length: usize) -> String {
        let tail = OWNER_DIGITS + COUNTER_DIGITS;
        let head = self.random.letters(length.saturating_sub(tail));
        self.counter = self.counter.wrapping_add(1);
        let owner = base62(self.owner, OWNER_DIGITS);
        let counter = base62(self.counter, COUNTER_DIGITS);
        format!("{prefix}{head}{owner}{counter}")
    }
}
