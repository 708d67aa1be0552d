//! Expandable fields: an id, or the whole object it names.

use std::borrow::Cow;

use daybook_domain::fact::Shown;

use super::{Fault, Found, Object, Value, id_of};

/// A reference to another object, as one API shape shows it.
#[derive(Clone, Debug)]
pub(crate) enum Reference<'a> {
    /// The field is not there.
    Absent,
    /// The field is there and null, or an empty text.
    Null,
    /// Only the id.
    Id(Cow<'a, str>),
    /// The object itself.
    Expanded(Cow<'a, str>, Object<'a>),
}

impl<'t> Object<'t> {
    /// An expandable field.
    #[inline]
    pub(crate) fn reference(&self, name: &str) -> Found<Reference<'t>> {
        self.find(name).map_or(Ok(Reference::Absent), |value| Reference::of(name, value))
    }
}

impl<'t> Reference<'t> {
    fn of(name: &str, value: Value<'t, 't>) -> Found<Self> {
        let raw = value.raw();
        if raw == "null" || raw == "\"\"" {
            return Ok(Self::Null);
        }
        let Some(object) = value.fields() else {
            return id_of(raw).map(Self::Id).map_err(|what| Fault::new(name, what));
        };
        let id = object.id("id").and_then(|id| id.ok_or_else(|| object.missing("id")));
        Ok(Self::Expanded(id.map_err(|fault| fault.under(name))?, object))
    }
}

impl Reference<'_> {
    /// The id, if one is named.
    pub(crate) fn id(&self) -> Option<&str> {
        match self {
            Self::Id(id) | Self::Expanded(id, _) => Some(id),
            Self::Absent | Self::Null => None,
        }
    }

    /// The id, owned.
    pub(crate) fn boxed(&self) -> Option<Box<str>> {
        self.id().map(Into::into)
    }

    /// What the shape says, where silence and an explicit null differ.
    pub(crate) fn shown(&self) -> Shown {
        match self {
            Self::Absent => Shown::Absent,
            Self::Null => Shown::Null,
            Self::Id(id) | Self::Expanded(id, _) => Shown::Id((**id).into()),
        }
    }

    /// This reference, or the other one where this names nothing.
    #[must_use]
    pub(crate) fn or(self, other: Self) -> Self {
        match (&self, &other) {
            (Self::Id(_) | Self::Expanded(..), _) | (Self::Null, Self::Absent) => self,
            _ => other,
        }
    }
}
