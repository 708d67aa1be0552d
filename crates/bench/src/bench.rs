//! What every measurement is told: how much to do, and the cluster to do it on. The cluster flushes to the disk like one that is kept, and is gone with
//! this process.

use local_postgres::{Cluster, DataDir, OWNER_ROLE, Options};

use crate::arguments::Arguments;

/// The sizes of a run, and its cluster.
pub(crate) struct Bench {
    /// How often each measurement is repeated.
    pub(crate) rounds: u32,
    /// Whether this only shows that everything works.
    pub(crate) quick: bool,
    cluster: Cluster,
}

impl Bench {
    /// Starts the cluster.
    pub(crate) fn start(arguments: &Arguments) -> anyhow::Result<Self> {
        let cluster = Cluster::start(&Options::new(DataDir::DurableThrowAway))?;
        Ok(Self { rounds: arguments.rounds, quick: arguments.quick, cluster })
    }

    /// A full size, or the size of a quick run.
    pub(crate) fn size(&self, full: u64, quick: u64) -> u64 {
        if self.quick { quick } else { full }
    }

    /// Makes an empty database and returns its owner's URL.
    pub(crate) fn create_database(&self, name: &str) -> anyhow::Result<String> {
        self.database(name, "")
    }

    /// Drops a database that nobody needs any more.
    pub(crate) fn drop_database(&self, name: &str) -> anyhow::Result<()> {
        Ok(self.cluster.run_script(&format!("drop database \"{name}\" with (force)"))?)
    }

    /// What the server says its version is.
    pub(crate) fn postgres(&self) -> String {
        self.cluster.version().to_string()
    }

    fn database(&self, name: &str, how: &str) -> anyhow::Result<String> {
        self.cluster.run_script(&format!("create database \"{name}\" {how}"))?;
        Ok(self.cluster.url_for(OWNER_ROLE, name))
    }
}

/// Tells the person how far it is.
#[expect(clippy::print_stderr, reason = "standard output is for the report")]
pub(crate) fn say(text: &str) {
    eprintln!("bench: {text}");
}
