//! The log of the server, at the level at which everything is said.

use super::{Marked, canary};

/// Reads all of it.
pub fn lines_at_every_level(marked: &Marked) {
    let log = marked.server.log();
    for level in ["DEBUG", "INFO", "WARN"] {
        assert!(log.contains(level), "the log says what there is to say at {level}");
    }
    assert!(!canary::is_in(&log), "{}", canary::around(&log));
    assert!(!log.contains("dbk_"), "a key of the API stands in the log");
}
