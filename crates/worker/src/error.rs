//! What can go wrong between the log and the read models.

use daybook_domain::id::ObjectRef;

/// Everything this crate's functions can fail with.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The log, a checkpoint or a lease could not be read or moved.
    #[error(transparent)]
    Store(#[from] daybook_store::Error),
    /// The database refused a statement or could not be reached.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// A stored state was written by another version of the code, or was damaged.
    #[error("the stored state of {object} cannot be read by this version: run `daybook rebuild --all`")]
    UnreadableState {
        /// Whose state.
        object: ObjectRef,
    },
    /// There is no read model of this name.
    #[error("there is no read model {name:?}; there are: {}", known.join(", "))]
    UnknownReadModel {
        /// The name asked for.
        name: String,
        /// The names there are.
        known: Vec<&'static str>,
    },
    /// A rebuild is running already.
    #[error("another rebuild is running; wait for it to end, or for its lease to expire")]
    AlreadyRebuilding,
    /// A rebuild was switched in between two batches: the worker begins again with what is live now.
    #[error("the live generations were switched")]
    Switched,
    /// The log did not give the record that comes next.
    #[error("the log did not give record {expected}, which comes next: run `daybook doctor`")]
    Gap {
        /// Its position.
        expected: i64,
    },
    /// So much happened around a customer that one question may not fold it all anew.
    #[error("more than {most} records are about this customer: answers about its past are not given at once")]
    LongPast {
        /// How many are folded at most.
        most: usize,
    },
    /// The log was so long that one question may not fold all of it anew.
    #[error(
        "more than {most} records were known then: `daybook balances --trial --known-at` folds them, over HTTP nobody waits so long"
    )]
    LongLog {
        /// How many are folded at most.
        most: i64,
    },
    /// A rebuild was asked to stop before its end; the read models are as they were.
    #[error("stopped before the end; the read models are as they were")]
    Stopped,
}
