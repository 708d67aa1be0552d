//! One scan of a snapshot event's body: its envelope, the fields of its object, and what they were before.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::{
    envelope::{self, Envelope, Unreadable},
    json::{Name, Object},
};

/// An event taken apart as far as translation needs it.
pub(super) struct Body<'a> {
    pub(super) envelope: Envelope<'a>,
    /// `data.object`, if there is one and it is an object.
    pub(super) object: Option<Object<'a>>,
    /// What stands there instead, in words.
    pub(super) instead: Option<&'static str>,
    /// `data.previous_attributes`, raw.
    pub(super) previous: Option<&'a str>,
}

/// Takes a body apart. What is wrong with the envelope wins over what is wrong with the data.
pub(super) fn read(body: &[u8]) -> Result<Body<'_>, Unreadable> {
    let text = envelope::json_object(body)?;
    let event: Event<'_> = serde_json::from_str(text).map_err(|error| envelope::not_json(&error))?;
    let envelope = Envelope::of(&event.fields)?;
    let Data { object, instead, previous } = event.data;
    Ok(Body { envelope, object, instead, previous })
}

/// The event's fields, and its data apart from them.
#[derive(Default)]
struct Event<'a> {
    fields: Object<'a>,
    data: Data<'a>,
}

#[derive(Default)]
struct Data<'a> {
    object: Option<Object<'a>>,
    instead: Option<&'static str>,
    previous: Option<&'a str>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Event<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EventVisitor)
    }
}

struct EventVisitor;

impl<'de> Visitor<'de> for EventVisitor {
    type Value = Event<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an event")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut event = Event::default();
        while let Some(Name(name)) = map.next_key()? {
            if name == "data" {
                event.data = map.next_value_seed(Part(DataVisitor))?;
                // The envelope only wants to know that it was there, and how often.
                event.fields.push(name, "{}");
            } else {
                event.fields.push(name, map.next_value::<&'de RawValue>()?.get());
            }
        }
        Ok(event)
    }
}

/// A value that is an object, or not: the visitor says what stands there instead of failing.
struct Part<V>(V);

impl<'de, V: Visitor<'de>> DeserializeSeed<'de> for Part<V> {
    type Value = V::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self.0)
    }
}

/// The visits of values that are no objects, told as what they are.
macro_rules! instead {
    ($of:expr) => {
        fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<Self::Value, E> {
            Ok($of("true or false"))
        }

        fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<Self::Value, E> {
            Ok($of("a number"))
        }

        fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<Self::Value, E> {
            Ok($of("a number"))
        }

        fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Self::Value, E> {
            Ok($of("a number"))
        }

        fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<Self::Value, E> {
            Ok($of("a text"))
        }

        fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
            Ok($of("null"))
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            Ok($of("a list"))
        }
    };
}

struct DataVisitor;

impl<'de> Visitor<'de> for DataVisitor {
    type Value = Data<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the data of an event")
    }

    instead!(|_| Data::default());

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut data = Data::default();
        while let Some(Name(name)) = map.next_key()? {
            match &*name {
                "object" => match map.next_value_seed(Part(MainVisitor))? {
                    Ok(object) => (data.object, data.instead) = (Some(object), None),
                    Err(what) => (data.object, data.instead) = (None, Some(what)),
                },
                "previous_attributes" => data.previous = Some(map.next_value::<&'de RawValue>()?.get()),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(data)
    }
}

struct MainVisitor;

impl<'de> Visitor<'de> for MainVisitor {
    type Value = Result<Object<'de>, &'static str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the object of an event")
    }

    instead!(Err);

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Object::visit(map).map(Ok)
    }
}
