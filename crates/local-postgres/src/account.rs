//! Who we are and who PostgreSQL runs as. PostgreSQL refuses to run as root, so root lends it an unprivileged account; everybody else runs it
//! as themselves. Never changes the rights of a folder that we did not make.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use nix::unistd::{Gid, Uid, User, chown, geteuid};

use crate::error::Error;

/// The account that PostgreSQL's processes run under.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    uid: Uid,
    gid: Gid,
    name: String,
    /// The name of the user who runs us.
    owner: String,
    lent: bool,
}

impl Account {
    /// The account for a new cluster: ourselves, or `postgres` or `nobody` when we are root.
    pub(crate) fn for_new() -> Result<Self, Error> {
        let owner = user(geteuid())?.ok_or(Error::NamelessUser { uid: geteuid().as_raw() })?;
        if !owner.uid.is_root() {
            return Ok(Self {
                uid: owner.uid,
                gid: owner.gid,
                name: owner.name.clone(),
                owner: owner.name,
                lent: false,
            });
        }
        for name in ["postgres", "nobody"] {
            let found = User::from_name(name).map_err(Error::errno("look up user", name))?;
            if let Some(server) = found.filter(|server| !server.uid.is_root()) {
                return Ok(Self { uid: server.uid, gid: server.gid, name: server.name, owner: owner.name, lent: true });
            }
        }
        Err(Error::NoServerUser)
    }

    /// The account for data that exists: root takes over the account it belongs to, others must be its owner.
    pub(crate) fn for_existing(path: &Path, data: &Metadata) -> Result<Self, Error> {
        let account = Self::for_new()?;
        let uid = Uid::from_raw(data.uid());
        // A folder that root made and that is still empty will be handed over.
        if uid == account.uid || (account.lent && uid.is_root()) {
            return Ok(account);
        }
        let name = user(uid)?.map_or_else(|| uid.to_string(), |user| user.name);
        if account.lent {
            return Ok(Self { uid, gid: Gid::from_raw(data.gid()), name, ..account });
        }
        Err(Error::BelongsToAnother { path: path.to_owned(), owner: name })
    }

    /// The users who may connect: the one who runs us, the one who runs the server, and root, who can do everything anyway.
    pub(crate) fn connecting_users(&self) -> Vec<&str> {
        let mut users = vec![self.owner.as_str(), self.name.as_str(), "root"];
        users.dedup();
        users
    }

    /// A command that runs under this account, untouched by the caller's folder and by PostgreSQL settings in the environment.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        command.env("LC_ALL", "C").current_dir("/");
        if self.lent {
            // The standard library also drops root's supplementary groups here.
            command.uid(self.uid.as_raw()).gid(self.gid.as_raw());
        }
        command
    }

    /// Makes a file or folder that we have just made the account's own.
    pub(crate) fn give(&self, path: &Path) -> Result<(), Error> {
        if self.lent {
            chown(path, Some(self.uid), Some(self.gid)).map_err(Error::errno("change the owner of", path))?;
        }
        Ok(())
    }

    /// Checks that the account can enter every folder above `path`.
    pub(crate) fn can_reach(&self, path: &Path) -> Result<(), Error> {
        if !self.lent {
            return Ok(());
        }
        let mut parents: Vec<&Path> = path.ancestors().skip(1).collect();
        parents.reverse();
        for parent in parents {
            let folder = parent.metadata().map_err(Error::system("look at", parent))?;
            let bit = if folder.uid() == self.uid.as_raw() {
                0o100
            } else if folder.gid() == self.gid.as_raw() {
                0o010
            } else {
                0o001
            };
            if folder.mode() & bit == 0 {
                return Err(Error::Unreachable { path: parent.to_owned(), user: self.name.clone() });
            }
        }
        Ok(())
    }
}

fn user(uid: Uid) -> Result<Option<User>, Error> {
    User::from_uid(uid).map_err(Error::errno("look up user", uid.to_string()))
}
