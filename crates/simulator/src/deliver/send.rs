//! Delivers events to an endpoint over HTTP/1.1, on so many connections that stay open, each sending one event at a time. Only to
//! loopback addresses: the simulator must never be pointed at somebody's server. A failed delivery is tried again, as Stripe does,
//! but only a few times and within seconds.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONTENT_TYPE, HOST, USER_AGENT};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::sign::signature_header;
use crate::history::RenderedEvent;

/// Why a delivery cannot start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The target is not this machine.
    #[error("the simulator only delivers to loopback addresses, not to {0}")]
    NotLoopback(SocketAddr),
    /// The path does not make a request target.
    #[error("{0:?} is not the path of a webhook: it must begin with a slash and hold no spaces")]
    BadPath(String),
}

/// Where to deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    address: SocketAddr,
    path: String,
}

impl Target {
    /// An endpoint on this machine, such as `127.0.0.1:4242` and `/webhooks/stripe`.
    pub fn new(address: SocketAddr, path: &str) -> Result<Self, Error> {
        if !address.ip().is_loopback() {
            return Err(Error::NotLoopback(address));
        }
        if !path.starts_with('/') || path.parse::<hyper::Uri>().is_err() {
            return Err(Error::BadPath(path.to_owned()));
        }
        Ok(Self { address, path: path.to_owned() })
    }
}

/// How to deliver.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Where to.
    pub target: Target,
    /// The endpoint's signing secret, `whsec_...`.
    pub secret: String,
    /// Connections at a time; at least one is used.
    pub connections: usize,
    /// Attempts per event, the first included; at least one is made.
    pub attempts: u32,
    /// How long one attempt may take.
    pub timeout: Duration,
    /// The time for the signature, unix seconds.
    pub clock: fn() -> i64,
}

/// What became of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A 2xx: the endpoint has it.
    Acknowledged,
    /// The last answer, another status.
    Refused(u16),
    /// No answer at all: connection refused, closed or too slow.
    Unanswered,
}

/// One event's delivery, as the progress callback sees it.
#[derive(Debug, Clone, Copy)]
pub struct Delivered<'a> {
    /// The event.
    pub event: &'a RenderedEvent,
    /// What became of it.
    pub outcome: Outcome,
    /// Attempts made.
    pub attempts: u32,
}

/// The sums of a delivery.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Events answered with 2xx.
    pub acknowledged: u64,
    /// Events whose last answer was another status, by status.
    pub refused: BTreeMap<u16, u64>,
    /// Events never answered.
    pub unanswered: u64,
    /// Attempts beyond the first of each event.
    pub retries: u64,
    /// Microseconds each acknowledged attempt took, unordered; four bytes an event.
    pub latencies: Vec<u32>,
    /// How long all of it took.
    pub elapsed: Duration,
}

impl Report {
    /// The latency in microseconds that `percent` of the acknowledged attempts did not exceed; 0 without any.
    pub fn percentile(&self, percent: usize) -> u32 {
        let mut sorted = self.latencies.clone();
        sorted.sort_unstable();
        let place = (sorted.len() * percent.min(100)).div_ceil(100).saturating_sub(1);
        sorted.get(place).copied().unwrap_or(0)
    }

    fn count(&mut self, delivered: Delivered<'_>, latency: Duration) {
        self.retries += u64::from(delivered.attempts.saturating_sub(1));
        match delivered.outcome {
            Outcome::Acknowledged => {
                self.acknowledged += 1;
                self.latencies.push(u32::try_from(latency.as_micros()).unwrap_or(u32::MAX));
            }
            Outcome::Refused(status) => *self.refused.entry(status).or_default() += 1,
            Outcome::Unanswered => self.unanswered += 1,
        }
    }

    fn add(&mut self, other: Self) {
        self.acknowledged += other.acknowledged;
        self.unanswered += other.unanswered;
        self.retries += other.retries;
        self.latencies.extend(other.latencies);
        for (status, count) in other.refused {
            *self.refused.entry(status).or_default() += count;
        }
    }
}

/// Delivers every event and reports. The events are drawn from the iterator as connections become free; `progress` is called after
/// each, from several tasks' turns but never at the same time as itself on one connection. Dropping the future stops between
/// two events of each connection.
pub async fn send_all<I, P>(delivery: &Delivery, events: I, progress: P) -> Report
where
    I: Iterator<Item = RenderedEvent>,
    P: Fn(Delivered<'_>),
{
    let began = Instant::now();
    let queue = Mutex::new(events);
    let mut report = Report::default();
    let lanes = (0..delivery.connections.max(1)).map(|_| run(delivery, &queue, &progress));
    for part in futures::future::join_all(lanes).await {
        report.add(part);
    }
    report.elapsed = began.elapsed();
    report
}

/// One connection's work.
async fn run<I, P>(delivery: &Delivery, queue: &Mutex<I>, progress: &P) -> Report
where
    I: Iterator<Item = RenderedEvent>,
    P: Fn(Delivered<'_>),
{
    let mut report = Report::default();
    let mut line = None;
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
        let Some(event) = next else {
            return report;
        };
        let (outcome, attempts, latency) = deliver(delivery, &mut line, &event).await;
        let delivered = Delivered { event: &event, outcome, attempts };
        report.count(delivered, latency);
        progress(delivered);
    }
}

type Line = Option<SendRequest<Full<Bytes>>>;

async fn deliver(delivery: &Delivery, line: &mut Line, event: &RenderedEvent) -> (Outcome, u32, Duration) {
    let body = Bytes::from(event.body.clone());
    let mut attempt = 0;
    loop {
        attempt += 1;
        let began = Instant::now();
        let answer = tokio::time::timeout(delivery.timeout, post(delivery, line, body.clone())).await;
        let outcome = match answer {
            Ok(Ok(status)) if status.is_success() => Outcome::Acknowledged,
            Ok(Ok(status)) => Outcome::Refused(status.as_u16()),
            Ok(Err(_)) | Err(_) => {
                *line = None;
                Outcome::Unanswered
            }
        };
        let worth_trying_again = !matches!(outcome, Outcome::Acknowledged | Outcome::Refused(400..=499));
        if !worth_trying_again || attempt >= delivery.attempts {
            return (outcome, attempt, began.elapsed());
        }
        tokio::time::sleep(Duration::from_millis(50) * attempt.min(20)).await;
    }
}

/// Why one attempt got no answer; it is only counted.
#[derive(Debug, thiserror::Error)]
enum Silence {
    #[error("no connection: {0}")]
    Connect(#[from] std::io::Error),
    #[error("no answer: {0}")]
    Http(#[from] hyper::Error),
    #[error("not a request: {0}")]
    Request(#[from] hyper::http::Error),
}

async fn post(delivery: &Delivery, line: &mut Line, body: Bytes) -> Result<StatusCode, Silence> {
    let sender = match line.take().filter(|sender| !sender.is_closed()) {
        Some(sender) => line.insert(sender),
        None => line.insert(connect(delivery.target.address).await?),
    };
    sender.ready().await?;
    let header = signature_header(&delivery.secret, (delivery.clock)(), &body);
    let request = Request::builder()
        .method(Method::POST)
        .uri(delivery.target.path.as_str())
        .header(HOST, delivery.target.address.to_string())
        .header(USER_AGENT, "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
        .header(CONTENT_TYPE, "application/json; charset=utf-8")
        .header("stripe-signature", header)
        .body(Full::new(body))?;
    let response = sender.send_request(request).await?;
    let status = response.status();
    response.into_body().collect().await?;
    Ok(status)
}

async fn connect(address: SocketAddr) -> Result<SendRequest<Full<Bytes>>, Silence> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender)
}
