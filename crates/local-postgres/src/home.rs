//! The folder a cluster lives in: its layout, its two locks, and what has to be true before a server may start in it. Never touches a folder
//! that holds anything we did not make.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use tempfile::TempDir;

use crate::account::Account;
use crate::error::Error;
use crate::settings;

/// The longest socket path that every system takes (macOS: 104 bytes with the closing NUL; Linux: 108).
const LONGEST_SOCKET: usize = 103;
const SOCKET_NAME: usize = "/.s.PGSQL.5432".len();

/// Whether a cluster lives in this folder, or somebody is just making one. Nothing is made or changed to find out; what is no folder at all is left to whoever
/// tries to start one there.
pub(crate) fn is_there(path: &Path) -> bool {
    let is_owned = || {
        let Ok(file) = OpenOptions::new().read(true).write(true).open(path.join("owner.lock")) else { return false };
        matches!(Flock::lock(file, FlockArg::LockExclusiveNonblock), Err((_, Errno::EWOULDBLOCK)))
    };
    let is_folder = path.is_dir() || !path.exists();
    !is_folder || path.join("data").exists() || is_owned()
}

/// An exclusive lock of the kernel; gone when the last process that holds it ends.
pub(crate) type Lock = Flock<File>;

/// A cluster's folder and the account its server runs under.
#[derive(Debug)]
pub(crate) struct Home {
    path: PathBuf,
    account: Account,
}

impl Home {
    /// The folder at `path`, made when missing.
    pub(crate) fn kept(path: &Path) -> Result<Self, Error> {
        if path.exists() && !path.is_dir() {
            return Err(Error::NotAFolder { path: path.to_owned() });
        }
        std::fs::create_dir_all(path).map_err(Error::system("create", path))?;
        let path = path.canonicalize().map_err(Error::system("find", path))?;
        let account = account_of(&path)?;
        if is_empty(&path)? {
            claim(&path, &account)?;
        } else if !path.join("cluster.lock").exists() {
            return Err(Error::NotOurs { path });
        }
        account.can_reach(&path)?;
        Ok(Self { path, account })
    }

    /// A new folder under the system's folder for temporary files. Removed with the returned guard until somebody else takes that duty.
    pub(crate) fn throw_away() -> Result<(Self, TempDir), Error> {
        let account = Account::for_new()?;
        let guard = temporary_folder(&std::env::temp_dir())?;
        let path = guard.path().canonicalize().map_err(Error::system("find", guard.path()))?;
        claim(&path, &account)?;
        account.can_reach(&path)?;
        Ok((Self { path, account }, guard))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn account(&self) -> &Account {
        &self.account
    }

    /// PostgreSQL's data folder. It exists only when `initdb` has finished.
    pub(crate) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    pub(crate) fn hba(&self) -> PathBuf {
        self.path.join("pg_hba.conf")
    }

    pub(crate) fn ident(&self) -> PathBuf {
        self.path.join("pg_ident.conf")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.path.join("server.log")
    }

    /// The watcher's note that the server has ended, with its exit code.
    pub(crate) fn ended(&self) -> PathBuf {
        self.path.join("ended")
    }

    /// Takes the owner's lock, unless a living process holds it.
    pub(crate) fn try_own(&self) -> Result<Option<Lock>, Error> {
        let Some(mut lock) = self.try_lock("owner.lock")? else { return Ok(None) };
        let note = format!("{}\n", std::process::id());
        lock.set_len(0)
            .and_then(|()| lock.write_all(note.as_bytes()))
            .map_err(Error::system("write", self.path.join("owner.lock")))?;
        Ok(Some(lock))
    }

    /// Takes the lock that the watcher and the server hold while they live.
    pub(crate) fn try_hold_cluster(&self) -> Result<Option<Lock>, Error> {
        self.try_lock("cluster.lock")
    }

    /// The process id that the owner left in its lock, for messages.
    pub(crate) fn owner(&self) -> String {
        let note = std::fs::read_to_string(self.path.join("owner.lock")).unwrap_or_default();
        if note.trim().is_empty() { "unknown".to_owned() } else { note.trim().to_owned() }
    }

    /// Clears what the last run left, writes the access rules and makes the folder for the socket. Only under both locks.
    pub(crate) fn prepare(&self) -> Result<PathBuf, Error> {
        for note in ["ended", "stopping"] {
            remove_file(&self.path.join(note))?;
        }
        remove_file(&self.data().join("postmaster.pid"))?;
        if self.log().exists() {
            std::fs::rename(self.log(), self.path.join("server.log.previous"))
                .map_err(Error::system("rename", self.log()))?;
        }
        self.write(&self.hba(), settings::HBA)?;
        self.write(&self.ident(), &settings::ident(&self.account.connecting_users()))?;
        self.sockets()
    }

    /// Makes sure that the names in the folder, `data` above all, survive a power cut.
    pub(crate) fn flush(&self) -> Result<(), Error> {
        for folder in [Some(self.path.as_path()), self.path.parent()].into_iter().flatten() {
            // A parent that we may not read was not made by us and does not need flushing.
            let Ok(open) = File::open(folder) else { continue };
            open.sync_all().map_err(Error::system("flush", folder))?;
        }
        Ok(())
    }

    /// The end of the server's log, for messages.
    pub(crate) fn end_of_log(&self) -> String {
        let log = std::fs::read(self.log()).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        lines.get(lines.len().saturating_sub(15)..).unwrap_or_default().join("\n")
    }

    /// `run` in the cluster's folder, or a short temporary folder when its path is too long or too odd for PostgreSQL's settings.
    fn sockets(&self) -> Result<PathBuf, Error> {
        let near = self.path.join("run");
        if suits_sockets(&near) {
            match std::fs::remove_dir_all(&near) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(Error::system("remove", near)(error)),
                _ => {}
            }
            DirBuilder::new().mode(0o700).create(&near).map_err(Error::system("create", &near))?;
            self.account.give(&near)?;
            return Ok(near);
        }
        self.sockets_elsewhere()
    }

    /// Whoever is attached looks for the server where the last one was: if that place is free, it is taken again.
    fn sockets_elsewhere(&self) -> Result<PathBuf, Error> {
        let note = self.path.join("run.elsewhere");
        let last = std::fs::read_to_string(&note).ok().map(PathBuf::from).filter(|last| suits_sockets(last));
        if let Some(last) = last.filter(|last| DirBuilder::new().mode(0o700).create(last).is_ok()) {
            self.account.give(&last)?;
            return Ok(last);
        }
        let parent = Some(std::env::temp_dir()).filter(|folder| suits_sockets(&folder.join("daybook-123456")));
        let far = temporary_folder(&parent.unwrap_or_else(|| PathBuf::from("/tmp")))?;
        self.account.give(far.path())?;
        self.account.can_reach(far.path())?;
        if let Some(name) = far.path().to_str() {
            self.write(&note, name)?;
        }
        Ok(far.keep())
    }

    fn try_lock(&self, name: &str) -> Result<Option<Lock>, Error> {
        let path = self.path.join(name);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(Error::system("open", &path))?;
        self.account.give(&path)?;
        match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(lock) => Ok(Some(lock)),
            Err((_, Errno::EWOULDBLOCK)) => Ok(None),
            Err((_, errno)) => Err(Error::errno("lock", path)(errno)),
        }
    }

    fn write(&self, path: &Path, text: &str) -> Result<(), Error> {
        remove_file(path)?;
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(Error::system("create", path))?;
        file.write_all(text.as_bytes()).map_err(Error::system("write", path))?;
        self.account.give(path)
    }
}

/// Existing data decides who runs its server.
fn account_of(path: &Path) -> Result<Account, Error> {
    let folder = path.metadata().map_err(Error::system("look at", path))?;
    match path.join("data").metadata() {
        Ok(data) => Account::for_existing(path, &data),
        Err(_) => Account::for_existing(path, &folder),
    }
}

/// Makes an empty folder the account's own, closed to others, and marks it as a cluster's.
fn claim(path: &Path, account: &Account) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    let private = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(path, private).map_err(Error::system("close to others", path))?;
    account.give(path)?;
    let mark = path.join("cluster.lock");
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&mark)
        .map_err(Error::system("create", &mark))?;
    account.give(&mark)
}

fn temporary_folder(parent: &Path) -> Result<TempDir, Error> {
    tempfile::Builder::new().prefix("daybook-").tempdir_in(parent).map_err(Error::system("make a folder in", parent))
}

fn is_empty(path: &Path) -> Result<bool, Error> {
    let mut entries = path.read_dir().map_err(Error::system("read", path))?;
    Ok(entries.next().is_none())
}

fn remove_file(path: &Path) -> Result<(), Error> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::system("remove", path)(error)),
        _ => Ok(()),
    }
}

/// Short enough for a socket's address, and without the characters that a list of folders in PostgreSQL's settings gives a meaning to.
fn suits_sockets(folder: &Path) -> bool {
    folder.to_str().is_some_and(|name| {
        name.len() + SOCKET_NAME <= LONGEST_SOCKET
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-+@:".contains(&byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_odd_folders_do_not_suit_sockets() {
        assert!(suits_sockets(Path::new("/var/lib/daybook/run")));
        assert!(!suits_sockets(Path::new("/var/lib/day book/run")));
        assert!(!suits_sockets(Path::new("/var/lib/a,b/run")));
        assert!(suits_sockets(&Path::new("/").join("x".repeat(LONGEST_SOCKET - SOCKET_NAME - 1))));
        assert!(!suits_sockets(&Path::new("/").join("x".repeat(LONGEST_SOCKET - SOCKET_NAME))));
    }
}
