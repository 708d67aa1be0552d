//! What the errors of the layers below become. The database's own words stay inside; whether asking again may help is decided here.

use std::sync::Arc;

use super::{Fault, Problem};

impl From<daybook_store::Error> for Problem {
    fn from(error: daybook_store::Error) -> Self {
        Arc::new(error).into()
    }
}

impl From<Arc<daybook_store::Error>> for Problem {
    fn from(error: Arc<daybook_store::Error>) -> Self {
        match &*error {
            daybook_store::Error::Database(cause) if is_away(cause) => Self::DatabaseAway(error),
            daybook_store::Error::Database(cause) if is_not_built(cause) => Self::NotBuilt,
            daybook_store::Error::TooSlow { .. } => Self::DatabaseAway(error),
            _ => Self::Internal(error),
        }
    }
}

impl From<daybook_worker::Error> for Problem {
    fn from(error: daybook_worker::Error) -> Self {
        match error {
            daybook_worker::Error::Store(error) => error.into(),
            daybook_worker::Error::Database(error) => error.into(),
            long @ (daybook_worker::Error::LongPast { .. } | daybook_worker::Error::LongLog { .. }) => {
                Self::LongPast(Arc::new(long))
            }
            other => Self::Past(Arc::new(other)),
        }
    }
}

impl From<daybook_commands::Error> for Problem {
    fn from(error: daybook_commands::Error) -> Self {
        use daybook_commands::Error;
        let detail = error.to_string();
        let refused = |fault, reason| Self::Refused { fault, reason, detail };
        match error {
            Error::Customer(error) if error.is_about_the_request() => refused(Fault::Request, error.reason()),
            Error::Customer(error) => refused(Fault::State, error.reason()),
            Error::Finding(error @ daybook_domain::finding::Error::Nothing) => refused(Fault::State, error.reason()),
            Error::Finding(error) => refused(Fault::Request, error.reason()),
            Error::KeyReused { .. } => refused(Fault::Request, "key_reused"),
            Error::Key { .. } => refused(Fault::Request, "key"),
            Error::Behind { wanted, size } => Self::Behind { wanted, size },
            Error::Busy => Self::Busy,
            Error::Unknown(refused) => Self::NotRecorded(refused),
            Error::Store(error) => error.into(),
            Error::Unreadable { source, .. } | Error::Unwritable(source) => Self::Unwritable(source),
        }
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        daybook_store::Error::from(error).into()
    }
}

/// What a caller is told of a database that does not answer. Asking again does not help where it was asked for too much.
pub(super) fn told(error: &daybook_store::Error) -> &'static str {
    match error {
        daybook_store::Error::Database(sqlx::Error::Database(refusal))
            if refusal.code().as_deref() == Some("57014") =>
        {
            "the database did not answer in time; ask for less (one customer, a shorter time, another filter), or try again"
        }
        _ => "the database cannot be reached; try again",
    }
}

/// Whether the database could not be reached or is on its way down or up, so that asking again may help.
fn is_away(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(refusal) => {
            // connection exception, idle in transaction for too long, a conflict with recovery, insufficient resources, operator
            // intervention (a statement that took too long included)
            let code = refusal.code().unwrap_or_default();
            ["08", "25P03", "40", "53", "57"].iter().any(|class| code.starts_with(class))
        }
        _ => false,
    }
}

/// Whether a table, a column or a schema is missing: no generation is live, or one of another version.
pub(crate) fn is_not_built(error: &sqlx::Error) -> bool {
    let missing = |code: &str| ["42P01", "42703", "3F000"].contains(&code);
    matches!(error, sqlx::Error::Database(refusal) if refusal.code().is_some_and(|code| missing(&code)))
}
