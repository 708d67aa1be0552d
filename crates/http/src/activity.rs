//! What goes on on a connection: whether it asks, is being answered, or began to ask and does not go on. The loop ends what holds it for nothing.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, sleep};

/// A connection on which nothing was asked for this long is closed, at the latest when as much has passed again.
pub(crate) const IDLE: Duration = Duration::from_secs(60);
/// The headers of a request may take this long to arrive, and at most one [`LOOK`] more.
pub(crate) const HEADERS: Duration = Duration::from_secs(10);
/// How often a connection is looked at.
const LOOK: Duration = Duration::from_secs(5);

/// What goes on on a connection.
#[derive(Debug, Default)]
pub(crate) struct Activity {
    begun: AtomicU64,
    ended: AtomicU64,
    /// When the headers began that are arriving.
    arriving_since: Mutex<Option<Instant>>,
}

/// A request that is being answered.
pub(crate) struct Running<'a>(&'a Activity);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Ordering::Relaxed);
    }
}

impl Activity {
    /// A request has arrived and is answered until what this returns is dropped.
    pub(crate) fn begin(&self) -> Running<'_> {
        self.begun.fetch_add(1, Ordering::Relaxed);
        *self.arriving_since.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Running(self)
    }

    /// Something was heard. While nothing is answered it is the beginning of a request, or more of it.
    fn hear(&self) {
        let (begun, ended) = self.count();
        if begun == ended {
            let mut since = self.arriving_since.lock().unwrap_or_else(PoisonError::into_inner);
            since.get_or_insert_with(Instant::now);
        }
    }

    /// Ready when nothing was begun for a while and nothing runs, or when headers take too long.
    pub(crate) async fn ends(&self) {
        let (mut seen, mut since) = (0, Instant::now());
        loop {
            sleep(LOOK).await;
            let (begun, ended) = self.count();
            let arriving = *self.arriving_since.lock().unwrap_or_else(PoisonError::into_inner);
            if begun == ended && arriving.is_some_and(|began| began.elapsed() >= HEADERS) {
                return;
            }
            if begun != seen || begun != ended {
                (seen, since) = (begun, Instant::now());
            } else if since.elapsed() >= IDLE {
                return;
            }
        }
    }

    fn count(&self) -> (u64, u64) {
        (self.begun.load(Ordering::Relaxed), self.ended.load(Ordering::Relaxed))
    }
}

/// A stream whose reads are noted.
#[derive(Debug)]
pub(crate) struct Noted<S> {
    /// The stream.
    pub(crate) stream: S,
    /// Where they are noted.
    pub(crate) activity: Arc<Activity>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Noted<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, into);
        if into.filled().len() > before {
            self.activity.hear();
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Noted<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, pieces)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_connection_ends_when_nothing_was_asked_for_a_while_but_not_while_something_is_answered() {
        let activity = Activity::default();
        let running = activity.begin();
        assert!(timeout(IDLE * 5, activity.ends()).await.is_err());
        drop(running);
        assert!(timeout(IDLE / 2, activity.ends()).await.is_err());
        assert!(timeout(IDLE * 2, activity.ends()).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_sends_nothing_is_left() {
        assert!(timeout(IDLE * 2, Activity::default().ends()).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn headers_that_trickle_in_end_the_connection_and_a_slow_body_does_not() {
        let activity = Activity::default();
        let trickle = async || loop {
            activity.hear();
            sleep(Duration::from_secs(1)).await;
        };
        let running = activity.begin();
        let slow_body = async {
            tokio::select! { () = activity.ends() => (), () = trickle() => () }
        };
        assert!(timeout(IDLE * 2, slow_body).await.is_err());
        drop(running);
        let slow_headers = async {
            tokio::select! { () = activity.ends() => (), () = trickle() => () }
        };
        assert!(timeout(HEADERS + 2 * LOOK, slow_headers).await.is_ok());
    }
}
