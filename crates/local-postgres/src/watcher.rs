//! The watcher: the process that runs the server and ends it when its owner ends. What it does is `watch.sh`; here it is started, and on a
//! normal end waited for.

use std::ffi::OsString;
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Stdio};

use crate::error::Error;
use crate::home::{Home, Lock};
use crate::search::Programs;
use crate::settings::{self, Durability};

/// What becomes of the cluster's folder at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Afterwards {
    /// It stays; the server writes a checkpoint before it stops.
    Keep,
    /// It is removed; the server just stops.
    Remove,
}

/// A running watcher. Dropping it stops the server and returns when it has stopped.
#[derive(Debug)]
pub(crate) struct Watcher {
    /// Closing this pipe is the signal to stop. No other process holds it: descriptors are not inherited unless asked for.
    pipe: Option<ChildStdin>,
    child: Child,
    leftovers: Leftovers,
}

/// What is needed to clean up should the watcher itself have been killed.
#[derive(Debug)]
struct Leftovers {
    stop: std::process::Command,
    sockets: PathBuf,
    home: Option<PathBuf>,
}

impl Watcher {
    pub(crate) fn spawn(
        home: &Home,
        programs: &Programs,
        sockets: &Path,
        durability: Durability,
        afterwards: Afterwards,
        lock: &Lock,
    ) -> Result<Self, Error> {
        let (mode, after) = match afterwards {
            Afterwards::Keep => ("fast", "keep"),
            Afterwards::Remove => ("immediate", "remove"),
        };
        let sync = if durability == Durability::Flushed { "" } else { "--no-sync" };
        let held: File = lock.try_clone().map_err(Error::system("share the lock of", home.path()))?;
        let mut command = home.account().command("/bin/sh");
        command
            .args(["-c", include_str!("watch.sh"), "daybook-postgres"])
            .args([programs.folder(), home.path(), sockets])
            .args([mode, after, sync])
            .args(settings::arguments(home, sockets, durability))
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(held)
            .stderr(Stdio::null());
        let mut child = command.spawn().map_err(Error::system("run", "/bin/sh"))?;
        let leftovers = Leftovers {
            stop: stop(home, programs, mode),
            sockets: sockets.to_owned(),
            home: (afterwards == Afterwards::Remove).then(|| home.path().to_owned()),
        };
        Ok(Self { pipe: child.stdin.take(), child, leftovers })
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        drop(self.pipe.take());
        if self.child.wait().is_ok_and(|status| status.success()) {
            return;
        }
        tracing::warn!("the watcher of the PostgreSQL cluster was killed; stopping the server without it");
        // The end of the process is near: what cannot be removed now stays for the next start or the system's own cleaning.
        let _ = self.leftovers.stop.status();
        let _ = std::fs::remove_dir_all(&self.leftovers.sockets);
        if let Some(home) = &self.leftovers.home {
            let _ = std::fs::remove_dir_all(home);
        }
    }
}

/// Stops whatever server runs on the home's data, and waits for it.
pub(crate) fn stop(home: &Home, programs: &Programs, mode: &str) -> std::process::Command {
    let mut command = home.account().command(programs.folder().join("pg_ctl"));
    let data: OsString = home.data().into();
    command
        .args([
            "stop".into(),
            "--silent".into(),
            "-D".into(),
            data,
            "-m".into(),
            mode.into(),
            "-t".into(),
            OsString::from("60"),
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}
