//! The event store of findings. What they are about stands in the log, and so does what was decided: nothing of theirs is folded.

use std::collections::HashMap;

use cqrs_es::{Aggregate, AggregateError, EventEnvelope, EventStore};
use daybook_domain::finding::{About, Error as Refusal, Finding, FindingEvent, SETTLED};
use daybook_projections::records;
use daybook_store::{
    log::{conflict, read},
    operated::{self, FindingEntry},
};
use sqlx::PgConnection;

use crate::{
    Error,
    counter::{Counter, Held, within},
};

/// The store for one settlement.
#[derive(Debug)]
pub(crate) struct Findings {
    pub counter: Counter,
    pub about: About,
}

type Loaded = Result<Vec<EventEnvelope<Finding>>, AggregateError<Refusal>>;

impl EventStore<Finding> for Findings {
    type AC = Held<Finding>;

    async fn load_events(&self, aggregate_id: &str) -> Loaded {
        let mut connection =
            self.counter.desk.database.pool().acquire().await.map_err(|error| within(Error::from(error)))?;
        self.envelopes(&mut connection, aggregate_id).await.map_err(within)
    }

    async fn load_aggregate(&self, aggregate_id: &str) -> Result<Held<Finding>, AggregateError<Refusal>> {
        let mut lock = self.counter.lock(Finding::TYPE, aggregate_id).await.map_err(within)?;
        self.counter.has_seen(read::size(&mut lock).await.map_err(within)?);
        let is_there = self.is_there(&mut lock).await.map_err(within)?;
        let mut aggregate = if is_there { Finding::of(self.about) } else { Finding::default() };
        let mut sequence = 0;
        for event in self.envelopes(&mut lock, aggregate_id).await.map_err(within)? {
            aggregate.apply(event.payload);
            sequence += 1;
        }
        Ok(Held { lock, aggregate, sequence })
    }

    async fn commit(
        &self,
        events: Vec<FindingEvent>,
        mut context: Held<Finding>,
        metadata: HashMap<String, String>,
    ) -> Loaded {
        let mut committed = Vec::with_capacity(events.len());
        for payload in events {
            let entry = FindingEntry { asked: self.counter.asked(), settled: payload.clone() };
            self.counter.append(&mut context.lock, SETTLED, &entry).await.map_err(within)?;
            context.sequence += 1;
            committed.push(EventEnvelope {
                aggregate_id: format!("{:?}", self.about),
                sequence: usize::try_from(context.sequence).unwrap_or(usize::MAX),
                payload,
                metadata: metadata.clone(),
            });
        }
        Ok(committed)
    }
}

impl Findings {
    async fn envelopes(
        &self,
        connection: &mut PgConnection,
        aggregate_id: &str,
    ) -> Result<Vec<EventEnvelope<Finding>>, Error> {
        let settled = operated::settled(connection).await?;
        let own = settled.into_iter().map(|(_, event)| event).filter(|event| event.about == self.about);
        let numbered = own.zip(1..).map(|(payload, sequence)| EventEnvelope {
            aggregate_id: aggregate_id.to_owned(),
            sequence,
            payload,
            metadata: HashMap::new(),
        });
        Ok(numbered.collect())
    }

    /// Whether there is such a thing in these books.
    async fn is_there(&self, connection: &mut PgConnection) -> Result<bool, Error> {
        let position = match self.about {
            About::Conflict(id) => conflict::find(connection, id).await?.map(|found| found.position),
            // What is not in the log is no reason to wait for the read models.
            About::Quarantined(position) if read::record_by_position(connection, position).await?.is_none() => None,
            About::Quarantined(position) => {
                let mut snapshot = self.counter.caught_up(position.saturating_add(1)).await?;
                let outcome = records::of_position(&mut snapshot, position).await?;
                outcome.filter(|outcome| ["quarantined", "needs_fetch"].contains(&&*outcome.outcome)).map(|_| position)
            }
        };
        let Some(position) = position else { return Ok(false) };
        let record = read::record_by_position(connection, position).await?;
        Ok(record.is_some_and(|record| record.scope == self.counter.request.scope))
    }
}
