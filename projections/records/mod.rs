//! What came of each record, and the ids by which it can be found.

mod read;
mod unread;

pub use read::{
    Found, Outcome, Subject, about, find_by_object, of_position, of_positions, positions_of_events, search,
};
pub use unread::{NotTakenIn, Unread, not_taken_in, unread};

use daybook_domain::scope::ScopeId;

use crate::copy::{Rows, Table};

/// Its table.
pub const TABLE: Table =
    Table { name: "record_outcome", columns: &["position", "scope", "object_id", "customer", "outcome", "reason"] };

/// What came of one record.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Which record.
    pub position: i64,
    /// Whose books.
    pub scope: ScopeId,
    /// The object it is about.
    pub object_id: Option<&'a str>,
    /// The customer it names.
    pub customer: Option<&'a str>,
    /// `translated`, `without_effect`, `needs_fetch` or `quarantined`.
    pub outcome: &'static str,
    /// Why.
    pub reason: Option<&'a str>,
}

/// Adds the row of one record.
pub fn add(rows: &mut Rows, entry: &Entry<'_>) {
    let _complete = rows
        .row()
        .bigint(entry.position)
        .integer(entry.scope.0)
        .optional_text(entry.object_id)
        .optional_text(entry.customer)
        .text(entry.outcome)
        .optional_text(entry.reason);
}
