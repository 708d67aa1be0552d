//! A migrated database for each test, and entries to put into it.

use bytes::Bytes;
use chrono::Utc;
use daybook_domain::id::EventId;
use daybook_domain::scope::{Mode, Scope};
use daybook_store::recorder::Limits;
use daybook_store::{Database, Incoming, Recorder, Source};
use sqlx::PgPool;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A database with the log's tables, and the server it lives on.
pub struct TestDatabase {
    pub database: Database,
    _owner: daybook_testing::TestDatabase,
}

impl TestDatabase {
    fn of(owner: daybook_testing::TestDatabase) -> Self {
        Self { database: Database::from_pool(owner.pool.clone()), _owner: owner }
    }
}

/// A copy of a migrated database.
pub async fn test_database() -> TestDatabase {
    let migrate = async |pool| Database::from_pool(pool).migrate().await;
    TestDatabase::of(daybook_testing::TestDatabase::from_template("store", migrate).await.unwrap())
}

/// A database with its own migrations: a copy does not have the rights that are granted on the database itself.
pub async fn migrated_database() -> TestDatabase {
    let migrate = async |pool: &PgPool| Database::from_pool(pool.clone()).migrate().await;
    TestDatabase::of(daybook_testing::TestDatabase::create(migrate).await.unwrap())
}

/// A recorder that runs until it is stopped.
pub struct Running {
    pub recorder: Recorder,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    pub fn start(database: &Database) -> Self {
        Self::with_limits(database, Limits::default())
    }

    pub fn with_limits(database: &Database, limits: Limits) -> Self {
        let (recorder, task) = Recorder::new(database, limits);
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(task.run(async move { stopped.await.unwrap() }));
        Self { recorder, stop, task }
    }

    /// Stops it and waits until everything that was queued is appended.
    pub async fn stop(self) {
        self.stop.send(()).unwrap();
        self.task.await.unwrap();
    }
}

/// An entry as a webhook would hand it in.
pub fn incoming(id: &str, body: impl Into<Bytes>) -> Incoming {
    Incoming {
        event_id: EventId::new(id),
        kind: "invoice.paid".to_owned(),
        scope: Scope { account: None, mode: Mode::Test },
        api_version: Some("2025-03-31.basil".to_owned()),
        created: Some(1_700_000_000),
        body: body.into(),
        source: Source::Webhook,
        received_at: Utc::now(),
        endpoint: Some("default".to_owned()),
        secret_label: Some("current".to_owned()),
        signature: Some("t=1700000000,v1=00".to_owned()),
    }
}
