//! What every request shares. It is built once, by the command line, from plain settings.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use daybook_store::{Database, Recorder};
use sqlx::{Connection, PgPool};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::auth::keyring::Keyring;
use crate::cache::EntitlementCache;
use crate::cache::horizon::Horizon;
use crate::config::{Config, ConfigError, QuestionLimits};
use crate::entitlement::desk::Desk;
use crate::health::Idleness;
use crate::metrics::Metrics;
use crate::past;
use crate::wait;
use crate::webhook::{Arriving, Receivers};

/// The state as routes hold it.
pub type Shared = Arc<App>;

/// A clock. Nothing here reads the machine's own one past it.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Arc::new(Utc::now))
    }

    /// A clock that shows whatever this gives.
    pub fn of(now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The time.
    pub fn now(&self) -> DateTime<Utc> {
        (self.0)()
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Clock").finish_non_exhaustive()
    }
}

/// The HTTP face of one process.
#[derive(Debug)]
pub struct App {
    pub(crate) config: Config,
    /// Connections for what is read row by row; no statement on them lasts long.
    pub(crate) pool: PgPool,
    /// For the follower alone: whether answers are fresh must not depend on how many others read.
    pub(crate) following: PgPool,
    /// For the listener, which has a connection of its own.
    pub(crate) database: Database,
    pub(crate) recorder: Recorder,
    pub(crate) commands: daybook_commands::Desk,
    pub(crate) clock: Clock,
    pub(crate) receivers: Receivers,
    pub(crate) arriving: Arriving,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) horizon: Horizon,
    pub(crate) entitlements: EntitlementCache,
    pub(crate) desk: Arc<Desk>,
    /// Room for readers that wait for their own write.
    pub(crate) readers: Semaphore,
    /// Room for those among them who search for an object.
    pub(crate) searching: Semaphore,
    /// Room for questions about the past.
    pub(crate) looking_back: Semaphore,
    pub(crate) metrics: Metrics,
    pub(crate) idleness: Idleness,
}

impl App {
    /// The face of this database and recorder.
    ///
    /// # Errors
    /// An endpoint's setting that cannot stand.
    pub fn new(config: Config, database: Database, recorder: Recorder, clock: Clock) -> Result<Shared, ConfigError> {
        let pool = readers(database.pool(), &config.questions, database.pool().options().get_max_connections());
        let following = readers(database.pool(), &config.questions, 1);
        Ok(Arc::new(Self {
            receivers: Receivers::new(&config.endpoints)?,
            arriving: Arriving::default(),
            keyring: Keyring::new(pool.clone(), config.keys, &config.cache),
            horizon: Horizon::new(),
            entitlements: EntitlementCache::new(config.cache.customers),
            desk: Desk::new(&pool, config.questions),
            readers: Semaphore::new(config.wait.readers),
            searching: Semaphore::new(wait::SEARCHING),
            looking_back: Semaphore::new(past::AT_ONCE),
            metrics: Metrics::new(),
            idleness: Idleness::default(),
            commands: daybook_commands::Desk::new(&database, &recorder, daybook_commands::Limits::default()),
            config,
            pool,
            following,
            database,
            recorder,
            clock,
        }))
    }

    /// Deliveries that wait for the recorder now.
    pub fn deliveries_waiting(&self) -> usize {
        self.recorder.counters().queue_entries
    }
}

/// A pool like this one, whose connections never work long for anybody. One that does not answer when it is given back is thrown away: the machine at
/// its other end may have vanished.
fn readers(pool: &PgPool, limits: &QuestionLimits, connections: u32) -> PgPool {
    let patience = limits.patience;
    let options = pool.connect_options().as_ref().clone().options([
        ("statement_timeout", format!("{}ms", patience.as_millis()).as_str()),
        ("idle_in_transaction_session_timeout", "30s"),
    ]);
    pool.options()
        .clone()
        .min_connections(0)
        .max_connections(connections)
        .acquire_timeout(pool.options().get_acquire_timeout().min(patience))
        .after_release(move |connection, _| {
            Box::pin(async move { Ok(matches!(timeout(patience, connection.ping()).await, Ok(Ok(())))) })
        })
        .connect_lazy_with(options)
}
