//! A snapshot event's body taken apart: its envelope, the fields of its object, and what they were before.

use crate::{
    envelope::{self, Envelope, Unreadable},
    json::{Object, Tape, Value, kind_of},
};

/// An event taken apart as far as translation needs it.
pub(super) struct Body<'t> {
    pub(super) envelope: Envelope<'t>,
    /// `data.object`, if there is one and it is an object.
    pub(super) object: Option<Object<'t>>,
    /// What stands there instead, in words.
    pub(super) instead: Option<&'static str>,
    /// `data.previous_attributes`.
    pub(super) previous: Option<Value<'t, 't>>,
}

/// The one scan of a body.
pub(super) fn scan(body: &[u8]) -> Result<Tape<'_>, Unreadable> {
    let text = envelope::json_object(body)?;
    Tape::read(text).ok_or_else(|| envelope::not_json(text))
}

/// Takes a body apart. What is wrong with the envelope wins over what is wrong with the data.
pub(super) fn read<'t>(tape: &'t Tape<'_>) -> Result<Body<'t>, Unreadable> {
    let fields: Object<'t> = tape.root().fields().unwrap_or_default();
    let envelope = Envelope::of(fields)?;
    let data = fields.find("data").and_then(Value::fields).unwrap_or_default();
    let shown = data.find("object");
    let object = shown.and_then(Value::fields);
    let instead = if object.is_none() { shown.map(|value| kind_of(value.raw())) } else { None };
    Ok(Body { envelope, object, instead, previous: data.find("previous_attributes") })
}
