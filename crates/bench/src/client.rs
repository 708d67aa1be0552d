//! The cheapest HTTP client that does: requests are written as they were prepared, and of an answer only the status and the body are looked
//! for. It speaks HTTP/1.1 on connections that stay open, to servers that state the length of what they answer.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use futures::future::try_join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::statistics::{micros, per_second, percentile};

/// A connection that stays open.
pub(crate) struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer.
pub(crate) struct Answer<'a> {
    /// The status.
    pub(crate) status: u16,
    /// The body.
    pub(crate) body: &'a [u8],
}

impl Line {
    /// Connects.
    pub(crate) async fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        ensure!(address.ip().is_loopback(), "only this machine is measured, not {address}");
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 * 1024) })
    }

    /// Sends a prepared request and waits for the whole answer.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let mut whole = None;
        while whole.is_none_or(|(_, _, end)| self.buffer.len() < end) {
            ensure!(self.stream.read_buf(&mut self.buffer).await? > 0, "the server hung up");
            if whole.is_none() {
                whole = head(&self.buffer)?;
            }
        }
        let Some((status, start, end)) = whole else { bail!("an answer without a head") };
        let body = self.buffer.get(start..end).context("an answer shorter than it says")?;
        Ok(Answer { status, body })
    }

    /// Sends a prepared request; anything but 200 is an error.
    pub(crate) async fn ask_well(&mut self, request: &[u8]) -> anyhow::Result<&[u8]> {
        let Answer { status, body } = self.ask(request).await?;
        ensure!(status == 200, "the answer is {status}: {}", String::from_utf8_lossy(body));
        Ok(body)
    }
}

/// Status, and where the body begins and ends, once the head is complete.
fn head(buffer: &[u8]) -> anyhow::Result<Option<(u16, usize, usize)>> {
    let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(buffer.get(..end).unwrap_or_default()).context("a head that is no text")?;
    let status = head.get(9..12).and_then(|status| status.parse().ok()).context("an answer without a status")?;
    let mut fields = head.lines().filter_map(|line| line.split_once(':'));
    let length = fields.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length =
        length.and_then(|(_, value)| value.trim().parse::<usize>().ok()).context("an answer without a length")?;
    Ok(Some((status, end + 4, end + 4 + length)))
}

/// What became of many requests.
#[derive(Debug, Default)]
pub(crate) struct Driven {
    /// Microseconds of each, from the first byte sent to the last received.
    pub(crate) latencies: Vec<u64>,
    /// From the first request to the last answer.
    pub(crate) elapsed: Duration,
    /// Bytes of all bodies received.
    pub(crate) bytes: u64,
}

impl Driven {
    /// Answers a second.
    pub(crate) fn rate(&self) -> u64 {
        per_second(self.latencies.len() as u64, micros(self.elapsed))
    }

    /// The time that so many of a thousand requests did not exceed, in microseconds.
    pub(crate) fn percentile(&mut self, of_thousand: usize) -> u64 {
        percentile(&mut self.latencies, of_thousand)
    }
}

/// Sends requests on so many connections at once, each its next one when it has its answer, until there are no more. Every answer must be a 200.
pub(crate) async fn drive<'a>(
    address: SocketAddr,
    connections: usize,
    requests: impl Iterator<Item = &'a [u8]>,
) -> anyhow::Result<Driven> {
    let lines = try_join_all((0..connections).map(|_| Line::connect(address))).await?;
    let requests = std::cell::RefCell::new(requests);
    let begun = Instant::now();
    let work = lines.into_iter().map(async |mut line| {
        let mut driven = Driven::default();
        loop {
            let next = requests.borrow_mut().next();
            let Some(request) = next else { return anyhow::Ok(driven) };
            let asked = Instant::now();
            driven.bytes += line.ask_well(request).await?.len() as u64;
            driven.latencies.push(micros(asked.elapsed()));
        }
    });
    let parts = try_join_all(work).await?;
    let mut driven = Driven { elapsed: begun.elapsed(), ..Driven::default() };
    for part in parts {
        driven.latencies.extend(part.latencies);
        driven.bytes += part.bytes;
    }
    Ok(driven)
}

/// Requests from an endless supply, until the time is up.
pub(crate) fn until<'a>(
    time: Duration,
    mut requests: impl FnMut() -> Option<&'a [u8]>,
) -> impl Iterator<Item = &'a [u8]> {
    let end = Instant::now() + time;
    std::iter::from_fn(move || if Instant::now() < end { requests() } else { None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_found_in_its_bytes() {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Type: a\r\ncontent-length: 3\r\n\r\nabc";
        assert_eq!(head(answer).unwrap(), Some((200, answer.len() - 3, answer.len())));
        assert_eq!(head(&answer[..40]).unwrap(), None);
        assert!(head(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}
