//! A private PostgreSQL cluster that lives as long as its owner.
//!
//! [`Cluster::start`] finds the machine's PostgreSQL programs, makes a cluster in a folder (or in a throw-away one), serves it over a
//! local socket that only this user can open, and returns its URL. Nothing listens on the network and nothing is downloaded.
//!
//! How it stays tidy, whatever happens to the owner:
//! - The server is the child of a **watcher**, a small shell in a process group of its own (a Ctrl-C in the terminal does not reach
//!   it). The watcher reads a pipe whose other end only the owner holds. When the owner ends, by returning, by panic or by `kill -9`, the
//!   pipe closes, and the watcher stops the server and removes what was throw-away.
//! - Two **locks** of the kernel, so that no process id has to be trusted: `owner.lock` is held by the owner, `cluster.lock` by the watcher and
//!   by every process of the server. Free locks prove that nothing of the last run is left.
//! - A second command on the same folder finds `owner.lock` taken and **attaches**: it uses the running server and never stops it.
//!   The cluster belongs to its first owner: when that one ends, the server stops, and an attached command loses its
//!   connections. It may then become the owner itself, with [`Cluster::inherit`], at the same socket.
//!
//! Layout of a folder: `data/` (PostgreSQL's), `run/` (the socket) or `run.elsewhere` (where the socket is), `server.log`, the two locks, the
//! access rules.
//!
//! Everything here blocks; call it from a blocking thread. This crate never decides when PostgreSQL may be installed: [`install`] is there
//! for set-up commands only.

mod account;
mod attach;
mod cluster;
mod error;
mod home;
pub mod install;
mod patience;
mod search;
mod settings;
mod url;
mod watcher;
mod wire;

use std::path::PathBuf;

pub use cluster::{Cluster, Version};
pub use error::Error;
pub use search::{Programs, Search};

/// Whether a kept cluster lives in a folder, or is just being made there. It changes nothing.
pub fn is_there(folder: &std::path::Path) -> bool {
    home::is_there(folder)
}

/// The role that owns everything in the cluster (its superuser). [`Cluster::url`] connects as this role.
pub const OWNER_ROLE: &str = "daybook_owner";

/// The role of the running program, without the right to change or remove what is written. It exists in every cluster.
pub const RUNTIME_ROLE: &str = "daybook_runtime";

/// What to start, and where.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the cluster lives.
    pub data_dir: DataDir,
    /// Where PostgreSQL's programs are looked for.
    pub search: Search,
    /// The database to create when it is missing, and the one [`Cluster::url`] names.
    pub database: String,
}

impl Options {
    /// The usual options for a cluster in `data_dir`: the system's PostgreSQL, a database named `daybook`.
    pub fn new(data_dir: DataDir) -> Self {
        Self { data_dir, search: Search::system(), database: "daybook".to_owned() }
    }
}

/// Where a cluster lives, and how much its data is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DataDir {
    /// In this folder, kept after the owner has ended. Created when missing. Always durable.
    Kept(PathBuf),
    /// In a folder of its own that is removed with the cluster; nothing is flushed to the disk. For tests and demonstrations.
    ThrowAway,
    /// Removed with the cluster, yet flushed to the disk like kept data. For measurements.
    DurableThrowAway,
}
