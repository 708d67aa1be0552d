//! What every measurement is told: how much to do, and the cluster to do it on. The cluster flushes to the disk like one that is kept, and is gone with
//! this process.

use std::path::PathBuf;

use local_postgres::{Cluster, DataDir, OWNER_ROLE, Options, RUNTIME_ROLE};

use serde::{Deserialize, Serialize};

use crate::arguments::Arguments;

/// The sizes of a run, and its cluster.
pub(crate) struct Bench {
    /// How often each measurement is repeated.
    pub(crate) rounds: u32,
    /// Whether this only shows that everything works.
    pub(crate) quick: bool,
    /// The daybook program.
    pub(crate) daybook: PathBuf,
    cluster: Cluster,
}

impl Bench {
    /// Starts the cluster.
    pub(crate) fn start(arguments: &Arguments) -> anyhow::Result<Self> {
        let cluster = Cluster::start(&Options::new(DataDir::DurableThrowAway))?;
        let beside = || Some(std::env::current_exe().ok()?.with_file_name("daybook"));
        let daybook = arguments.daybook.clone().or_else(beside).unwrap_or_default();
        Ok(Self { rounds: arguments.rounds, quick: arguments.quick, daybook, cluster })
    }

    /// A full size, or the size of a quick run.
    pub(crate) fn size(&self, full: u64, quick: u64) -> u64 {
        if self.quick { quick } else { full }
    }

    /// Makes an empty database.
    pub(crate) fn create_database(&self, name: &str) -> anyhow::Result<Urls> {
        self.cluster.run_script(&format!("create database \"{name}\""))?;
        let url = |role| self.cluster.url_for(role, name);
        Ok(Urls { owner: url(OWNER_ROLE), runtime: url(RUNTIME_ROLE) })
    }

    /// Writes everything to the disk, so that what is measured next begins with nothing owed.
    pub(crate) fn checkpoint(&self) -> anyhow::Result<()> {
        Ok(self.cluster.run_script("checkpoint")?)
    }

    /// Drops a database that nobody needs any more.
    pub(crate) fn drop_database(&self, name: &str) -> anyhow::Result<()> {
        Ok(self.cluster.run_script(&format!("drop database \"{name}\" with (force)"))?)
    }

    /// What the server says its version is.
    pub(crate) fn postgres(&self) -> String {
        self.cluster.version().to_string()
    }
}

/// One database as its two roles see it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Urls {
    /// For the role that owns the tables.
    pub(crate) owner: String,
    /// For the role the program works as; read models belong to it.
    pub(crate) runtime: String,
}

/// Tells the person how far it is.
#[expect(clippy::print_stderr, reason = "standard output is for the report")]
pub(crate) fn say(text: &str) {
    eprintln!("bench: {text}");
}
