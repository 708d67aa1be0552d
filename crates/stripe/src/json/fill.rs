//! The scan that fills a tape: all of a text validated in one pass, as deep as it goes and without recursion.

use super::{
    mark::{Index, MOST_INDEXED, mark, mix},
    scan::{self, Quoted},
    tape::{Buffers, Entry, Level, Tape, name_of},
    text_of,
};

/// The scan of one text; what lies deeper than `KEPT` leaves no entries.
pub(super) struct Scan<'a, const KEPT: usize> {
    text: &'a str,
    buffers: Buffers,
    /// The number of the next quote, if all are known.
    quote: Option<usize>,
}

/// The name of an entry whose value has not been read; of none in a list.
#[derive(Clone, Copy, Default)]
struct Name {
    start: u32,
    end: u32,
    escaped: bool,
    mark: u8,
}

impl<'a, const KEPT: usize> Scan<'a, KEPT> {
    /// `None` when the text is too long for its places to be written down.
    pub(super) fn new(text: &'a str) -> Option<Self> {
        u32::try_from(text.len()).ok()?;
        let mut buffers = Buffers::kept();
        let quote = buffers.quotes.find(text.as_bytes()).then_some(0);
        Some(Self { text, buffers, quote })
    }

    pub(super) fn run(mut self) -> Option<Tape<'a>> {
        let bytes = self.text.as_bytes();
        let mut at = scan::skip_space(bytes, 0);
        let mut name = Name::default();
        loop {
            let inside;
            (at, inside) = self.value(bytes, at, name)?;
            if !inside {
                at = self.leave_ended(bytes, at)?;
                if self.buffers.levels.is_empty() {
                    break;
                }
            }
            (at, name) = self.begin(bytes, at)?;
        }
        let Self { text, buffers, .. } = self;
        let root = *buffers.open.first()?;
        (at == bytes.len()).then(|| Tape::new(text, buffers, root))
    }

    /// Whether what is being read now leaves entries.
    #[inline]
    fn keeps(&self) -> bool {
        KEPT == usize::MAX || self.buffers.levels.len() <= KEPT
    }

    /// Steps over one value, or into it up to its first entry; says which.
    #[inline]
    fn value(&mut self, bytes: &[u8], start: usize, name: Name) -> Option<(usize, bool)> {
        let (end, escaped) = match bytes.get(start)? {
            b'"' => {
                let quoted = self.quoted(bytes, start + 1)?;
                (quoted.close + 1, quoted.escaped)
            }
            b'{' => return Some(self.enter(bytes, start, name, b'}')),
            b'[' => return Some(self.enter(bytes, start, name, b']')),
            _ => (scan::scalar(bytes, start)?, false),
        };
        if self.keeps() {
            self.buffers.open.push(Entry { escaped, ..name.with(start, end) });
        }
        Some((end, false))
    }

    /// The end of the text whose first byte after the quote is at `start`.
    #[inline]
    fn quoted(&mut self, bytes: &[u8], start: usize) -> Option<Quoted> {
        let Some(quote) = &mut self.quote else {
            return scan::text(bytes, start);
        };
        let close = self.buffers.quotes.get(*quote + 1)?;
        *quote += 2;
        Some(Quoted { close, escaped: false })
    }

    #[inline]
    fn enter(&mut self, bytes: &[u8], start: usize, name: Name, close: u8) -> (usize, bool) {
        let at = scan::skip_space(bytes, start + 1);
        let empty = bytes.get(at) == Some(&close);
        if self.keeps() {
            self.buffers.open.push(name.with(start, at + 1));
        }
        if empty {
            return (at + 1, false);
        }
        self.buffers.levels.push(Level { base: self.buffers.open.len(), close });
        (at, true)
    }

    /// Steps over the ends of objects and lists that end here, and over the comma to the next entry of the one that
    /// goes on.
    #[inline]
    fn leave_ended(&mut self, bytes: &[u8], mut at: usize) -> Option<usize> {
        at = scan::skip_space(bytes, at);
        while let Some(level) = self.buffers.levels.last().copied() {
            let found = *bytes.get(at)?;
            if found == b',' {
                return Some(scan::skip_space(bytes, at + 1));
            }
            if found != level.close {
                return None;
            }
            self.buffers.levels.pop();
            self.close(level, at + 1)?;
            at = scan::skip_space(bytes, at + 1);
        }
        Some(at)
    }

    /// Gives the object or list that ends before `end` its entries.
    #[inline]
    fn close(&mut self, level: Level, end: usize) -> Option<()> {
        if self.keeps() {
            let Buffers { entries, indexes, open, .. } = &mut self.buffers;
            let own = open.get_mut(level.base..)?;
            let (first, count, index) = (place(entries.len()), place(own.len()), place(indexes.len()));
            if level.close == b'}' && own.len() <= MOST_INDEXED {
                indexes.push(index_of(own));
            }
            entries.extend_from_slice(own);
            open.truncate(level.base);
            let entry = open.last_mut()?;
            (entry.end, entry.first, entry.count, entry.index) = (place(end), first, count, index);
        }
        Some(())
    }

    /// Begins an entry of the innermost object or list: steps over its name, if it is an object's.
    #[inline]
    fn begin(&mut self, bytes: &[u8], at: usize) -> Option<(usize, Name)> {
        if self.buffers.levels.last()?.close == b']' {
            return Some((at, Name::default()));
        }
        if bytes.get(at) != Some(&b'"') {
            return None;
        }
        let quoted = self.quoted(bytes, at + 1)?;
        if quoted.escaped && self.buffers.levels.len() == 1 && text_of(self.text.get(at..=quoted.close)?).is_err() {
            return None;
        }
        let colon = scan::skip_space(bytes, quoted.close + 1);
        if bytes.get(colon) != Some(&b':') {
            return None;
        }
        let name = if self.keeps() { self.name(bytes, at + 1, quoted) } else { Name::default() };
        Some((scan::skip_space(bytes, colon + 1), name))
    }

    #[inline]
    fn name(&self, bytes: &[u8], start: usize, quoted: Quoted) -> Name {
        let Quoted { close, escaped } = quoted;
        let mark = match bytes.get(..close).and_then(<[u8]>::last_chunk) {
            Some(last) if !escaped => {
                let length = close - start;
                let beyond = u32::try_from(8_usize.saturating_sub(length) * 8).unwrap_or_default();
                mix(u64::from_le_bytes(*last).checked_shr(beyond).unwrap_or_default(), length)
            }
            _ => {
                let raw = self.text.get(start - 1..=close).unwrap_or_default();
                mark(&name_of(raw))
            }
        };
        Name { start: place(start), end: place(close), escaped, mark }
    }
}

/// The index of an object's entries.
#[inline]
fn index_of(entries: &mut [Entry]) -> Index {
    let mut index = Index::default();
    for (entry, at) in entries.iter_mut().zip(0..) {
        entry.before = index.add(entry.mark, at);
    }
    index
}

impl Name {
    /// The entry of this name, without entries of its own.
    #[inline]
    fn with(self, start: usize, end: usize) -> Entry {
        Entry {
            name: self.start,
            name_end: self.end,
            start: place(start),
            end: place(end),
            first: 0,
            count: 0,
            index: 0,
            mark: self.mark,
            before: 0,
            name_escaped: self.escaped,
            escaped: false,
        }
    }
}

/// A place in the text; texts are never so long that it does not fit.
#[inline]
fn place(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
