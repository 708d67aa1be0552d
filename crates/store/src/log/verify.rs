//! The log checked from end to end: every leaf recomputed from the stored fields and bytes, every batch's frontier and root recomputed from the
//! leaves, positions counted. It trusts no stored hash and writes nothing.

use std::collections::{HashMap, VecDeque};
use std::fmt;

use daybook_domain::scope::{Scope, ScopeId};
use sqlx::PgConnection;

use super::bulk::POSTGRES_EPOCH;
use super::copy::{CopyReader, CopyRow};
use super::leaf::{Leaf, commitment};
use super::merkle::Frontier;
use super::read::{size, stored_source};
use crate::{Database, Error, scope};

/// What a check of the whole log came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// how many records were checked
    pub size: i64,
    /// how many batches
    pub batches: i64,
    /// the recomputed root at that size
    pub root: [u8; 32],
    /// what is wrong, the first hundred of it
    pub flaws: Vec<Flaw>,
    /// how many records are missing, lack their body or are not what was written
    pub altered: i64,
    /// how many batches have another root than the records before them, as all that follow an altered record do
    pub roots: i64,
}

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// There is no record at this position.
    RecordMissing {
        /// the first such position
        position: i64,
    },
    /// The record has no body.
    BodyMissing {
        /// the record
        position: i64,
    },
    /// The stored leaf hash is not that of the stored fields and bytes.
    LeafDiffers {
        /// the record
        position: i64,
    },
    /// The root or frontier of a batch is not that of the leaves before it.
    RootDiffers {
        /// the size of the log after the batch
        size: i64,
    },
    /// A batch does not begin where the one before ends.
    BatchGap {
        /// the size of the log after the batch
        size: i64,
    },
    /// There are records behind the end of the log: no batch holds them, and the next append meets them.
    StrayRecords {
        /// how many
        count: i64,
    },
    /// There are bodies without a record.
    StrayBodies {
        /// how many
        count: i64,
    },
}

impl fmt::Display for Flaw {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RecordMissing { position } => write!(formatter, "record {position} is missing"),
            Self::BodyMissing { position } => write!(formatter, "record {position} has no body"),
            Self::LeafDiffers { position } => {
                write!(formatter, "record {position} or its body was altered: its hash is another")
            }
            Self::RootDiffers { size } => {
                write!(formatter, "the batch that ended at size {size} has another root than the records before it")
            }
            Self::BatchGap { size } => {
                write!(formatter, "the batch that ended at size {size} does not begin where the one before it ends")
            }
            Self::StrayRecords { count } => write!(formatter, "records in no batch: {count}"),
            Self::StrayBodies { count } => write!(formatter, "bodies without a record: {count}"),
        }
    }
}

/// No more flaws than these are listed.
const FLAWS: usize = 100;
/// Records to a range.
const RANGE: i64 = 5_000;

struct Batch {
    size: i64,
    count: i32,
    frontier: Vec<u8>,
    root: Vec<u8>,
}

struct Check {
    scopes: HashMap<ScopeId, Scope>,
    frontier: Frontier,
    batches: VecDeque<Batch>,
    batches_end: i64,
    result: Verification,
}

/// Checks the log up to its size now. `progress` is told how many records are done.
///
/// # Errors
/// When the database fails; what is wrong in the log is no error but a [`Flaw`].
pub async fn verify(database: &Database, mut progress: impl FnMut(i64)) -> Result<Verification, Error> {
    let mut connection = database.pool().acquire().await?;
    let end = size(&mut connection).await?;
    let mut check = Check {
        scopes: scope::all(&mut connection).await?,
        frontier: Frontier::empty(),
        batches: VecDeque::new(),
        batches_end: 0,
        result: Verification {
            size: end,
            batches: 0,
            root: Frontier::empty().root(),
            flaws: Vec::new(),
            altered: 0,
            roots: 0,
        },
    };
    let mut copies = CopyReader::new(database);
    let mut start = 0;
    while start < end {
        let stop = end.min(start + RANGE);
        let batches = sqlx::query_as!(
            Batch,
            "select size, count, frontier, root from batch where size > $1 and size <= $2 order by size",
            start,
            stop,
        )
        .fetch_all(&mut *connection)
        .await?;
        check.batches.extend(batches);
        check.range(&mut copies, start, stop).await?;
        progress(stop);
        start = stop;
    }
    let stray = stray_records(&mut connection).await?;
    if stray > 0 {
        check.flaw(Flaw::StrayRecords { count: stray });
    }
    let stray = stray_bodies(&mut connection).await?;
    if stray > 0 {
        check.flaw(Flaw::StrayBodies { count: stray });
    }
    check.result.root = check.frontier.root();
    Ok(check.result)
}

/// How many records stand behind the end of the log, where nothing may stand: the next append would meet them.
///
/// # Errors
/// When the database fails.
pub async fn stray_records(connection: &mut PgConnection) -> Result<i64, Error> {
    // One statement sees a record together with its batch, or neither.
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from record where position >= (select coalesce(max(size), 0) from batch)"#
    )
    .fetch_one(connection)
    .await?;
    Ok(count)
}

async fn stray_bodies(connection: &mut PgConnection) -> Result<i64, Error> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from body where not exists (select from record where record.position = body.position)"#
    )
    .fetch_one(connection)
    .await?;
    Ok(count)
}

const POSITION: usize = 0;
const SCOPE: usize = 1;
const CREATED: usize = 2;
const RECEIVED_AT: usize = 3;
const SOURCE: usize = 4;
const EVENT_ID: usize = 5;
const KIND: usize = 6;
const API_VERSION: usize = 7;
const ENDPOINT: usize = 8;
const SECRET_LABEL: usize = 9;
const SIGNATURE: usize = 10;
const LEAF_HASH: usize = 11;
const SALT: usize = 12;
const BODY: usize = 13;

impl Check {
    async fn range(&mut self, copies: &mut CopyReader, start: i64, stop: i64) -> Result<(), Error> {
        let select = format!(
            "select record.position, scope, created, received_at, source, event_id, kind, api_version, endpoint, secret_label, \
             signature, leaf_hash, salt, body \
             from record left join body on body.position = record.position and body.position >= {start} \
             and body.position < {stop} \
             where record.position >= {start} and record.position < {stop} order by record.position"
        );
        let mut rows = copies.rows(&select).await?;
        let mut expected = start;
        while let Some(row) = rows.next().await? {
            let position = row.required_bigint(POSITION)?;
            if position != expected {
                self.flaw(Flaw::RecordMissing { position: expected });
            }
            self.record(position, &row)?;
            expected = position + 1;
            self.close_batches(expected);
        }
        if expected != stop {
            self.flaw(Flaw::RecordMissing { position: expected });
            self.close_batches(stop);
        }
        Ok(())
    }

    fn record(&mut self, position: i64, row: &CopyRow) -> Result<(), Error> {
        let stored = row.field(LEAF_HASH).unwrap_or_default();
        let mut leaf_hash = None;
        if let (Some(salt), Some(body)) = (row.field(SALT), row.field(BODY)) {
            leaf_hash = self.leaf_hash(position, row, commitment(salt, body))?;
            if leaf_hash.as_ref().map(<[u8; 32]>::as_slice) != Some(stored) {
                self.flaw(Flaw::LeafDiffers { position });
            }
        } else {
            self.flaw(Flaw::BodyMissing { position });
        }
        // The tree goes on from what the bytes say, and from the stored hash only where there are none: an altered record changes every root after it.
        let leaf_hash = leaf_hash.or_else(|| stored.try_into().ok()).unwrap_or_default();
        self.frontier.push(leaf_hash);
        Ok(())
    }

    /// The leaf's hash, or nothing when its scope is unknown.
    fn leaf_hash(&self, position: i64, row: &CopyRow, commitment: [u8; 32]) -> Result<Option<[u8; 32]>, Error> {
        let Some(scope) = self.scopes.get(&ScopeId(row.required_integer(SCOPE)?)) else { return Ok(None) };
        let leaf = Leaf {
            event_id: row.required_text(EVENT_ID)?,
            source: stored_source(position, row.required_text(SOURCE)?)?,
            kind: row.required_text(KIND)?,
            scope,
            api_version: row.text(API_VERSION)?,
            created: row.bigint(CREATED)?,
            received_at: row.required_bigint(RECEIVED_AT)?.saturating_add(POSTGRES_EPOCH),
            endpoint: row.text(ENDPOINT)?,
            secret_label: row.text(SECRET_LABEL)?,
            signature: row.text(SIGNATURE)?,
            commitment,
        };
        Ok(Some(leaf.hash()))
    }

    /// Checks the batches that end at or before this size.
    fn close_batches(&mut self, size: i64) {
        while self.batches.front().is_some_and(|batch| batch.size <= size) {
            let Some(batch) = self.batches.pop_front() else { break };
            let recomputed = i64::try_from(self.frontier.size()) == Ok(batch.size)
                && self.frontier.root().as_slice() == batch.root
                && self.frontier.to_bytes() == batch.frontier;
            if !recomputed {
                self.flaw(Flaw::RootDiffers { size: batch.size });
            }
            if self.batches_end + i64::from(batch.count) != batch.size {
                self.flaw(Flaw::BatchGap { size: batch.size });
            }
            self.batches_end = batch.size;
            self.result.batches += 1;
        }
    }

    fn flaw(&mut self, flaw: Flaw) {
        match flaw {
            Flaw::RecordMissing { .. } | Flaw::BodyMissing { .. } | Flaw::LeafDiffers { .. } => {
                self.result.altered += 1;
            }
            Flaw::RootDiffers { .. } => self.result.roots += 1,
            Flaw::BatchGap { .. } | Flaw::StrayRecords { .. } | Flaw::StrayBodies { .. } => {}
        }
        if self.result.flaws.len() < FLAWS {
            self.result.flaws.push(flaw);
        }
    }
}
