//! The read models: whether somebody keeps them up to date, how far they are, and what they lack.

use std::collections::BTreeMap;

use chrono::Utc;
use daybook_projections::records::{self, NotTakenIn};
use daybook_store::log::read;
use daybook_store::snapshot::Snapshot;
use daybook_store::{generation, lease, operated, scope};
use daybook_stripe::translate::NEEDED;
use daybook_worker::live::LEASE;
use daybook_worker::setup::{self, Built};
use local_postgres::RUNTIME_ROLE;

use super::finding::Finding;
use crate::open::Opened;
use crate::output::{count, counted};

/// A worker that is alive is never this many seconds behind for long.
const BEHIND: i64 = 60;

/// Looks at the worker and what it has made.
pub async fn look(opened: &Opened) -> anyhow::Result<Vec<Finding>> {
    let mut connection = opened.database.pool().acquire().await?;
    let holder = lease::holder(&mut connection, LEASE).await?;
    if generation::pointer(&mut connection).await?.is_empty() {
        return Ok(vec![Finding::note("worker", "no read models exist yet", "start `daybook serve`: it makes them")]);
    }
    let role = sqlx::query_scalar!(r#"select current_user::text as "name!""#).fetch_one(&mut *connection).await?;
    let ours = generation::unusable(&mut connection, None).await?;
    let mut findings: Vec<Finding> = unusable(&role, &ours).into_iter().collect();
    if findings.is_empty() {
        findings.extend(unusable(RUNTIME_ROLE, &generation::unusable(&mut connection, Some(RUNTIME_ROLE)).await?));
    }
    findings.extend(left_over(&generation::of_others(&mut connection).await?));
    let built = setup::built(&mut connection).await?;
    drop(connection);
    if !ours.is_empty() {
        return Ok(findings);
    }
    let mut snapshot = Snapshot::begin(opened.database.pool()).await?;
    let (applied, size) = (snapshot.size(), read::size(&mut snapshot).await?);
    let oldest = read::record_by_position(&mut snapshot, applied).await?;
    let known = operated::acknowledged(&mut snapshot).await?;
    let left = records::not_taken_in(&mut snapshot, &known).await?;
    snapshot.end().await?;
    let waited = oldest.map_or(0, |record| (Utc::now() - record.received_at).num_seconds().max(0));
    findings.insert(0, worker(holder.as_ref(), applied, size, waited));
    findings.extend(of_another_version(built));
    findings.extend(unread(left));
    Ok(findings)
}

fn of_another_version(built: Built) -> Option<Finding> {
    match built {
        Built::Here => None,
        Built::Earlier => Some(Finding::wrong(
            "read_models",
            "they were built by an earlier version",
            "start `daybook serve`, which rebuilds them first, or run `daybook rebuild --all`",
        )),
        Built::Later => Some(Finding::wrong(
            "read_models",
            "they were built by a later version",
            "use that one; to go back to this one stop the later one everywhere and run `daybook rebuild --all`",
        )),
    }
}

/// What a role cannot read and write although it answers.
fn unusable(role: &str, generations: &[i32]) -> Option<Finding> {
    let numbers: Vec<String> = generations.iter().map(ToString::to_string).collect();
    (!numbers.is_empty()).then(|| {
        Finding::wrong(
            "read_models",
            format!("{role} cannot use generation {}, which answers: readers are told that nothing is built", numbers.join(", ")),
            "run `daybook migrate` as their owner (DAYBOOK_OWNER_URL), which gives the rights; if that does not help, `daybook rebuild --all` \
             with the DATABASE_URL of `serve`",
        )
    })
}

/// What answers nobody and cannot be dropped by whoever rebuilds.
fn left_over(generations: &[generation::OfAnother]) -> Option<Finding> {
    let named: Vec<String> = generations.iter().map(|one| format!("{} of {}", one.generation, one.owner)).collect();
    let owner = &generations.first()?.owner;
    Some(Finding::note(
        "read_models",
        format!("old generations take up room, and this role may not drop them: {}", named.join(", ")),
        format!(
            "`grant daybook_runtime to {owner}`, then `daybook migrate` as {owner}: the next rebuild drops them. Or drop each as {owner}: \
             drop schema generation_N cascade"
        ),
    ))
}

fn worker(holder: Option<&lease::Lease>, applied: i64, size: i64, waited: i64) -> Finding {
    let behind = size - applied;
    let progress = format!("{} of {} applied", count(applied), counted(size, "record", "records"));
    match holder {
        None if behind > 0 => {
            let found = format!("no worker runs; {progress}, the oldest of the others waits for {waited} s");
            Finding::wrong("worker", found, "start `daybook serve`")
        }
        None => Finding::note("worker", format!("no worker runs now; {progress}"), "start `daybook serve`"),
        Some(lease) if behind > 0 && waited > BEHIND => {
            let found = format!("{} works, {progress}, the oldest of the others waits for {waited} s", lease.holder);
            Finding::wrong("worker", found, "look at its log: it says what it cannot get past")
        }
        Some(lease) => Finding::ok("worker", format!("{} works (epoch {}); {progress}", lease.holder, lease.epoch)),
    }
}

/// What was not taken in and nobody has looked at.
fn unread(left: NotTakenIn) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.push(match left.quarantined {
        0 if left.all_quarantined == 0 => Finding::ok("quarantine", "every event could be read"),
        0 => {
            let found = format!("{} that this version cannot read, all acknowledged", counted(left.all_quarantined, "event", "events"));
            Finding::ok("quarantine", found)
        }
        many => Finding::wrong(
            "quarantine",
            format!("{} this version cannot read; nothing is lost", counted(many, "event", "events")),
            "`daybook event list --outcome quarantined` says why for each; a newer version reads them again from the log. \
             `daybook settle record` notes that you looked at one",
        ),
    });
    if left.needs_fetch > 0 {
        findings.push(Finding::note(
            "needs_fetch",
            counted(left.needs_fetch, "thin event only names its object", "thin events only name their objects"),
            "`daybook event list --outcome needs_fetch` lists them. Subscribe the endpoint to snapshot events: this version fetches nothing from Stripe. \
             `daybook settle record` notes that you looked at one",
        ));
    }
    findings
}

/// Types the read models need that no event of a scope ever had.
pub async fn event_types(opened: &Opened) -> anyhow::Result<Vec<Finding>> {
    let mut connection = opened.database.pool().acquire().await?;
    let mut scopes: Vec<_> = scope::all(&mut connection).await?.into_iter().collect();
    scopes.sort_by_key(|(id, _)| *id);
    let mut findings = Vec::new();
    for (id, scope) in scopes {
        let seen = read::kinds_seen(&mut connection, id).await?;
        let missing: Vec<&str> =
            NEEDED.iter().copied().filter(|needed| !seen.iter().any(|(kind, _)| kind == needed)).collect();
        findings.push(if missing.is_empty() {
            Finding::ok("event_types", format!("{scope}: every type the read models need was seen"))
        } else {
            let (missed, needed) = (missing.len(), NEEDED.len());
            let found = format!("{scope}: {missed} of {needed} needed types were never seen: {}", by_family(&missing));
            let advice = "most are rare; make sure that the endpoint at Stripe is subscribed to all of them (README.md lists them)";
            Finding::note("event_types", found, advice)
        });
    }
    if findings.is_empty() {
        let advice = "send a test event: `stripe trigger customer.subscription.created`";
        findings.push(Finding::note("event_types", "nothing was received yet", advice));
    }
    Ok(findings)
}

/// Types by what precedes their last dot; a family of which nothing was seen is named as one.
fn by_family(missing: &[&str]) -> String {
    let family = |kind: &'static str| kind.rsplit_once('.').unwrap_or((kind, ""));
    let mut families: BTreeMap<&str, (Vec<&str>, usize)> = BTreeMap::new();
    for needed in NEEDED {
        let (name, what) = family(needed);
        let (absent, of) = families.entry(name).or_default();
        *of += 1;
        if missing.contains(needed) {
            absent.push(what);
        }
    }
    let shown = families.into_iter().filter(|(_, (absent, _))| !absent.is_empty()).map(|(name, (absent, of))| {
        if absent.len() == of { format!("{name}.*") } else { format!("{name}.({})", absent.join("|")) }
    });
    shown.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_lists_every_needed_type() {
        let readme = include_str!("../../../../../README.md");
        let is_listed = |kind: &str| {
            readme.lines().filter(|line| line.starts_with("| `")).any(|line| {
                let families = line.split('`').filter(|word| word.ends_with('.'));
                families.filter_map(|family| kind.strip_prefix(family)).any(|rest| line.contains(&format!("`{rest}`")))
            })
        };
        let missing: Vec<&&str> = NEEDED.iter().filter(|kind| !is_listed(kind)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn a_family_of_which_nothing_was_seen_is_named_as_one() {
        let missing: Vec<&str> =
            NEEDED.iter().copied().filter(|kind| kind.starts_with("refund.") || *kind == "plan.deleted").collect();
        assert_eq!(by_family(&missing), "plan.(deleted), refund.*");
    }
}
