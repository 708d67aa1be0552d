//! What the tests share: a program that holds a cluster and can be killed, and ways to look at the system from outside.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use local_postgres::{DataDir, Options, Search};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// A short temporary folder that the server's account can reach.
pub fn folder() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("lp-").permissions(PermissionsExt::from_mode(0o755)).tempdir().unwrap()
}

pub fn kept(path: &Path) -> Options {
    Options::new(DataDir::Kept(path.to_owned()))
}

/// The program from `examples/hold.rs`, which cargo builds beside the tests.
pub fn hold() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let program = test.parent().unwrap().parent().unwrap().join("examples/hold");
    assert!(program.exists(), "{} is missing; `cargo test -p local-postgres` builds it", program.display());
    program
}

/// Runs one statement and returns what it printed.
pub fn psql(url: &str, statement: &str) -> String {
    let programs = Search::system().find().unwrap();
    let beside = programs.folder().join("psql");
    let program = if beside.exists() { beside } else { "psql".into() };
    let answer = Command::new(program).args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement, url]).output().unwrap();
    assert!(answer.status.success(), "{statement}: {}", String::from_utf8_lossy(&answer.stderr));
    String::from_utf8(answer.stdout).unwrap().trim().to_owned()
}

/// The processes whose command line or working folder names this cluster.
pub fn servers_in(home: &Path) -> Vec<String> {
    processes()
        .into_iter()
        .filter(|(_, line, cwd)| line.contains("postgres") && cwd.starts_with(home))
        .map(|(_, line, _)| line)
        .collect()
}

/// Process id, command line and working folder of every process.
fn processes() -> Vec<(i32, String, PathBuf)> {
    let entries = std::fs::read_dir("/proc").expect("these tests look into /proc");
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
    pids.filter_map(|pid| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        let cwd = std::fs::read_link(format!("/proc/{pid}/cwd")).ok()?;
        Some((pid, String::from_utf8_lossy(&line).replace('\0', " "), cwd))
    })
    .collect()
}

/// Waits for something that other processes do.
pub fn until(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(60), "not within a minute: {what}");
        pause();
    }
}

#[expect(clippy::disallowed_methods, reason = "the pause between two looks at other processes")]
fn pause() {
    std::thread::sleep(Duration::from_millis(10));
}

/// Another process that owns a cluster.
pub struct Holder {
    process: Child,
    input: Option<ChildStdin>,
    url: OnceLock<String>,
    lines: std::sync::Mutex<std::process::ChildStdout>,
}

impl Holder {
    pub fn start(home: &Path) -> Self {
        Self::run(Command::new(hold()), Some(home))
    }

    pub fn throw_away() -> Self {
        Self::run(Command::new(hold()), None)
    }

    pub fn run(mut command: Command, home: Option<&Path>) -> Self {
        let mut process = command.args(home).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let input = process.stdin.take();
        let lines = process.stdout.take().unwrap().into();
        Self { process, input, url: OnceLock::new(), lines }
    }

    /// Waits until the cluster answers.
    pub fn url(&self) -> String {
        let read = || {
            let mut line = String::new();
            BufReader::new(&mut *self.lines.lock().unwrap()).read_line(&mut line).unwrap();
            assert!(line.starts_with("postgres:///"), "{line}");
            line.trim().to_owned()
        };
        self.url.get_or_init(read).clone()
    }

    /// `kill -9` of the owner alone.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// `kill -9` of the owner and its watcher.
    pub fn kill_with_watcher(&mut self, home: &Path) {
        let name = home.to_str().unwrap();
        let watchers =
            processes().into_iter().filter(|(_, line, _)| line.starts_with("/bin/sh") && line.contains(name));
        for (pid, _, _) in watchers {
            kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
        }
        self.kill();
    }

    /// `kill -9` of every process of the cluster, as near to a power cut as a test comes.
    pub fn kill_everything(&mut self, home: &Path) {
        self.kill_with_watcher(home);
        until("all are killed", || {
            let mut left = processes();
            left.retain(|(_, line, cwd)| line.contains("postgres") && cwd.starts_with(home));
            for (pid, _, _) in &left {
                // One that has just ended by itself is as good as killed.
                let _ = kill(Pid::from_raw(*pid), Signal::SIGKILL);
            }
            left.is_empty()
        });
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        // It ends when its input does, and has cleaned up by then.
        drop(self.input.take());
        let _ = self.process.wait();
    }
}

/// A server that somebody started by hand on a cluster's data.
pub struct Stranger {
    home: PathBuf,
}

impl Stranger {
    pub fn start(home: &Path) -> Self {
        let stranger = Self { home: home.to_owned() };
        let options = format!("-c listen_addresses= -k {}", home.join("run").display());
        std::fs::create_dir_all(home.join("run")).unwrap();
        hand_over(&home.join("run"), &home.join("data"));
        assert!(stranger.pg_ctl(&["start", "-w", "-l", "/dev/null", "-o", &options]));
        stranger
    }

    fn pg_ctl(&self, arguments: &[&str]) -> bool {
        let data = self.home.join("data");
        let owner = data.metadata().unwrap();
        let mut command = Command::new(Search::system().find().unwrap().folder().join("pg_ctl"));
        if nix::unistd::geteuid().is_root() {
            command.uid(owner.uid()).gid(owner.gid());
        }
        command.args(arguments).arg("-D").arg(&data).current_dir("/").stdout(Stdio::null()).status().unwrap().success()
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        self.pg_ctl(&["stop", "-m", "fast"]);
    }
}

fn hand_over(path: &Path, like: &Path) {
    let like = like.metadata().unwrap();
    std::os::unix::fs::chown(path, Some(like.uid()), Some(like.gid())).unwrap();
}
