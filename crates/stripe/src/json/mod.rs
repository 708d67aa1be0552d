//! The reader the translators share: objects whose values stay raw until they are asked for.
//!
//! One scan of a body validates all of it and writes down where every value stands ([`Tape`]); nothing is scanned twice.
//! A value is looked at when a translator asks for it by name, so unknown fields cost no more than that scan, and a value
//! of the wrong type is a [`Fault`] that names its path, never a guess. Absent and null are the same answer except where
//! the difference means something ([`Reference`]).
//! A key that stands twice counts with its last value, as in most readers of JSON.

mod fault;
mod fill;
mod hash;
mod list;
mod mark;
mod object;
mod quotes;
mod reference;
mod scan;
mod tape;
mod text;

pub(crate) use fault::{Fault, Found};
pub(crate) use hash::{Hash, of_bytes, of_value};
pub(crate) use list::List;
pub(crate) use object::{Fields, Object};
pub(crate) use reference::Reference;
pub(crate) use tape::{Tape, Value};
pub(crate) use text::{id_of, kind_of, text_of};
