//! Finding a server that runs: ours while it starts, another owner's when we attach, or a stranger's that we must not disturb. Reads
//! PostgreSQL's own note, `postmaster.pid`, and believes it only when the server answers or the kernel confirms it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;

use crate::OWNER_ROLE;
use crate::error::Error;
use crate::home::Home;
use crate::wire::{Session, WireError};

/// The database that every cluster has.
const ALWAYS_THERE: &str = "postgres";
/// The class of SQLSTATEs that say "starting up" or "shutting down".
const NOT_NOW: &str = "57P";

/// A server that answered.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    pub(crate) sockets: PathBuf,
    pub(crate) version: String,
}

/// The server on the home's data, once it answers; `None` while it does not.
pub(crate) fn answering(home: &Home) -> Result<Option<(Server, Session)>, Error> {
    let Some(note) = Note::read(&home.data()) else { return Ok(None) };
    let Some(sockets) = note.sockets.filter(|_| note.ready) else { return Ok(None) };
    match Session::open(&sockets, OWNER_ROLE, ALWAYS_THERE) {
        Ok(session) => Ok(Some((Server { sockets, version: session.server_version().to_owned() }, session))),
        Err(WireError::Refused { code, message }) if !code.starts_with(NOT_NOW) => Err(Error::CannotAttach {
            path: home.path().to_owned(),
            owner: home.owner(),
            reason: format!("{message} ({code})"),
        }),
        Err(_) => Ok(None),
    }
}

/// The process id of a living server on this data. Only asked while nothing of ours can be running on it.
pub(crate) fn stranger(data: &Path) -> Option<i32> {
    let pid = Note::read(data)?.pid;
    let alive = pid > 0 && !matches!(kill(Pid::from_raw(pid), None), Err(Errno::ESRCH));
    (alive && is_server_on(pid, data)).then_some(pid)
}

/// Process ids are used again after a crash; a server can be told by its working folder, which is its data.
fn is_server_on(pid: i32, data: &Path) -> bool {
    if Path::new("/proc/self/cwd").exists() {
        return std::fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|folder| folder == data);
    }
    let answer = Command::new("ps").args(["-o", "command=", "-p", &pid.to_string()]).stderr(Stdio::null()).output();
    answer.is_ok_and(|answer| String::from_utf8_lossy(&answer.stdout).contains("postgres"))
}

/// What `postmaster.pid` says: line 1 the process, line 5 the socket folder, line 8 the state.
struct Note {
    pid: i32,
    sockets: Option<PathBuf>,
    ready: bool,
}

impl Note {
    fn read(data: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(data.join("postmaster.pid")).ok()?;
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        Some(Self {
            pid: lines.first()?.parse().ok()?,
            sockets: lines.get(4).filter(|line| !line.is_empty()).map(PathBuf::from),
            ready: lines.get(7).is_some_and(|state| *state == "ready"),
        })
    }
}
