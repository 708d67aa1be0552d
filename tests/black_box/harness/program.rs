//! The program under test: where it is, how it is run, what it says. The environment of the tests never reaches it, except what any program
//! needs to find others.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

/// No command of a test runs longer.
const LONGEST: Duration = Duration::from_secs(120);

/// What a command left behind.
#[derive(Debug)]
pub struct Ran {
    /// its exit code; -1 when a signal ended it
    pub code: i32,
    /// standard output
    pub out: String,
    /// standard error
    pub err: String,
}

impl Ran {
    /// Passes it on if the exit code is this one.
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "\nstdout: {}\nstderr: {}", self.out, self.err);
        self
    }

    /// Standard output as one JSON document.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }

    /// Standard output as one JSON document a line.
    pub fn json_lines(&self) -> Vec<Value> {
        self.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
            .collect()
    }
}

/// A command in `folder`, with none of our own variables set.
pub fn command(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(path());
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("DAYBOOK_") || name.starts_with("STRIPE_") || name == "DATABASE_URL" {
            command.env_remove(&*name);
        }
    }
    command.args(words).current_dir(folder).env("USER", "tester").kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a command to its end.
pub async fn run(mut command: Command, input: &[u8]) -> Ran {
    command.stdin(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().unwrap();
    let feeding = async {
        // A command that does not read its input is not wrong.
        let _ = stdin.write_all(input).await;
        drop(stdin);
    };
    let both = async { tokio::join!(feeding, child.wait_with_output()).1 };
    let ended = timeout(LONGEST, both).await.expect("the command ends in time").unwrap();
    Ran {
        code: ended.status.code().unwrap_or(-1),
        out: String::from_utf8(ended.stdout).unwrap(),
        err: String::from_utf8_lossy(&ended.stderr).into_owned(),
    }
}

/// Where the program is: `DAYBOOK_BIN`, else beside the tests, else built now.
pub fn path() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| from_environment().unwrap_or_else(beside_the_tests))
}

#[expect(clippy::disallowed_methods, reason = "a test has no command line of its own to be configured by")]
fn from_environment() -> Option<PathBuf> {
    std::env::var("DAYBOOK_BIN").ok().filter(|path| !path.is_empty()).map(PathBuf::from)
}

fn beside_the_tests() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let program = test.parent().and_then(Path::parent).unwrap().join("daybook");
    if !program.exists() {
        let cargo = std::process::Command::new("cargo").args(["build", "--package", "daybook"]).status();
        assert!(cargo.is_ok_and(|status| status.success()), "the program cannot be built");
    }
    program
}
