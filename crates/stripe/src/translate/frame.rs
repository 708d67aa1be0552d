//! What surrounds the object a translator reads: the event, and the facts embedded objects yield.

use daybook_domain::fact::{Observed, Signal};

use super::{read_object, types::Kind};
use crate::json::{Fault, Found, List, Object, Reference};

/// How deep expanded objects are followed; deeper ones count with their ids only. Stripe expands four levels at most.
const MAX_DEPTH: u8 = 8;

/// The surroundings of one object.
#[derive(Default)]
pub(super) struct Frame<'e> {
    /// What only the event's own object has.
    main: Option<Main<'e>>,
    depth: u8,
    /// Snapshots of embedded objects by id, in the order they were found.
    pub(super) embedded: Vec<(Box<str>, Observed)>,
}

/// What the event says of its own object.
#[derive(Clone, Copy)]
pub(super) struct Main<'e> {
    pub(super) event_type: &'e str,
    pub(super) signal: Option<Signal>,
    pub(super) previous: Option<&'e Object<'e>>,
}

impl<'e> Frame<'e> {
    /// The surroundings of the event's own object.
    pub(super) fn of(main: Main<'e>) -> Self {
        Self { main: Some(main), ..Self::default() }
    }

    /// Whether the event says that this very object was deleted.
    pub(super) fn is_deletion(&self) -> bool {
        self.main.is_some_and(|main| main.signal == Some(Signal::Deleted))
    }

    /// The event's type, of its own object.
    pub(super) fn event_type(&self) -> Option<&'e str> {
        self.main.map(|main| main.event_type)
    }

    /// What the event's own object was before.
    pub(super) fn previous(&self) -> Option<&'e Object<'e>> {
        self.main.and_then(|main| main.previous)
    }

    /// Reads the object of an expanded field as a fact of its own. An id alone shows nothing.
    pub(super) fn embed(&mut self, name: &str, kind: Kind, reference: &Reference<'_>) -> Found<()> {
        match reference {
            Reference::Expanded(id, object) => self.embed_object(kind, id, object).map_err(|fault| fault.under(name)),
            Reference::Absent | Reference::Null | Reference::Id(_) => Ok(()),
        }
    }

    /// Reads the objects of a list as facts of their own.
    pub(super) fn embed_list(&mut self, name: &str, kind: Kind, list: &List<'_>) -> Found<()> {
        for (index, object) in list.data.iter().enumerate() {
            let at = |fault: Fault| fault.at(name, index);
            if let Some(id) = object.id("id").map_err(at)? {
                self.embed_object(kind, &id, object).map_err(at)?;
            }
        }
        Ok(())
    }

    fn embed_object(&mut self, kind: Kind, id: &str, object: &Object<'_>) -> Found<()> {
        let other_kind = object.text("object")?.is_some_and(|name| !kind.is_called(&name));
        let empty = object.is("deleted")? && !kind.has_tombstone();
        if self.depth >= MAX_DEPTH || other_kind || empty {
            return Ok(());
        }
        let main = self.main.take();
        self.depth += 1;
        let observed = read_object(kind, object, self);
        self.depth -= 1;
        self.main = main;
        self.embedded.push((id.into(), observed?));
        Ok(())
    }
}
