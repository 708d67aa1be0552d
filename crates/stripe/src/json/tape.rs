//! A JSON text taken apart in one scan: every value by where it stands, the fields of one object side by side.
//!
//! After the scan (`fill`) nothing is scanned again. Names are told apart by a mark first (`mark`), so that looking a
//! field up compares numbers, and a text only once.

use std::{borrow::Cow, cell::Cell};

use super::{
    Fields,
    fill::Scan,
    mark::{Index, MOST_INDEXED, mark, same},
    quotes::Quotes,
    text_of,
};

/// A JSON text and where its values stand.
#[derive(Debug)]
pub(crate) struct Tape<'a> {
    text: &'a str,
    buffers: Buffers,
    root: Entry,
}

/// The lists a scan fills. Each thread keeps those of its last scan for its next one.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    /// Entries of objects and lists that have ended.
    pub(super) entries: Vec<Entry>,
    /// One for each object: by mark, its last field.
    pub(super) indexes: Vec<Index>,
    /// Entries of objects and lists that have not ended, the innermost last; the first one is the root.
    pub(super) open: Vec<Entry>,
    pub(super) levels: Vec<Level>,
    pub(super) quotes: Quotes,
}

/// An object or a list that has not ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Level {
    /// The index of its first entry in the open ones.
    pub(super) base: usize,
    pub(super) close: u8,
}

/// How many entries a thread keeps room for.
const MOST_KEPT: usize = 16 * 1024;

thread_local! {
    static KEPT_BUFFERS: Cell<Buffers> = Cell::default();
}

/// One entry of an object or a list. Places are byte indices into the text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Entry {
    /// After the opening quote.
    pub(super) name: u32,
    /// On the closing quote.
    pub(super) name_end: u32,
    pub(super) start: u32,
    pub(super) end: u32,
    /// The entries inside, if it is an object or a list: the index of the first in all entries, and how many.
    pub(super) first: u32,
    pub(super) count: u32,
    /// Of an object that has fields: which index is its.
    pub(super) index: u32,
    /// See [`mark`]; of an object's entries only, as the name.
    pub(super) mark: u8,
    /// The entry before this one that has the same place in the index.
    pub(super) before: u8,
    pub(super) name_escaped: bool,
    /// Of a text: whether there are escapes in it.
    pub(super) escaped: bool,
}

/// A value on a tape.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value<'t, 'a> {
    tape: &'t Tape<'a>,
    entry: &'t Entry,
}

/// The entries of one object or list: a view of a tape (`'t`) over a text (`'a`). None of any tape by default.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Entries<'t, 'a> {
    tape: Option<&'t Tape<'a>>,
    first: u32,
    count: u32,
    index: u32,
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

    pub(super) fn new(text: &'a str, buffers: Buffers, root: Entry) -> Self {
        Self { text, buffers, root }
    }

    /// The value that is all of the text.
    pub(crate) fn root(&self) -> Value<'_, 'a> {
        Value { tape: self, entry: &self.root }
    }
}

/// A raw name with its escapes resolved; one that means no text counts as it is written, quotes included.
pub(super) fn name_of(raw: &str) -> Cow<'_, str> {
    text_of(raw).unwrap_or(Cow::Borrowed(raw))
}

impl Buffers {
    /// Those of the thread's last scan, empty.
    pub(super) fn kept() -> Self {
        KEPT_BUFFERS.try_with(Cell::take).unwrap_or_default()
    }
}

impl Drop for Tape<'_> {
    fn drop(&mut self) {
        let mut buffers = std::mem::take(&mut self.buffers);
        if buffers.entries.capacity() <= MOST_KEPT && buffers.open.capacity() <= MOST_KEPT {
            buffers.entries.clear();
            buffers.indexes.clear();
            buffers.open.clear();
            buffers.levels.clear();
            // A thread that is about to end keeps nothing.
            let _ = KEPT_BUFFERS.try_with(|kept| kept.set(buffers));
        }
    }
}

impl Entry {
    /// See [`name_of`].
    #[inline]
    fn name<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let (start, end) = (self.name as usize, self.name_end as usize);
        if self.name_escaped {
            return name_of(text.get(start.wrapping_sub(1)..=end).unwrap_or_default());
        }
        Cow::Borrowed(text.get(start..end).unwrap_or_default())
    }

    #[inline]
    fn is_named(&self, name: &str, text: &str) -> bool {
        if self.name_escaped {
            return self.name(text) == name;
        }
        text.as_bytes().get(self.name as usize..self.name_end as usize).is_some_and(|own| same(own, name.as_bytes()))
    }
}

impl<'t, 'a> Entries<'t, 'a> {
    /// The last value of this name, which has this mark.
    pub(super) fn find(self, name: &str, mark: u8) -> Option<Value<'t, 'a>> {
        let (tape, own) = (self.tape?, self.slice());
        let value = |entry| Value { tape, entry };
        if own.len() > MOST_INDEXED {
            return own.iter().rfind(|entry| entry.is_named(name, tape.text)).map(value);
        }
        let index: &Index = tape.buffers.indexes.get(self.index as usize)?;
        let mut at = index.last(mark);
        while let Some(entry) = own.get(usize::from(at)) {
            if entry.mark == mark && entry.is_named(name, tape.text) {
                return Some(value(entry));
            }
            at = entry.before;
        }
        None
    }

    /// How often this name stands.
    pub(super) fn count(self, name: &str) -> usize {
        let (text, wanted) = (self.tape.map_or("", |tape| tape.text), mark(name));
        self.slice().iter().filter(|entry| entry.mark == wanted && entry.is_named(name, text)).count()
    }

    /// All names with their values.
    #[inline]
    pub(super) fn iter(self) -> impl Iterator<Item = (Cow<'a, str>, Value<'t, 'a>)> {
        let (own, tape) = (self.slice(), self.tape);
        own.iter().filter_map(move |entry| tape.map(|tape| (entry.name(tape.text), Value { tape, entry })))
    }

    #[inline]
    fn slice(self) -> &'t [Entry] {
        let (first, count) = (self.first as usize, self.count as usize);
        self.tape.and_then(|tape| tape.buffers.entries.get(first..first + count)).unwrap_or_default()
    }
}

impl<'t, 'a> Value<'t, 'a> {
    /// The value as it is written.
    #[inline]
    pub(crate) fn raw(self) -> &'a str {
        self.tape.text.get(self.entry.start as usize..self.entry.end as usize).unwrap_or_default()
    }

    /// What a text says, if it is one without escapes.
    #[inline]
    pub(crate) fn plain(self) -> Option<&'a str> {
        if self.entry.escaped || !self.is(b'"') {
            return None;
        }
        self.tape.text.get(self.entry.start as usize + 1..(self.entry.end as usize).checked_sub(1)?)
    }

    /// Whether it is null.
    #[inline]
    pub(crate) fn is_null(self) -> bool {
        self.is(b'n')
    }

    /// The fields, if it is an object.
    #[inline]
    pub(crate) fn fields(self) -> Option<Fields<'t, 'a>> {
        self.is(b'{').then(|| Fields::from(self.entries()))
    }

    /// The values inside, if it is a list.
    #[inline]
    pub(crate) fn elements(self) -> Option<impl ExactSizeIterator<Item = Self>> {
        let within = move |entry| Self { entry, ..self };
        self.is(b'[').then(|| self.entries().slice().iter().map(within))
    }

    #[inline]
    fn entries(self) -> Entries<'t, 'a> {
        let Entry { first, count, index, .. } = *self.entry;
        Entries { tape: Some(self.tape), first, count, index }
    }

    #[inline]
    fn is(self, first: u8) -> bool {
        self.tape.text.as_bytes().get(self.entry.start as usize) == Some(&first)
    }
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
