//! What was known of some customers at an earlier size of the log, or what had happened by an earlier time: their records are
//! folded anew into temporary tables with the names of the read models. Whoever reads from the snapshot that comes out asks
//! what is asked of the live ones, with the same statements, and is answered from back then.
//!
//! Which records those are is found by what is linked today: links are only ever learned, so what was linked then is among
//! it. Nothing live is touched, and the tables end with the snapshot.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use daybook_domain::{
    id::{ObjectKind, ObjectRef},
    scope::ScopeId,
    time::Timestamp,
};
use daybook_projections::{balances, generation::PARTS, records};
use daybook_store::{
    log::{past::entries_at, read::Entry},
    snapshot::Snapshot,
};
use sqlx::{PgConnection, PgPool};

use crate::{
    Error,
    engine::{Engine, Reading, Record},
    loader::Loader,
    wanted,
    working_set::Books,
};

/// So many records are folded for one question at most.
pub const MOST_RECORDS: usize = 20_000;
/// Bodies that are read at a time.
const AT_A_TIME: usize = 500;

/// From where one looks back, and how far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standpoint {
    /// What was known: records before this position.
    pub known: i64,
    /// What had happened: events up to this time of Stripe's. Without it, all that was known.
    pub until: Option<Timestamp>,
}

/// The read models as they were, as far as they are about these customers. End it by [`Snapshot::undo`], or drop it.
///
/// # Errors
/// What the database says; [`Error::LongPast`] when too much happened around them.
pub async fn look_back(
    pool: &PgPool,
    scope: ScopeId,
    customers: &[String],
    from: Standpoint,
) -> Result<Snapshot, Error> {
    let mut snapshot = Snapshot::begin_with_tables(pool).await?;
    let known = from.known.min(snapshot.size());
    let records = records_about(&mut snapshot, scope, customers, known).await?;
    snapshot.prefer_temporary(known).await?;
    for part in PARTS {
        part.create(&mut snapshot).await?;
    }
    let mut engine = Engine::new(Loader::of_empty_generation());
    let in_time = records.into_values().filter(|one| from.until.is_none_or(|until| one.happened <= until.unix()));
    engine.apply(&mut snapshot, in_time.map(|one| one.reading).collect()).await?;
    engine.flush(&mut snapshot, None).await?;
    engine.output.write_rows(&mut snapshot).await?;
    balances::sum(&mut snapshot).await?;
    Ok(snapshot)
}

/// A record that has been read, and when it says it happened, in Stripe's seconds.
struct Happening {
    reading: Reading,
    happened: i64,
}

/// Everything before `known` that is about these customers, or about anything linked with what is, by position.
async fn records_about(
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
    Happening {
        reading: Reading::of(&record),
        happened: entry.created.unwrap_or_else(|| entry.received_at.timestamp()),
    }
}
