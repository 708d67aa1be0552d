//! A log, a recorder, a worker and a desk.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use daybook_commands::{Desk, Done, Error, Limits, Request};
use daybook_domain::{
    customer::{Act, Authority, Insistence},
    entitlement::Source as Said,
    id::{CustomerId, EventId},
    scope::{Mode, Scope, ScopeId},
    time::Timestamp,
};
use daybook_projections::entitlements;
use daybook_store::{Database, Incoming, Recorded, Recorder, Source, recorder, snapshot::Snapshot};
use daybook_testing::TestDatabase;
use daybook_worker::live::{self, WorkerConfig};
use serde_json::{Value, json};
use tokio_util::sync::{CancellationToken, DropGuard};

/// The time in every test.
pub const NOW: i64 = 1_768_478_400;

/// Everything a test talks to.
pub struct House {
    pub test: TestDatabase,
    pub database: Database,
    pub recorder: Recorder,
    pub desk: Desk,
    _worker: DropGuard,
}

impl House {
    /// A house where `cus_1` is known, in test mode.
    pub async fn build() -> Self {
        let test =
            TestDatabase::from_template("log", async |pool| Database::from_pool(pool).migrate().await).await.unwrap();
        let database = Database::from_pool(test.pool.clone());
        let (recorder, task) = Recorder::new(&database, recorder::Limits::default());
        tokio::spawn(task.run(std::future::pending()));
        let stop = CancellationToken::new();
        let (worked, stopped) = (database.clone(), stop.clone());
        tokio::spawn(async move { live::run(&worked, &WorkerConfig::default(), stopped).await });
        let desk = Desk::new(&database, &recorder, Limits::default());
        let house = Self { test, database, recorder, desk, _worker: stop.drop_guard() };
        house.event("evt_1", &json!({ "object": "customer", "id": "cus_1" }), "customer.created").await;
        house
    }

    /// Stripe says something.
    pub async fn event(&self, id: &str, object: &Value, kind: &str) -> Recorded {
        let event = json!({
            "id": id, "object": "event", "type": kind, "api_version": "2025-03-31.basil", "created": NOW - 60, "livemode": false,
            "data": { "object": object }
        });
        self.record(id, kind, event.to_string()).await
    }

    /// Stripe says something in these bytes.
    pub async fn record(&self, id: &str, kind: &str, body: String) -> Recorded {
        let incoming = Incoming {
            event_id: EventId::new(id),
            kind: kind.to_owned(),
            scope: Scope { account: None, mode: Mode::Test },
            api_version: None,
            created: Some(NOW - 60),
            body: Bytes::from(body),
            source: Source::Import,
            received_at: now(),
            endpoint: None,
            secret_label: None,
            signature: None,
        };
        self.recorder.record(incoming).await.unwrap()
    }

    /// Acts on `cus_1`.
    pub async fn act(&self, key: Option<&str>, act: Act) -> Result<Done, Error> {
        self.desk.act(request(key, &act), CustomerId::new("cus_1"), act, Insistence::None).await
    }

    /// What operators' acts on a customer have come to, when so many records have been applied.
    pub async fn said(&self, customer: &str, size: i64) -> Vec<Said> {
        loop {
            let mut snapshot = Snapshot::begin(self.database.pool()).await.unwrap();
            if snapshot.size() >= size {
                let sources = entitlements::sources_of(&mut snapshot, ScopeId(1), customer).await.unwrap();
                return sources.into_iter().filter(|source| matches!(source, Said::Operators { .. })).collect();
            }
            snapshot.end().await.unwrap();
            tokio::task::yield_now().await;
        }
    }

    /// How many records of operators the log holds.
    pub async fn acts(&self) -> i64 {
        let count = "select count(*) from record where source = 'operator'";
        sqlx::query_scalar(count).fetch_one(&self.test.pool).await.unwrap()
    }
}

/// The clock.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOW, 0).unwrap()
}

/// Somebody asks for an act.
pub fn request(key: Option<&str>, act: &Act) -> Request {
    let by = Authority { actor: "anna".into(), reason: "she asked".into(), ticket: Some("T-1".into()), via: None };
    let asked = serde_json::to_value(act).unwrap();
    Request { scope: ScopeId(1), by, now: now(), key: key.map(str::to_owned), asked }
}

/// A grant for good.
pub fn grant(feature: &str) -> Act {
    Act::Grant { feature: feature.into(), extent: None, starts: Timestamp::from_unix(NOW).unwrap(), ends: None }
}

/// Where it was recorded.
pub fn position(done: &Done) -> i64 {
    match done {
        Done::Recorded(receipt) | Done::Repeated(receipt) => receipt.position,
        Done::SoAlready { .. } => -1,
    }
}
