//! Records in, rows out: translation, loading, folding and deriving, for live processing and for a rebuild alike.
//!
//! The engine knows nothing of checkpoints, leases or transactions: whoever drives it decides what is one unit of work.
//! After an error it has to be thrown away, because its states may be ahead of what was written.

use std::collections::{HashMap, HashSet};

use daybook_domain::{
    customer::Act,
    fact::Fact,
    id::{ObjectKind, ObjectRef},
    scope::ScopeId,
};
use daybook_projections::{
    changes::{Changed, EVERYBODY},
    records,
};
use daybook_store::{Source, operated::CustomerEntry, policy};
use daybook_stripe::{Translated, Translation, translate};
use sqlx::PgConnection;

use crate::{
    Error,
    flush::{Outlet, derive_in_memory, flush},
    fold::{Context, fold, take_in},
    loader::Loader,
    output::Output,
    wanted,
    working_set::{Books, WorkingSet},
};

/// A record as the engine needs it.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// Where it stands in the log.
    pub position: i64,
    /// Whose books.
    pub scope: ScopeId,
    /// The way it came.
    pub source: Source,
    /// Its type.
    pub kind: &'a str,
    /// Its bytes.
    pub body: &'a [u8],
}

/// A record that has been read: all that folding needs of it.
#[derive(Clone, Debug)]
pub struct Reading {
    position: i64,
    scope: ScopeId,
    applies_policy: bool,
    operated: Option<Box<CustomerEntry>>,
    translated: Translated,
}

impl Reading {
    /// Reads a record. Pure, and most of the work of a rebuild: it can be done ahead, on another thread.
    pub fn of(record: &Record<'_>) -> Self {
        let (translated, operated) = match record.source {
            Source::Operator => read_operators(record),
            _ => (translate(record.body), None),
        };
        let applies_policy = record.source == Source::Operator && record.kind == policy::POLICY_APPLIED;
        Self { position: record.position, scope: record.scope, applies_policy, operated, translated }
    }
}

impl Reading {
    /// What it says; nothing where it says nothing of any object.
    pub fn facts(&self) -> &[Fact] {
        match &self.translated.translation {
            Translation::Facts(facts) => facts,
            _ => &[],
        }
    }
}

/// States in memory, and what waits to be written.
#[derive(Debug)]
pub struct Engine {
    set: WorkingSet,
    loader: Loader,
    /// What waits to be written.
    pub output: Output,
}

impl Engine {
    /// An engine that loads states with this loader.
    pub fn new(loader: Loader) -> Self {
        Self { set: WorkingSet::default(), loader, output: Output::default() }
    }

    /// Takes in records, in the order of their positions.
    ///
    /// # Errors
    /// What the database says when states have to be loaded.
    pub async fn apply(&mut self, connection: &mut PgConnection, readings: Vec<Reading>) -> Result<(), Error> {
        self.set.begin_round();
        if self.loader.may_load() {
            self.load(connection, &readings).await?;
        }
        self.take_in(readings);
        Ok(())
    }

    /// Takes in records whose states are all in memory. Pure.
    pub fn take_in(&mut self, readings: Vec<Reading>) {
        for reading in readings {
            self.note_outcome(&reading);
            let scope = reading.scope;
            if reading.applies_policy {
                self.output.changed.insert(Changed { scope, customer: EVERYBODY.into() });
            }
            if let Translation::Facts(facts) = reading.translated.translation {
                let mut context = Context { scope, position: reading.position, events: &mut self.output.events };
                fold(self.set.books(scope), facts, &mut context);
            }
            if let Some(entry) = reading.operated {
                let mut context = Context { scope, position: reading.position, events: &mut self.output.events };
                take_in(self.set.books(scope), *entry, &mut context);
            }
        }
    }

    /// Derives the rows of everything that has changed since the last flush into `output`. With an outlet, they go there
    /// whenever they are many.
    ///
    /// # Errors
    /// What the database says when states have to be loaded.
    pub async fn flush(&mut self, connection: &mut PgConnection, outlet: Option<&Outlet>) -> Result<(), Error> {
        flush(&mut self.set, &mut self.loader, connection, (&mut self.output, outlet)).await
    }

    /// Derives the same rows of states that are all in memory. Pure, with [`Engine::take_in`]: the whole way from records to
    /// rows without a database.
    pub fn derive(&mut self) {
        derive_in_memory(&mut self.set, &mut self.loader, &mut self.output);
    }

    /// The states of one scope that are in memory.
    pub fn books(&mut self, scope: ScopeId) -> &Books {
        self.set.books(scope)
    }

    /// Lets go of states beyond so many. Only after what was flushed is written.
    pub fn evict(&mut self, keep: usize) -> usize {
        self.set.evict(keep)
    }

    /// How many states are in memory.
    pub fn states(&self) -> usize {
        self.set.len()
    }

    async fn load(&mut self, connection: &mut PgConnection, readings: &[Reading]) -> Result<(), Error> {
        let mut by_scope: HashMap<ScopeId, HashSet<ObjectRef>> = HashMap::new();
        for reading in readings {
            if let Translation::Facts(facts) = &reading.translated.translation {
                let wanted = by_scope.entry(reading.scope).or_default();
                for fact in facts {
                    wanted::by_fact(fact, wanted);
                }
            }
            if let Some(entry) = &reading.operated {
                let customer = ObjectRef::new(ObjectKind::Customer, entry.customer.as_str());
                by_scope.entry(reading.scope).or_default().insert(customer);
            }
        }
        for (scope, wanted) in by_scope {
            self.loader.load(connection, scope, self.set.books(scope), wanted).await?;
        }
        Ok(())
    }

    fn note_outcome(&mut self, reading: &Reading) {
        let (outcome, reason) = match &reading.translated.translation {
            Translation::Facts(_) => ("translated", None),
            Translation::WithoutEffect { .. } if reading.operated.is_some() => ("translated", None),
            Translation::WithoutEffect { why } => ("without_effect", Some(*why)),
            Translation::NeedsFetch { .. } => {
                ("needs_fetch", Some("a thin event names its object and does not show it"))
            }
            Translation::Quarantined { reason } => ("quarantined", Some(&**reason)),
        };
        let mentions = &reading.translated.mentions;
        let acted_on = reading.operated.as_ref().map(|entry| entry.customer.as_str());
        let entry = records::Entry {
            position: reading.position,
            scope: reading.scope,
            object_id: mentions.object.as_ref().map(|object| &*object.id).or(acted_on),
            customer: mentions.customer.as_deref().or(acted_on),
            outcome,
            reason,
        };
        records::add(&mut self.output.outcomes, &entry);
        // An event that only names a customer makes it known: who was told otherwise asks again.
        if let Some(customer) = entry.customer {
            self.output.changed.insert(Changed { scope: reading.scope, customer: customer.into() });
        }
    }
}

/// Reads an operator's record: an act on a customer, or something that changes no state.
fn read_operators(record: &Record<'_>) -> (Translated, Option<Box<CustomerEntry>>) {
    let without_facts = |translation| Translated { translation, mentions: daybook_stripe::Mentions::default() };
    let nothing = without_facts(Translation::WithoutEffect { why: "an operator's entry" });
    if !Act::is_kind(record.kind) {
        return (nothing, None);
    }
    match serde_json::from_slice(record.body) {
        Ok(entry) => (nothing, Some(entry)),
        Err(error) => (without_facts(Translation::Quarantined { reason: error.to_string().into() }), None),
    }
}
