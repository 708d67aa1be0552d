//! Connections: a pool for readers and the worker, and the settings of connections with one job. It reads no configuration
//! by itself; what is here was read once by the command line.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgConnection, PgPool};

use crate::Error;

/// Where the database is and how many connections may be used.
#[derive(Clone, Debug)]
pub struct DatabaseConfig {
    /// `postgres://...`; may hold a password
    pub url: SecretString,
    /// connections of the pool, the recorder's and bulk readers' own not counted
    pub max_connections: u32,
    /// how long a caller waits for one of them
    pub acquire_timeout: Duration,
}

impl DatabaseConfig {
    /// The usual settings for the database at `url`.
    pub fn new(url: impl Into<SecretString>) -> Self {
        Self { url: url.into(), max_connections: 16, acquire_timeout: Duration::from_secs(5) }
    }
}

/// A database, ready to be asked. Cheap to clone.
#[derive(Clone)]
pub struct Database {
    pool: PgPool,
    options: PgConnectOptions,
}

impl fmt::Debug for Database {
    /// Without the options, which hold the password.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Database").field("pool", &self.pool).finish_non_exhaustive()
    }
}

impl Database {
    /// Connects, so that a wrong address is known at once.
    ///
    /// # Errors
    /// When the address cannot be read or nobody answers there.
    pub async fn connect(config: &DatabaseConfig) -> Result<Self, Error> {
        let options: PgConnectOptions = config.url.expose_secret().parse().map_err(Error::Url)?;
        let options = options.application_name("daybook").disable_statement_logging();
        let pool = PgPoolOptions::new()
            .max_connections(config.max_connections)
            .acquire_timeout(config.acquire_timeout)
            .connect_with(options.clone())
            .await?;
        Ok(Self { pool, options })
    }

    /// Uses a pool that exists already.
    pub fn from_pool(pool: PgPool) -> Self {
        let options = pool.connect_options().as_ref().clone();
        Self { pool, options }
    }

    /// The connections for short work.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Creates or upgrades the tables. Run it as their owner. Two processes at once take turns.
    ///
    /// # Errors
    /// When a migration fails, or one that was applied is missing or altered here.
    pub async fn migrate(&self) -> Result<(), Error> {
        MIGRATOR.run(&self.pool).await?;
        Ok(())
    }

    /// The migrations of this version that the database does not have yet, oldest first. Migrations that only the database has are those of a newer
    /// version, and no obstacle.
    ///
    /// # Errors
    /// When the database cannot be asked, or has a migration with other content than this version's.
    pub async fn pending_migrations(&self) -> Result<Vec<i64>, Error> {
        let present = sqlx::query_scalar!(r#"select to_regclass('_sqlx_migrations') is not null as "present!""#)
            .fetch_one(&self.pool)
            .await?;
        let applied: HashMap<i64, Vec<u8>> = if present {
            // Not checked at compile time: the table is sqlx's own and no part of our migrations.
            let rows = sqlx::query_as("select version, checksum from _sqlx_migrations where success");
            rows.fetch_all(&self.pool).await?.into_iter().collect()
        } else {
            HashMap::new()
        };
        let (mut pending, mut altered) = (Vec::new(), Vec::new());
        for migration in MIGRATOR.iter() {
            match applied.get(&migration.version) {
                None => pending.push(migration.version),
                Some(checksum) if *checksum != *migration.checksum => altered.push(migration.version),
                Some(_) => {}
            }
        }
        if altered.is_empty() { Ok(pending) } else { Err(Error::AlteredMigrations(altered)) }
    }

    /// A connection of its own for a rebuild or whatever else lasts and the pool must not wait for. Plans are made for the values at
    /// hand and never compiled: the tables of a generation begin empty.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn dedicated_connection(&self) -> Result<PgConnection, Error> {
        self.lasting_connection("on").await
    }

    /// The same for the worker. What it commits follows from the log, which is flushed for itself: a server that crashes may put the
    /// read models back by a moment, all of them together, and they are worked out again (ADR 0010).
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn worker_connection(&self) -> Result<PgConnection, Error> {
        self.lasting_connection("off").await
    }

    async fn lasting_connection(&self, synchronous_commit: &str) -> Result<PgConnection, Error> {
        let options = self.options.clone().application_name("daybook worker");
        // A machine that vanishes in the middle of a batch must not keep its locks for hours.
        let settings = [
            ("jit", "off"),
            ("plan_cache_mode", "force_custom_plan"),
            ("synchronous_commit", synchronous_commit),
            ("idle_in_transaction_session_timeout", "60s"),
            ("tcp_keepalives_idle", "10"),
            ("tcp_keepalives_interval", "5"),
            ("tcp_keepalives_count", "3"),
            // Nor may whoever was given up while it waited for a lock go on waiting in the server.
            ("client_connection_check_interval", "10s"),
        ];
        Ok(PgConnection::connect_with(&options.options(settings)).await?)
    }

    /// A connection of its own, for a listener. Nothing else waits behind it.
    pub(crate) fn listener_pool(&self) -> PgPool {
        PgPoolOptions::new()
            .max_connections(1)
            .max_lifetime(None)
            .idle_timeout(None)
            .connect_lazy_with(self.options.clone())
    }

    /// A connection of its own for a bulk reader, set so that ranges of two tables are joined in the order of their positions.
    pub(crate) async fn bulk_connection(&self) -> Result<PgConnection, Error> {
        let options = self.options.clone().application_name("daybook bulk");
        let settings =
            [("jit", "off"), ("enable_hashjoin", "off"), ("enable_nestloop", "off"), ("enable_seqscan", "off")];
        Ok(PgConnection::connect_with(&options.options(settings)).await?)
    }

    /// The settings of the connection that appends. A plan made while the tables were empty is the right one for ever only when it may not
    /// scan a table from end to end: so it may not, and nothing is planned again for each batch (planning cost a quarter of the
    /// time besides the commit). A plan compiled just in time is many times slower. Who freezes while holding the head must not
    /// hold it for ever.
    pub(crate) fn appender_options(&self) -> PgConnectOptions {
        self.options.clone().application_name("daybook recorder").options([
            ("plan_cache_mode", "force_generic_plan"),
            ("jit", "off"),
            ("enable_seqscan", "off"),
            ("work_mem", "64MB"),
            ("synchronous_commit", "on"),
            ("statement_timeout", "30s"),
            ("idle_in_transaction_session_timeout", "10s"),
        ])
    }
}

/// The migrations, embedded in the program.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations");
