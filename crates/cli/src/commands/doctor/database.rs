//! The database: reachable, of a version that works, durable; its clock beside ours; and the rights of the role that is used every day.

use chrono::Utc;
use daybook_store::immutability::PROTECTED;

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

/// Looks at what the role of every day may do.
pub async fn rights(opened: &Opened) -> anyhow::Result<Vec<Finding>> {
    let mut connection = opened.database.pool().acquire().await?;
    let role = catalogue::role(&mut connection).await?;
    let rights = catalogue::rights(&mut connection, &PROTECTED).await?;
    let two_roles = "create a login, `grant daybook_runtime to LOGIN`, put it into DATABASE_URL, and keep the owner's address in \
                     DAYBOOK_OWNER_URL for migrations";
    let name = &role.name;
    if role.is_superuser {
        return Ok(vec![Finding::note(
            "role",
            format!("{name} is a superuser: only the triggers protect the log from it"),
            two_roles,
        )]);
    }
    if role.owns_the_log {
        return Ok(vec![Finding::note(
            "role",
            format!("{name} owns the tables: only the triggers protect the log from it"),
            two_roles,
        )]);
    }
    let named = |wanted: fn(&catalogue::Rights) -> bool| {
        let tables = rights.iter().filter(|rights| wanted(rights)).map(|rights| rights.table_name.as_str());
        tables.collect::<Vec<_>>().join(", ")
    };
    let mut findings = Vec::new();
    if !role.may_create_schemas {
        let found = format!("{name} may not create schemas, so the read models cannot be built");
        let advice = format!("as the owner: grant create on database {} to daybook_runtime", role.database);
        findings.push(Finding::wrong("role", found, advice));
    }
    let lacking = named(|rights| !rights.may_select || (!rights.may_insert && rights.table_name != "head"));
    if !lacking.is_empty() {
        let found = format!("{name} may not read or add to: {lacking}");
        findings.push(Finding::wrong("role", found, format!("as the owner: grant daybook_runtime to {name}")));
    }
    let changeable = named(|rights| rights.may_change);
    if !changeable.is_empty() {
        let found = format!("{name} may update, delete or truncate: {changeable}");
        findings.push(Finding::wrong(
            "role",
            found,
            format!("as the owner: revoke update, delete, truncate on {changeable} from {name}"),
        ));
    }
    if findings.is_empty() {
        findings.push(Finding::ok("role", format!("{name} may only read the log and add to it")));
    }
    Ok(findings)
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
