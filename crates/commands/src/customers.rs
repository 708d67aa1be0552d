//! The event store of customers. Their events are the worker's to write: loading reads them from the live generation, and committing hands what was
//! accepted to the log, from which the worker makes them.

use std::collections::HashMap;

use cqrs_es::{Aggregate, AggregateError, EventEnvelope, EventStore};
use daybook_domain::{
    customer::{Customer, CustomerEvent, Error as Refusal},
    id::CustomerId,
};
use daybook_projections::aggregates;
use daybook_store::{log::read, operated::CustomerEntry};
use sqlx::PgConnection;

use crate::{
    Error,
    counter::{Counter, Held, within},
};

/// The store for one act on one customer.
#[derive(Debug)]
pub(crate) struct Customers {
    pub counter: Counter,
    pub customer: CustomerId,
}

type Loaded = Result<Vec<EventEnvelope<Customer>>, AggregateError<Refusal>>;

impl EventStore<Customer> for Customers {
    type AC = Held<Customer>;

    async fn load_events(&self, aggregate_id: &str) -> Loaded {
        let mut snapshot = self.counter.caught_up(0).await.map_err(within)?;
        envelopes(&mut snapshot, aggregate_id).await.map_err(within)
    }

    async fn load_aggregate(&self, aggregate_id: &str) -> Result<Held<Customer>, AggregateError<Refusal>> {
        let mut lock = self.counter.lock(Customer::TYPE, aggregate_id).await.map_err(within)?;
        let size = read::size(&mut lock).await.map_err(within)?;
        let mut snapshot = self.counter.caught_up(size).await.map_err(within)?;
        let events = envelopes(&mut snapshot, aggregate_id).await.map_err(within)?;
        snapshot.end().await.map_err(within)?;
        let mut held = Held { lock, aggregate: Customer::default(), sequence: 0 };
        for event in events {
            held.aggregate.apply(event.payload);
            held.sequence = i64::try_from(event.sequence).unwrap_or(i64::MAX);
        }
        Ok(held)
    }

    async fn commit(
        &self,
        events: Vec<CustomerEvent>,
        mut context: Held<Customer>,
        metadata: HashMap<String, String>,
    ) -> Loaded {
        let mut committed = Vec::with_capacity(events.len());
        for payload in events {
            let CustomerEvent::Operated(operated) = &payload else { continue };
            let entry = CustomerEntry {
                customer: self.customer.clone(),
                asked: self.counter.asked(),
                operated: operated.as_ref().clone(),
            };
            self.counter.append(&mut context.lock, operated.act.kind(), &entry).await.map_err(within)?;
            context.sequence += 1;
            committed.push(EventEnvelope {
                aggregate_id: self.customer.to_string(),
                sequence: usize::try_from(context.sequence).unwrap_or(usize::MAX),
                payload,
                metadata: metadata.clone(),
            });
        }
        Ok(committed)
    }
}

async fn envelopes(connection: &mut PgConnection, aggregate_id: &str) -> Result<Vec<EventEnvelope<Customer>>, Error> {
    let stored = aggregates::load(connection, Customer::TYPE, aggregate_id).await?;
    let envelopes = stored.into_iter().map(|event| {
        let unreadable =
            |source| Error::Unreadable { aggregate: aggregate_id.to_owned(), sequence: event.sequence, source };
        Ok(EventEnvelope {
            aggregate_id: aggregate_id.to_owned(),
            sequence: usize::try_from(event.sequence).unwrap_or(usize::MAX),
            payload: serde_json::from_value(event.payload).map_err(unreadable)?,
            metadata: event.metadata,
        })
    });
    envelopes.collect()
}
