//! Which records are about some customers: those that name them, and those about anything that hangs together with what these show.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, Utc};
use daybook_domain::{
    fact::telling,
    id::{ObjectKind, ObjectRef},
    scope::ScopeId,
};
use daybook_projections::records;
use daybook_store::log::{past::entries_at, read::Entry};
use sqlx::PgConnection;

use super::MOST_RECORDS;
use crate::{
    Error,
    engine::{Reading, Record},
    loader::Loader,
    wanted,
    working_set::Books,
};

/// Bodies that are read at a time.
const AT_A_TIME: usize = 500;

/// A record that has been read, and what a story tells of it.
#[derive(Debug)]
pub(super) struct Happening {
    pub reading: Reading,
    pub told: Told,
}

/// One record of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Where it stands in the log.
    pub position: i64,
    /// Its id.
    pub event_id: String,
    /// Its type.
    pub kind: String,
    /// When it happened, in seconds: by Stripe's clock, or ours where Stripe's is not known.
    pub happened: i64,
    /// When we learned of it.
    pub received_at: DateTime<Utc>,
    /// What happened, in a few words, where there are any.
    pub words: Option<String>,
}

/// Everything before `known` that is about these customers, or about anything linked with what is, by position.
pub(super) async fn records_about(
    connection: &mut PgConnection,
    scope: ScopeId,
    customers: &[String],
    known: i64,
) -> Result<BTreeMap<i64, Happening>, Error> {
    let mut found: BTreeMap<i64, Happening> = BTreeMap::new();
    let mut books = Books::default();
    let mut asked: BTreeSet<String> = customers.iter().cloned().collect();
    let mut objects: Vec<String> = customers.to_vec();
    loop {
        let limit = i64::try_from(MOST_RECORDS + 1).unwrap_or(i64::MAX);
        let positions = records::about(connection, scope, (&objects, customers), known, limit).await?;
        let new: Vec<i64> = positions.into_iter().filter(|position| !found.contains_key(position)).collect();
        if found.len() + new.len() > MOST_RECORDS {
            return Err(Error::LongPast { most: MOST_RECORDS });
        }
        let mut linked = HashSet::new();
        for positions in new.chunks(AT_A_TIME) {
            for entry in entries_at(connection, positions).await? {
                let happening = read(&entry);
                happening.reading.facts().iter().for_each(|fact| wanted::by_fact(fact, &mut linked));
                found.insert(entry.position, happening);
            }
        }
        let named: Vec<ObjectRef> = linked.iter().cloned().collect();
        Loader::Any.load(connection, scope, &mut books, linked).await?;
        let reached = named.iter().chain(books.objects()).filter(|object| object.kind != ObjectKind::Customer);
        objects = reached.filter(|object| asked.insert(object.id.to_string())).map(|one| one.id.to_string()).collect();
        if objects.is_empty() {
            return Ok(found);
        }
    }
}

fn read(entry: &Entry) -> Happening {
    let record = Record {
        position: entry.position,
        scope: entry.scope,
        source: entry.source,
        kind: &entry.kind,
        body: &entry.body,
    };
    let reading = Reading::of(&record);
    let told = Told {
        position: entry.position,
        event_id: entry.event_id.clone(),
        kind: entry.kind.clone(),
        happened: entry.created.unwrap_or_else(|| entry.received_at.timestamp()),
        received_at: entry.received_at,
        words: reading.facts().first().and_then(|fact| telling(&entry.kind, fact)),
    };
    Happening { reading, told }
}
