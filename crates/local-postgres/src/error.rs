//! What can keep a cluster from starting. Every message names the place and says what to do; none holds a secret.

use std::path::PathBuf;

use crate::search::{NEWEST, OLDEST};

/// Why a cluster could not be started, attached or installed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No server programs were found at all.
    #[error(
        "no PostgreSQL was found on this machine. Install PostgreSQL {OLDEST} to {NEWEST}: `apt-get install postgresql` (Debian, Ubuntu), \
         `dnf install postgresql-server` (Fedora, RHEL), `apk add postgresql` (Alpine), `brew install postgresql@17` (macOS); \
         or set DATABASE_URL to a server you have"
    )]
    NotInstalled,
    /// Server programs were found, but none of a version that can be used.
    #[error("PostgreSQL {OLDEST} to {NEWEST} is needed; this machine has only: {found}")]
    UnsupportedVersion {
        /// Versions and folders, for people.
        found: String,
    },
    /// The data was written by another major version than those installed.
    #[error("{} was written by PostgreSQL {major}, which is not installed here (found: {found}). Install PostgreSQL {major}, or move the data with pg_upgrade", path.display())]
    VersionMismatch {
        /// PostgreSQL's data folder.
        path: PathBuf,
        /// The version that wrote it.
        major: u16,
        /// Versions and folders, for people.
        found: String,
    },
    /// A parent of the data folder is closed to the user PostgreSQL has to run as.
    #[error("PostgreSQL does not run as root, so it runs as user `{user}`, who cannot enter {}. Choose a data folder that `{user}` can reach, or `chmod o+x` that folder", path.display())]
    Unreachable {
        /// The folder that is closed.
        path: PathBuf,
        /// The user PostgreSQL runs as.
        user: String,
    },
    /// Running as root on a machine without an unprivileged user to step down to.
    #[error(
        "PostgreSQL does not run as root, and this machine has neither a user `postgres` nor `nobody`. Create one, or run as another user"
    )]
    NoServerUser,
    /// The current user id has no name, which PostgreSQL's peer authentication needs.
    #[error(
        "the user id {uid} has no name on this machine (no entry in the user database), and PostgreSQL needs one. Run as a named user"
    )]
    NamelessUser {
        /// The effective user id.
        uid: u32,
    },
    /// The data folder belongs to somebody else.
    #[error("{} belongs to another user ({owner}). Run as that user, or choose another data folder", path.display())]
    BelongsToAnother {
        /// The folder.
        path: PathBuf,
        /// The other user, by name or number.
        owner: String,
    },
    /// The folder holds something that is not a cluster of ours.
    #[error("{} is not empty and was not made by daybook. Choose an empty or a new folder", path.display())]
    NotOurs {
        /// The folder.
        path: PathBuf,
    },
    /// The folder is something else: a file, a device.
    #[error("{} is no folder. Choose a folder, or a path where one can be made", path.display())]
    NotAFolder {
        /// What was named.
        path: PathBuf,
    },
    /// A living server that was not started by us uses the data.
    #[error("{} is in use by a PostgreSQL server that daybook did not start (process {pid}). Stop it (`pg_ctl stop -D {}`), or choose another data folder", path.display(), path.display())]
    InUse {
        /// PostgreSQL's data folder.
        path: PathBuf,
        /// The server's process id.
        pid: i32,
    },
    /// Another owner holds the folder, but its server did not become reachable.
    #[error("another daybook (process {owner}) holds {}, but its server cannot be reached: {reason}", path.display())]
    CannotAttach {
        /// The cluster's folder.
        path: PathBuf,
        /// The process id that the owner wrote into its lock, or `unknown`.
        owner: String,
        /// What stood in the way.
        reason: String,
    },
    /// The last run's processes did not end in time.
    #[error("processes of the last run still hold {} after {seconds} s; look for `postgres` processes that use it", path.display())]
    StillStopping {
        /// The cluster's folder.
        path: PathBuf,
        /// How long was waited.
        seconds: u64,
    },
    /// The server ended while starting, or did not start in time.
    #[error("PostgreSQL did not start in {}: {reason}\n{log}", path.display())]
    DidNotStart {
        /// The cluster's folder.
        path: PathBuf,
        /// What was seen.
        reason: String,
        /// The end of the server's log.
        log: String,
    },
    /// The server answered with an error.
    #[error("PostgreSQL refused `{statement}`: {message} ({code})")]
    Refused {
        /// What was asked.
        statement: String,
        /// The five-character SQLSTATE.
        code: String,
        /// The server's words.
        message: String,
    },
    /// Missing programs cannot be installed by us on this machine.
    #[error("{reason}. {}", Error::NotInstalled)]
    CannotInstall {
        /// Why not.
        reason: String,
    },
    /// The operating system refused something.
    #[error("cannot {action} {}: {source}", path.display())]
    System {
        /// What was tried, as an infinitive.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
}

impl Error {
    /// For `map_err`: what was tried, on what.
    pub(crate) fn system(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::System { action, path, source }
    }

    /// The same for answers that came as a bare error number.
    pub(crate) fn errno(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(nix::errno::Errno) -> Self {
        let path = path.into();
        move |errno| Self::System { action, path, source: errno.into() }
    }
}
