//! A house for a test: database, recorder, HTTP face, and a worker's hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use chrono::{DateTime, Utc};
use daybook_domain::entitlement::Source;
use daybook_domain::fact::{Item, SubscriptionStatus, TrialEnd};
use daybook_domain::id::{CustomerId, EventId, ObjectKind, PriceId, SubscriptionId};
use daybook_domain::order::{Moment, Rank};
use daybook_domain::scope::{Mode, Scope};
use daybook_domain::subscription::Standing;
use daybook_domain::time::Timestamp;
use daybook_http::cache::follower::look;
use daybook_http::{App, Clock, Config, Endpoint, router};
use daybook_projections::generation::PARTS;
use daybook_store::key::{self, Role};
use daybook_store::recorder::Limits;
use daybook_store::{Database, Recorder, generation};
use daybook_stripe::signature::Secret;
use daybook_testing::TestDatabase;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sqlx::PgPool;
use tower::ServiceExt;

/// The time in every test: 2026-01-15 12:00.
pub const NOW: i64 = 1_768_478_400;
/// The first secret of every endpoint.
pub const SECRET: &str = "whsec_first";
/// The secret it is being replaced by.
pub const NEXT_SECRET: &str = "whsec_next";

/// An answer.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    /// A member of the body.
    pub fn get(&self, pointer: &str) -> Value {
        self.json().pointer(pointer).cloned().unwrap_or(Value::Null)
    }

    /// The status and the reason of a problem.
    pub fn problem(&self) -> (u16, String) {
        (self.status.as_u16(), self.get("/reason").as_str().unwrap_or_default().to_owned())
    }
}

/// Everything a test talks to.
pub struct House {
    pub database: TestDatabase,
    pub app: Arc<App>,
    pub router: Router,
    /// What its clock shows, in seconds.
    clock: Arc<AtomicI64>,
}

/// The settings of most tests.
pub fn config() -> Config {
    let endpoint = |name: Option<&str>, account: Option<&str>| Endpoint {
        name: name.map(str::to_owned),
        label: name.unwrap_or("default").to_owned(),
        secrets: vec![("first".to_owned(), SECRET.into()), ("next".to_owned(), NEXT_SECRET.into())],
        mode: Some(Mode::Test),
        account: account.map(str::to_owned),
    };
    Config { endpoints: vec![endpoint(None, None), endpoint(Some("connect"), Some("acct_own"))], ..Config::default() }
}

impl House {
    /// A house with the usual settings.
    pub async fn build() -> Self {
        Self::with(config()).await
    }

    /// A house with these settings.
    pub async fn with(config: Config) -> Self {
        let database = prepared().await;
        let store = Database::from_pool(database.pool.clone());
        let (recorder, task) = Recorder::new(&store, Limits::default());
        tokio::spawn(task.run(std::future::pending()));
        Self::of(database, config, recorder)
    }

    /// A house with this recorder.
    pub fn of(database: TestDatabase, config: Config, recorder: Recorder) -> Self {
        let store = Database::from_pool(database.pool.clone());
        let clock = Arc::new(AtomicI64::new(NOW));
        let seconds = Arc::clone(&clock);
        let settable = Clock::of(move || DateTime::from_timestamp(seconds.load(Ordering::Relaxed), 0).unwrap());
        let app = App::new(config, store, recorder, settable).unwrap();
        Self { router: router(Arc::clone(&app)), app, database, clock }
    }

    /// Sets its clock.
    pub fn set_clock(&self, at: i64) {
        self.clock.store(at, Ordering::Relaxed);
    }

    pub fn pool(&self) -> &PgPool {
        &self.database.pool
    }

    /// Sends a request.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec();
        Answer { status, headers, bytes }
    }

    /// Asks with a key.
    pub async fn get(&self, path: &str, key: &SecretString) -> Answer {
        let request = Request::get(path).header("authorization", format!("Bearer {}", key.expose_secret()));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// Asks without one.
    pub async fn get_openly(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Posts JSON with a key.
    pub async fn post(&self, path: &str, key: &SecretString, body: &Value) -> Answer {
        let request = Request::post(path)
            .header("authorization", format!("Bearer {}", key.expose_secret()))
            .header("content-type", "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// Delivers a body to the endpoint without a name, signed now.
    pub async fn deliver(&self, body: impl Into<Vec<u8>>) -> Answer {
        let body = body.into();
        self.send(delivery("/webhooks/stripe", &signed(SECRET, NOW, &body), body)).await
    }

    /// A key for the unnamed account in test mode.
    pub async fn key(&self, role: Role) -> SecretString {
        self.key_in(role, &Scope { account: None, mode: Mode::Test }).await
    }

    /// A key for a scope.
    pub async fn key_in(&self, role: Role, scope: &Scope) -> SecretString {
        let mut connection = self.pool().acquire().await.unwrap();
        key::create(&mut connection, "a test's", role, scope).await.unwrap().1
    }

    /// Plays the worker: applies the log up to `size`, with these rows in the read models. Everything an answer may depend on changes for `changed`.
    pub async fn apply(&self, size: i64, changed: &[&str], statements: &[String]) {
        let mut transaction = self.pool().begin().await.unwrap();
        generation::use_generation(&mut transaction, 1).await.unwrap();
        for statement in statements {
            sqlx::query(statement).execute(&mut *transaction).await.unwrap();
        }
        for customer in changed {
            let change = "insert into change (size, scope, customer) values ($1, 1, $2)";
            sqlx::query(change).bind(size).bind(*customer).execute(&mut *transaction).await.unwrap();
        }
        let moved = "update checkpoint set size = $1";
        sqlx::query(moved).bind(size).execute(&mut *transaction).await.unwrap();
        transaction.commit().await.unwrap();
    }

    /// Lets the cache follow.
    pub async fn follow(&self) {
        look(&self.app).await.unwrap();
    }
}

/// A migrated database with an empty first generation and the scope of the tests.
pub async fn prepared() -> TestDatabase {
    TestDatabase::from_template("http", async |pool: PgPool| {
        Database::from_pool(pool.clone()).migrate().await?;
        let mut connection = pool.acquire().await?;
        let first = generation::create(&mut connection, "test").await?;
        let path = format!("set search_path = {}, public", generation::schema(first.id));
        sqlx::query(&path).execute(&mut *connection).await?;
        for part in PARTS {
            part.create(&mut connection).await?;
            part.index(&mut connection).await?;
        }
        let names: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
        generation::switch(&mut connection, &names, first.id).await?;
        sqlx::query("set search_path = public").execute(&mut *connection).await?;
        sqlx::query("insert into scope (id, livemode) values (1, false)").execute(&mut *connection).await?;
        Ok::<_, daybook_store::Error>(())
    })
    .await
    .unwrap()
}

/// A signature header.
pub fn signed(secret: &str, at: i64, body: &[u8]) -> String {
    Secret::new("test", secret).unwrap().header(at, body)
}

/// A delivery.
pub fn delivery(path: &str, signature: &str, body: impl Into<Body>) -> Request<Body> {
    Request::post(path)
        .header("content-type", "application/json; charset=utf-8")
        .header("stripe-signature", signature)
        .body(body.into())
        .unwrap()
}

/// A snapshot event about an object.
pub fn event(id: &str, kind: &str, object: &Value) -> Vec<u8> {
    let event = json!({
        "id": id, "object": "event", "type": kind, "api_version": "2025-03-31.basil", "created": NOW - 60, "livemode": false,
        "pending_webhooks": 1, "request": null, "data": { "object": object }
    });
    event.to_string().into_bytes()
}

/// A subscription of a customer that grants the feature of its price's lookup key.
pub fn subscription(customer: &str, status: &str, feature: &str) -> Source {
    let at = Timestamp::from_unix(NOW - 60).unwrap();
    let item = Item {
        id: None,
        price: Some(PriceId::new("price_1")),
        product: None,
        lookup_key: Some(feature.into()),
        quantity: Some(1),
        period: None,
    };
    let standing = Standing {
        customer: Some(CustomerId::new(customer)),
        status: SubscriptionStatus::parse(status),
        since: Moment { at, rank: Rank::Created, event: EventId::new("evt_1") },
        cause: EventId::new("evt_1"),
        items: vec![item],
        started: Some(at),
        period: None,
        trial_end: None,
        trial_end_without_method: TrialEnd::default(),
        has_payment_method: true,
        cancel_at: None,
        cancel_at_period_end: false,
        ended: None,
        pause_collection: None,
        pending_update: false,
        unpaid: Vec::new(),
        last_paid: None,
        last_paid_created: None,
        paid_items: Vec::new(),
        last_paid_refunded: false,
        period_paid: None,
        disputes: Vec::new(),
    };
    Source::Subscription { id: SubscriptionId::new(format!("sub_{customer}")), standing: Box::new(standing) }
}

/// Statements that make this source a customer's only one.
pub fn with_source(customer: &str, source: &Source) -> Vec<String> {
    let kind = ObjectKind::Subscription.number();
    let json = serde_json::to_string(source).unwrap();
    vec![
        format!("delete from entitlement_source where customer = '{customer}'"),
        format!(
            "insert into entitlement_source (scope, kind, id, customer, source)
             values (1, {kind}, 'sub_{customer}', '{customer}', '{json}')"
        ),
    ]
}

/// A statement that notes what came of a record.
pub fn outcome(position: i64, object: &str, customer: &str) -> String {
    format!(
        "insert into record_outcome (position, scope, object_id, customer, outcome)
         values ({position}, 1, '{object}', '{customer}', 'translated')"
    )
}

/// The time as answers write it.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOW, 0).unwrap()
}

/// Waits until a statement counts something, at most some seconds.
pub async fn until(pool: &PgPool, count: &str) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    while sqlx::query_scalar::<_, i64>(count).fetch_one(pool).await.unwrap() == 0 {
        assert!(tokio::time::Instant::now() < deadline, "still nothing: {count}");
        tokio::task::yield_now().await;
    }
}
