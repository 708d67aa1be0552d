//! The event store of customers. Their events are the worker's to write: opening reads them from the live generation, under the customer's lock and
//! in one snapshot with all else that bears on the act, and committing hands what was accepted to the log, from which the worker makes them.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use cqrs_es::{Aggregate, AggregateError, EventEnvelope, EventStore};
use daybook_domain::{
    customer::{Circumstances, Customer, CustomerEvent, Error as Refusal, Insistence},
    id::CustomerId,
};
use daybook_projections::aggregates;
use daybook_store::{log::read, operated::CustomerEntry};
use sqlx::PgConnection;

use crate::{
    Error, circumstances,
    counter::{Counter, Held, within},
};

/// The store for one act on one customer.
#[derive(Debug)]
pub(crate) struct Customers {
    counter: Counter,
    customer: CustomerId,
    /// Taken when the framework asks for the customer.
    held: Mutex<Option<Held<Customer>>>,
}

impl Customers {
    /// Takes the customer's lock, waits until everything that the log holds by then has been applied, and reads the customer and what else
    /// bears on the act.
    pub async fn open(
        counter: Counter,
        customer: CustomerId,
        aggregate_id: &str,
        insistence: Insistence,
    ) -> Result<(Self, Circumstances), Error> {
        let mut lock = counter.lock(Customer::TYPE, aggregate_id).await?;
        let size = read::size(&mut lock).await?;
        let mut snapshot = counter.caught_up(size).await?;
        counter.has_seen(snapshot.size());
        let scope = counter.request.scope;
        let circumstances = circumstances::of(&mut snapshot, scope, customer.as_str(), insistence).await?;
        let events = envelopes(&mut snapshot, aggregate_id).await?;
        snapshot.end().await?;
        let mut held = Held { lock, aggregate: Customer::default(), sequence: 0 };
        for event in events {
            held.aggregate.apply(event.payload);
            held.sequence = i64::try_from(event.sequence).unwrap_or(i64::MAX);
        }
        Ok((Self { counter, customer, held: Mutex::new(Some(held)) }, circumstances))
    }
}

type Loaded = Result<Vec<EventEnvelope<Customer>>, AggregateError<Refusal>>;

impl EventStore<Customer> for Customers {
    type AC = Held<Customer>;

    async fn load_events(&self, aggregate_id: &str) -> Loaded {
        let mut snapshot = self.counter.caught_up(0).await.map_err(within)?;
        envelopes(&mut snapshot, aggregate_id).await.map_err(within)
    }

    async fn load_aggregate(&self, _aggregate_id: &str) -> Result<Held<Customer>, AggregateError<Refusal>> {
        // The framework loads once for each act; whoever came a second time would have no lock.
        self.held.lock().unwrap_or_else(PoisonError::into_inner).take().ok_or(AggregateError::AggregateConflict)
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
