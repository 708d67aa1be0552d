//! The binary format of `COPY ... TO STDOUT`, read without copying: a row keeps the bytes it arrived in and remembers where its fields lie.
//! Format: <https://www.postgresql.org/docs/current/sql-copy.html>, "Binary Format".

use bytes::{Buf, Bytes, BytesMut};
use futures::StreamExt;
use futures::stream::BoxStream;
use sqlx::PgConnection;

use crate::{Database, Error};

/// The most columns a row may have here.
const COLUMNS: usize = 14;

/// One row.
#[derive(Clone, Debug)]
pub(super) struct CopyRow {
    bytes: Bytes,
    /// start and end of each field in `bytes`; an end before the start is null
    fields: [(u32, u32); COLUMNS],
}

/// A field that is null.
const NULL: (u32, u32) = (1, 0);

impl CopyRow {
    /// The bytes of a field, or nothing when it is null.
    pub fn field(&self, column: usize) -> Option<&[u8]> {
        let (start, end) = self.fields.get(column)?;
        self.bytes.get(*start as usize..*end as usize)
    }

    /// The bytes of a field, sharing the row's memory.
    pub fn shared(&self, column: usize) -> Option<Bytes> {
        self.field(column).map(|field| self.bytes.slice_ref(field))
    }

    /// A text.
    pub fn text(&self, column: usize) -> Result<Option<&str>, Error> {
        let text = self.field(column).map(std::str::from_utf8).transpose();
        text.map_err(|_| Error::Copy("a text is not UTF-8"))
    }

    /// A text that is never null.
    pub fn required_text(&self, column: usize) -> Result<&str, Error> {
        self.text(column)?.ok_or(Error::Copy("a text is missing"))
    }

    /// A bigint, or a timestamp in microseconds since 2000.
    pub fn bigint(&self, column: usize) -> Result<Option<i64>, Error> {
        self.field(column).map(|field| array(field).map(i64::from_be_bytes)).transpose()
    }

    /// A bigint that is never null.
    pub fn required_bigint(&self, column: usize) -> Result<i64, Error> {
        self.bigint(column)?.ok_or(Error::Copy("a number is missing"))
    }

    /// An integer that is never null.
    pub fn required_integer(&self, column: usize) -> Result<i32, Error> {
        let field = self.field(column).ok_or(Error::Copy("a number is missing"))?;
        array(field).map(i32::from_be_bytes)
    }
}

fn array<const SIZE: usize>(field: &[u8]) -> Result<[u8; SIZE], Error> {
    field.try_into().map_err(|_| Error::Copy("a number has another width"))
}

/// A connection for one COPY after the other. One that was left in the middle of a COPY is replaced by the next.
#[derive(Debug)]
pub(super) struct CopyReader {
    database: Database,
    connection: Option<PgConnection>,
    clean: bool,
}

impl CopyReader {
    /// The connection is opened by the first COPY.
    pub fn new(database: &Database) -> Self {
        Self { database: database.clone(), connection: None, clean: true }
    }

    /// Begins `copy (...) to stdout (format binary)`.
    pub async fn rows(&mut self, select: &str) -> Result<CopyRows<'_>, Error> {
        if !self.clean {
            self.connection = None;
        }
        self.clean = false;
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.database.bulk_connection().await?,
        };
        let connection = self.connection.insert(connection);
        let stream = connection.copy_out_raw(&format!("copy ({select}) to stdout (format binary)")).await?;
        Ok(CopyRows { stream, clean: &mut self.clean, waiting: Bytes::new(), begun: false, ended: false })
    }
}

/// The rows of one COPY.
pub(super) struct CopyRows<'reader> {
    stream: BoxStream<'reader, Result<Bytes, sqlx::Error>>,
    clean: &'reader mut bool,
    waiting: Bytes,
    begun: bool,
    ended: bool,
}

/// What a stream begins with.
const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";

impl CopyRows<'_> {
    /// The next row; nothing at the end, when the connection is ready for the next statement.
    pub async fn next(&mut self) -> Result<Option<CopyRow>, Error> {
        loop {
            if self.ended {
                // The messages after the last row are read too, or the connection could not be used again.
                while let Some(rest) = self.stream.next().await {
                    rest?;
                }
                *self.clean = true;
                return Ok(None);
            }
            if let Some(row) = self.take_row()? {
                return Ok(Some(row));
            }
            if !self.ended {
                self.receive().await?;
            }
        }
    }

    async fn receive(&mut self) -> Result<(), Error> {
        let received = self.stream.next().await.ok_or(Error::Copy("it ended before its end mark"))??;
        if self.waiting.is_empty() {
            self.waiting = received;
        } else {
            let mut joined = BytesMut::with_capacity(self.waiting.len() + received.len());
            joined.extend_from_slice(&self.waiting);
            joined.extend_from_slice(&received);
            self.waiting = joined.freeze();
        }
        Ok(())
    }

    /// A row, if all of it is here.
    fn take_row(&mut self) -> Result<Option<CopyRow>, Error> {
        if !self.begun && !self.take_header()? {
            return Ok(None);
        }
        let Some(count) = self.waiting.get(..2).map(array::<2>).transpose()?.map(i16::from_be_bytes) else {
            return Ok(None);
        };
        if count == -1 {
            self.ended = true;
            return Ok(None);
        }
        let count = usize::try_from(count).map_err(|_| Error::Copy("a row has less than no columns"))?;
        let mut fields = [NULL; COLUMNS];
        let mut at: usize = 2;
        for field in fields.iter_mut().take(count) {
            let Some(length) = self.waiting.get(at..at + 4).map(array::<4>).transpose()?.map(i32::from_be_bytes) else {
                return Ok(None);
            };
            at += 4;
            // A length of -1 is null.
            let Ok(length) = usize::try_from(length) else { continue };
            let end = at + length;
            if end > self.waiting.len() {
                return Ok(None);
            }
            let bound = |at: usize| u32::try_from(at).map_err(|_| Error::Copy("a row is larger than four gigabytes"));
            *field = (bound(at)?, bound(end)?);
            at = end;
        }
        if count > COLUMNS {
            return Err(Error::Copy("a row has more columns than were asked for"));
        }
        Ok(Some(CopyRow { bytes: self.waiting.split_to(at), fields }))
    }

    /// The signature, a word of flags and an extension.
    fn take_header(&mut self) -> Result<bool, Error> {
        let fixed = SIGNATURE.len() + 8;
        let Some(extension) = self.waiting.get(SIGNATURE.len() + 4..fixed) else { return Ok(false) };
        if !self.waiting.starts_with(SIGNATURE) {
            return Err(Error::Copy("it does not begin with the signature"));
        }
        let extension = u32::from_be_bytes(array(extension)?) as usize;
        if self.waiting.len() < fixed + extension {
            return Ok(false);
        }
        self.waiting.advance(fixed + extension);
        self.begun = true;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;

    /// Two rows: (7, null) and (8, "abc").
    fn sample() -> Vec<u8> {
        let mut bytes = SIGNATURE.to_vec();
        bytes.extend([0, 0, 0, 0, 0, 0, 0, 2, 9, 9]);
        bytes.extend([0, 2, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 7, 0xff, 0xff, 0xff, 0xff]);
        bytes.extend([0, 2, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 3, b'a', b'b', b'c']);
        bytes.extend([0xff, 0xff]);
        bytes
    }

    async fn read(pieces: Vec<Vec<u8>>) -> Result<Vec<(i64, Option<String>)>, Error> {
        let stream = stream::iter(pieces.into_iter().map(|piece| Ok(Bytes::from(piece))));
        let mut clean = false;
        let mut rows =
            CopyRows { stream: stream.boxed(), clean: &mut clean, waiting: Bytes::new(), begun: false, ended: false };
        let mut read = Vec::new();
        while let Some(row) = rows.next().await? {
            read.push((row.required_bigint(0)?, row.text(1)?.map(str::to_owned)));
        }
        Ok(read)
    }

    #[tokio::test]
    async fn rows_are_read_however_the_stream_is_cut() {
        let whole = sample();
        for size in 1..=whole.len() {
            let rows = read(whole.chunks(size).map(<[u8]>::to_vec).collect()).await.unwrap();
            assert_eq!(rows, [(7, None), (8, Some("abc".to_owned()))]);
        }
    }

    #[tokio::test]
    async fn a_stream_without_its_end_is_an_error() {
        let whole = sample();
        for end in 0..whole.len() {
            assert!(read(vec![whole[..end].to_vec()]).await.is_err());
        }
        assert!(read(vec![vec![0; 64]]).await.is_err());
    }
}
