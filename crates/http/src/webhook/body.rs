//! Reading a body within bounds: of its size, of the time it may take, and of what all arriving bodies hold together. A client that sends too
//! much is listened to a little longer, so that it hears the answer instead of a broken connection.

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use tokio::time::{Instant, timeout_at};

use crate::Problem;
use crate::config::WebhookLimits;

/// How much more than the limit is read and thrown away.
const COURTESY: usize = 8 * 1024 * 1024;
/// Reserved ahead for a body that says how long it is: no more than most bodies need.
const RESERVED: usize = 64 * 1024;

/// Bytes of all bodies that are arriving.
#[derive(Debug, Default)]
pub struct Arriving(AtomicUsize);

/// One body's share of them, given back when it is dropped.
struct Share<'a> {
    arriving: &'a Arriving,
    bytes: usize,
}

impl Share<'_> {
    fn grow(&mut self, bytes: usize, limit: usize) -> Result<(), Problem> {
        let before = self.arriving.0.fetch_add(bytes, Ordering::Relaxed);
        self.bytes = self.bytes.saturating_add(bytes);
        if before.saturating_add(bytes) > limit { Err(Problem::Busy) } else { Ok(()) }
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        self.arriving.0.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// Reads a body to its end.
///
/// # Errors
/// [`Problem::TooLarge`], [`Problem::TooSlow`], [`Problem::BrokenOff`], or [`Problem::Busy`] when too much arrives at once.
pub async fn read(
    mut body: Body,
    headers: &HeaderMap,
    limits: &WebhookLimits,
    arriving: &Arriving,
) -> Result<Bytes, Problem> {
    let deadline = Instant::now() + limits.body_patience;
    let announced = length(headers);
    if announced.is_some_and(|length| length > limits.body_bytes) {
        // Who asked first has sent nothing yet.
        if !headers.contains_key(header::EXPECT) {
            let _ = timeout_at(deadline, discard(&mut body)).await;
        }
        return Err(Problem::TooLarge { limit: limits.body_bytes });
    }
    let mut share = Share { arriving, bytes: 0 };
    let gathered = timeout_at(deadline, gather(&mut body, announced, limits, &mut share)).await;
    match gathered {
        Err(_) => Err(Problem::TooSlow { seconds: limits.body_patience.as_secs() }),
        Ok(Err(problem @ Problem::TooLarge { .. })) => {
            let _ = timeout_at(deadline, discard(&mut body)).await;
            Err(problem)
        }
        Ok(gathered) => gathered,
    }
}

async fn gather(
    body: &mut Body,
    announced: Option<usize>,
    limits: &WebhookLimits,
    share: &mut Share<'_>,
) -> Result<Bytes, Problem> {
    let Some(first) = next(body).await? else { return Ok(Bytes::new()) };
    admit(first.len(), first.len(), limits, share)?;
    if announced == Some(first.len()) {
        return Ok(first);
    }
    let mut whole = BytesMut::with_capacity(announced.unwrap_or_default().min(RESERVED).max(first.len()));
    whole.extend_from_slice(&first);
    while let Some(chunk) = next(body).await? {
        admit(whole.len().saturating_add(chunk.len()), chunk.len(), limits, share)?;
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.freeze())
}

fn admit(total: usize, chunk: usize, limits: &WebhookLimits, share: &mut Share<'_>) -> Result<(), Problem> {
    if total > limits.body_bytes {
        return Err(Problem::TooLarge { limit: limits.body_bytes });
    }
    share.grow(chunk, limits.arriving_bytes)
}

/// The next piece of the body; nothing at its end.
async fn next(body: &mut Body) -> Result<Option<Bytes>, Problem> {
    while let Some(frame) = body.frame().await {
        if let Ok(chunk) = frame.map_err(|_| Problem::BrokenOff)?.into_data() {
            return Ok(Some(chunk));
        }
    }
    Ok(None)
}

async fn discard(body: &mut Body) {
    let mut left = COURTESY;
    while let Ok(Some(chunk)) = next(body).await {
        left = left.saturating_sub(chunk.len());
        if left == 0 {
            return;
        }
    }
}

fn length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
