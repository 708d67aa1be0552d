//! Reading TOML with places: whatever does not fit is noted with line, column, what was found and what was expected, and
//! reading goes on.

use std::borrow::Cow;
use std::ops::Range;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{LONGEST_FEATURE, Problem, is_feature_name, lookalike::nearest};

/// The longest piece of the text that a problem quotes, in characters.
const LONGEST_QUOTE: usize = 60;

/// So many problems are told; who mends them sees the next ones.
const MOST_TOLD: usize = 20;

/// So many are remembered at a time, as they are not found in the order of the text.
const MOST_NOTED: usize = 1_000;

/// The problems found so far in a text.
#[derive(Debug)]
pub(super) struct Reader<'t> {
    text: &'t str,
    /// Whether features may have names by which nobody could ask for them.
    any_names: bool,
    /// How many there are besides those below.
    forgotten: usize,
    /// By the byte they stand at. Their lines and columns are worked out at the end.
    problems: Vec<(usize, Problem)>,
}

/// A value and the key it stands under.
#[derive(Clone, Debug)]
pub(super) struct Node<'v> {
    /// All keys down to it, with dots.
    pub(super) path: String,
    /// The last key.
    pub(super) key: &'v str,
    key_span: Range<usize>,
    value: &'v Spanned<DeValue<'v>>,
}

/// A table and the key it stands under.
#[derive(Clone, Debug)]
pub(super) struct Section<'v> {
    path: String,
    table: &'v DeTable<'v>,
}

impl<'v> Section<'v> {
    /// The whole document.
    pub(super) fn root(table: &'v DeTable<'v>) -> Self {
        Self { path: String::new(), table }
    }

    /// Its values, by key.
    pub(super) fn nodes(&self) -> impl Iterator<Item = Node<'v>> + use<'v> {
        let path = self.path.clone();
        self.table.iter().map(move |(key, value)| {
            let name: &'v str = key.get_ref();
            let path =
                if path.is_empty() { printable(name).into_owned() } else { format!("{path}.{}", printable(name)) };
            Node { path, key: name, key_span: key.span(), value }
        })
    }

    /// One of its values.
    pub(super) fn get(&self, key: &str) -> Option<Node<'v>> {
        self.nodes().find(|node| node.key == key)
    }
}

impl<'v> Node<'v> {
    /// The value itself.
    pub(super) fn value(&self) -> &'v DeValue<'v> {
        self.value.get_ref()
    }

    /// Whether it is a list or a table of nothing.
    pub(super) fn is_empty(&self) -> bool {
        match self.value() {
            DeValue::Array(array) => array.is_empty(),
            DeValue::Table(table) => table.is_empty(),
            _ => false,
        }
    }

    /// The elements, if it is an array.
    fn elements(&self) -> Option<impl Iterator<Item = Node<'v>> + use<'v>> {
        let DeValue::Array(array) = self.value.get_ref() else { return None };
        let (path, key, span) = (self.path.clone(), self.key, self.key_span.clone());
        let elements = array.iter().enumerate();
        Some(elements.map(move |(index, value)| Node {
            path: format!("{path}[{index}]"),
            key,
            key_span: span.clone(),
            value,
        }))
    }
}

impl<'t> Reader<'t> {
    /// A reader of this text.
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, any_names: false, forgotten: 0, problems: Vec::new() }
    }

    /// A reader of a text that was applied once, when every name was taken.
    pub(super) fn of_record(text: &'t str) -> Self {
        Self { any_names: true, ..Self::new(text) }
    }

    /// All problems, in the order of the text. Of very many the first are told, and the last one says how many more there are.
    pub(super) fn into_problems(mut self) -> Vec<Problem> {
        let more = self.keep_first();
        let mut problems = std::mem::take(&mut self.problems);
        if let Some((_, last)) = problems.get_mut(MOST_TOLD) {
            let count = more + 1;
            last.at.clear();
            last.found = if count == 1 { "1 more problem".to_owned() } else { format!("{count} more problems") };
            "the ones above to be mended first".clone_into(&mut last.expected);
            last.suggestion = None;
        }
        let placed = problems.into_iter().map(|(start, problem)| {
            let (line, column) = self.place(start);
            Problem { line, column, ..problem }
        });
        placed.collect()
    }

    /// Notes that the text is no TOML here.
    pub(super) fn no_toml(&mut self, error: &toml::de::Error) {
        let span = error.span().unwrap_or(0..0);
        let expected = format!("TOML ({})", error.message());
        self.note(&span, String::new(), self.quote(&span), expected, None);
    }

    /// Notes that a value does not fit.
    pub(super) fn unfit(&mut self, node: &Node<'_>, expected: impl Into<String>) {
        self.unfit_near(node, expected, None);
    }

    /// Notes that a value does not fit, and what was probably meant.
    pub(super) fn unfit_near(&mut self, node: &Node<'_>, expected: impl Into<String>, meant: Option<&str>) {
        let span = node.value.span();
        self.note(&span, node.path.clone(), self.quote(&span), expected.into(), meant);
    }

    /// Notes that a key is not known here.
    pub(super) fn unknown_key(&mut self, node: &Node<'_>, expected: impl Into<String>, meant: Option<&str>) {
        self.note(
            &node.key_span,
            node.path.clone(),
            format!("the key `{}`", printable(node.key)),
            expected.into(),
            meant,
        );
    }

    /// Notes that something is missing below a key.
    pub(super) fn missing(&mut self, node: &Node<'_>, found: &str, expected: impl Into<String>) {
        self.note(&node.key_span, node.path.clone(), found.to_owned(), expected.into(), None);
    }

    /// Notes a key by which no feature could be asked for.
    pub(super) fn feature_name(&mut self, node: &Node<'_>) {
        if !self.any_names && !is_feature_name(node.key) {
            self.unknown_key(node, format!("a name of 1 to {LONGEST_FEATURE} bytes without control characters"), None);
        }
    }

    /// Notes every key of a section that is not one of these.
    pub(super) fn only_keys(&mut self, section: &Section<'_>, known: &[&str]) {
        for node in section.nodes().filter(|node| !known.contains(&node.key)) {
            let expected = format!("one of {}", names(known.iter().copied()));
            self.unknown_key(&node, expected, nearest(node.key, known.iter().copied()));
        }
    }

    /// A table.
    pub(super) fn section<'v>(&mut self, node: &Node<'v>, expected: &str) -> Option<Section<'v>> {
        if let DeValue::Table(table) = node.value() {
            return Some(Section { path: node.path.clone(), table });
        }
        self.unfit(node, expected);
        None
    }

    /// A text that is not empty.
    pub(super) fn text<'v>(&mut self, node: &Node<'v>, expected: &str) -> Option<&'v str> {
        match node.value() {
            DeValue::String(text) if !text.is_empty() => Some(text),
            _ => {
                self.unfit(node, expected);
                None
            }
        }
    }

    /// A list of texts, each read by `read`.
    pub(super) fn list<T: PartialEq>(
        &mut self,
        node: &Node<'_>,
        expected: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        let Some(elements) = node.elements() else {
            self.unfit(node, format!("a list, each entry {expected}"));
            return Vec::new();
        };
        let mut list = Vec::new();
        for element in elements {
            let Some(text) = self.text(&element, expected) else { continue };
            match read(text) {
                Some(entry) if list.contains(&entry) => self.unfit(&element, "each entry once"),
                Some(entry) => list.push(entry),
                None => self.unfit(&element, expected),
            }
        }
        list
    }

    /// One of several names.
    pub(super) fn choice<T: Copy>(&mut self, node: &Node<'_>, options: &[(&str, T)]) -> Option<T> {
        let written = match node.value() {
            DeValue::String(text) => Some(&**text),
            _ => None,
        };
        let found = options.iter().find(|(name, _)| Some(*name) == written).map(|(_, option)| *option);
        if found.is_none() {
            let known = || options.iter().map(|(name, _)| *name);
            let quoted: Vec<String> = known().map(|name| format!("\"{name}\"")).collect();
            let meant = written.and_then(|written| nearest(written, known()));
            self.unfit_near(node, quoted.join(" or "), meant);
        }
        found
    }

    fn note(&mut self, span: &Range<usize>, at: String, found: String, expected: String, meant: Option<&str>) {
        let suggestion = meant.map(str::to_owned);
        self.problems.push((span.start, Problem { line: 0, column: 0, at, found, expected, suggestion }));
        if self.problems.len() >= MOST_NOTED {
            self.keep_first();
        }
    }

    /// Forgets all but the first problems of the text and the one after them. How many were forgotten so far.
    fn keep_first(&mut self) -> usize {
        self.problems.sort_by(|(left, one), (right, other)| (left, &one.at).cmp(&(right, &other.at)));
        self.forgotten += self.problems.len().saturating_sub(MOST_TOLD + 1);
        self.problems.truncate(MOST_TOLD + 1);
        self.forgotten
    }

    /// The line that a byte stands in.
    fn line(&self, byte: usize) -> &str {
        let before = self.text.get(..byte).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        self.text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default().trim()
    }

    /// Line and column of a byte of the text, both from 1.
    fn place(&self, byte: usize) -> (usize, usize) {
        let before = self.text.get(..byte).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |rest| rest.chars().count()) + 1;
        (line, column)
    }

    /// What stands there, or the line where nothing does; on one line and not too long.
    fn quote(&self, span: &Range<usize>) -> String {
        let piece = self.text.get(span.clone()).unwrap_or_default();
        let first = match piece.lines().next().unwrap_or_default().trim() {
            "" => self.line(span.start),
            first => first,
        };
        if first.is_empty() {
            return "an empty line".to_owned();
        }
        let mut quote: String = first.chars().take(LONGEST_QUOTE).collect();
        if quote.len() < first.len() {
            quote.push_str("...");
        }
        let quote = printable(&quote).into_owned();
        if quote.starts_with(['"', '\'']) { quote } else { format!("`{quote}`") }
    }
}

/// The same on one line, with control characters spelled out; nothing that a terminal would obey.
fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(char::is_control) {
        return Cow::Borrowed(text);
    }
    let spell = |letter: char| {
        if letter.is_control() { letter.escape_default().to_string() } else { letter.to_string() }
    };
    Cow::Owned(text.chars().map(spell).collect())
}

/// Names for a person to choose from.
pub(super) fn names<'a>(known: impl Iterator<Item = &'a str>) -> String {
    known.map(|name| format!("`{}`", printable(name))).collect::<Vec<_>>().join(", ")
}
