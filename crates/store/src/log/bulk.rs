//! Reading many records with their bodies: one COPY per range of positions, each a short transaction of its own, on a connection of
//! its own. A rebuild, an export and a worker that is far behind read this way. A row costs no allocation: its texts and its body
//! share the memory they arrived in.

use std::ops::Range;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use daybook_domain::scope::ScopeId;

use super::copy::{CopyReader, CopyRow, CopyRows};
use super::envelope::Source;
use super::read::stored_source;
use crate::{Database, Error};

/// Reads ranges of the log, one after the other.
#[derive(Debug)]
pub struct BulkReader {
    copies: CopyReader,
}

/// The rows of one range.
pub struct BulkRows<'reader> {
    rows: CopyRows<'reader>,
}

/// A record with its body.
#[derive(Clone, Debug)]
pub struct BulkRow {
    row: CopyRow,
    position: i64,
    scope: ScopeId,
    source: Source,
    created: Option<i64>,
    received_at: i64,
}

const POSITION: usize = 0;
const SCOPE: usize = 1;
const CREATED: usize = 2;
const RECEIVED_AT: usize = 3;
const SOURCE: usize = 4;
const EVENT_ID: usize = 5;
const KIND: usize = 6;
const API_VERSION: usize = 7;
const BODY: usize = 8;

/// PostgreSQL counts time from 2000-01-01: that moment in microseconds since 1970.
pub(super) const POSTGRES_EPOCH: i64 = 946_684_800_000_000;

impl BulkReader {
    /// A reader; its connection is opened when it first reads.
    pub fn new(database: &Database) -> Self {
        Self { copies: CopyReader::new(database) }
    }

    /// Begins to read the records of a range, by position. A few thousand records to a range keep transactions short. A range that is not
    /// read to its end costs the next one a new connection.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn read(&mut self, range: Range<i64>) -> Result<BulkRows<'_>, Error> {
        let (start, end) = (range.start, range.end);
        // COPY takes no parameters; these are numbers. Both ranges are spelled out, because the planner derives only equalities.
        let select = format!(
            "select record.position, record.scope, record.created, record.received_at, record.source, record.event_id, \
             record.kind, record.api_version, body.body \
             from record join body on body.position = record.position \
             where record.position >= {start} and record.position < {end} \
             and body.position >= {start} and body.position < {end} \
             order by record.position"
        );
        Ok(BulkRows { rows: self.copies.rows(&select).await? })
    }
}

impl BulkRows<'_> {
    /// The next record, or nothing at the end of the range or of the log.
    ///
    /// # Errors
    /// When the database fails or sends what is no row.
    pub async fn next(&mut self) -> Result<Option<BulkRow>, Error> {
        self.rows.next().await?.map(BulkRow::from_copy).transpose()
    }
}

impl BulkRow {
    fn from_copy(row: CopyRow) -> Result<Self, Error> {
        let position = row.required_bigint(POSITION)?;
        // Texts are checked once here, so that reading them cannot fail later.
        for column in [EVENT_ID, KIND] {
            row.required_text(column)?;
        }
        row.text(API_VERSION)?;
        Ok(Self {
            position,
            scope: ScopeId(row.required_integer(SCOPE)?),
            source: stored_source(position, row.required_text(SOURCE)?)?,
            created: row.bigint(CREATED)?,
            received_at: row.required_bigint(RECEIVED_AT)?.saturating_add(POSTGRES_EPOCH),
            row,
        })
    }

    /// Dense, from 0.
    pub fn position(&self) -> i64 {
        self.position
    }

    /// Account and mode, by number.
    pub fn scope(&self) -> ScopeId {
        self.scope
    }

    /// The way it came.
    pub fn source(&self) -> Source {
        self.source
    }

    /// Stripe's `created`, in seconds.
    pub fn created(&self) -> Option<i64> {
        self.created
    }

    /// When it arrived.
    pub fn received_at(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.received_at).unwrap_or_default()
    }

    /// Unique.
    pub fn event_id(&self) -> &str {
        self.text(EVENT_ID).unwrap_or_default()
    }

    /// Stripe's `type`.
    pub fn kind(&self) -> &str {
        self.text(KIND).unwrap_or_default()
    }

    /// The API version of the body.
    pub fn api_version(&self) -> Option<&str> {
        self.text(API_VERSION)
    }

    /// The exact bytes.
    pub fn body(&self) -> &[u8] {
        self.row.field(BODY).unwrap_or_default()
    }

    /// The exact bytes, sharing the memory of the row.
    pub fn body_bytes(&self) -> Bytes {
        self.row.shared(BODY).unwrap_or_default()
    }

    fn text(&self, column: usize) -> Option<&str> {
        self.row.text(column).ok().flatten()
    }
}
