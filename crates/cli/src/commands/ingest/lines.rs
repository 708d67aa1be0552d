//! Lines of a file or of standard input, read by a thread of their own and handed over a few at a time. A line that is longer than any event is
//! skipped and said, never held.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};

use anyhow::Context;
use bytes::Bytes;
use indicatif::ProgressBar;
use tokio::sync::mpsc;

use crate::progress;

/// No event is as long as this, in bytes.
const LONGEST: usize = 16 * 1024 * 1024;
/// Lines read ahead.
const AHEAD: usize = 64;

/// Where lines come from.
pub struct Input {
    reader: Box<dyn BufRead + Send>,
    bytes: Option<u64>,
}

/// A line that holds something.
#[derive(Debug)]
pub struct Line {
    /// from 1
    pub number: u64,
    /// its bytes without the end of the line, or why it was not read
    pub body: Result<Bytes, String>,
    /// bytes of the input up to its end
    pub end: u64,
}

impl Input {
    /// Opens a file; `-` is standard input.
    pub fn open(file: &str) -> anyhow::Result<Self> {
        if file == "-" {
            return Ok(Self { reader: Box::new(BufReader::new(std::io::stdin())), bytes: None });
        }
        let opened = File::open(file).with_context(|| format!("cannot open {file}"))?;
        let bytes = opened.metadata().ok().filter(std::fs::Metadata::is_file).map(|metadata| metadata.len());
        Ok(Self { reader: Box::new(BufReader::with_capacity(1 << 20, opened)), bytes })
    }

    /// The bar for it.
    pub fn bar(&self) -> ProgressBar {
        match self.bytes {
            Some(bytes) => progress::bytes(bytes).with_message("ingest"),
            None => progress::spinner("ingest"),
        }
    }

    /// Its lines, empty ones left out. After a failure there are no more.
    pub fn lines(mut self) -> mpsc::Receiver<std::io::Result<Line>> {
        let (sender, receiver) = mpsc::channel(AHEAD);
        tokio::task::spawn_blocking(move || {
            let (mut number, mut end) = (0, 0);
            loop {
                let line = match next(&mut self.reader, LONGEST) {
                    Ok(None) => return,
                    Ok(Some((body, bytes))) => {
                        number += 1;
                        end += bytes;
                        let body = if number == 1 { body.map(without_mark) } else { body };
                        Ok(Line { number, body, end })
                    }
                    Err(error) => Err(error),
                };
                let is_last = line.is_err();
                let is_empty = line.as_ref().is_ok_and(|line| line.body.as_ref().is_ok_and(Bytes::is_empty));
                if (!is_empty && sender.blocking_send(line).is_err()) || is_last {
                    return;
                }
            }
        });
        receiver
    }
}

/// Some editors begin a file with a mark of its encoding.
fn without_mark(line: Bytes) -> Bytes {
    match line.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => line.slice_ref(rest.trim_ascii()),
        None => line,
    }
}

type Next = Option<(Result<Bytes, String>, u64)>;

/// The next line without the space around it, and how many bytes it took.
fn next(reader: &mut impl BufRead, longest: usize) -> std::io::Result<Next> {
    let mut line = Vec::new();
    let limit = u64::try_from(longest).unwrap_or(u64::MAX).saturating_add(1);
    let taken = reader.by_ref().take(limit).read_until(b'\n', &mut line)?;
    let mut bytes = u64::try_from(taken).unwrap_or(u64::MAX);
    if taken == 0 {
        return Ok(None);
    }
    if taken > longest && line.last() != Some(&b'\n') {
        drop(line);
        bytes += skip_line(reader)?;
        return Ok(Some((Err(format!("the line is longer than {longest} bytes, which no event is")), bytes)));
    }
    Ok(Some((Ok(Bytes::copy_from_slice(line.trim_ascii())), bytes)))
}

fn skip_line(reader: &mut impl BufRead) -> std::io::Result<u64> {
    let mut skipped = 0;
    loop {
        let chunk = reader.fill_buf()?;
        if chunk.is_empty() {
            return Ok(skipped);
        }
        let end = chunk.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(chunk.len(), |end| end + 1);
        reader.consume(used);
        skipped += u64::try_from(used).unwrap_or(u64::MAX);
        if end.is_some() {
            return Ok(skipped);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<Result<String, ()>> {
        let mut reader = BufReader::with_capacity(3, text.as_bytes());
        let mut lines = Vec::new();
        while let Some((body, _)) = next(&mut reader, 8).unwrap() {
            lines.push(body.map(|body| String::from_utf8_lossy(&body).into_owned()).map_err(drop));
        }
        lines
    }

    #[test]
    fn a_mark_of_the_encoding_is_no_part_of_the_first_line() {
        assert_eq!(without_mark(Bytes::from_static(b"\xef\xbb\xbf{}")), "{}");
        assert_eq!(without_mark(Bytes::from_static(b"\xef\xbb")), Bytes::from_static(b"\xef\xbb"));
    }

    #[test]
    fn a_line_that_is_too_long_costs_only_itself() {
        let read = all("short\r\n\nmuch too long for us\n12345678\n123456789\nlast");
        let ok = |text: &str| Ok(text.to_owned());
        assert_eq!(read, [ok("short"), ok(""), Err(()), ok("12345678"), Err(()), ok("last")]);
    }
}
