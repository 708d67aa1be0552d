//! What can go wrong between this program and its database. A conflict or a duplicate is an answer, not an error.

use daybook_domain::scope::Scope;

use crate::log::envelope::FieldError;

/// Everything this crate's functions can fail with.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database refused a statement or could not be reached.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The migrations could not be applied.
    #[error("migration: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// Migrations that the database has say something else in this version, oldest first.
    #[error(
        "this database was made by another build: it has migration {} with other content than this version's. Nothing was changed. Use the \
         build that made it, or give this one a database of its own",
        listed(.0)
    )]
    AlteredMigrations(Vec<i64>),
    /// The database's address cannot be read.
    #[error("the database url cannot be read: {0}")]
    Url(#[source] sqlx::Error),
    /// A field of a record cannot be stored.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// The stored frontier does not belong to a tree of this size.
    #[error("the Merkle frontier stored with size {size} has {hashes} hashes, which no tree of that size has")]
    Frontier {
        /// the count of records the frontier was stored for
        size: i64,
        /// how many hashes were found
        hashes: usize,
    },
    /// A stored value is none this version knows.
    #[error("{column} of record {position} holds {value:?}, which this version does not know")]
    Stored {
        /// the column
        column: &'static str,
        /// the record's position
        position: i64,
        /// what stands there
        value: String,
    },
    /// A bulk read received bytes that are no rows.
    #[error("the database sent a malformed copy stream: {0}")]
    Copy(&'static str),
    /// No more scopes can be numbered.
    #[error("no number is left for scope {0}")]
    ScopesExhausted(Scope),
    /// An attempt took longer than it may; whether it was committed is unknown.
    #[error("the database did not answer within {seconds} s")]
    TooSlow {
        /// the limit, in seconds
        seconds: u64,
    },
    /// A lease is held by another process.
    #[error("lease {name} is no longer held under epoch {epoch}")]
    LeaseLost {
        /// the lease
        name: String,
        /// the epoch under which it was held
        epoch: i64,
    },
    /// There is no such generation.
    #[error("there is no generation {0}")]
    NoSuchGeneration(i32),
    /// A generation that answers cannot be dropped.
    #[error("generation {0} is live and cannot be dropped")]
    GenerationLive(i32),
    /// A generation belongs to another role.
    #[error("generation {0} belongs to another role, which alone may drop it: drop schema generation_{0} cascade")]
    GenerationOfAnother(i32),
    /// A checkpoint stands elsewhere than its mover thought.
    #[error("the checkpoint of generation {generation} was not at size {expected} under an epoch up to {epoch}")]
    CheckpointMoved {
        /// the generation
        generation: i32,
        /// the size the mover had read
        expected: i64,
        /// the mover's epoch
        epoch: i64,
    },
    /// A stored role is none this version knows.
    #[error("key {key} has the role {value:?}, which this version does not know")]
    StoredRole {
        /// the key
        key: i64,
        /// what stands there
        value: String,
    },
    /// There is no such key.
    #[error("there is no key {0}")]
    NoSuchKey(i64),
    /// A name for a key is empty or too long.
    #[error("a key's name has 1 to 200 characters, not {0}")]
    KeyName(usize),
}

/// Numbers of migrations as their files have them: `0003, 0004`.
fn listed(versions: &[i64]) -> String {
    versions.iter().map(|version| format!("{version:04}")).collect::<Vec<_>>().join(", ")
}

/// Keys of positions: that one is taken says that something else wrote to the log, not that an entry is bad.
const POSITIONS: [&str; 3] = ["record_pk", "body_pk", "batch_pk"];

impl Error {
    /// Whether the statement's own values were refused, so that the same values would be refused again.
    pub(crate) fn is_about_the_values(&self) -> bool {
        match self {
            Self::Database(sqlx::Error::Encode(_)) | Self::Field(_) | Self::ScopesExhausted(_) => true,
            Self::Database(sqlx::Error::Database(refusal)) => {
                if POSITIONS.contains(&refusal.constraint().unwrap_or_default()) {
                    return false;
                }
                // data exception, integrity violation, program limit exceeded
                let code = refusal.code().unwrap_or_default();
                ["22", "23", "54"].iter().any(|class| code.starts_with(class))
            }
            _ => false,
        }
    }

    /// The SQLSTATE of a refusal, if the database gave one.
    pub(crate) fn sqlstate(&self) -> Option<String> {
        match self {
            Self::Database(sqlx::Error::Database(refusal)) => refusal.code().map(std::borrow::Cow::into_owned),
            _ => None,
        }
    }
}
