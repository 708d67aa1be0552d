//! The log: its end, that it cannot be changed, and what in it waits for a person.

use daybook_domain::finding::About;
use daybook_store::immutability::{Finding as Tried, Verdict};
use daybook_store::log::verify::{Flaw, Verification};
use daybook_store::log::{conflict, read, verify};
use daybook_store::{Database, immutability_self_test, operated};

use super::finding::{Finding, TreeHead};
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
        let is_next = read::record_by_position(&mut connection, tip.size).await?.is_some();
        let found = format!("{records}, and {stray} behind the last batch, {}", in_the_way(is_next, stray));
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
    if !verified.flaws.is_empty() {
        let advice = "stop writing, keep this database as it is, and compare it with a backup";
        return Ok(Finding::wrong("log", flawed(&verified), advice));
    }
    let head = TreeHead { size: verified.size, root: hex::encode(verified.root) };
    let batches = counted(verified.batches, "batch", "batches");
    let found = format!("every hash of {records} in {batches} is what it was; size {}, root {}", head.size, head.root);
    Ok(Finding { verified: Some(head), ..Finding::ok("log", found) })
}

/// What is wrong: how many records, the roots that follow from them, and the rest.
fn flawed(verified: &Verification) -> String {
    let is_root = |flaw: &&Flaw| matches!(flaw, Flaw::RootDiffers { .. });
    let is_record =
        |flaw: &&Flaw| matches!(flaw, Flaw::RecordMissing { .. } | Flaw::BodyMissing { .. } | Flaw::LeafDiffers { .. });
    let first = |wanted: &dyn Fn(&&Flaw) -> bool| {
        verified.flaws.iter().find(wanted).map_or_else(String::new, |flaw| format!(" (the first: {flaw})"))
    };
    let mut told = Vec::new();
    if verified.altered > 0 {
        let are = if verified.altered == 1 { "is" } else { "are" };
        told.push(format!(
            "{} of {} {are} not as written{}",
            count(verified.altered),
            counted(verified.size, "record", "records"),
            first(&is_record)
        ));
    }
    if verified.roots > 0 {
        let batches = counted(verified.batches, "batch", "batches");
        let roots = counted(verified.roots, "root", "roots");
        let differ = if verified.roots == 1 { "differs" } else { "differ" };
        let why = if verified.altered > 0 { " because of that".to_owned() } else { first(&is_root) };
        told.push(format!("{roots} of {batches} {differ}{why}"));
    }
    told.extend(verified.flaws.iter().filter(|flaw| !is_root(flaw) && !is_record(flaw)).map(ToString::to_string));
    told.join("; ")
}

/// How far records behind the last batch are in the way of the next ones.
fn in_the_way(is_next: bool, stray: i64) -> &'static str {
    match (is_next, stray) {
        (true, _) => "the first of them in the place of the next record: nothing can be recorded while it stands there",
        (false, 1) => "further on: recording goes on until it comes to its place",
        (false, _) => "further on: recording goes on until it comes to the first of their places",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn altered_records_are_counted_apart_from_the_roots_that_differ_because_of_them() {
        let flaws =
            vec![Flaw::LeafDiffers { position: 1 }, Flaw::RootDiffers { size: 2 }, Flaw::RootDiffers { size: 3 }];
        let verified = Verification { size: 462, batches: 99, root: [0; 32], flaws, altered: 1, roots: 98 };
        insta::assert_snapshot!(flawed(&verified), @"1 of 462 records is not as written (the first: record 1 or its body was altered: its hash is another); 98 roots of 99 batches differ because of that");
        let flaws = vec![Flaw::RootDiffers { size: 2 }, Flaw::StrayRecords { count: 1 }];
        let verified = Verification { size: 2, batches: 1, root: [0; 32], flaws, altered: 0, roots: 1 };
        insta::assert_snapshot!(flawed(&verified), @"1 root of 1 batch differs (the first: the batch that ended at size 2 has another root than the records before it); records in no batch: 1");
    }
}
