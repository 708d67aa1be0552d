//! Which database: one that runs already, by its address, or a private one in a folder.

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};

use super::{Problems, written};

/// Where the database is.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Database")]
pub struct DatabaseArguments {
    /// Address of PostgreSQL, for the role that may only add to the log. Without it, a private PostgreSQL runs in the data folder
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    database_url: Option<SecretString>,

    /// Address of the same database for the role that owns the tables; only used to create and upgrade them
    #[arg(long, env = "DAYBOOK_OWNER_URL", hide_env_values = true, value_name = "URL")]
    owner_url: Option<SecretString>,

    /// Folder of the private PostgreSQL, made when it is missing
    #[arg(long, env = "DAYBOOK_DATA_DIR", hide_env_values = true, value_name = "FOLDER", default_value = "./data")]
    data_dir: String,

    /// Connections for reading; the recorder, the worker and rebuilds have their own
    #[arg(
        long,
        env = "DAYBOOK_DATABASE_CONNECTIONS",
        hide_env_values = true,
        value_name = "COUNT",
        default_value = "16"
    )]
    database_connections: String,
}

/// A checked [`DatabaseArguments`].
#[derive(Clone, Debug)]
pub struct DatabaseSource {
    /// Which database.
    pub place: Place,
    /// Connections of the pool.
    pub connections: u32,
}

/// Which database.
#[derive(Clone, Debug)]
pub enum Place {
    /// One that runs already.
    At {
        /// For everything but migrations.
        runtime: SecretString,
        /// For migrations, when another role owns the tables.
        owner: Option<SecretString>,
    },
    /// A private one, kept in this folder.
    In(PathBuf),
}

const URL_EXAMPLE: &str = "DATABASE_URL=postgres://daybook_app:PASSWORD@db.example.com:5432/daybook";
const OWNER_EXAMPLE: &str = "DAYBOOK_OWNER_URL=postgres://daybook_owner:PASSWORD@db.example.com:5432/daybook";

impl DatabaseArguments {
    /// Checks it.
    pub fn read(&self, problems: &mut Problems) -> Option<DatabaseSource> {
        let runtime = url(problems, self.database_url.as_ref(), "DATABASE_URL (--database-url)", URL_EXAMPLE);
        let owner = url(problems, self.owner_url.as_ref(), "DAYBOOK_OWNER_URL (--owner-url)", OWNER_EXAMPLE);
        let place = match (runtime, owner) {
            (Some(runtime), owner) => Some(Place::At { runtime, owner }),
            (None, Some(_)) => {
                let wrong = "it is set, and DATABASE_URL is not: the private PostgreSQL has its own owner";
                problems.add("DAYBOOK_OWNER_URL (--owner-url)", wrong, URL_EXAMPLE);
                None
            }
            (None, None) => self.folder(problems).map(Place::In),
        };
        let connections = self.connections(problems);
        Some(DatabaseSource { place: place?, connections: connections? })
    }

    fn folder(&self, problems: &mut Problems) -> Option<PathBuf> {
        let folder = written(Some(&self.data_dir));
        if folder.is_none() {
            problems.add(
                "DAYBOOK_DATA_DIR (--data-dir)",
                "it is empty, and DATABASE_URL is not set either",
                "DAYBOOK_DATA_DIR=/var/lib/daybook",
            );
        }
        folder.map(|folder| Path::new(folder).to_owned())
    }

    fn connections(&self, problems: &mut Problems) -> Option<u32> {
        let count = self.database_connections.trim().parse().ok().filter(|count| (2..=1_000).contains(count));
        if count.is_none() {
            let wrong = format!("{:?} is no number from 2 to 1000", self.database_connections);
            problems.add(
                "DAYBOOK_DATABASE_CONNECTIONS (--database-connections)",
                wrong,
                "DAYBOOK_DATABASE_CONNECTIONS=16",
            );
        }
        count
    }
}

/// The address, if one was written. What is wrong with it is said without showing it: it may hold a password.
fn url(problems: &mut Problems, url: Option<&SecretString>, place: &str, example: &str) -> Option<SecretString> {
    let text = written(url.map(ExposeSecret::expose_secret))?;
    let begins_well = ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
    let wrong = match text.parse::<sqlx::postgres::PgConnectOptions>() {
        _ if !begins_well => Some("it does not begin with postgres://"),
        Err(_) => Some(
            "it is no address of a PostgreSQL database; a password with @ : / ? or # in it must be percent-encoded",
        ),
        Ok(_) => None,
    };
    if let Some(wrong) = wrong {
        problems.add(place, wrong, example);
    }
    Some(SecretString::from(text))
}
