//! Whether anybody applies what the log holds. Read models are a worker's to keep; where none works, whoever asks is answered from an earlier size, and a person
//! has to be told, because the answer itself looks like any other.

use daybook_store::log::read;
use daybook_store::snapshot::Snapshot;
use daybook_store::{Database, generation, lease};
use daybook_worker::live::LEASE;

use crate::open::Opened;
use crate::output::{count, counted, note};

/// Says on standard error that records wait and nobody applies them, where it is so. What cannot be found out is left to the command itself.
pub async fn say(opened: &Opened) {
    match unapplied(&opened.database).await {
        Ok(Some(told)) => note(&told),
        Ok(None) => {}
        Err(error) => tracing::debug!(%error, "how far the read models are could not be looked at"),
    }
}

/// Says the same once records were added, also where nothing was built yet.
pub async fn say_what_follows(opened: &Opened) {
    match is_anybody_working(&opened.database).await {
        Ok(true) => {}
        Ok(false) => note(
            "Nobody applies records now: the read models, and with them all answers, follow when `daybook serve` runs.",
        ),
        Err(error) => tracing::debug!(%error, "whether a worker runs could not be looked at"),
    }
}

async fn is_anybody_working(database: &Database) -> anyhow::Result<bool> {
    let mut connection = database.pool().acquire().await?;
    Ok(lease::holder(&mut connection, LEASE).await?.is_some())
}

async fn unapplied(database: &Database) -> anyhow::Result<Option<String>> {
    let mut connection = database.pool().acquire().await?;
    let is_built = !generation::pointer(&mut connection).await?.is_empty();
    if !is_built || !generation::unusable(&mut connection, None).await?.is_empty() {
        return Ok(None);
    }
    drop(connection);
    let mut snapshot = Snapshot::begin(database.pool()).await?;
    let (applied, size) = (snapshot.size(), read::size(&mut snapshot).await?);
    let is_worked_on = lease::holder(&mut snapshot, LEASE).await?.is_some();
    snapshot.end().await?;
    Ok(told(applied, size).filter(|_| !is_worked_on))
}

fn told(applied: i64, size: i64) -> Option<String> {
    let waiting = size - applied;
    (waiting > 0).then(|| {
        format!(
            "{} not been applied to the read models, and nobody is applying: this is answered as of size {}. `daybook serve` applies them.",
            counted(waiting, "record of the log has", "records of the log have"),
            count(applied)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_counted_and_the_size_of_the_answer_is_named() {
        assert_eq!(told(7, 7), None);
        insta::assert_snapshot!(told(462, 1_463).unwrap(), @"1,001 records of the log have not been applied to the read models, and nobody is applying: this is answered as of size 462. `daybook serve` applies them.");
        assert!(told(0, 1).unwrap().starts_with("1 record of the log has not"));
    }
}
