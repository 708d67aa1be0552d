//! Installing PostgreSQL with the machine's own package manager. For set-up commands only (`cargo xtask demo` and `cargo xtask test`); the program
//! itself never installs anything. Works as root, with a `sudo` that asks no password, or with Homebrew as a plain user.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::error::Error;
use crate::search::{Programs, Search};

/// A package manager, told by its program, and the shell commands that install the server with it.
struct Manager {
    program: &'static str,
    needs_root: bool,
    script: &'static str,
}

/// Debian's package would start a cluster of its own; it is told not to, for this installation only.
const MANAGERS: &[Manager] = &[
    Manager {
        program: "apt-get",
        needs_root: true,
        script: "set -e; export DEBIAN_FRONTEND=noninteractive; conf=/etc/postgresql-common/createcluster.conf; \
                 apt-get update; apt-get install -y --no-install-recommends postgresql-common; cp -p $conf $conf.daybook; \
                 trap 'mv -f $conf.daybook $conf' EXIT; echo 'create_main_cluster = false' >>$conf; \
                 apt-get install -y --no-install-recommends postgresql",
    },
    Manager { program: "dnf", needs_root: true, script: "dnf install -y postgresql-server" },
    Manager { program: "apk", needs_root: true, script: "apk add --no-cache postgresql" },
    Manager { program: "brew", needs_root: false, script: "brew install postgresql@17" },
];

/// The programs that are there, or else the programs that were just installed. `say` is told what is about to be done, before it is done.
pub fn find_or_install(mut say: impl FnMut(&str)) -> Result<Programs, Error> {
    match Search::system().find() {
        Err(Error::NotInstalled | Error::UnsupportedVersion { .. }) => {}
        found => return found,
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let mut command = plan(&folders, nix::unistd::geteuid().is_root(), sudo_asks_nothing)?;
    say(&format!("PostgreSQL is missing; installing it: {}", words(&command)));
    let status = command.stdin(Stdio::null()).status().map_err(Error::system("run", command.get_program()))?;
    if !status.success() {
        return Err(Error::CannotInstall { reason: format!("the installation failed ({status})") });
    }
    Search::system().find()
}

/// The command that installs, or why there is none.
fn plan(folders: &[PathBuf], root: bool, sudo_works: impl Fn() -> bool) -> Result<Command, Error> {
    let is_there = |program: &str| folders.iter().any(|folder| folder.join(program).is_file());
    let Some(manager) = MANAGERS.iter().find(|manager| is_there(manager.program)) else {
        return Err(Error::CannotInstall {
            reason: "none of apt-get, dnf, apk and brew is on this machine".to_owned(),
        });
    };
    if manager.needs_root == root {
        return Ok(shell(Command::new("/bin/sh"), manager));
    }
    if root {
        return Err(Error::CannotInstall { reason: format!("{} does not install as root", manager.program) });
    }
    if sudo_works() {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "/bin/sh"]);
        return Ok(shell(sudo, manager));
    }
    Err(Error::CannotInstall {
        reason: format!("installing with {} needs root or a sudo without a password", manager.program),
    })
}

fn shell(mut command: Command, manager: &Manager) -> Command {
    command.args(["-c", manager.script]);
    command
}

fn sudo_asks_nothing() -> bool {
    let answer = Command::new("sudo")
        .args(["-n", "true"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    answer.is_ok_and(|status| status.success())
}

fn words(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy()];
    words.extend(command.get_args().map(|argument| argument.to_string_lossy()));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine_with(programs: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for program in programs {
            std::fs::write(folder.path().join(program), "").unwrap();
        }
        folder
    }

    fn planned(programs: &[&str], root: bool, sudo: bool) -> Result<String, String> {
        let machine = machine_with(programs);
        let plan = plan(&[machine.path().to_owned()], root, || sudo);
        plan.map(|command| words(&command)).map_err(|error| error.to_string())
    }

    #[test]
    fn root_installs_with_the_machines_own_manager() {
        assert_eq!(planned(&["dnf"], true, false).unwrap(), "/bin/sh -c dnf install -y postgresql-server");
        assert_eq!(planned(&["apk"], true, false).unwrap(), "/bin/sh -c apk add --no-cache postgresql");
        assert!(planned(&["apt-get"], true, false).unwrap().contains("create_main_cluster = false"));
    }

    #[test]
    fn others_install_with_a_sudo_that_asks_nothing() {
        assert_eq!(planned(&["dnf"], false, true).unwrap(), "sudo -n /bin/sh -c dnf install -y postgresql-server");
        assert!(planned(&["dnf"], false, false).unwrap_err().contains("needs root or a sudo without a password"));
    }

    #[test]
    fn homebrew_installs_as_a_plain_user_only() {
        assert_eq!(planned(&["brew"], false, false).unwrap(), "/bin/sh -c brew install postgresql@17");
        assert!(planned(&["brew"], true, false).unwrap_err().contains("does not install as root"));
    }

    #[test]
    fn a_machine_without_a_known_manager_is_told_what_to_do() {
        let message = planned(&[], true, true).unwrap_err();
        assert!(
            message.contains("none of apt-get, dnf, apk and brew") && message.contains("DATABASE_URL"),
            "{message}"
        );
    }
}
