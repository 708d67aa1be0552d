//! The database: reachable, of a version that works, durable; and its clock beside ours.

use chrono::Utc;

use super::catalogue::{self, Server};
use super::finding::Finding;
use crate::open::Opened;

const OLDEST: i32 = 150_000;
/// Seconds two clocks may differ before it is said, and before signatures are in danger (their tolerance is 300).
const CLOCK_NOTE: i64 = 2;
const CLOCK_WRONG: i64 = 60;

/// Looks at the server.
pub async fn look(opened: &Opened) -> anyhow::Result<Vec<Finding>> {
    let mut connection = opened.database.pool().acquire().await?;
    let before = Utc::now();
    let server = catalogue::server(&mut connection).await?;
    let after = Utc::now();
    let middle = before + (after - before) / 2;
    Ok(vec![version(opened, &server), durability(&server), clock((server.now - middle).num_milliseconds())])
}

fn version(opened: &Opened, server: &Server) -> Finding {
    let found = format!("PostgreSQL {} answers ({})", server.version, opened.describe());
    if server.version_number < OLDEST {
        return Finding::wrong("database", found, "use PostgreSQL 15 or newer");
    }
    Finding::ok("database", found)
}

fn durability(server: &Server) -> Finding {
    let Server { fsync, synchronous_commit, full_page_writes, .. } = server;
    let found = format!("fsync {fsync}, synchronous_commit {synchronous_commit}, full_page_writes {full_page_writes}");
    if fsync != "on" || full_page_writes != "on" {
        let advice = "set fsync and full_page_writes to on: an acknowledged webhook could be lost in a power cut";
        return Finding::wrong("durability", found, advice);
    }
    if synchronous_commit == "off" {
        let advice =
            "the recorder sets it to on for itself, so no webhook is lost; the worker's last moments may be repeated";
        return Finding::note("durability", found, advice);
    }
    Finding::ok("durability", found)
}

fn clock(milliseconds: i64) -> Finding {
    let apart = milliseconds.abs();
    let direction = if milliseconds > 0 { "behind" } else { "ahead of" };
    let found = format!("this machine's clock is {}.{:03} s {direction} the database's", apart / 1000, apart % 1000);
    let advice =
        "synchronise both clocks (chrony, systemd-timesyncd): signatures older or newer than the tolerance are refused";
    if apart >= CLOCK_WRONG * 1000 {
        Finding::wrong("clock", found, advice)
    } else if apart >= CLOCK_NOTE * 1000 {
        Finding::note("clock", found, advice)
    } else {
        Finding::ok("clock", found)
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;

    #[test]
    fn a_clock_that_is_an_hour_off_is_wrong() {
        assert_eq!(clock(-40).level, Level::Ok);
        assert_eq!(clock(-2_500).level, Level::Note);
        let off = clock(3_600_000);
        assert_eq!(off.level, Level::Wrong);
        assert_eq!(off.found, "this machine's clock is 3600.000 s behind the database's");
    }
}
