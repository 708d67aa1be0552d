//! What the aggregates took in, in the layout of cqrs-es. Written by the worker only, never changed.

mod read;

pub use read::{Led, Stored, caused_by, load};

use daybook_domain::{order::Moment, scope::ScopeId};
use serde::Serialize;

use crate::copy::{Rows, Table};

/// Its table.
pub const TABLE: Table = Table {
    name: "event",
    columns: &[
        "aggregate_type",
        "aggregate_id",
        "sequence",
        "event_type",
        "event_version",
        "payload",
        "metadata",
        "position",
    ],
};

/// One event of an aggregate, about to be stored.
#[derive(Debug)]
pub struct Taken<'a, E> {
    /// `Aggregate::TYPE`
    pub aggregate_type: &'static str,
    /// Whose books.
    pub scope: ScopeId,
    /// The aggregate's id at Stripe.
    pub id: &'a str,
    /// Its place among the aggregate's events, from 1.
    pub sequence: i64,
    /// The event.
    pub event: &'a E,
    /// When it happened, and the Stripe event behind it.
    pub moment: &'a Moment,
    /// The record that led to it.
    pub position: i64,
}

/// What goes with an event: everything is text, because cqrs-es reads it so.
#[derive(Serialize)]
struct Metadata<'a> {
    effective: String,
    position: String,
    cause: &'a str,
}

/// The id under which an aggregate's events are stored.
pub fn aggregate_id(scope: ScopeId, id: &str) -> String {
    format!("{scope}/{id}")
}

/// Adds the row of one event.
pub fn add<E: cqrs_es::DomainEvent>(rows: &mut Rows, taken: &Taken<'_, E>) {
    let metadata = Metadata {
        effective: taken.moment.at.unix().to_string(),
        position: taken.position.to_string(),
        cause: taken.moment.event.as_str(),
    };
    let _complete = rows
        .row()
        .text(taken.aggregate_type)
        .text(&aggregate_id(taken.scope, taken.id))
        .bigint(taken.sequence)
        .text(&taken.event.event_type())
        .text(&taken.event.event_version())
        .json(taken.event)
        .json(&metadata)
        .bigint(taken.position);
}
