//! Rows encoded for `copy ... from stdin (format binary)`: the one way rows are written, live and in a rebuild.
//!
//! PostgreSQL checks nothing of this at compile time, so a table names its columns next to the code that fills them, and
//! a test copies a row into each. Text is made harmless on the way: PostgreSQL cannot hold a NUL.

use serde::Serialize;
use sqlx::PgConnection;

use daybook_domain::time::Timestamp;

/// A table and the columns that rows fill, in order.
#[derive(Debug)]
pub struct Table {
    /// Its unqualified name: the search path says which generation.
    pub name: &'static str,
    /// The columns.
    pub columns: &'static [&'static str],
}

/// What every binary copy begins with: the signature, no flags, no header extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// What it ends with.
const TRAILER: &[u8] = &(-1_i16).to_be_bytes();
/// PostgreSQL counts from 2000-01-01T00:00:00Z.
const POSTGRES_EPOCH: i64 = 946_684_800;

/// Encoded rows of one table.
#[derive(Debug)]
pub struct Rows {
    table: &'static Table,
    bytes: Vec<u8>,
    count: u64,
}

impl Rows {
    /// No rows yet.
    pub fn new(table: &'static Table) -> Self {
        Self { table, bytes: Vec::new(), count: 0 }
    }

    /// Where they belong.
    pub fn table(&self) -> &'static Table {
        self.table
    }

    /// Begins a row; every column of the table must follow.
    pub fn row(&mut self) -> Row<'_> {
        if self.bytes.is_empty() {
            self.bytes.extend_from_slice(HEADER);
        }
        self.count += 1;
        let columns = i16::try_from(self.table.columns.len()).unwrap_or(i16::MAX);
        self.bytes.extend_from_slice(&columns.to_be_bytes());
        Row { bytes: &mut self.bytes }
    }

    /// Moves the rows of another set over; both are of the same table.
    pub fn append(&mut self, other: &mut Self) {
        if other.count == 0 {
            return;
        }
        if self.bytes.is_empty() {
            std::mem::swap(&mut self.bytes, &mut other.bytes);
        } else {
            self.bytes.extend_from_slice(other.bytes.get(HEADER.len()..).unwrap_or_default());
        }
        self.count += other.count;
        other.clear();
    }

    /// The rows as a set of their own; none are left here.
    #[must_use]
    pub fn take(&mut self) -> Self {
        // As many will come again.
        let next = Self { table: self.table, bytes: Vec::with_capacity(self.bytes.len()), count: 0 };
        std::mem::replace(self, next)
    }

    /// Forgets the rows.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.count = 0;
    }

    /// The rows as they will be written.
    pub fn encoded(&self) -> &[u8] {
        &self.bytes
    }

    /// How many rows there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Their size in bytes.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Writes the rows and forgets them.
    ///
    /// # Errors
    /// What the database says: the rows are then not written.
    pub async fn write(&mut self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        if self.count == 0 {
            return Ok(());
        }
        self.bytes.extend_from_slice(TRAILER);
        let columns = self.table.columns.join(", ");
        let statement = format!("copy {} ({columns}) from stdin (format binary)", self.table.name);
        let mut copy = connection.copy_in_raw(&statement).await?;
        copy.send(self.bytes.as_slice()).await?;
        copy.finish().await?;
        self.clear();
        Ok(())
    }
}

/// A row being written, column by column.
#[derive(Debug)]
#[must_use = "a row needs all its columns"]
pub struct Row<'a> {
    bytes: &'a mut Vec<u8>,
}

impl Row<'_> {
    /// A null.
    pub fn null(self) -> Self {
        self.bytes.extend_from_slice(&(-1_i32).to_be_bytes());
        self
    }

    /// A `text`.
    pub fn text(self, value: &str) -> Self {
        if value.contains('\0') {
            return self.field(value.replace('\0', "\u{fffd}").as_bytes());
        }
        self.field(value.as_bytes())
    }

    /// A `text` or null.
    pub fn optional_text(self, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(value),
            None => self.null(),
        }
    }

    /// A `smallint`.
    pub fn smallint(self, value: i16) -> Self {
        self.field(&value.to_be_bytes())
    }

    /// An `integer`.
    pub fn integer(self, value: i32) -> Self {
        self.field(&value.to_be_bytes())
    }

    /// A `bigint`.
    pub fn bigint(self, value: i64) -> Self {
        self.field(&value.to_be_bytes())
    }

    /// A `boolean`.
    pub fn boolean(self, value: bool) -> Self {
        self.field(&[u8::from(value)])
    }

    /// A `bytea`.
    pub fn bytes(self, value: &[u8]) -> Self {
        self.field(value)
    }

    /// A `timestamptz`.
    pub fn timestamp(self, value: Timestamp) -> Self {
        self.bigint(value.unix().saturating_sub(POSTGRES_EPOCH).saturating_mul(1_000_000))
    }

    /// A `timestamptz` or null.
    pub fn optional_timestamp(self, value: Option<Timestamp>) -> Self {
        match value {
            Some(value) => self.timestamp(value),
            None => self.null(),
        }
    }

    /// A `json`: the text as it is.
    pub fn json(self, value: &impl Serialize) -> Self {
        self.serialized(&[], value)
    }

    /// A `jsonb`: its version, then the text.
    pub fn jsonb(self, value: &impl Serialize) -> Self {
        self.serialized(&[1], value)
    }

    /// A `text[]`.
    pub fn texts<'t>(mut self, values: impl ExactSizeIterator<Item = &'t str>) -> Self {
        /// The type of `text` in PostgreSQL's catalogue.
        const TEXT: i32 = 25;
        let start = self.begin();
        let dimensions = i32::from(values.len() > 0);
        for word in [dimensions, 0, TEXT] {
            self.bytes.extend_from_slice(&word.to_be_bytes());
        }
        if values.len() > 0 {
            self.bytes.extend_from_slice(&length_of(values.len()));
            self.bytes.extend_from_slice(&1_i32.to_be_bytes());
        }
        for value in values {
            self.bytes.extend_from_slice(&length_of(value.len()));
            self.bytes.extend_from_slice(value.as_bytes());
        }
        self.end(start)
    }

    fn serialized(mut self, prefix: &[u8], value: &impl Serialize) -> Self {
        let start = self.begin();
        self.bytes.extend_from_slice(prefix);
        serde_json::to_writer(&mut *self.bytes, value).expect("a state of ours has text keys and writes to memory");
        replace_nul_escapes(self.bytes.get_mut(start..).unwrap_or_default());
        self.end(start)
    }

    fn field(self, value: &[u8]) -> Self {
        self.bytes.extend_from_slice(&length_of(value.len()));
        self.bytes.extend_from_slice(value);
        self
    }

    /// Leaves room for a length; returns where the value begins.
    fn begin(&mut self) -> usize {
        self.bytes.extend_from_slice(&length_of(0));
        self.bytes.len()
    }

    /// Fills in the length of the value that began at `start`.
    fn end(self, start: usize) -> Self {
        let length = length_of(self.bytes.len() - start);
        if let Some(place) = self.bytes.get_mut(start - length.len()..start) {
            place.copy_from_slice(&length);
        }
        self
    }
}

/// Turns every escaped NUL in JSON text into an escaped replacement character: PostgreSQL refuses the former. A backslash
/// that is itself escaped begins no escape.
fn replace_nul_escapes(json: &mut [u8]) {
    const NUL: &[u8] = b"\\u0000";
    if !json.windows(NUL.len()).any(|window| window == NUL) {
        return;
    }
    let mut rest = json;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        let Some((_, escape)) = rest.split_at_mut_checked(at) else { return };
        if escape.starts_with(NUL)
            && let Some(digits) = escape.get_mut(2..NUL.len())
        {
            digits.copy_from_slice(b"fffd");
        }
        rest = escape.get_mut(2..).unwrap_or_default();
    }
}

fn length_of(length: usize) -> [u8; 4] {
    i32::try_from(length).unwrap_or(i32::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::replace_nul_escapes;

    #[test]
    fn an_escaped_nul_is_replaced_and_an_escaped_backslash_before_the_same_letters_is_not() {
        let mut json = serde_json::to_vec(&["a\0b", "\\u0000", "\\\0"]).unwrap();
        replace_nul_escapes(&mut json);
        let read: Vec<String> = serde_json::from_slice(&json).unwrap();
        assert_eq!(read, ["a\u{fffd}b", "\\u0000", "\\\u{fffd}"]);
    }
}
