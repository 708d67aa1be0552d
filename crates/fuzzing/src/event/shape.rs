//! What `serde_json` says of a body, and whether its envelope has to be readable: the rules of the envelope, written down once more.

use std::{collections::BTreeSet, fmt};

use daybook_stripe::{Envelope, Unreadable};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;

use crate::{Broken, hold};

/// Deeper values count as the text they are in hashes.
const DEEP: usize = 60;
/// The last second of the year 9999.
const LAST_SECOND: i64 = 253_402_300_799;

/// What of a JSON text its parsed value does not show.
#[derive(Debug, Default)]
pub(super) struct Shape {
    /// The names of the outermost object, as often as they stand there.
    outermost: Vec<String>,
    /// Whether a name stands twice in some object.
    pub(super) repeats: bool,
    /// Whether there are numbers other than whole ones of 64 bits.
    pub(super) has_other_numbers: bool,
    pub(super) is_deep: bool,
}

impl Shape {
    pub(super) fn of(text: &str) -> Option<Self> {
        let Part { shape, .. } = serde_json::from_str(text).ok()?;
        Some(shape)
    }

    fn stands_twice(&self, name: &str) -> bool {
        self.outermost.iter().filter(|other| *other == name).count() > 1
    }
}

/// The shape of a value inside, and how deep it goes.
#[derive(Default)]
struct Part {
    shape: Shape,
    depth: usize,
}

impl Part {
    fn hold(&mut self, inner: &Self) {
        self.depth = self.depth.max(inner.depth + 1);
        self.shape.repeats |= inner.shape.repeats;
        self.shape.has_other_numbers |= inner.shape.has_other_numbers;
        self.shape.is_deep = self.depth > DEEP;
    }
}

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Parts)
    }
}

struct Parts;

impl<'de> Visitor<'de> for Parts {
    type Value = Part;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Part, E> {
        Ok(Part::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Part, E> {
        Ok(Part::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Part, E> {
        Ok(Part::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Part, E> {
        Ok(Part { shape: Shape { has_other_numbers: true, ..Shape::default() }, depth: 0 })
    }

    fn visit_str<E>(self, _: &str) -> Result<Part, E> {
        Ok(Part::default())
    }

    fn visit_unit<E>(self) -> Result<Part, E> {
        Ok(Part::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Part, A::Error> {
        let mut part = Part::default();
        while let Some(inner) = list.next_element::<Part>()? {
            part.hold(&inner);
        }
        Ok(part)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Part, A::Error> {
        let mut part = Part::default();
        while let Some((name, inner)) = map.next_entry::<String, Part>()? {
            part.hold(&inner);
            part.shape.outermost.push(name);
        }
        let names: BTreeSet<&String> = part.shape.outermost.iter().collect();
        part.shape.repeats |= names.len() < part.shape.outermost.len();
        Ok(part)
    }
}

/// Names that must not stand twice.
const SINGLE: &[&str] =
    &["id", "object", "type", "account", "context", "livemode", "api_version", "created", "data", "snapshot_event"];

/// Whether the envelope is read exactly where it has to be, with the values `serde_json` finds.
pub(super) fn agree_on_envelope(
    value: &Value,
    shape: &Shape,
    found: &Result<Envelope<'_>, Unreadable>,
) -> Result<(), Broken> {
    let single = !SINGLE.iter().any(|name| shape.stands_twice(name));
    if let Some(readable) = is_readable(value) {
        let readable = readable && single && value.is_object();
        hold(readable == found.is_ok(), "an envelope is read exactly where it can be", || format!("{found:?}"))?;
    }
    let Ok(envelope) = found else { return Ok(()) };
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let created = value.get("created").and_then(Value::as_i64);
    let data = value.get("data").filter(|data| !data.is_null());
    let same = text("id") == Some(&*envelope.id)
        && text("type") == Some(&*envelope.event_type)
        && text("api_version") == envelope.api_version.as_deref()
        && text("snapshot_event") == envelope.snapshot_event.as_deref()
        && value.get("livemode").and_then(Value::as_bool) == Some(envelope.livemode)
        && created.is_none_or(|created| created == envelope.created.unix())
        && account(value) == envelope.account.as_deref()
        && request(value)
            == (envelope.request_id.as_deref().map(Into::into), envelope.idempotency_key.as_deref().map(Into::into))
        && data == envelope.data.and_then(|raw| serde_json::from_str(raw).ok()).as_ref();
    hold(same, "an envelope holds what serde_json finds", || format!("{envelope:?}\n{value}"))
}

fn account(value: &Value) -> Option<&str> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let in_context = || text("context")?.rsplit('/').next().filter(|last| last.starts_with("acct_"));
    text("account").or_else(in_context)
}

fn request(value: &Value) -> (Option<String>, Option<String>) {
    let harmless = |text: &str| text.replace('\0', "\u{fffd}");
    match value.get("request") {
        Some(Value::String(id)) => (Some(harmless(id)), None),
        Some(request) => {
            let text = |name: &str| request.get(name).and_then(Value::as_str).map(harmless);
            (text("id"), text("idempotency_key"))
        }
        None => (None, None),
    }
}

/// Whether an envelope can be read; none where only our own reader of times knows.
fn is_readable(value: &Value) -> Option<bool> {
    let field = |name: &str| value.get(name).filter(|value| !value.is_null());
    let form = field("object").is_none_or(|form| matches!(form.as_str(), Some("event" | "v2.core.event")));
    let created = match field("created") {
        Some(Value::String(_)) => return None,
        // `-0` is a whole number to us, and another one to serde_json.
        Some(Value::Number(number)) if number.is_f64() => return None,
        created => created.and_then(Value::as_i64).is_some_and(|created| (0..=LAST_SECOND).contains(&created)),
    };
    let account = field("account").map_or_else(|| may_be_id(field("context")), is_id);
    let readable = form
        && created
        && account
        && field("id").is_some_and(is_id)
        && field("type").is_some_and(is_id)
        && field("livemode").is_some_and(Value::is_boolean)
        && may_be_id(field("api_version"))
        && may_be_id(field("snapshot_event"))
        && has_readable_request(field("request"))
        && has_readable_related(field("related_object"));
    Some(readable)
}

fn has_readable_request(request: Option<&Value>) -> bool {
    let text = |request: &Value, name: &str| request.get(name).is_none_or(|text| text.is_null() || text.is_string());
    request.is_none_or(|request| {
        request.is_string() || (request.is_object() && text(request, "id") && text(request, "idempotency_key"))
    })
}

/// A related object without an id is none, whatever else it has.
fn has_readable_related(related: Option<&Value>) -> bool {
    let Some(related) = related else { return true };
    let field = |name: &str| related.get(name).filter(|value| !value.is_null());
    let rest = || may_be_id(field("type")) && field("url").is_none_or(Value::is_string);
    related.is_object() && field("id").is_none_or(|id| is_id(id) && rest())
}

fn may_be_id(value: Option<&Value>) -> bool {
    value.is_none_or(is_id)
}

fn is_id(value: &Value) -> bool {
    value.as_str().is_some_and(|id| (1..=255).contains(&id.len()) && !id.chars().any(char::is_control))
}
