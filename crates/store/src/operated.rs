//! Operators' acts as records of the log: what stands in their bodies, and finding one by its id. The id of a record is made of the
//! idempotency key, so the log itself keeps an act from being recorded twice.

use std::collections::BTreeMap;

use daybook_domain::customer::Operated;
use daybook_domain::finding::{About, FindingEvent, SETTLED, Stands};
use daybook_domain::id::CustomerId;
use daybook_domain::scope::ScopeId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::PgConnection;

use crate::Error;

/// The body of a record in which an operator acts on a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerEntry {
    /// On whom.
    pub customer: CustomerId,
    /// What was asked for, word by word: a repeated request is known by it.
    pub asked: Value,
    /// What was accepted.
    pub operated: Operated,
}

/// The body of a record in which an operator settles a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingEntry {
    /// What was asked for, word by word.
    pub asked: Value,
    /// What was accepted.
    pub settled: FindingEvent,
}

/// A record of an operator's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// where it stands
    pub position: i64,
    /// whose books
    pub scope: ScopeId,
    /// what was asked for
    pub asked: Value,
}

/// The operator's record with this id, if there is one.
///
/// # Errors
/// When the database fails, or the record is none of an operator's acts.
pub async fn find(connection: &mut PgConnection, event_id: &str) -> Result<Option<Recorded>, Error> {
    /// The part of every body that is compared.
    #[derive(Deserialize)]
    struct Asked {
        asked: Value,
    }
    let row = sqlx::query!(
        "select position, scope, source, body from record join body using (position) where event_id = $1",
        event_id,
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let asked = Some(&row.body).filter(|_| row.source == "operator");
    match asked.and_then(|body| serde_json::from_slice::<Asked>(body).ok()) {
        Some(Asked { asked }) => Ok(Some(Recorded { position: row.position, scope: ScopeId(row.scope), asked })),
        None => Err(Error::Stored {
            column: "body",
            position: row.position,
            value: "something else than an operator's act".to_owned(),
        }),
    }
}

/// What operators have settled, and how it stands since the last word on each.
///
/// # Errors
/// When the database fails, or a body cannot be read.
pub async fn settlements(connection: &mut PgConnection) -> Result<BTreeMap<About, Stands>, Error> {
    let events = settled(connection).await?.into_iter();
    Ok(events.map(|(_, event)| (event.about, event.stands)).collect())
}

/// The positions of records that were not taken in and that an operator has looked at.
///
/// # Errors
/// When the database fails, or a body cannot be read.
pub async fn acknowledged(connection: &mut PgConnection) -> Result<Vec<i64>, Error> {
    let settled = settlements(connection).await?;
    let position = |about| match about {
        About::Quarantined(position) => Some(position),
        About::Conflict(_) => None,
    };
    Ok(settled.into_keys().filter_map(position).collect())
}

/// Every word on findings in the order of the log, with the position of its record.
///
/// # Errors
/// When the database fails, or a body cannot be read.
pub async fn settled(connection: &mut PgConnection) -> Result<Vec<(i64, FindingEvent)>, Error> {
    let rows = sqlx::query!(
        "select position, body from record join body using (position)
         where source = 'operator' and kind = $1 order by position",
        SETTLED,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| match serde_json::from_slice::<FindingEntry>(&row.body) {
            Ok(entry) => Ok((row.position, entry.settled)),
            Err(_) => Err(Error::Stored {
                column: "body",
                position: row.position,
                value: "a settlement that cannot be read".to_owned(),
            }),
        })
        .collect()
}
