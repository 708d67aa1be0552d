//! A JSON text taken apart in one scan: every value by where it stands, the fields of one object side by side.
//!
//! The scan validates all of the text, as deep as it goes and without recursion; afterwards nothing is scanned again.
//! Names are told apart by a mark first, so that looking a field up compares numbers, and a text only once.

use std::borrow::Cow;

use super::{
    Fields,
    scan::{self, Quoted},
    text_of,
};

/// A JSON text and where its values stand.
#[derive(Debug)]
pub(crate) struct Tape<'a> {
    text: &'a str,
    entries: Vec<Entry>,
    root: Entry,
}

/// One entry of an object or a list. Places are byte indices into the text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Entry {
    /// See [`mark`]; of an object's entries only, as the name.
    pub(super) mark: u32,
    /// After the opening quote.
    name: u32,
    /// On the closing quote.
    name_end: u32,
    name_escaped: bool,
    start: u32,
    end: u32,
    /// The entries inside, if it is an object or a list: the index of the first in all entries, and how many.
    first: u32,
    count: u32,
}

/// A value on a tape.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value<'t, 'a> {
    pub(super) text: &'a str,
    pub(super) all: &'t [Entry],
    pub(super) entry: &'t Entry,
}

/// A number that nearly tells names apart: of the length and the last eight bytes.
#[inline]
pub(super) fn mark(name: &str) -> u32 {
    let word = match name.as_bytes().last_chunk() {
        Some(last) => u64::from_le_bytes(*last),
        None => name.bytes().rev().fold(0, |word, byte| word << 8 | u64::from(byte)),
    };
    mix(word, name.len())
}

#[inline]
fn mix(word: u64, length: usize) -> u32 {
    let product = (word ^ ((length as u64) << 56)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    u32::try_from(product >> 32).unwrap_or_default()
}

impl<'a> Tape<'a> {
    /// Takes apart all of a text; `None` when it is not JSON.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        Scan::<{ usize::MAX }>::new(text)?.run()
    }

    /// Takes apart the outermost object and those directly in it; what lies deeper is only validated.
    pub(crate) fn read_outermost(text: &'a str) -> Option<Self> {
        Scan::<2>::new(text)?.run()
    }

    /// The value that is all of the text.
    pub(crate) fn root(&self) -> Value<'_, 'a> {
        Value { text: self.text, all: &self.entries, entry: &self.root }
    }
}

impl Entry {
    /// The name with its escapes resolved; one that means no text counts as it is written, quotes included.
    #[inline]
    pub(super) fn name<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let (start, end) = (self.name as usize, self.name_end as usize);
        if self.name_escaped {
            let raw = text.get(start.wrapping_sub(1)..=end).unwrap_or_default();
            return text_of(raw).unwrap_or(Cow::Borrowed(raw));
        }
        Cow::Borrowed(text.get(start..end).unwrap_or_default())
    }
}

impl<'t, 'a> Value<'t, 'a> {
    /// The value as it is written.
    #[inline]
    pub(crate) fn raw(self) -> &'a str {
        self.text.get(self.entry.start as usize..self.entry.end as usize).unwrap_or_default()
    }

    /// The fields, if it is an object.
    #[inline]
    pub(crate) fn fields(self) -> Option<Fields<'t, 'a>> {
        self.is(b'{').then(|| Fields::new(self.text, self.all, self.entries()))
    }

    /// The values inside, if it is a list.
    #[inline]
    pub(crate) fn elements(self) -> Option<impl ExactSizeIterator<Item = Self>> {
        let within = move |entry| Self { entry, ..self };
        self.is(b'[').then(|| self.entries().iter().map(within))
    }

    #[inline]
    fn entries(self) -> &'t [Entry] {
        let first = self.entry.first as usize;
        self.all.get(first..first + self.entry.count as usize).unwrap_or_default()
    }

    #[inline]
    fn is(self, first: u8) -> bool {
        self.text.as_bytes().get(self.entry.start as usize) == Some(&first)
    }
}

/// The scan of one text; what lies deeper than `KEPT` leaves no entries.
struct Scan<'a, const KEPT: usize> {
    text: &'a str,
    at: usize,
    /// Entries of objects and lists that have ended.
    ended: Vec<Entry>,
    /// Entries of those that have not, the innermost last; the first one is the root.
    open: Vec<Entry>,
    levels: Vec<Level>,
}

/// An object or a list that has not ended.
#[derive(Clone, Copy)]
struct Level {
    /// The index of its first entry in the open ones.
    base: usize,
    close: u8,
}

/// What the scan meets next.
enum Next {
    /// A value, perhaps the first of an object or a list that begins.
    Value,
    /// The end of a value.
    End,
}

impl<'a, const KEPT: usize> Scan<'a, KEPT> {
    /// `None` when the text is too long for its places to be written down.
    fn new(text: &'a str) -> Option<Self> {
        u32::try_from(text.len()).ok()?;
        let expected = if KEPT > 2 { text.len() / 20 } else { 32 };
        Some(Self {
            text,
            at: 0,
            ended: Vec::with_capacity(expected),
            open: Vec::with_capacity(64),
            levels: Vec::with_capacity(16),
        })
    }

    fn run(mut self) -> Option<Tape<'a>> {
        self.open.push(Entry::default());
        self.space();
        let mut next = Next::Value;
        loop {
            next = match next {
                Next::Value => self.value()?,
                Next::End if self.levels.is_empty() => break,
                Next::End => self.after_value()?,
            };
        }
        self.space();
        let root = self.open.pop()?;
        (self.at == self.text.len()).then_some(Tape { text: self.text, entries: self.ended, root })
    }

    /// Steps over one value, or into it.
    #[inline]
    fn value(&mut self) -> Option<Next> {
        let (bytes, start) = (self.text.as_bytes(), self.at);
        self.at = match bytes.get(start)? {
            b'"' => scan::text(bytes, start + 1)?.close + 1,
            b'{' => return self.enter(b'}'),
            b'[' => return self.enter(b']'),
            _ => scan::scalar(bytes, start)?,
        };
        if self.keeps() {
            let end = place(self.at);
            let entry = self.open.last_mut()?;
            (entry.start, entry.end) = (place(start), end);
        }
        Some(Next::End)
    }

    /// Whether what is being read now leaves entries.
    #[inline]
    fn keeps(&self) -> bool {
        KEPT == usize::MAX || self.levels.len() <= KEPT
    }

    /// Steps into an object or a list, up to its first value or over its end.
    fn enter(&mut self, close: u8) -> Option<Next> {
        if self.keeps() {
            self.open.last_mut()?.start = place(self.at);
        }
        self.levels.push(Level { base: self.open.len(), close });
        self.at += 1;
        self.space();
        if self.text.as_bytes().get(self.at) == Some(&close) {
            return self.leave();
        }
        self.begin(close)
    }

    /// Steps over the bracket that ends the innermost object or list, and gives it its entries.
    fn leave(&mut self) -> Option<Next> {
        let Level { base, .. } = self.levels.pop()?;
        self.at += 1;
        if self.keeps() {
            let first = place(self.ended.len());
            self.ended.extend_from_slice(self.open.get(base..)?);
            let count = place(self.open.len() - base);
            self.open.truncate(base);
            let end = place(self.at);
            let entry = self.open.last_mut()?;
            (entry.end, entry.first, entry.count) = (end, first, count);
        }
        Some(Next::End)
    }

    /// Steps over a comma to the next value, or over the end.
    #[inline]
    fn after_value(&mut self) -> Option<Next> {
        self.space();
        let close = self.levels.last()?.close;
        match *self.text.as_bytes().get(self.at)? {
            b',' => {
                self.at += 1;
                self.space();
                self.begin(close)
            }
            found if found == close => self.leave(),
            _ => None,
        }
    }

    /// Begins an entry: steps over its name, if it is an object's.
    #[inline]
    fn begin(&mut self, close: u8) -> Option<Next> {
        if close == b']' {
            if self.keeps() {
                self.open.push(Entry::default());
            }
            return Some(Next::Value);
        }
        let bytes = self.text.as_bytes();
        if bytes.get(self.at) != Some(&b'"') {
            return None;
        }
        let start = self.at + 1;
        let quoted = scan::text(bytes, start)?;
        if self.keeps() {
            let entry = self.named(start, quoted)?;
            self.open.push(entry);
        }
        self.at = quoted.close + 1;
        self.space();
        if bytes.get(self.at) != Some(&b':') {
            return None;
        }
        self.at += 1;
        self.space();
        Some(Next::Value)
    }

    /// An entry of this name. A name of the outermost object has to mean a text.
    #[inline]
    fn named(&self, start: usize, quoted: Quoted) -> Option<Entry> {
        let Quoted { close, escaped } = quoted;
        let mut entry = Entry { name: place(start), name_end: place(close), name_escaped: escaped, ..Entry::default() };
        let last = self.text.as_bytes().get(..close).and_then(<[u8]>::last_chunk);
        entry.mark = match last {
            Some(last) if !escaped => {
                let length = close - start;
                let beyond = u32::try_from(8_usize.saturating_sub(length) * 8).unwrap_or_default();
                mix(u64::from_le_bytes(*last).checked_shr(beyond).unwrap_or_default(), length)
            }
            _ => mark(&entry.name(self.text)),
        };
        let meaningless = escaped && self.levels.len() == 1 && text_of(self.text.get(start - 1..=close)?).is_err();
        (!meaningless).then_some(entry)
    }

    #[inline]
    fn space(&mut self) {
        self.at = scan::skip_space(self.text.as_bytes(), self.at);
    }
}

/// A place in the text; texts are never so long that it does not fit.
#[inline]
fn place(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::de::IgnoredAny;

    use super::Tape;

    fn is_json(text: &str) -> bool {
        serde_json::from_str::<IgnoredAny>(text).is_ok()
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in [
            "",
            " ",
            "{",
            "[",
            "\"",
            "\"\\",
            "{\"a\"",
            "{\"a\":",
            "[1",
            "}",
            "]",
            ",",
            "[}",
            "{]",
            "\\",
            "[\"\\u",
            "[1,]",
            "{\"a\":1,}",
            "[,1]",
            "{,}",
            "{1:1}",
            "01",
            "-",
            "1.",
            ".5",
            "1e",
            "+1",
            "nul",
            "nulll",
            "[1 2]",
            "{\"a\" 1}",
            "{\"a\":1 \"b\":2}",
            "\"\u{1}\"",
            "\"\\x\"",
            "\"\\u12g4\"",
            "1 1",
            "{} {}",
            "\u{a0}1",
        ] {
            assert!(!is_json(text), "{text}");
            assert!(Tape::read(text).is_none(), "{text}");
            assert!(Tape::read_outermost(text).is_none(), "{text}");
        }
        for text in ["[".repeat(100_000), "{\"a\":".repeat(100_000)] {
            assert!(Tape::read(&text).is_none());
        }
    }

    #[test]
    fn fields_are_found_by_name_and_of_two_the_last() {
        let tape =
            Tape::read(r#" {"a":1,"amount":{"b" : [1, {"c":2}]},"\u0061":3,"payment_intent":"x","":4} "#).unwrap();
        let fields = tape.root().fields().unwrap();
        assert_eq!(fields.raw("a"), Some("3"));
        assert_eq!(fields.raw("amount"), Some(r#"{"b" : [1, {"c":2}]}"#));
        assert_eq!((fields.raw("payment_intent"), fields.raw(""), fields.raw("b")), (Some("\"x\""), Some("4"), None));
        let inner = fields.find("amount").unwrap().fields().unwrap();
        let elements: Vec<_> = inner.find("b").unwrap().elements().unwrap().map(super::Value::raw).collect();
        assert_eq!(elements, ["1", "{\"c\":2}"]);
    }

    proptest! {
        #[test]
        fn exactly_what_serde_json_reads_is_read(
            pieces in prop::collection::vec(prop::sample::select(vec![
                "{", "}", "[", "]", ",", ":", "\"a\"", "\"\\u00e9é\"", "\"\\n", "\"", "\\", "0", "12", "-", ".5", "e+3",
                "true", "null", " ", "\n", "\"long enough for words\"", "{\"a\":", "[1,", "\u{1}",
            ]), 0..12),
        ) {
            let text = pieces.concat();
            prop_assert_eq!(Tape::read(&text).is_some(), is_json(&text));
            prop_assert_eq!(Tape::read_outermost(&text).is_some(), is_json(&text));
        }

        #[test]
        fn a_value_stands_where_serde_json_finds_it(
            texts in prop::collection::vec("[ -~é\n]{0,20}", 1..8), number in any::<i64>(), deep in 0_usize..4,
        ) {
            let mut value = serde_json::json!({"number": number, "texts": texts});
            for _ in 0..deep {
                value = serde_json::json!({"in": [value, number]});
            }
            for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
                let tape = Tape::read(&text).unwrap();
                prop_assert_eq!(tape.root().raw(), &*text);
                let mut here = tape.root();
                for _ in 0..deep {
                    let list = here.fields().unwrap().find("in").unwrap();
                    here = list.elements().unwrap().next().unwrap();
                }
                let found: Vec<String> = here.fields().unwrap().find("texts").unwrap().elements().unwrap()
                    .map(|text| serde_json::from_str(text.raw()).unwrap()).collect();
                prop_assert_eq!(&found, &texts);
            }
        }
    }
}
