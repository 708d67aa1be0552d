//! Steps through JSON text that is known to be JSON: the first scan of a body has validated all of it, so nested
//! values are cut out by their ends alone. Several times faster than parsing them again. On text that is not JSON the
//! steps still end, and cut somewhere.

/// A place in a JSON text.
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The next byte that is no white space.
    #[inline]
    pub(super) fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.as_bytes().get(self.at)?;
            if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    /// Steps over one byte.
    #[inline]
    pub(super) fn step(&mut self) {
        self.at += 1;
    }

    /// Whether another entry of an object or a list follows; steps over commas, and over the end.
    #[inline]
    pub(super) fn goes_on(&mut self) -> bool {
        while self.peek() == Some(b',') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'}' | b']') => {
                self.at += 1;
                false
            }
            found => found.is_some(),
        }
    }

    /// The name of an entry, raw with its quotes, and the colon stepped over.
    #[inline]
    pub(super) fn name(&mut self) -> &'a str {
        self.peek();
        let start = self.at;
        self.at = end_of_text(self.text.as_bytes(), start);
        let name = self.from(start);
        if self.peek() == Some(b':') {
            self.at += 1;
        }
        name
    }

    /// The next value, raw.
    #[inline]
    pub(super) fn value(&mut self) -> &'a str {
        let bytes = self.text.as_bytes();
        let first = self.peek();
        let start = self.at;
        self.at = match first {
            Some(b'"') => end_of_text(bytes, start),
            Some(b'{' | b'[') => end_of_group(bytes, start),
            _ => end_of_scalar(bytes, start),
        };
        self.from(start)
    }

    /// What is left.
    pub(super) fn rest(&mut self) -> &'a str {
        let start = self.at;
        self.at = self.text.len();
        self.from(start)
    }

    fn from(&self, start: usize) -> &'a str {
        self.text.get(start..self.at.min(self.text.len())).unwrap_or_default()
    }
}

/// The raw value of the first field of this name in a raw object; an object that is none has no fields.
pub(crate) fn inner<'a>(raw: &'a str, name: &str) -> Option<&'a str> {
    let mut scanner = Scanner::new(raw);
    if scanner.peek() != Some(b'{') {
        return None;
    }
    scanner.step();
    while scanner.goes_on() {
        let found = scanner.name().get(1..).and_then(|rest| rest.strip_suffix('"')) == Some(name);
        let value = scanner.value();
        if found {
            return Some(value);
        }
    }
    None
}

/// The index after the closing quote of the text that begins at `start`.
#[inline]
fn end_of_text(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    loop {
        at = quote_or_escape(bytes, at);
        match bytes.get(at) {
            Some(b'"') => return at + 1,
            Some(_) => at += 2,
            None => return bytes.len(),
        }
    }
}

/// The index of the next quote or backslash, looked for eight bytes at a time.
#[inline]
fn quote_or_escape(bytes: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let found = zero_bytes(word ^ (ONES * u64::from(b'"'))) | zero_bytes(word ^ (ONES * u64::from(b'\\')));
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| matches!(byte, b'"' | b'\\')).unwrap_or(rest.len())
}

const ONES: u64 = 0x0101_0101_0101_0101;

/// The high bit of the lowest byte that is zero, and perhaps of some above it.
#[inline]
fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & (ONES << 7)
}

/// The index after the bracket that closes the one at `start`.
#[inline]
fn end_of_group(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0_usize);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = end_of_text(bytes, at);
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return at;
        }
    }
    bytes.len()
}

/// The index after the number, `true`, `false` or `null` that begins at `start`; at least one further.
#[inline]
fn end_of_scalar(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b':' | b' ' | b'\t' | b'\r' | b'\n');
    start + rest.iter().position(ends).unwrap_or(rest.len()).max(1)
}
