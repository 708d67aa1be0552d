//! Records in, rows out: translation, loading, folding and deriving, for live processing and for a rebuild alike.
//!
//! The engine knows nothing of checkpoints, leases or transactions: whoever drives it decides what is one unit of work.
//! After an error it has to be thrown away, because its states may be ahead of what was written.

use std::collections::{HashMap, HashSet};

use daybook_domain::{id::ObjectRef, scope::ScopeId};
use daybook_projections::{
    changes::{Changed, EVERYBODY},
    records,
};
use daybook_store::{Source, policy};
use daybook_stripe::{Translated, Translation, translate};
use sqlx::PgConnection;

use crate::{
    Error,
    flush::flush,
    fold::{Context, fold},
    loader::Loader,
    output::Output,
    wanted,
    working_set::WorkingSet,
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
    pub async fn apply(&mut self, connection: &mut PgConnection, records: &[Record<'_>]) -> Result<(), Error> {
        self.set.begin_round();
        let translated: Vec<Translated> = records.iter().map(read).collect();
        if self.loader.may_load() {
            self.load(connection, records, &translated).await?;
        }
        for (record, translated) in records.iter().zip(translated) {
            self.note_outcome(record, &translated);
            if record.kind == policy::POLICY_APPLIED && record.source == Source::Operator {
                self.output.changed.insert(Changed { scope: record.scope, customer: EVERYBODY.into() });
            }
            if let Translation::Facts(facts) = translated.translation {
                let mut context =
                    Context { scope: record.scope, position: record.position, events: &mut self.output.events };
                fold(self.set.books(record.scope), facts, &mut context);
            }
        }
        Ok(())
    }

    /// Derives the rows of everything that has changed since the last flush.
    ///
    /// # Errors
    /// What the database says when states have to be loaded.
    pub async fn flush(&mut self, connection: &mut PgConnection) -> Result<(), Error> {
        flush(&mut self.set, &mut self.loader, connection, &mut self.output).await
    }

    /// Lets go of states beyond so many. Only after what was flushed is written.
    pub fn evict(&mut self, keep: usize) -> usize {
        self.set.evict(keep)
    }

    /// How many states are in memory.
    pub fn states(&self) -> usize {
        self.set.len()
    }

    async fn load(
        &mut self,
        connection: &mut PgConnection,
        records: &[Record<'_>],
        translated: &[Translated],
    ) -> Result<(), Error> {
        let mut by_scope: HashMap<ScopeId, HashSet<ObjectRef>> = HashMap::new();
        for (record, translated) in records.iter().zip(translated) {
            if let Translation::Facts(facts) = &translated.translation {
                let wanted = by_scope.entry(record.scope).or_default();
                for fact in facts {
                    wanted::by_fact(fact, wanted);
                }
            }
        }
        for (scope, wanted) in by_scope {
            self.loader.load(connection, scope, self.set.books(scope), wanted).await?;
        }
        Ok(())
    }

    fn note_outcome(&mut self, record: &Record<'_>, translated: &Translated) {
        let (outcome, reason) = match &translated.translation {
            Translation::Facts(_) => ("translated", None),
            Translation::WithoutEffect { why } => ("without_effect", Some(*why)),
            Translation::NeedsFetch { .. } => {
                ("needs_fetch", Some("a thin event names its object and does not show it"))
            }
            Translation::Quarantined { reason } => ("quarantined", Some(&**reason)),
        };
        let mentions = &translated.mentions;
        let entry = records::Entry {
            position: record.position,
            scope: record.scope,
            object_id: mentions.object.as_ref().map(|object| &*object.id),
            customer: mentions.customer.as_deref(),
            outcome,
            reason,
        };
        records::add(&mut self.output.outcomes, &entry);
    }
}

/// Reads a record; an operator's own entries are no events of Stripe's.
fn read(record: &Record<'_>) -> Translated {
    if record.source == Source::Operator {
        return Translated {
            translation: Translation::WithoutEffect { why: "an operator's entry" },
            mentions: daybook_stripe::Mentions::default(),
        };
    }
    translate(record.body)
}
