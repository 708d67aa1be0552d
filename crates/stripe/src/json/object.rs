//! A JSON object: its fields, read by name and kind, values still raw until then.

use std::borrow::Cow;

use daybook_domain::{fact::Metadata, money::Currency, time::Timestamp};

use super::{Fault, Found, List, Value, id_of, kind_of, mark::mark, tape::Entries, text_of};

/// The largest number that is read. Stripe's amounts have twelve digits at most; balances, which are sums in 64 bits,
/// then hold nine million of the largest before they overflow.
const LARGEST: u64 = 1_000_000_000_000;

/// The fields of one object, in the order of the body. Empty by default.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Fields<'t, 'a>(Entries<'t, 'a>);

/// An object whose values are used no longer than its tape.
pub(crate) type Object<'t> = Fields<'t, 't>;

impl<'t, 'a> From<Entries<'t, 'a>> for Fields<'t, 'a> {
    #[inline]
    fn from(entries: Entries<'t, 'a>) -> Self {
        Self(entries)
    }
}

impl<'t, 'a> Fields<'t, 'a> {
    /// The fields of a value that has to be an object.
    pub(crate) fn of(value: Value<'t, 'a>) -> Found<Self> {
        value.fields().ok_or_else(|| Fault::new("", format!("expected an object, found {}", kind_of(value.raw()))))
    }

    /// The value, null included.
    #[inline]
    pub(crate) fn find(&self, name: &str) -> Option<Value<'t, 'a>> {
        self.0.find(name, mark(name))
    }

    /// The value, unless it is absent or null.
    #[inline]
    fn shown(&self, name: &str) -> Option<Value<'t, 'a>> {
        self.find(name).filter(|value| !value.is_null())
    }

    /// The raw value, null included.
    #[inline]
    pub(crate) fn raw(&self, name: &str) -> Option<&'a str> {
        self.find(name).map(Value::raw)
    }

    /// The raw value, unless it is absent or null.
    #[inline]
    pub(crate) fn some(&self, name: &str) -> Option<&'a str> {
        self.shown(name).map(Value::raw)
    }

    /// All fields with their values; a name that stands twice comes twice.
    #[inline]
    pub(crate) fn iter(self) -> impl Iterator<Item = (Cow<'a, str>, Value<'t, 'a>)> {
        self.0.iter()
    }

    /// A name that stands more than once, if it is one of these.
    pub(crate) fn repeated<'n>(&self, names: &[&'n str]) -> Option<&'n str> {
        names.iter().copied().find(|name| self.0.count(name) > 1)
    }

    /// A text.
    #[inline]
    pub(crate) fn text(&self, name: &str) -> Found<Option<Cow<'a, str>>> {
        text(self.find(name), name)
    }

    /// A text, owned.
    #[inline]
    pub(crate) fn boxed(&self, name: &str) -> Found<Option<Box<str>>> {
        Ok(self.text(name)?.map(|text| text.into_owned().into()))
    }

    /// An id, or another text that becomes part of a key.
    #[inline]
    pub(crate) fn id(&self, name: &str) -> Found<Option<Cow<'a, str>>> {
        id(self.find(name), name)
    }

    /// A whole number of 64 bits, small enough that sums of thousands still fit.
    #[inline]
    pub(crate) fn int(&self, name: &str) -> Found<Option<i64>> {
        int(self.find(name), name)
    }

    /// A whole number that has to be there.
    #[inline]
    pub(crate) fn needed_int(&self, name: &str) -> Found<i64> {
        self.int(name)?.ok_or_else(|| self.missing(name))
    }

    /// How many of something: no money, so no sum of money is made of it, and metered use goes far beyond any amount.
    #[inline]
    pub(crate) fn quantity(&self, name: &str) -> Found<Option<i64>> {
        read(self.find(name), name, |raw| raw.parse().map_err(|_| why_no_int(raw, false)))
    }

    /// A number that is zero where it is not shown.
    #[inline]
    pub(crate) fn amount(&self, name: &str) -> Found<i64> {
        Ok(self.int(name)?.unwrap_or_default())
    }

    /// True or false.
    #[inline]
    pub(crate) fn flag(&self, name: &str) -> Found<Option<bool>> {
        flag(self.find(name), name)
    }

    /// True only where it is shown as true.
    #[inline]
    pub(crate) fn is(&self, name: &str) -> Found<bool> {
        Ok(self.flag(name)?.unwrap_or_default())
    }

    /// A time in seconds since 1970.
    #[inline]
    pub(crate) fn time(&self, name: &str) -> Found<Option<Timestamp>> {
        time(self.find(name), name)
    }

    /// A currency code.
    #[inline]
    pub(crate) fn currency(&self, name: &str) -> Found<Option<Currency>> {
        let Some(code) = self.text(name)? else {
            return Ok(None);
        };
        let currency = Currency::parse(&code);
        currency.map(Some).ok_or_else(|| Fault::new(name, "expected a currency code of 1 to 8 letters or digits"))
    }

    /// A nested object.
    #[inline]
    pub(crate) fn object(&self, name: &str) -> Found<Option<Self>> {
        self.shown(name).map(|value| Self::of(value).map_err(|fault| fault.under(name))).transpose()
    }

    /// A nested list: a plain one, or a page (`{"object": "list", "data": [...], "has_more": ...}`).
    #[inline]
    pub(crate) fn list(&self, name: &str) -> Found<List<'t>>
    where
        'a: 't,
    {
        self.shown(name).map_or_else(|| Ok(List::default()), |value| List::of(name, value))
    }

    /// Metadata: text by name. An empty value is how Stripe deletes a key and is kept as it is shown.
    pub(crate) fn metadata(&self) -> Found<Metadata> {
        let Some(object) = self.object("metadata")? else {
            return Ok(Metadata::new());
        };
        let mut metadata = Metadata::new();
        for (name, value) in object.iter() {
            if value.is_null() {
                metadata.remove(&*name);
                continue;
            }
            let value = text_of(value.raw()).map_err(|what| Fault::new(format!("metadata.{name}"), what))?;
            metadata.insert(name.into_owned().into(), value.into_owned().into());
        }
        Ok(metadata)
    }

    /// The fault of a field that has to be there and is not.
    #[expect(clippy::unused_self, reason = "reads as a question to the object")]
    pub(crate) fn missing(&self, name: &str) -> Fault {
        Fault::new(name, "it is missing")
    }
}

/// Reads a value, unless it is absent or null.
#[inline]
fn read<'a, T>(
    value: Option<Value<'_, 'a>>,
    name: &str,
    read: impl FnOnce(&'a str) -> Result<T, String>,
) -> Found<Option<T>> {
    match value {
        Some(value) if !value.is_null() => read(value.raw()).map(Some).map_err(|what| Fault::new(name, what)),
        _ => Ok(None),
    }
}

fn text<'a>(value: Option<Value<'_, 'a>>, name: &str) -> Found<Option<Cow<'a, str>>> {
    match value.and_then(Value::plain) {
        Some(text) => Ok(Some(Cow::Borrowed(text))),
        None => read(value, name, text_of),
    }
}

fn id<'a>(value: Option<Value<'_, 'a>>, name: &str) -> Found<Option<Cow<'a, str>>> {
    read(value, name, id_of)
}

fn int(value: Option<Value<'_, '_>>, name: &str) -> Found<Option<i64>> {
    read(value, name, |raw| match raw.parse::<i64>() {
        Ok(number) if number.unsigned_abs() <= LARGEST => Ok(number),
        parsed => Err(why_no_int(raw, parsed.is_ok())),
    })
}

#[cold]
fn why_no_int(raw: &str, is_whole: bool) -> String {
    match kind_of(raw) {
        _ if is_whole => format!("the number is beyond {LARGEST}, more than any amount or time Stripe knows"),
        "a number" => "expected a whole number of 64 bits, found another number".into(),
        found => format!("expected a whole number, found {found}"),
    }
}

fn flag(value: Option<Value<'_, '_>>, name: &str) -> Found<Option<bool>> {
    read(value, name, |raw| match raw {
        "true" => Ok(true),
        "false" => Ok(false),
        other => Err(format!("expected true or false, found {}", kind_of(other))),
    })
}

fn time(value: Option<Value<'_, '_>>, name: &str) -> Found<Option<Timestamp>> {
    let Some(seconds) = int(value, name)? else {
        return Ok(None);
    };
    let time = Timestamp::from_unix(seconds);
    time.map(Some).ok_or_else(|| Fault::new(name, "the time is not between the years 1970 and 9999"))
}
