//! The catalogue of metrics: each has a line that says what it is. Counts of requests are kept here; sizes and queues are read when somebody asks.

mod counted;

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use self::counted::Counted;
use crate::health::Lag;
use crate::state::Shared;

/// What became of a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Delivered {
    /// The endpoint's label.
    pub endpoint: String,
    /// `appended`, `duplicate`, `conflict`, or the reason of a refusal.
    pub outcome: &'static str,
}

/// The label of an endpoint; paths that nobody configured share one.
pub(crate) fn of_endpoint(label: Option<&str>) -> String {
    label.unwrap_or("none").to_owned()
}

/// A request to the read API.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Asked {
    /// The route, as in the OpenAPI document.
    pub route: String,
    /// The status of the answer.
    pub status: u16,
}

/// How an entitlement check was answered.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Checked {
    /// `cached` or `read`.
    by: &'static str,
}

/// Something that needs a person.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Needing {
    /// Why, as `/v1/attention` names it.
    code: &'static str,
}

/// Defines the gauges that are read when somebody asks.
macro_rules! gauges {
    ($($name:ident: $help:literal;)*) => {
        #[derive(Clone, Debug, Default)]
        struct Gauges { $($name: Gauge,)* }

        impl Gauges {
            fn register(&self, registry: &mut Registry) {
                $(registry.register(stringify!($name), $help, self.$name.clone());)*
            }
        }
    };
}

gauges! {
    log_size: "Records in the log when last looked at";
    live_size: "Records applied to the live read models when last looked at";
    lag_records: "Records that are in the log and not yet applied";
    lag_seconds: "Age of the oldest record that is not yet applied";
    recorder_queue_entries: "Deliveries waiting for the recorder";
    recorder_queue_bytes: "Bytes of bodies waiting for the recorder";
    database_connections: "Connections of the pool";
    database_connections_idle: "Connections of the pool that nobody uses";
    cached_customers: "Customers and accounts whose entitlement answers are cached";
    confirmed_seconds: "Time since the live size was last confirmed";
    parked_objects: "Objects that others name and wait for, and no event has shown, counted at most once a minute";
    counted_seconds: "Time since attention_items and parked_objects were counted";
}

/// Defines the counters that others keep and that are copied when somebody asks.
macro_rules! copied {
    ($($name:ident: $help:literal;)*) => {
        #[derive(Clone, Debug, Default)]
        struct Copied { $($name: Counter,)* }

        impl Copied {
            fn register(&self, registry: &mut Registry) {
                $(registry.register(stringify!($name), $help, self.$name.clone());)*
            }
        }
    };
}

copied! {
    recorder_appended: "Entries that became records";
    recorder_duplicates: "Entries that were in the log already";
    recorder_conflicts: "Entries that contradict a record of the same event id";
    recorder_rejected: "Entries the database refused by their values";
    recorder_unavailable: "Entries given up because the database did not answer";
    recorder_busy: "Entries turned away because the queue was full";
    recorder_batches: "Transactions that appended to the log";
    recorder_failed_attempts: "Appends that failed and were tried again or given up";
    recorder_append_microseconds: "Time spent in committed appends";
}

/// Everything this process counts.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    webhook: Family<Delivered, Counter>,
    acknowledge: Histogram,
    requests: Family<Asked, Counter>,
    checks_cached: Counter,
    checks_read: Counter,
    gauges: Gauges,
    copied: Copied,
    attention: Family<Needing, Gauge>,
    counted: Counted,
}

impl Metrics {
    /// All at zero.
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("daybook");
        let webhook = Family::<Delivered, Counter>::default();
        registry.register("webhook_deliveries", "Deliveries by endpoint and what became of them", webhook.clone());
        let acknowledge = Histogram::new([0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0]);
        registry.register(
            "webhook_acknowledge_seconds",
            "Time from a delivery's headers to its acknowledgement",
            acknowledge.clone(),
        );
        let requests = Family::<Asked, Counter>::default();
        registry.register(
            "requests",
            "Requests to the read API by route and status, cached checks aside",
            requests.clone(),
        );
        let checks = Family::<Checked, Counter>::default();
        registry.register(
            "entitlement_checks",
            "Entitlement answers by how they were found, one for each feature",
            checks.clone(),
        );
        let (gauges, copied) = (Gauges::default(), Copied::default());
        gauges.register(&mut registry);
        let attention = Family::<Needing, Gauge>::default();
        registry.register(
            "attention_items",
            "What needs a person by reason, at most 1,000 of each account and mode, counted at most once a minute",
            attention.clone(),
        );
        copied.register(&mut registry);
        Self {
            registry,
            webhook,
            acknowledge,
            requests,
            checks_cached: checks.get_or_create_owned(&Checked { by: "cached" }),
            checks_read: checks.get_or_create_owned(&Checked { by: "read" }),
            gauges,
            copied,
            attention,
            counted: Counted::default(),
        }
    }

    pub(crate) fn delivered(&self, delivered: &Delivered) {
        self.webhook.get_or_create(delivered).inc();
    }

    pub(crate) fn acknowledged(&self, after: Duration) {
        self.acknowledge.observe(after.as_secs_f64());
    }

    pub(crate) fn asked(&self, asked: &Asked) {
        self.requests.get_or_create(asked).inc();
    }

    pub(crate) fn checked_from_cache(&self, checks: u64) {
        self.checks_cached.inc_by(checks);
    }

    pub(crate) fn checked_by_reading(&self, checks: u64) {
        self.checks_read.inc_by(checks);
    }

    fn look(&self, app: &Shared, lag: Option<&Lag>) {
        let gauges = &self.gauges;
        if let Some(lag) = lag {
            gauges.log_size.set(lag.log_size);
            gauges.live_size.set(lag.live_size);
            gauges.lag_records.set(lag.log_size.saturating_sub(lag.live_size));
            gauges.lag_seconds.set(lag.seconds);
        }
        gauges.cached_customers.set(whole(app.entitlements.customers()));
        gauges.confirmed_seconds.set(i64::try_from(app.horizon.unconfirmed().as_secs()).unwrap_or(i64::MAX));
        let recorder = app.recorder.counters();
        gauges.recorder_queue_entries.set(whole(recorder.queue_entries));
        gauges.recorder_queue_bytes.set(whole(recorder.queue_bytes));
        gauges.database_connections.set(i64::from(app.pool.size()));
        gauges.database_connections_idle.set(whole(app.pool.num_idle()));
        let copied = &self.copied;
        for (counter, value) in [
            (&copied.recorder_appended, recorder.appended),
            (&copied.recorder_duplicates, recorder.duplicates),
            (&copied.recorder_conflicts, recorder.conflicts),
            (&copied.recorder_rejected, recorder.rejected),
            (&copied.recorder_unavailable, recorder.unavailable),
            (&copied.recorder_busy, recorder.busy),
            (&copied.recorder_batches, recorder.batches),
            (&copied.recorder_failed_attempts, recorder.failed_attempts),
            (&copied.recorder_append_microseconds, recorder.append_microseconds),
        ] {
            copy(counter, value);
        }
    }
}

fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Counts that only rise, as their keeper has them.
fn copy(counter: &Counter<u64, AtomicU64>, value: u64) {
    counter.inner().fetch_max(value, std::sync::atomic::Ordering::Relaxed);
}

/// What this process counts, in the text format that Prometheus reads.
#[utoipa::path(
    get, path = "/metrics", tag = "operation", security(()),
    responses((status = 200, description = "The metrics.", content_type = "application/openmetrics-text", body = String))
)]
pub async fn metrics(State(app): State<Shared>) -> Response {
    let lag = Lag::look(&app).await.ok();
    app.metrics.look(&app, lag.as_ref());
    Metrics::count(&app).await;
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = encode(&mut text, &app.metrics.registry);
    ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response()
}
