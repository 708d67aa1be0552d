//! The loop that takes connections. It hands each to HTTP/1.1 with a bound on the time its headers may take, and ends in order: it takes no more
//! connections, answers what was asked, and leaves after a while even when a client does not.

use std::io;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::time::{sleep, timeout};

/// How long the headers of a request may take to arrive.
const HEADERS: Duration = Duration::from_secs(15);
/// How long clients may take to end when the program does.
const FAREWELL: Duration = Duration::from_secs(10);
/// The pause after a connection could not be taken: descriptors may have run out.
const BREATH: Duration = Duration::from_millis(50);

/// Serves until `shutdown` is ready, then answers what was asked and ends.
///
/// # Errors
/// When the listener breaks for good.
pub async fn serve(listener: TcpListener, router: Router, shutdown: impl Future<Output = ()>) -> io::Result<()> {
    let mut shutdown = pin!(shutdown);
    let connections = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut shutdown => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, _) = match accepted {
            Ok(accepted) => accepted,
            Err(error) if belongs_to_the_client(&error) => continue,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                sleep(BREATH).await;
                continue;
            }
        };
        // Only a matter of latency.
        let _ = stream.set_nodelay(true);
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADERS)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router.clone()));
        // A connection that breaks concerns nobody but its client.
        let connection = connections.watch(connection);
        tokio::spawn(async move { drop(connection.await) });
    }
    drop(listener);
    if timeout(FAREWELL, connections.shutdown()).await.is_err() {
        tracing::warn!("connections were left open at the end");
    }
    Ok(())
}

fn belongs_to_the_client(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    matches!(error.kind(), Kind::ConnectionRefused | Kind::ConnectionAborted | Kind::ConnectionReset)
}
