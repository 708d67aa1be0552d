//! A list of objects, plain or as one page of a longer one.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::{Fault, Found, Object, kind_of, object::Name};

/// The objects of a list that are shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct List<'a> {
    /// The objects.
    pub(crate) data: Vec<Object<'a>>,
    /// Whether there are more than those shown.
    pub(crate) has_more: bool,
}

impl<'a> List<'a> {
    /// Reads the text of one list; `name` is the field that holds it.
    pub(super) fn parse(name: &str, raw: &'a str) -> Found<Self> {
        serde_json::from_str(raw).map_err(|error| match kind_of(raw) {
            "an object" | "a list" => Fault::new(name, format!("expected a list of objects: {}", syntax(&error))),
            found => Fault::new(name, format!("expected a list, found {found}")),
        })
    }
}

/// What serde says of a list, without the values it may quote.
fn syntax(error: &serde_json::Error) -> String {
    format!("column {} of it is something else", error.column())
}

impl<'de: 'a, 'a> Deserialize<'de> for List<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor)
    }
}

struct ListVisitor;

impl<'de> Visitor<'de> for ListVisitor {
    type Value = List<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut data = Vec::new();
        while let Some(object) = seq.next_element()? {
            data.push(object);
        }
        Ok(List { data, has_more: false })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut list = List::default();
        while let Some(Name(name)) = map.next_key()? {
            match &*name {
                "data" => list.data = map.next_value::<Option<Vec<Object<'de>>>>()?.unwrap_or_default(),
                "has_more" => list.has_more = map.next_value::<Option<bool>>()?.unwrap_or_default(),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(list)
    }
}
