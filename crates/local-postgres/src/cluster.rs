//! Starting, attaching to, inheriting and stopping a cluster: the order of the steps, and what is waited for between them.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

use crate::attach::{self, Server};
use crate::error::Error;
use crate::home::{Home, Lock};
use crate::patience::wait_for;
use crate::search::Programs;
use crate::settings::Durability;
use crate::watcher::{self, Afterwards, Watcher};
use crate::wire::{Session, WireError};
use crate::{DataDir, OWNER_ROLE, Options, RUNTIME_ROLE, url};

/// Recovery after a crash replays up to `max_wal_size`, which takes minutes on a slow disk.
const START_LIMIT: Duration = Duration::from_secs(600);
/// What the last run's watcher usually needs.
const HANDOVER_LIMIT: Duration = Duration::from_secs(3);
/// What a server needs to stop when nobody helps it.
const STOP_LIMIT: Duration = Duration::from_secs(120);

/// A running cluster. Dropping an owned one stops its server and waits for it; dropping an attached one changes nothing.
#[derive(Debug)]
pub struct Cluster {
    hold: Hold,
    server: Server,
    database: String,
}

/// Whose the server is.
#[derive(Debug)]
enum Hold {
    Owned { _ours: Owned },
    Attached { home: Home, options: Options },
}

// The order matters: the watcher ends before the locks are free.

#[derive(Debug)]
struct Owned {
    _watcher: Watcher,
    _locks: Locks,
}

#[derive(Debug)]
struct Locks {
    _owner: Lock,
    cluster: Lock,
}

/// The version of the running server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    text: String,
}

impl Version {
    /// The major version, such as 17; 0 when the server said something unreadable.
    pub fn major(&self) -> u16 {
        let digits: String = self.text.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().unwrap_or(0)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Cluster {
    /// Starts the cluster, or attaches to the one that another process of the same user runs in the same folder. Blocks until it answers.
    pub fn start(options: &Options) -> Result<Self, Error> {
        match &options.data_dir {
            DataDir::Kept(path) => start_kept(path, options),
            DataDir::ThrowAway => start_throw_away(Durability::Unflushed, options),
            DataDir::DurableThrowAway => start_throw_away(Durability::Flushed, options),
        }
    }

    /// The URL of the database, as the role that owns everything.
    pub fn url(&self) -> String {
        self.url_for(OWNER_ROLE, &self.database)
    }

    /// The URL of a database of this cluster, as a role of this cluster.
    pub fn url_for(&self, role: &str, database: &str) -> String {
        url::local(&self.server.sockets, role, database)
    }

    /// Runs the statements of a script on the database, as the role that owns everything, in one transaction. For set-up and tools; the
    /// program itself talks to the database through its own client.
    pub fn run_script(&self, script: &str) -> Result<(), Error> {
        let mut session = Session::open(&self.server.sockets, OWNER_ROLE, &self.database)
            .map_err(|error| unanswered(&format!("connect to {}", self.database), error))?;
        session.ask(script).map(drop).map_err(|error| unanswered(script, error))
    }

    /// What the server says its version is.
    pub fn version(&self) -> Version {
        Version { text: self.server.version.clone() }
    }

    /// Whether the server belongs to another process and ends with it.
    pub fn is_attached(&self) -> bool {
        matches!(self.hold, Hold::Attached { .. })
    }

    /// Makes an attached cluster our own if its owner has ended: waits until nothing of the owner's server is left, and starts one at the
    /// same socket, so that pools of connections find it again. Returns whether that was done; `false` at once while the owner lives, and
    /// for a cluster that is ours already. Of several attached processes one inherits, and the others stay attached to it.
    ///
    /// # Errors
    /// When the server cannot be started. The cluster is then free for whoever tries next, this process included.
    pub fn inherit(&mut self) -> Result<bool, Error> {
        let Hold::Attached { home, options } = &self.hold else { return Ok(false) };
        let Some(owner) = home.try_own()? else { return Ok(false) };
        *self = start_owned(home, owner, Durability::Flushed, Kind::Kept, options)?;
        Ok(true)
    }
}

/// What a folder of a kept cluster offers us.
enum Turn {
    Own(Lock),
    Attach(Server, Session),
}

fn start_kept(path: &Path, options: &Options) -> Result<Cluster, Error> {
    let home = Home::kept(path)?;
    let turn = wait_for(START_LIMIT, || {
        if let Some(lock) = home.try_own()? {
            return Ok(Some(Turn::Own(lock)));
        }
        Ok::<_, Error>(attach::answering(&home)?.map(|(server, session)| Turn::Attach(server, session)))
    })?;
    match turn {
        Some(Turn::Own(owner)) => start_owned(&home, owner, Durability::Flushed, Kind::Kept, options),
        Some(Turn::Attach(server, mut session)) => {
            create_missing(&mut session, &options.database)?;
            let hold = Hold::Attached { home, options: options.clone() };
            Ok(Cluster { hold, server, database: options.database.clone() })
        }
        None => Err(Error::CannotAttach {
            path: home.path().to_owned(),
            owner: home.owner(),
            reason: format!("it did not answer within {} s", START_LIMIT.as_secs()),
        }),
    }
}

fn start_throw_away(durability: Durability, options: &Options) -> Result<Cluster, Error> {
    let (home, guard) = Home::throw_away()?;
    let owner = home.try_own()?.ok_or_else(|| Error::NotOurs { path: home.path().to_owned() })?;
    start_owned(&home, owner, durability, Kind::ThrowAway(guard), options)
}

/// Who removes the folder at the end.
enum Kind {
    Kept,
    ThrowAway(TempDir),
}

fn start_owned(
    home: &Home,
    owner: Lock,
    durability: Durability,
    kind: Kind,
    options: &Options,
) -> Result<Cluster, Error> {
    let programs = programs_for(home, options)?;
    let locks = Locks { _owner: owner, cluster: take_over(home, &programs)? };
    if let Some(pid) = attach::stranger(&home.data()) {
        return Err(Error::InUse { path: home.data(), pid });
    }
    let sockets = home.prepare()?;
    let afterwards = if matches!(kind, Kind::Kept) { Afterwards::Keep } else { Afterwards::Remove };
    let watcher = Watcher::spawn(home, &programs, &sockets, durability, afterwards, &locks.cluster)?;
    if let Kind::ThrowAway(guard) = kind {
        // From here on the watcher removes it, even when we are killed.
        let _ = guard.keep();
    }
    let ours = Owned { _watcher: watcher, _locks: locks };
    let (server, mut session) = first_answer(home)?;
    if durability == Durability::Flushed {
        home.flush()?;
    }
    create_missing(&mut session, &options.database)?;
    tracing::debug!(version = server.version, folder = %home.path().display(), "the PostgreSQL cluster runs");
    Ok(Cluster { hold: Hold::Owned { _ours: ours }, server, database: options.database.clone() })
}

/// Data can only be opened by the major version that wrote it.
fn programs_for(home: &Home, options: &Options) -> Result<Programs, Error> {
    let data = home.data();
    let written_by = std::fs::read_to_string(data.join("PG_VERSION")).ok();
    match written_by.and_then(|text| text.trim().parse().ok()) {
        Some(major) => options.search.find_major(major, &data),
        None => options.search.find(),
    }
}

/// Waits until nothing of the last run is left. A server whose owner and watcher were both killed is stopped here.
fn take_over(home: &Home, programs: &Programs) -> Result<Lock, Error> {
    if let Some(lock) = wait_for(HANDOVER_LIMIT, || home.try_hold_cluster())? {
        return Ok(lock);
    }
    tracing::warn!(folder = %home.path().display(), "stopping the PostgreSQL server that the last run left behind");
    let _ = watcher::stop(home, programs, "fast").status();
    wait_for(STOP_LIMIT, || home.try_hold_cluster())?
        .ok_or_else(|| Error::StillStopping { path: home.path().to_owned(), seconds: STOP_LIMIT.as_secs() })
}

fn first_answer(home: &Home) -> Result<(Server, Session), Error> {
    let failed = |reason: String| Error::DidNotStart { path: home.path().to_owned(), reason, log: home.end_of_log() };
    let found = wait_for(START_LIMIT, || {
        if home.ended().exists() {
            return Err(failed("it ended at once; the end of its log:".to_owned()));
        }
        attach::answering(home)
    })?;
    found.ok_or_else(|| failed(format!("no answer within {} s; the end of its log:", START_LIMIT.as_secs())))
}

/// Creates the runtime role and the database. Someone else may do the same at the same time.
fn create_missing(session: &mut Session, database: &str) -> Result<(), Error> {
    let literal = database.replace('\'', "''");
    let identifier = database.replace('"', "\"\"");
    create(
        session,
        &format!("select from pg_roles where rolname = '{RUNTIME_ROLE}'"),
        &format!("create role {RUNTIME_ROLE} login"),
    )?;
    create(
        session,
        &format!("select from pg_database where datname = '{literal}'"),
        &format!("create database \"{identifier}\""),
    )
}

fn create(session: &mut Session, is_there: &str, statement: &str) -> Result<(), Error> {
    if session.ask(is_there).map_err(|error| unanswered(is_there, error))? > 0 {
        return Ok(());
    }
    match session.ask(statement) {
        // Duplicate database, duplicate object, and the unique violation that a race ends in.
        Err(WireError::Refused { code, .. }) if ["42P04", "42710", "23505"].contains(&code.as_str()) => Ok(()),
        other => other.map(drop).map_err(|error| unanswered(statement, error)),
    }
}

fn unanswered(statement: &str, error: WireError) -> Error {
    let statement = statement.to_owned();
    match error {
        WireError::Refused { code, message } => Error::Refused { statement, code, message },
        WireError::Unreachable(source) => Error::System { action: "ask PostgreSQL to", path: statement.into(), source },
    }
}
