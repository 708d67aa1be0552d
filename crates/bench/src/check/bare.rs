//! The limit of an answer on this machine: axum with one handler that looks at nothing and answers with constant bytes.

use std::io::Write;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use axum::serve::ListenerExt;
use bytes::Bytes;
use tokio::net::TcpListener;

use crate::serving::Listening;

/// Serves until it is killed; the first line it prints says where.
pub(crate) async fn serve(bytes: usize) -> anyhow::Result<()> {
    let constant = Bytes::from(vec![b' '; bytes]);
    let handler = async move || ([(CONTENT_TYPE, "application/json")], constant);
    let router = Router::new().route("/v1/customers/{id}/entitlements/{feature}", get(handler));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let listening = format!("http://{}", listener.local_addr()?);
    writeln!(std::io::stdout().lock(), "{}", serde_json::to_string(&Listening { listening })?)?;
    let listener = listener.tap_io(|stream| {
        // Only a matter of latency.
        let _ = stream.set_nodelay(true);
    });
    Ok(axum::serve(listener, router).await?)
}
