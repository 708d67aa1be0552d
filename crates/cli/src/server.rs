//! A running server inside this process: recorder, worker and HTTP face, started together and stopped in an order that loses nothing.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use daybook_http::config::Config;
use daybook_http::state::Shared;
use daybook_http::{App, Clock};
use daybook_store::Recorder;
use daybook_store::recorder::{CountersSnapshot, Limits};
use daybook_worker::live::WorkerConfig;
use tokio::net::TcpListener;
use tokio::task::{JoinError, JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::open::Opened;

mod upgrade;

/// What a server is started with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The HTTP face.
    pub http: Config,
    /// The recorder's queue.
    pub recorder: Limits,
    /// The worker.
    pub worker: WorkerConfig,
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    /// What it answers from.
    pub app: Shared,
    counted: Recorder,
    /// Where it listens.
    pub address: SocketAddr,
    http: Task<std::io::Result<()>>,
    follower: Task<()>,
    recorder: Task<()>,
    worker: Task<()>,
}

/// A task and the way to end it.
#[derive(Debug)]
struct Task<T> {
    stop: CancellationToken,
    handle: JoinHandle<T>,
}

impl<T: Send + 'static> Task<T> {
    fn spawn<F: Future<Output = T> + Send + 'static>(work: impl FnOnce(CancellationToken) -> F) -> Self {
        let stop = CancellationToken::new();
        let handle = tokio::spawn(work(stop.clone()));
        Self { stop, handle }
    }

    async fn end(self, name: &'static str) -> Option<T> {
        self.stop.cancel();
        let ended = self.handle.await;
        ended.inspect_err(|error| tracing::error!(%error, "the {name} did not end in order")).ok()
    }
}

/// Starts everything.
pub fn start(opened: &Opened, listener: TcpListener, settings: Settings) -> anyhow::Result<Server> {
    let database = opened.database.clone();
    let (recorder, task) = Recorder::new(&database, settings.recorder);
    let counted = recorder.clone();
    let app = App::new(settings.http, database.clone(), recorder, Clock::system())?;
    let address = listener.local_addr().context("the listener has no address")?;
    let router = daybook_http::router(Arc::clone(&app));
    let (worker_config, followed) = (settings.worker, Arc::clone(&app));
    Ok(Server {
        app,
        counted,
        address,
        recorder: Task::spawn(|stop| task.run(stop.cancelled_owned())),
        worker: Task::spawn(|stop| upgrade::then_work(database, worker_config, stop)),
        follower: Task::spawn(|stop| followed.follow(stop.cancelled_owned())),
        http: Task::spawn(|stop| daybook_http::serve(listener, router, stop.cancelled_owned())),
    })
}

impl Server {
    /// What has been recorded so far.
    pub fn recorded(&self) -> CountersSnapshot {
        self.counted.counters()
    }

    /// Ends in order: no more connections are taken and what was asked is answered; what waits is recorded; the worker stops between two
    /// batches.
    pub async fn stop(self) -> anyhow::Result<()> {
        let served = self.http.end("HTTP face").await;
        self.follower.end("cache").await;
        self.recorder.end("recorder").await;
        self.worker.end("worker").await;
        served.unwrap_or(Ok(())).context("the HTTP face failed")
    }

    /// Ready when one of the parts has ended by itself, which none ever should: without its recorder or its worker a server only looks alive.
    pub async fn failed(&mut self) -> anyhow::Error {
        tokio::select! {
            ended = &mut self.http.handle => match ended {
                Ok(Err(error)) => anyhow::Error::from(error).context("the HTTP face failed"),
                ended => by_itself("HTTP face", ended.map(drop)),
            },
            ended = &mut self.recorder.handle => by_itself("recorder", ended),
            ended = &mut self.worker.handle => by_itself("worker", ended),
            ended = &mut self.follower.handle => by_itself("cache", ended),
        }
    }
}

fn by_itself(name: &str, ended: Result<(), JoinError>) -> anyhow::Error {
    match ended {
        Ok(()) => anyhow::anyhow!("the {name} ended by itself"),
        Err(error) => anyhow::Error::from(error).context(format!("the {name} failed")),
    }
}

/// Tells a person something beside the results.
pub fn note(text: &str) {
    // Nothing can be done about a closed terminal.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Listens at this address.
pub async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}; choose another address with DAYBOOK_LISTEN (--listen), for example 127.0.0.1:4243")
    })
}

/// Ready when this process is asked to end, by SIGTERM or by Ctrl-C.
pub async fn asked_to_end() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminated.recv() => {}
        _ = interrupted.recv() => {}
    }
    Ok(())
}
