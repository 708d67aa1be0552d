//! Opening the database: the one that `DATABASE_URL` names, or a private one that lives as long as this process. Tables are created and
//! upgraded by their owner; everything else is done as the role that may only add to the log.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use daybook_store::{Database, DatabaseConfig, generation};
use local_postgres::{Cluster, DataDir, Options, RUNTIME_ROLE};
use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};
use tokio::time::{Instant, sleep};

use crate::config::{DatabaseArguments, DatabaseSource, Place, Problems};
use crate::exit::Misused;
use crate::lag;

use keeper::Keeper;

mod keeper;

/// An open database, and the private cluster it may live in.
#[derive(Debug)]
pub struct Opened {
    /// For everything but migrations.
    pub database: Database,
    owner: Option<SecretString>,
    cluster: Option<Private>,
}

/// A private cluster in use, and where it is.
#[derive(Debug)]
struct Private {
    keeper: Keeper,
    address: String,
}

/// Whether tables may be created or upgraded on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upgrade {
    /// Now, if they need it.
    Allowed,
    /// Not by this command, except in a private database, which nobody else looks after.
    NotHere,
    /// Like that, and where there is no private database yet, none is made: the command only looks into one that has something in it.
    Existing,
    /// Not at all: only look.
    Never,
}

/// How long PostgreSQL may take to let us in.
const PATIENCE: Duration = Duration::from_secs(10);
/// The pause between two attempts.
const PAUSE: Duration = Duration::from_millis(100);

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
            if upgrade == Upgrade::Existing && !local_postgres::is_there(folder) {
                return Err(Misused(nothing_there(folder)).into());
            }
            let is_ours = matches!(upgrade, Upgrade::NotHere | Upgrade::Existing);
            let upgrade = if is_ours { Upgrade::Allowed } else { upgrade };
            let opened = private(DataDir::Kept(folder.clone()), source.connections, upgrade).await;
            opened.with_context(|| {
                format!("the private PostgreSQL in {} (DAYBOOK_DATA_DIR, --data-dir)", folder.display())
            })
        }
    }
}

/// There is no private database, and what to do.
fn nothing_there(folder: &Path) -> String {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    format!(
        "DATABASE_URL is not set, and there is no private database in {} yet: name the folder in which `daybook serve` runs \
         (--data-dir, DAYBOOK_DATA_DIR) or the database (DATABASE_URL, --database-url); or start `daybook serve`, which makes one",
        folder.display()
    )
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

/// Opens a database that must be there, says if nobody applies what its log holds, looks, and closes it whatever came of it.
pub async fn reading<T>(
    arguments: &DatabaseArguments,
    look: impl AsyncFnOnce(&Opened) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    with(arguments, Upgrade::Existing, async |opened| {
        lag::say(opened).await;
        look(opened).await
    })
    .await
}

async fn private(place: DataDir, connections: u32, upgrade: Upgrade) -> anyhow::Result<Opened> {
    let cluster = tokio::task::spawn_blocking(move || Cluster::start(&Options::new(place))).await??;
    let is_attached = cluster.is_attached();
    if is_attached {
        tracing::info!(
            "using the private PostgreSQL that another daybook runs; when that one ends, this one goes on with it"
        );
    }
    let owner = SecretString::from(cluster.url());
    let address = cluster.url_for(RUNTIME_ROLE, "daybook");
    let runtime = SecretString::from(address.clone());
    let cluster = Private { keeper: Keeper::of(cluster), address };
    let began = Instant::now();
    let mut told = false;
    let mut waits = |error: &anyhow::Error| {
        let waits = is_attached && is_being_made(error) && began.elapsed() < PATIENCE;
        if waits && !std::mem::replace(&mut told, true) {
            tracing::info!("waiting for the daybook that is just making this database: {error:#}");
        }
        waits
    };
    let connected = loop {
        match connect(runtime.clone(), connections).await {
            // Whoever started it may still be making its roles and its database.
            Err(error) if waits(&error) => sleep(PAUSE).await,
            connected => break connected,
        }
    };
    let opened = match connected {
        Ok(database) => Opened { database, owner: Some(owner), cluster: Some(cluster) },
        Err(error) => {
            cluster.keeper.stop().await;
            return Err(error);
        }
    };
    loop {
        match opened.bring_up_to_date(upgrade).await {
            Ok(()) => return Ok(opened),
            // Or its tables: between the first of them and the runtime role's rights to it, that role is refused.
            Err(error) if waits(&error) => sleep(PAUSE).await,
            Err(error) => {
                opened.close().await;
                return Err(error);
            }
        }
    }
}

/// Whether that is what a database looks like while somebody makes it: no role, no database, no table, no right to it yet. Nothing else passes by itself.
fn is_being_made(error: &anyhow::Error) -> bool {
    const YET: [&str; 5] = ["28000", "3D000", "42P01", "42501", "57P03"];
    error.chain().any(|cause| match cause.downcast_ref::<sqlx::Error>() {
        Some(sqlx::Error::Database(refused)) => refused.code().is_some_and(|code| YET.contains(&&*code)),
        Some(sqlx::Error::Io(_)) => true,
        _ => false,
    })
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

    /// What other programs of this machine put into `DATABASE_URL` to use the same private database. It holds no secret: who may enter the folder of
    /// its socket is let in.
    pub fn private_address(&self) -> Option<&str> {
        self.cluster.as_ref().map(|private| private.address.as_str())
    }

    /// Creates or upgrades the tables as their owner.
    pub async fn migrate(&self) -> anyhow::Result<usize> {
        let pending = self.database.pending_migrations().await?.len();
        if pending == 0 {
            return Ok(0);
        }
        match self.owner().await.context("DAYBOOK_OWNER_URL")? {
            Some(owner) => {
                owner.migrate().await?;
                owner.pool().close().await;
            }
            None => self.database.migrate().await.context(
                "the tables could not be created or upgraded as the role of DATABASE_URL; \
                 set DAYBOOK_OWNER_URL to the address for the role that owns the database",
            )?,
        }
        let left = self.database.pending_migrations().await?.len();
        ensure!(
            left == 0,
            "DAYBOOK_OWNER_URL and DATABASE_URL name different databases: the tables were created in the owner's, and the other one lacks {left} migrations"
        );
        tracing::info!(pending, "the database was brought up to date");
        Ok(pending)
    }

    /// A connection or two as the owner of the tables, if its address is known. Whoever asks closes it.
    pub async fn owner(&self) -> anyhow::Result<Option<Database>> {
        match &self.owner {
            Some(owner) => Ok(Some(connect(owner.clone(), 2).await?)),
            None => Ok(None),
        }
    }

    /// Gives the runtime role and the owner their rights to read models that one of them made before such rights were given, or that lost them.
    pub async fn share_read_models(&self) -> anyhow::Result<()> {
        generation::share_all(&mut *self.database.pool().acquire().await?).await?;
        if let Some(owner) = self.owner().await.context("DAYBOOK_OWNER_URL")? {
            let shared = generation::share_all(&mut *owner.pool().acquire().await?).await;
            owner.pool().close().await;
            shared?;
        }
        Ok(())
    }

    /// Before a server starts: what answers must be readable to it.
    async fn mend_rights(&self) -> anyhow::Result<()> {
        let unusable = generation::unusable(&mut *self.database.pool().acquire().await?, None).await?;
        if unusable.is_empty() {
            return Ok(());
        }
        self.share_read_models().await?;
        let unusable = generation::unusable(&mut *self.database.pool().acquire().await?, None).await?;
        if !unusable.is_empty() {
            tracing::error!(generations = ?unusable, "the read models cannot be read by this role: run `daybook doctor`");
        }
        Ok(())
    }

    async fn bring_up_to_date(&self, upgrade: Upgrade) -> anyhow::Result<()> {
        match upgrade {
            Upgrade::Never => Ok(()),
            Upgrade::Allowed => {
                self.migrate().await?;
                self.mend_rights().await
            }
            Upgrade::NotHere | Upgrade::Existing => {
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
        if let Some(cluster) = self.cluster {
            cluster.keeper.stop().await;
        }
    }
}
