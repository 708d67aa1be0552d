//! The loop that takes connections. One that neither asks nor is being answered for a while is closed, and sooner one whose headers trickle in, so that neither
//! holds anything for long. It ends in order: it takes no more connections, answers what was asked, and leaves after a while even when a client does not.

use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::Arc;
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

use crate::activity::{Activity, Noted};

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
    let stream = Noted { stream, activity: Arc::clone(&activity) };
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

fn belongs_to_the_client(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    matches!(error.kind(), Kind::ConnectionRefused | Kind::ConnectionAborted | Kind::ConnectionReset)
}
