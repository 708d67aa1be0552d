//! The watcher: the process that runs the server and ends it when its owner ends. What it does is `watch.sh`; here it is started, and on a
//! normal end waited for.

use std::ffi::OsString;
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ExitStatus, Stdio};
use std::time::Duration;

use crate::error::Error;
use crate::home::{Home, Lock};
use crate::patience::wait_for;
use crate::search::Programs;
use crate::settings::{self, Durability};

/// The watcher gives the server 60 s to stop in order and 60 s to stop at once; after that it hangs itself.
const STOP_LIMIT: Duration = Duration::from_secs(150);
/// What the system needs to end a killed process, unless that one hangs in the kernel.
const KILL_LIMIT: Duration = Duration::from_secs(5);

/// What becomes of the cluster's folder at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Afterwards {
    /// It stays; the server writes a checkpoint before it stops.
    Keep,
    /// It is removed; the server just stops.
    Remove,
}

/// A running watcher. Dropping it stops the server and returns when it has stopped, or when it does not stop within a few minutes.
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
        match ended(&mut self.child, STOP_LIMIT) {
            Some(status) if status.success() => return,
            Some(_) => {
                tracing::warn!("the watcher of the PostgreSQL cluster was killed; stopping the server without it");
            }
            None => {
                tracing::error!(
                    seconds = STOP_LIMIT.as_secs(),
                    "the PostgreSQL cluster does not stop; leaving it behind"
                );
                let _ = self.child.kill();
                ended(&mut self.child, KILL_LIMIT);
                // The folder stays: its locks tell the next start that a server may be left.
                return;
            }
        }
        // The end of the process is near: what cannot be removed now stays for the next start or the system's own cleaning.
        let _ = self.leftovers.stop.status();
        let _ = std::fs::remove_dir_all(&self.leftovers.sockets);
        if let Some(home) = &self.leftovers.home {
            let _ = std::fs::remove_dir_all(home);
        }
    }
}

/// How the process ended; `None` if it did not within the limit.
fn ended(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    wait_for(limit, || child.try_wait()).ok().flatten()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_does_not_end_is_not_waited_for_without_limit() {
        let mut child = std::process::Command::new("sleep").arg("600").spawn().unwrap();
        assert_eq!(ended(&mut child, Duration::from_millis(50)), None);
        child.kill().unwrap();
        assert!(ended(&mut child, KILL_LIMIT).is_some_and(|status| !status.success()));
    }
}
