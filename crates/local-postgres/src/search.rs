//! Where PostgreSQL's programs are. Distributions keep `initdb` and `postgres` out of `PATH`, so the usual system folders are looked
//! through too. Only looks; never installs and never changes anything.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;

/// The oldest major version that is supported.
pub(crate) const OLDEST: u16 = 15;
/// The newest major version that is supported.
pub(crate) const NEWEST: u16 = 18;

/// System folders, as (parent, start of the child's name, rest): every child of the parent that starts so is tried.
const SYSTEM_FOLDERS: &[(&str, &str, &str)] = &[
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr/lib", "postgresql", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/usr", "pgsql-", "bin"),
    ("/usr/local", "pgsql", "bin"),
    ("/opt/homebrew/opt", "postgresql", "bin"),
    ("/usr/local/opt", "postgresql", "bin"),
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
];

/// The folders that are looked through, in order of preference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    folders: Vec<PathBuf>,
}

impl Search {
    /// `PATH`, what `pg_config --bindir` says, then the system's usual folders.
    pub fn system() -> Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut folders: Vec<PathBuf> = std::env::split_paths(&path).filter(|folder| folder.is_absolute()).collect();
        folders.extend(pg_config_folder());
        for (parent, start, rest) in SYSTEM_FOLDERS {
            folders.extend(children(Path::new(parent), start).into_iter().map(|child| child.join(rest)));
        }
        Self { folders }
    }

    /// These folders and no others. With none, nothing is ever found.
    pub fn only(folders: impl IntoIterator<Item = PathBuf>) -> Self {
        Self { folders: folders.into_iter().collect() }
    }

    /// The first complete set of programs of a supported version.
    pub fn find(&self) -> Result<Programs, Error> {
        let all = self.all();
        match all.iter().find(|programs| programs.is_supported()) {
            Some(programs) => Ok(programs.clone()),
            None if all.is_empty() => Err(Error::NotInstalled),
            None => Err(Error::UnsupportedVersion { found: listing(&all) }),
        }
    }

    /// The programs that can open data written by `major`, which lies in `data`.
    pub(crate) fn find_major(&self, major: u16, data: &Path) -> Result<Programs, Error> {
        let all = self.all();
        match all.iter().find(|programs| programs.major == major && programs.is_supported()) {
            Some(programs) => Ok(programs.clone()),
            None if all.is_empty() => Err(Error::NotInstalled),
            None if (OLDEST..=NEWEST).contains(&major) => {
                Err(Error::VersionMismatch { path: data.to_owned(), major, found: listing(&all) })
            }
            None => Err(Error::UnsupportedVersion { found: format!("{major} (the data in {})", data.display()) }),
        }
    }

    fn all(&self) -> Vec<Programs> {
        let mut all: Vec<Programs> = Vec::new();
        for folder in &self.folders {
            let Some(programs) = Programs::in_folder(folder) else { continue };
            if !all.contains(&programs) {
                all.push(programs);
            }
        }
        all
    }
}

/// One installed PostgreSQL server: `postgres`, `initdb` and `pg_ctl` of one version in one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programs {
    folder: PathBuf,
    major: u16,
}

impl Programs {
    /// The folder of the programs.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The major version, such as 17.
    pub fn major(&self) -> u16 {
        self.major
    }

    fn is_supported(&self) -> bool {
        (OLDEST..=NEWEST).contains(&self.major)
    }

    /// Follows a link such as `/usr/local/bin/postgres` to the folder where the whole set lies.
    fn in_folder(folder: &Path) -> Option<Self> {
        let server = folder.join("postgres").canonicalize().ok()?;
        let folder = server.parent()?.to_owned();
        if !["initdb", "pg_ctl"].iter().all(|program| folder.join(program).is_file()) {
            return None;
        }
        let answer = Command::new(&server).arg("--version").output().ok()?;
        let major = major_version(&String::from_utf8_lossy(&answer.stdout))?;
        Some(Self { folder, major })
    }
}

/// Reads `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`, or `18beta1` in the place of the number.
fn major_version(text: &str) -> Option<u16> {
    let (_, number) = text.split_once("(PostgreSQL) ")?;
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

fn pg_config_folder() -> Option<PathBuf> {
    let answer = Command::new("pg_config").arg("--bindir").output().ok()?;
    let folder = PathBuf::from(String::from_utf8(answer.stdout).ok()?.trim());
    folder.is_absolute().then_some(folder)
}

/// The children whose names start so, the highest version number first.
fn children(parent: &Path, start: &str) -> Vec<PathBuf> {
    let Ok(entries) = parent.read_dir() else { return Vec::new() };
    let mut found: Vec<(Option<u16>, PathBuf)> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.file_name().and_then(OsStr::to_str).is_some_and(|name| name.starts_with(start)))
        .map(|path| (number_in(&path), path))
        .collect();
    found.sort();
    found.into_iter().rev().map(|(_, path)| path).collect()
}

fn number_in(path: &Path) -> Option<u16> {
    let name = path.file_name()?.to_str()?;
    let digits: String = name.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

fn listing(all: &[Programs]) -> String {
    let lines: Vec<String> =
        all.iter().map(|programs| format!("{} in {}", programs.major, programs.folder.display())).collect();
    if lines.is_empty() { "none".to_owned() } else { lines.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_with_and_without_a_minor_part() {
        assert_eq!(major_version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major_version("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major_version("something else"), None);
    }

    #[test]
    fn the_highest_version_of_a_system_folder_comes_first() {
        let parent = tempfile::tempdir().unwrap();
        for name in ["pgsql-9", "pgsql-17", "pgsql-15", "other"] {
            std::fs::create_dir(parent.path().join(name)).unwrap();
        }
        let names: Vec<_> =
            children(parent.path(), "pgsql-").iter().map(|path| path.file_name().unwrap().to_owned()).collect();
        assert_eq!(names, ["pgsql-17", "pgsql-15", "pgsql-9"]);
    }

    #[test]
    fn without_programs_one_message_says_what_to_install_everywhere() {
        let message = Search::only([]).find().unwrap_err().to_string();
        for word in ["apt-get install", "dnf install", "apk add", "brew install", "DATABASE_URL", "15 to 18"] {
            assert!(message.contains(word), "{message}");
        }
    }

    #[test]
    fn a_version_that_is_too_old_is_named() {
        let folder = tempfile::tempdir().unwrap();
        for program in ["postgres", "initdb", "pg_ctl"] {
            script(&folder.path().join(program), "echo 'postgres (PostgreSQL) 14.2'");
        }
        let message = Search::only([folder.path().to_owned()]).find().unwrap_err().to_string();
        assert!(message.contains("15 to 18 is needed; this machine has only: 14 in "), "{message}");
    }

    fn script(path: &Path, body: &str) {
        use std::os::unix::fs::PermissionsExt;
        std::fs::write(path, format!("#!/bin/sh\n{body}\n")).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
}
