//! Evidence of an event: what it shows of its object before and after, as hashes by path.
//!
//! Only attributes that are translated count, and of those every leaf by itself, because the hashes inside
//! `previous_attributes` hold only what changed. A list is one leaf: Stripe shows the whole old list when any element of
//! it changed. An object leaves a mark at its own path, so that "was null" and "was an object" do not agree.

use daybook_domain::order::Evidence;

use crate::json::{Hash, Object, Value, of_bytes, of_value};

/// How deep the hashes of an attribute are taken apart; what lies deeper is one leaf.
const MAX_DEPTH: u8 = 6;
/// Stands for "here is an object".
const OBJECT: u32 = 0x6f62_6a65;

/// An attribute whose values are evidence: the names that lead to it, and the hash of its path.
pub(super) struct Attribute {
    names: &'static [&'static str],
    path: Hash,
}

impl Attribute {
    /// The attribute at the end of these names.
    pub(super) const fn at(names: &'static [&'static str]) -> Self {
        let (mut path, mut left) = (of_bytes(b""), names);
        while let Some((name, rest)) = left.split_first() {
            path = path.then(of_bytes(name.as_bytes()));
            left = rest;
        }
        Self { names, path }
    }
}

/// A list of attributes by dotted names.
macro_rules! attributes {
    ($($($name:ident).+),+ $(,)?) => { &[$(Attribute::at(&[$(stringify!($name)),+])),+] };
}
pub(super) use attributes;

/// The evidence of one event about its own object.
pub(super) fn of(attributes: &[Attribute], object: &Object<'_>, previous: Option<&Object<'_>>) -> Evidence {
    let mut fields = Leaves::default();
    let mut before = Leaves::default();
    for attribute in attributes {
        fields.attribute(attribute, object);
        if let Some(previous) = previous {
            before.attribute(attribute, previous);
        }
    }
    let shown = fields.sorted().into_iter().filter_map(|(path, value)| Some((path, value?)));
    Evidence { fields: shown.collect(), previous: before.sorted().into() }
}

/// Hashes by hash of the path; `None` is null.
#[derive(Default)]
struct Leaves(Vec<(u32, Option<u32>)>);

impl Leaves {
    /// Adds what stands at a dotted path of names, unless nothing stands there.
    fn attribute(&mut self, attribute: &Attribute, object: &Object<'_>) {
        let Some((first, names)) = attribute.names.split_first() else {
            return;
        };
        let mut found = object.find(first);
        for name in names {
            found = match found {
                Some(value) if !value.is_null() => value.fields().and_then(|fields| fields.find(name)),
                _ => break,
            };
        }
        if let Some(value) = found {
            self.value(attribute.path, value, 0);
        }
    }

    fn value(&mut self, path: Hash, value: Value<'_, '_>, depth: u8) {
        if value.is_null() {
            self.0.push((path.fold(), None));
            return;
        }
        match if depth < MAX_DEPTH { value.fields() } else { None } {
            Some(object) => {
                self.0.push((path.fold(), Some(OBJECT)));
                for (name, inner) in object.iter() {
                    self.value(path.then(of_bytes(name.as_bytes())), inner, depth + 1);
                }
            }
            None => self.0.push((path.fold(), Some(of_value(value).fold()))),
        }
    }

    /// By path, and one entry each: of a name that stands twice the last.
    fn sorted(mut self) -> Vec<(u32, Option<u32>)> {
        self.0.reverse();
        self.0.sort_by_key(|(path, _)| *path);
        self.0.dedup_by_key(|(path, _)| *path);
        self.0
    }
}
