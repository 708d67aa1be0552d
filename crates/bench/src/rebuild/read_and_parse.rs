//! The limit of a rebuild on this machine: all bodies read by one COPY, and each parsed once into a borrowed envelope, one after the other. The
//! clock alternates: while bodies are read nothing is parsed, and while they are parsed nothing is read.

use std::borrow::Cow;
use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use bytes::{Buf, Bytes};
use futures::StreamExt;
use futures::stream::BoxStream;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sqlx::{Connection, PgConnection};

use crate::statistics::micros;

/// How it went.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Parsed {
    /// How long reading took.
    pub(crate) read_micros: u64,
    /// How long parsing took.
    pub(crate) parse_micros: u64,
    /// How many bodies there were.
    pub(crate) bodies: u64,
}

impl Parsed {
    /// Both, one after the other.
    pub(crate) fn micros(&self) -> u64 {
        self.read_micros.saturating_add(self.parse_micros)
    }
}

/// What every Stripe event has.
#[derive(Deserialize)]
#[expect(dead_code, reason = "it is parsed to see how long that takes")]
struct Envelope<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    created: i64,
    livemode: bool,
    #[serde(borrow)]
    api_version: Option<Cow<'a, str>>,
    #[serde(borrow)]
    account: Option<Cow<'a, str>>,
    #[serde(borrow)]
    data: Content<'a>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is parsed to see how long that takes")]
struct Content<'a> {
    #[serde(borrow)]
    object: &'a RawValue,
    #[serde(borrow)]
    previous_attributes: Option<&'a RawValue>,
}

/// Bodies read before they are parsed.
const AT_ONCE: usize = 5_000;

/// Reads and parses all bodies.
pub(crate) async fn read_and_parse(url: &str) -> anyhow::Result<Parsed> {
    let mut connection = PgConnection::connect(url).await?;
    let (mut reading, mut parsing) = (Duration::ZERO, Duration::ZERO);
    let mut bodies = Vec::with_capacity(AT_ONCE);
    let mut count = 0;
    let mut begun = Instant::now();
    let mut messages = connection.copy_out_raw("copy body (body) to stdout (format binary)").await?;
    loop {
        read_some(&mut messages, &mut bodies).await?;
        reading += begun.elapsed();
        if bodies.is_empty() {
            break;
        }
        begun = Instant::now();
        for body in &bodies {
            let envelope: Envelope<'_> = serde_json::from_slice(body)?;
            black_box(envelope);
        }
        parsing += begun.elapsed();
        count += bodies.len() as u64;
        begun = Instant::now();
        bodies.clear();
    }
    Ok(Parsed { read_micros: micros(reading), parse_micros: micros(parsing), bodies: count })
}

/// Takes the next bodies from the stream; none at its end.
async fn read_some(
    messages: &mut BoxStream<'_, Result<Bytes, sqlx::Error>>,
    bodies: &mut Vec<Bytes>,
) -> anyhow::Result<()> {
    while bodies.len() < AT_ONCE
        && let Some(message) = messages.next().await
    {
        bodies.extend(body(message?)?);
    }
    Ok(())
}

/// The body in a message of the server, which sends one for each row; none in the last. The first begins with a signature of 11 bytes and 8 more. See
/// <https://www.postgresql.org/docs/current/sql-copy.html>, "Binary Format".
fn body(mut message: Bytes) -> anyhow::Result<Option<Bytes>> {
    if message.starts_with(b"PGCOPY\n") {
        message.advance(19.min(message.len()));
    }
    if message.len() < 6 {
        return Ok(None);
    }
    ensure!(message.get_i16() == 1, "a row has one field");
    let length = usize::try_from(message.get_i32()).context("a body is never null")?;
    ensure!(message.len() == length, "a message holds one row");
    Ok(Some(message))
}
