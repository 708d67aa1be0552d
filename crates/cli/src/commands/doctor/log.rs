//! The log: its end, that it cannot be changed, and what in it waits for a person.

use daybook_domain::finding::About;
use daybook_store::immutability::{Finding as Tried, Verdict};
use daybook_store::log::{conflict, read, verify};
use daybook_store::{Database, immutability_self_test, operated};

use super::finding::Finding;
use crate::open::Opened;
use crate::output::{count, counted};
use crate::progress;

/// Looks at the log.
pub async fn look(opened: &Opened, thoroughly: bool) -> anyhow::Result<Vec<Finding>> {
    let database = &opened.database;
    let mut findings = vec![immutability(&immutability_self_test(database.pool()).await?)];
    findings.push(if thoroughly { whole(database).await? } else { end(database).await? });
    let mut connection = database.pool().acquire().await?;
    let conflicts = conflict::count(&mut connection).await?;
    let settled = operated::settlements(&mut connection).await?;
    let settled = settled.keys().filter(|about| matches!(about, About::Conflict(_))).count();
    let settled = i64::try_from(settled).unwrap_or(i64::MAX);
    findings.push(match conflicts - settled {
        0 if settled == 0 => Finding::ok("conflicts", "no delivery contradicts a record"),
        0 => Finding::ok("conflicts", format!("{} settled by operators", counted(settled, "contradiction", "contradictions"))),
        many => Finding::wrong(
            "conflicts",
            format!(
                "{} the record of their event id; all are kept",
                counted(many, "delivery contradicts", "deliveries contradict")
            ),
            "`daybook event conflicts` lists them; find out who sent them: Stripe never changes an event. Look for a leaked signing secret, and roll it. \
             Then `daybook settle conflict` notes what you decided",
        ),
    });
    Ok(findings)
}

fn immutability(tried: &[Tried]) -> Finding {
    let named = |wanted: fn(&Verdict) -> bool| {
        let these = tried.iter().filter(|one| wanted(&one.verdict));
        these.map(|one| format!("{} of {}", one.attempt, one.table)).collect::<Vec<_>>().join(", ")
    };
    let possible = named(|verdict| *verdict == Verdict::Possible);
    if !possible.is_empty() {
        let found = format!("these changes would go through: {possible}");
        return Finding::wrong(
            "immutability",
            found,
            "restore the triggers of migration 4, and find out who removed them",
        );
    }
    let untried = named(|verdict| matches!(verdict, Verdict::Untried(_)));
    if !untried.is_empty() {
        return Finding::note(
            "immutability",
            format!("could not be tried: {untried}"),
            "run it again when nobody else locks the tables",
        );
    }
    Finding::ok("immutability", "every update, delete and truncate that was tried was refused")
}

/// The end of the log: its last record is there with its body, and none stands behind it.
async fn end(database: &Database) -> anyhow::Result<Finding> {
    let mut connection = database.pool().acquire().await?;
    let Some(tip) = read::tip(&mut connection).await? else {
        // A log without a batch may still have records that somebody put there.
        if verify::stray_records(&mut connection).await? > 0 {
            return whole(database).await;
        }
        return Ok(Finding::note("log", "it is empty", "send a test event: `stripe trigger customer.created`"));
    };
    let last = read::record_by_position(&mut connection, tip.size - 1).await?;
    let body = read::body(&mut connection, tip.size - 1).await?;
    let records = counted(tip.size, "record", "records");
    let stray = verify::stray_records(&mut connection).await?;
    if stray > 0 {
        let found =
            format!("{records}, and {stray} behind the last batch: nothing can be recorded while they stand there");
        let advice = "somebody wrote into the log's tables: keep this database as it is, find out who, and compare it with a backup";
        return Ok(Finding::wrong("log", found, advice));
    }
    if last.is_none() || body.is_none() {
        let found =
            format!("the last batch says {records}, and record {} or its body is not there", count(tip.size - 1));
        return Ok(Finding::wrong(
            "log",
            found,
            "stop writing, and restore a backup beside it to compare; then `daybook doctor --verify`",
        ));
    }
    Ok(Finding::ok("log", format!("{records}, the last one whole; --verify recomputes every hash")))
}

/// Every hash recomputed.
async fn whole(database: &Database) -> anyhow::Result<Finding> {
    let size = read::size(&mut *database.pool().acquire().await?).await?;
    let bar = progress::bar(u64::try_from(size).unwrap_or_default(), "records").with_message("verifying the log");
    let verified = verify::verify(database, |done| bar.set_position(u64::try_from(done).unwrap_or_default())).await;
    bar.finish_and_clear();
    let verified = verified?;
    let records = counted(verified.size, "record", "records");
    let Some(first) = verified.flaws.first() else {
        let batches = counted(verified.batches, "batch", "batches");
        return Ok(Finding::ok("log", format!("every hash of {records} in {batches} is what it was")));
    };
    let found = format!(
        "{} in {records} {} not as written; the first: {first}",
        counted(i64::try_from(verified.flaws.len()).unwrap_or(i64::MAX), "thing", "things"),
        if verified.flaws.len() == 1 { "is" } else { "are" }
    );
    Ok(Finding::wrong("log", found, "stop writing, keep this database as it is, and compare it with a backup"))
}
