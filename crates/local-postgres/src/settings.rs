//! How the server is configured: access rules in two small files, everything else on its command line, so that PostgreSQL's own files stay as
//! `initdb` wrote them. Nothing here opens the network, and the log never holds a statement or a row.

use std::ffi::OsString;
use std::path::Path;

use crate::home::Home;
use crate::url::PORT;
use crate::{OWNER_ROLE, RUNTIME_ROLE};

/// Whether a commit has reached the disk when it is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// Yes; survives a power cut.
    Flushed,
    /// No; for data that nobody will miss.
    Unflushed,
}

/// The same settings for every cluster. Rows and statements are kept out of the log: bodies may be in them.
const SETTINGS: &[&str] = &[
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "cluster_name=daybook",
    "max_connections=100",
    "shared_buffers=128MB",
    "max_wal_size=2GB",
    "timezone=UTC",
    "log_timezone=UTC",
    "logging_collector=off",
    "log_checkpoints=off",
    "log_error_verbosity=terse",
    "log_min_error_statement=panic",
];

/// Only for data that nobody will miss.
const UNFLUSHED: &[&str] = &["fsync=off", "full_page_writes=off"];

/// The arguments of `postgres`.
pub(crate) fn arguments(home: &Home, sockets: &Path, durability: Durability) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = Vec::new();
    let mut set = |name: &str, value: &Path| {
        let mut setting = OsString::from(name);
        setting.push("=");
        setting.push(value);
        arguments.extend(["-c".into(), setting]);
    };
    set("unix_socket_directories", sockets);
    set("hba_file", &home.hba());
    set("ident_file", &home.ident());
    let relaxed: &[&str] = if durability == Durability::Unflushed { UNFLUSHED } else { &[] };
    for setting in SETTINGS.iter().chain(relaxed) {
        arguments.extend(["-c".into(), setting.into()]);
    }
    arguments.extend(["-p".into(), PORT.to_string().into()]);
    arguments
}

/// Who may connect at all: local users that the map names.
pub(crate) const HBA: &str = "local all all peer map=daybook\n";

/// Which system users may act as which roles.
pub(crate) fn ident(users: &[&str]) -> String {
    let mut text = String::new();
    for user in users {
        for role in [OWNER_ROLE, RUNTIME_ROLE] {
            for word in ["daybook \"", user, "\" ", role, "\n"] {
                text.push_str(word);
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_user_is_mapped_to_both_roles() {
        assert_eq!(ident(&["ann"]), "daybook \"ann\" daybook_owner\ndaybook \"ann\" daybook_runtime\n");
    }
}
