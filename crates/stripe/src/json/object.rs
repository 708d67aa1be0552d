//! A JSON object as a list of its fields, values still raw.

use std::{borrow::Cow, fmt};

use daybook_domain::{fact::Metadata, money::Currency, time::Timestamp};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{Fault, Found, List, id_of, kind_of, scan::Scanner, text_of};

/// The largest number that is read. Stripe's amounts have twelve digits at most; balances, which are sums in 64 bits,
/// then hold thousands of the largest before they overflow.
const LARGEST: u64 = 1_000_000_000_000_000;

/// The fields of one object, in the order of the body.
#[derive(Clone, Debug, Default)]
pub(crate) struct Object<'a> {
    fields: Vec<Field<'a>>,
}

#[derive(Clone, Debug)]
struct Field<'a> {
    mark: u64,
    name: Cow<'a, str>,
    raw: &'a str,
}

/// The length and last bytes of a name: enough to tell nearly all names of one object apart without comparing them.
#[inline]
fn mark(name: &str) -> u64 {
    let length = (name.len() as u64) << 56;
    match name.as_bytes().last_chunk() {
        Some(last) => u64::from_le_bytes(*last).wrapping_add(length),
        None => name.bytes().fold(length, |mark, byte| mark.rotate_left(8) ^ u64::from(byte)),
    }
}

impl<'a> Object<'a> {
    /// Takes apart the text of one JSON object, which is known to be JSON.
    pub(crate) fn parse(raw: &'a str) -> Found<Self> {
        if raw.starts_with('{') {
            Ok(Self::scan(&mut Scanner::new(raw)))
        } else {
            Err(Fault::new("", format!("expected an object, found {}", kind_of(raw))))
        }
    }

    /// Takes apart the object the scanner stands before.
    pub(super) fn scan(scanner: &mut Scanner<'a>) -> Self {
        let mut object = Self { fields: Vec::with_capacity(16) };
        scanner.step();
        while scanner.goes_on() {
            let name = scanner.name();
            object.push(text_of(name).unwrap_or(Cow::Borrowed(name)), scanner.value());
        }
        object
    }

    /// Reads the fields that `map` still has, as part of the first scan of a body.
    pub(crate) fn visit<A: MapAccess<'a>>(mut map: A) -> Result<Self, A::Error> {
        let mut object = Self { fields: Vec::with_capacity(48) };
        while let Some(Name(name)) = map.next_key()? {
            let raw: &RawValue = map.next_value()?;
            object.push(name, raw.get());
        }
        Ok(object)
    }

    /// Adds a field with its raw value.
    pub(crate) fn push(&mut self, name: Cow<'a, str>, raw: &'a str) {
        self.fields.push(Field { mark: mark(&name), name, raw });
    }

    /// The raw value, null included.
    #[inline]
    pub(crate) fn raw(&self, name: &str) -> Option<&'a str> {
        let wanted = mark(name);
        self.fields.iter().rev().find(|field| field.mark == wanted && field.name == name).map(|field| field.raw)
    }

    /// The raw value, unless it is absent or null.
    #[inline]
    pub(crate) fn some(&self, name: &str) -> Option<&'a str> {
        self.raw(name).filter(|raw| *raw != "null")
    }

    /// All fields with their raw values; a name that stands twice comes twice.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.fields.iter().map(|field| (&*field.name, field.raw))
    }

    /// A name that stands more than once, if it is one of these.
    pub(crate) fn repeated<'n>(&self, names: &[&'n str]) -> Option<&'n str> {
        names.iter().copied().find(|name| self.fields.iter().filter(|field| field.name == *name).count() > 1)
    }

    /// A text.
    pub(crate) fn text(&self, name: &str) -> Found<Option<Cow<'a, str>>> {
        self.read(name, text_of)
    }

    /// A text, owned.
    pub(crate) fn boxed(&self, name: &str) -> Found<Option<Box<str>>> {
        Ok(self.text(name)?.map(|text| text.into_owned().into()))
    }

    /// An id, or another text that becomes part of a key.
    pub(crate) fn id(&self, name: &str) -> Found<Option<Cow<'a, str>>> {
        self.read(name, id_of)
    }

    /// A whole number of 64 bits, small enough that sums of thousands still fit.
    pub(crate) fn int(&self, name: &str) -> Found<Option<i64>> {
        self.read(name, |raw| match (kind_of(raw), raw.parse::<i64>()) {
            (_, Ok(number)) if number.unsigned_abs() > LARGEST => {
                Err(format!("the number is beyond {LARGEST}, more than any amount or time Stripe knows"))
            }
            (_, Ok(number)) => Ok(number),
            ("a number", Err(_)) => Err("expected a whole number of 64 bits, found another number".into()),
            (found, Err(_)) => Err(format!("expected a whole number, found {found}")),
        })
    }

    /// A whole number that has to be there.
    pub(crate) fn needed_int(&self, name: &str) -> Found<i64> {
        self.int(name)?.ok_or_else(|| self.missing(name))
    }

    /// A number that is zero where it is not shown.
    pub(crate) fn amount(&self, name: &str) -> Found<i64> {
        Ok(self.int(name)?.unwrap_or_default())
    }

    /// True or false.
    pub(crate) fn flag(&self, name: &str) -> Found<Option<bool>> {
        self.read(name, |raw| match raw {
            "true" => Ok(true),
            "false" => Ok(false),
            other => Err(format!("expected true or false, found {}", kind_of(other))),
        })
    }

    /// True only where it is shown as true.
    pub(crate) fn is(&self, name: &str) -> Found<bool> {
        Ok(self.flag(name)?.unwrap_or_default())
    }

    /// A time in seconds since 1970.
    pub(crate) fn time(&self, name: &str) -> Found<Option<Timestamp>> {
        let Some(seconds) = self.int(name)? else {
            return Ok(None);
        };
        let time = Timestamp::from_unix(seconds);
        time.map(Some).ok_or_else(|| Fault::new(name, "the time is not between the years 1970 and 9999"))
    }

    /// A currency code.
    pub(crate) fn currency(&self, name: &str) -> Found<Option<Currency>> {
        let Some(code) = self.text(name)? else {
            return Ok(None);
        };
        let currency = Currency::parse(&code);
        currency.map(Some).ok_or_else(|| Fault::new(name, "expected a currency code of 1 to 8 letters or digits"))
    }

    /// A nested object.
    pub(crate) fn object(&self, name: &str) -> Found<Option<Self>> {
        self.some(name).map(|raw| Self::parse(raw).map_err(|fault| fault.under(name))).transpose()
    }

    /// A nested list: a plain one, or a page (`{"object": "list", "data": [...], "has_more": ...}`).
    pub(crate) fn list(&self, name: &str) -> Found<List<'a>> {
        self.some(name).map_or_else(|| Ok(List::default()), |raw| List::parse(name, raw))
    }

    /// Metadata: text by name. An empty value is how Stripe deletes a key and is kept as it is shown.
    pub(crate) fn metadata(&self) -> Found<Metadata> {
        let Some(object) = self.object("metadata")? else {
            return Ok(Metadata::new());
        };
        let mut metadata = Metadata::new();
        for (name, raw) in object.fields().filter(|(_, raw)| *raw != "null") {
            let value = text_of(raw).map_err(|what| Fault::new(format!("metadata.{name}"), what))?;
            metadata.insert(name.into(), value.into_owned().into());
        }
        Ok(metadata)
    }

    /// The fault of a field that has to be there and is not.
    #[expect(clippy::unused_self, reason = "reads as a question to the object")]
    pub(crate) fn missing(&self, name: &str) -> Fault {
        Fault::new(name, "it is missing")
    }

    fn read<T>(&self, name: &str, read: impl FnOnce(&'a str) -> Result<T, String>) -> Found<Option<T>> {
        self.some(name).map(|raw| read(raw).map_err(|what| Fault::new(name, what))).transpose()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

/// A field's name, borrowed unless it holds escapes.
#[derive(Deserialize)]
pub(crate) struct Name<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Object::visit(map)
    }
}
