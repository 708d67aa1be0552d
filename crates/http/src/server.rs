//! The loop that takes connections. One that neither asks nor is being answered for a while is closed, so that headers which trickle in hold nothing for
//! long. It ends in order: it takes no more connections, answers what was asked, and leaves after a while even when a client does not.

use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

/// A connection on which nothing was asked for this long is closed, at the latest when as much has passed again.
const IDLE: Duration = Duration::from_secs(60);
/// How long clients may take to end when the program does.
const FAREWELL: Duration = Duration::from_secs(10);
/// The pause after a connection could not be taken: descriptors may have run out.
const BREATH: Duration = Duration::from_millis(50);

/// Serves until `shutdown` is ready, then answers what was asked and ends.
///
/// # Errors
/// None today; a listener that breaks is tried again.
pub async fn serve(listener: TcpListener, router: Router, shutdown: impl Future<Output = ()>) -> io::Result<()> {
    let mut shutdown = pin!(shutdown);
    let connections = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut shutdown => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => drop(tokio::spawn(converse(stream, router.clone(), connections.watcher()))),
            Err(error) if belongs_to_the_client(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                sleep(BREATH).await;
            }
        }
    }
    drop(listener);
    if timeout(FAREWELL, connections.shutdown()).await.is_err() {
        tracing::warn!("connections were left open at the end");
    }
    Ok(())
}

/// Answers one client until it goes, is idle, or the program ends. What breaks a connection concerns nobody but its client.
async fn converse(stream: TcpStream, router: Router, watcher: Watcher) {
    // Only a matter of latency.
    let _ = stream.set_nodelay(true);
    let activity = Arc::new(Activity::default());
    let service = service_fn(|request| answer(router.clone(), request, Arc::clone(&activity)));
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        ended = watcher.watch(connection) => drop(ended),
        () = activity.ends() => {}
    }
}

async fn answer(
    router: Router,
    request: Request<Incoming>,
    activity: Arc<Activity>,
) -> Result<Response<Body>, Infallible> {
    let _running = activity.begin();
    router.oneshot(request.map(Body::new)).await
}

/// What goes on on a connection.
#[derive(Debug, Default)]
struct Activity {
    begun: AtomicU64,
    ended: AtomicU64,
}

/// A request that is being answered.
struct Running<'a>(&'a Activity);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Ordering::Relaxed);
    }
}

impl Activity {
    fn begin(&self) -> Running<'_> {
        self.begun.fetch_add(1, Ordering::Relaxed);
        Running(self)
    }

    /// Ready when nothing was begun for a while and nothing runs.
    async fn ends(&self) {
        let mut seen = 0;
        loop {
            sleep(IDLE).await;
            let (begun, ended) = (self.begun.load(Ordering::Relaxed), self.ended.load(Ordering::Relaxed));
            if begun == seen && begun == ended {
                return;
            }
            seen = begun;
        }
    }
}

fn belongs_to_the_client(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    matches!(error.kind(), Kind::ConnectionRefused | Kind::ConnectionAborted | Kind::ConnectionReset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_connection_ends_when_nothing_was_asked_for_a_while_but_not_while_something_is_answered() {
        let activity = Activity::default();
        let running = activity.begin();
        assert!(timeout(IDLE * 5, activity.ends()).await.is_err());
        drop(running);
        assert!(timeout(IDLE * 3, activity.ends()).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_sends_nothing_is_left() {
        assert!(timeout(IDLE * 2, Activity::default().ends()).await.is_ok());
    }
}
