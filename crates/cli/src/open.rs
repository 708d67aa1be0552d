//! Opening the database: the one that `DATABASE_URL` names, or a private one that lives as long as this process. Tables are created and
//! upgraded by their owner; everything else is done as the role that may only add to the log.

use std::time::Duration;

use anyhow::{Context, bail};
use daybook_store::{Database, DatabaseConfig};
use local_postgres::{Cluster, DataDir, Options, RUNTIME_ROLE};
use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};

use crate::config::{DatabaseArguments, DatabaseSource, Place, Problems};

/// An open database, and the private cluster it may live in.
#[derive(Debug)]
pub struct Opened {
    /// For everything but migrations.
    pub database: Database,
    /// For a look at what only the owner may see; the same as `database` when no other role owns the tables.
    pub owner: Option<SecretString>,
    cluster: Option<Cluster>,
}

/// Whether tables may be created or upgraded on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upgrade {
    /// Now, if they need it.
    Allowed,
    /// Not by this command, except in a private database, which nobody else looks after.
    NotHere,
    /// Not at all: only look.
    Never,
}

/// How long PostgreSQL may take to let us in.
const PATIENCE: Duration = Duration::from_secs(10);

/// Opens the database.
pub async fn open(source: &DatabaseSource, upgrade: Upgrade) -> anyhow::Result<Opened> {
    match &source.place {
        Place::At { runtime, owner } => {
            let database = connect(runtime.clone(), source.connections).await.context("DATABASE_URL")?;
            let opened = Opened { database, owner: owner.clone(), cluster: None };
            opened.bring_up_to_date(upgrade).await?;
            Ok(opened)
        }
        Place::In(folder) => {
            let upgrade = if upgrade == Upgrade::NotHere { Upgrade::Allowed } else { upgrade };
            private(DataDir::Kept(folder.clone()), source.connections, upgrade).await
        }
    }
}

/// A database that is gone with this process.
pub async fn throw_away() -> anyhow::Result<Opened> {
    private(DataDir::ThrowAway, 16, Upgrade::Allowed).await
}

/// Opens the database, does something with it, and closes it whatever came of it.
pub async fn with<T>(
    arguments: &DatabaseArguments,
    upgrade: Upgrade,
    work: impl AsyncFnOnce(&Opened) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let mut problems = Problems::default();
    let source = arguments.read(&mut problems);
    let opened = open(&problems.check(source)?, upgrade).await?;
    let done = work(&opened).await;
    opened.close().await;
    done
}

async fn private(place: DataDir, connections: u32, upgrade: Upgrade) -> anyhow::Result<Opened> {
    let cluster = tokio::task::spawn_blocking(move || Cluster::start(&Options::new(place))).await??;
    if cluster.is_attached() {
        tracing::info!("using the private PostgreSQL that another daybook runs; it ends with that one");
    }
    let owner = SecretString::from(cluster.url());
    let runtime = SecretString::from(cluster.url_for(RUNTIME_ROLE, "daybook"));
    let opened = match connect(runtime, connections).await {
        Ok(database) => Opened { database, owner: Some(owner), cluster: Some(cluster) },
        Err(error) => {
            stop(Some(cluster)).await;
            return Err(error);
        }
    };
    if let Err(error) = opened.bring_up_to_date(upgrade).await {
        opened.close().await;
        return Err(error);
    }
    Ok(opened)
}

async fn connect(url: SecretString, connections: u32) -> anyhow::Result<Database> {
    ensure_reachable(&url).await?;
    let config = DatabaseConfig { max_connections: connections, ..DatabaseConfig::new(url) };
    Ok(Database::connect(&config).await?)
}

/// One connection by itself: a pool would try for a while and then hide the cause.
async fn ensure_reachable(url: &SecretString) -> anyhow::Result<()> {
    let options: PgConnectOptions = url.expose_secret().parse()?;
    let socket = options.get_socket().map(|folder| folder.display().to_string());
    let place = socket.unwrap_or_else(|| format!("{}:{}", options.get_host(), options.get_port()));
    let connected = tokio::time::timeout(PATIENCE, PgConnection::connect_with(&options)).await;
    let connection = connected
        .with_context(|| format!("PostgreSQL at {place} did not answer within {} s", PATIENCE.as_secs()))?
        .with_context(|| format!("PostgreSQL at {place} cannot be used"))?;
    Ok(connection.close().await?)
}

impl Opened {
    /// Which kind of database it is.
    pub fn describe(&self) -> &'static str {
        match &self.cluster {
            Some(_) => "private",
            None => "DATABASE_URL",
        }
    }

    /// Creates or upgrades the tables as their owner.
    pub async fn migrate(&self) -> anyhow::Result<usize> {
        let pending = self.database.pending_migrations().await?.len();
        if pending == 0 {
            return Ok(0);
        }
        match &self.owner {
            Some(owner) => {
                let owner = connect(owner.clone(), 2).await.context("DAYBOOK_OWNER_URL")?;
                owner.migrate().await?;
                owner.pool().close().await;
            }
            None => self.database.migrate().await.context(
                "the tables could not be created or upgraded as the role of DATABASE_URL; \
                 set DAYBOOK_OWNER_URL to the address for the role that owns the database",
            )?,
        }
        tracing::info!(pending, "the database was brought up to date");
        Ok(pending)
    }

    async fn bring_up_to_date(&self, upgrade: Upgrade) -> anyhow::Result<()> {
        match upgrade {
            Upgrade::Never => Ok(()),
            Upgrade::Allowed => self.migrate().await.map(drop),
            Upgrade::NotHere => {
                let pending = self.database.pending_migrations().await?;
                if pending.is_empty() {
                    return Ok(());
                }
                bail!(
                    "the database lacks {} of this version's migrations: run `daybook migrate`, or start `daybook serve`",
                    pending.len()
                )
            }
        }
    }

    /// Lets go of everything; a private cluster that is ours stops, last of all.
    pub async fn close(self) {
        self.database.pool().close().await;
        stop(self.cluster).await;
    }
}

/// Stopping waits for the server, so it is done where waiting is allowed.
async fn stop(cluster: Option<Cluster>) {
    let stopped = tokio::task::spawn_blocking(move || drop(cluster)).await;
    if let Err(error) = stopped {
        tracing::warn!(%error, "the private PostgreSQL was not stopped in order");
    }
}
