//! The books: whether anything in them waits for a person, and who holds all of them against Stripe's documents.

use daybook_projections::journal::audit;
use daybook_store::snapshot::Snapshot;

use super::finding::Finding;
use crate::built::is_built;
use crate::open::Opened;
use crate::output::counted;

/// What is done regularly, because it reads the whole journal and the doctor does not.
const ADVICE: &str = "`daybook verify books` holds every posting against Stripe's documents: run it daily, and after an upgrade or a rebuild";

/// Looks for marks and suspense.
pub async fn look(opened: &Opened) -> anyhow::Result<Vec<Finding>> {
    let mut snapshot = Snapshot::begin(opened.database.pool()).await?;
    if !is_built(&mut snapshot).await? {
        return Ok(Vec::new());
    }
    let marked =
        audit::marks(&mut snapshot).await?.into_iter().fold(0, |sum: i64, (_, count)| sum.saturating_add(count));
    let suspense = audit::suspense(&mut snapshot).await?;
    snapshot.end().await?;
    Ok(vec![told(marked, suspense)])
}

fn told(marked: i64, suspense: i64) -> Finding {
    if (marked, suspense) == (0, 0) {
        return Finding::ok("books", format!("no posting is marked and suspense is empty; {ADVICE}"));
    }
    let marked = counted(marked, "posting is marked", "postings are marked");
    let suspense = counted(suspense, "balance stands in suspense", "balances stand in suspense");
    let advice = format!(
        "{ADVICE}; it names what is wrong. `daybook attention --code suspense --json` names the events behind suspense"
    );
    Finding::note("books", format!("{marked}, {suspense}"), advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_marked_is_counted_and_the_command_that_explains_it_is_named() {
        let (well, marked) = (told(0, 0), told(2, 1));
        assert!(well.found.contains("`daybook verify books`") && well.advice.is_none());
        assert_eq!(marked.found, "2 postings are marked, 1 balance stands in suspense");
        assert!(marked.advice.unwrap().starts_with("`daybook verify books`"));
    }
}
