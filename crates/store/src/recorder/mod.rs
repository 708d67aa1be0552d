//! The recorder: one task per process that appends whatever waits, many entries to one transaction, and answers each after the
//! durable commit and only then. A caller that goes away cancels nothing: its entry belongs to the task from the moment it is queued.
//! The queue is bounded by entries and by bytes; when it is full, callers are told so instead of piling up.
//!
//! # Layout
//! - [`task`]: the loop, its connection and its patience
//! - [`counters`]: what it has done so far

mod counters;
mod task;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

pub use crate::log::classify::Recorded;
use crate::log::envelope::{FieldError, Incoming, Sealed};
pub use counters::{Counters, CountersSnapshot};
pub use task::RecorderTask;

use crate::Database;

/// The bounds of a recorder.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// entries that may wait
    pub queue_entries: usize,
    /// bytes of bodies that may wait; a single larger body waits alone
    pub queue_bytes: u32,
    /// entries of one transaction
    pub batch_entries: usize,
    /// bytes of bodies of one transaction; a single larger body goes alone
    pub batch_bytes: usize,
    /// how long a batch is tried again while the database does not answer, before its callers are told
    pub patience: std::time::Duration,
    /// how long a single attempt may take
    pub attempt: std::time::Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            queue_entries: 4096,
            queue_bytes: 64 * 1024 * 1024,
            batch_entries: 512,
            batch_bytes: 8 * 1024 * 1024,
            patience: std::time::Duration::from_secs(5),
            attempt: std::time::Duration::from_secs(30),
        }
    }
}

/// Why an entry was not recorded. It may be handed in again after any of these but [`Refused::Field`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The queue is full.
    #[error("the recorder's queue is full")]
    Busy,
    /// The recorder has stopped or is stopping.
    #[error("the recorder has stopped")]
    Stopped,
    /// A field cannot be stored.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// The database did not answer for longer than the recorder's patience. The entry may be in the log all the same.
    #[error("the database is not available: {0}")]
    Unavailable(Arc<str>),
    /// The database refuses these values, and would again.
    #[error("the database refuses the entry: {0}")]
    Rejected(Arc<str>),
}

/// The way in. Cheap to clone; all clones feed the same task.
#[derive(Clone, Debug)]
pub struct Recorder {
    queue: mpsc::Sender<Waiting>,
    room: Arc<Semaphore>,
    limits: Limits,
    counters: Arc<Counters>,
}

/// The answer to come for an entry that is queued. Dropping it cancels nothing.
#[derive(Debug)]
pub struct Ticket(oneshot::Receiver<Result<Recorded, Refused>>);

/// An entry in the queue, with its share of the room.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub sealed: Sealed,
    pub answer: oneshot::Sender<Result<Recorded, Refused>>,
    pub room: OwnedSemaphorePermit,
}

impl Recorder {
    /// A recorder for this database, and its task, which the caller spawns with its shutdown.
    pub fn new(database: &Database, limits: Limits) -> (Self, RecorderTask) {
        let (sender, receiver) = mpsc::channel(limits.queue_entries.max(1));
        let counters = Arc::new(Counters::default());
        let room = Arc::new(Semaphore::new(limits.queue_bytes.max(1) as usize));
        let task = RecorderTask::new(receiver, database.clone(), limits, Arc::clone(&counters));
        (Self { queue: sender, room, limits, counters }, task)
    }

    /// Queues an entry if there is room now. For webhooks: Stripe delivers again.
    ///
    /// # Errors
    /// [`Refused::Busy`], [`Refused::Stopped`] or [`Refused::Field`].
    pub fn try_record(&self, incoming: Incoming) -> Result<Ticket, Refused> {
        let permits = self.permits(&incoming);
        let sealed = Sealed::seal(incoming, rand::random())?;
        let room = Arc::clone(&self.room).try_acquire_many_owned(permits).map_err(|_| self.busy())?;
        let (waiting, ticket) = waiting(sealed, room);
        self.queue.try_send(waiting).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => self.busy(),
            mpsc::error::TrySendError::Closed(_) => Refused::Stopped,
        })?;
        Ok(ticket)
    }

    /// Queues an entry, waiting for room. For imports and operators.
    ///
    /// # Errors
    /// [`Refused::Stopped`] or [`Refused::Field`].
    pub async fn enqueue(&self, incoming: Incoming) -> Result<Ticket, Refused> {
        let permits = self.permits(&incoming);
        let sealed = Sealed::seal(incoming, rand::random())?;
        let room = Arc::clone(&self.room).acquire_many_owned(permits).await.map_err(|_| Refused::Stopped)?;
        let (waiting, ticket) = waiting(sealed, room);
        self.queue.send(waiting).await.map_err(|_| Refused::Stopped)?;
        Ok(ticket)
    }

    /// Queues an entry, waiting for room, and waits until it is durable.
    ///
    /// # Errors
    /// Any [`Refused`] but [`Refused::Busy`].
    pub async fn record(&self, incoming: Incoming) -> Result<Recorded, Refused> {
        self.enqueue(incoming).await?.wait().await
    }

    /// What the recorder has done so far.
    pub fn counters(&self) -> CountersSnapshot {
        let waiting = self.queue.max_capacity().saturating_sub(self.queue.capacity());
        let free = self.room.available_permits();
        self.counters.snapshot(waiting, (self.limits.queue_bytes as usize).saturating_sub(free))
    }

    /// The room an entry takes. A body larger than the whole queue takes all of it.
    fn permits(&self, incoming: &Incoming) -> u32 {
        let bytes = u32::try_from(incoming.body.len()).unwrap_or(u32::MAX);
        bytes.clamp(1, self.limits.queue_bytes.max(1))
    }

    fn busy(&self) -> Refused {
        self.counters.busy.fetch_add(1, Ordering::Relaxed);
        Refused::Busy
    }
}

impl Ticket {
    /// Waits until the entry is durable, or refused.
    ///
    /// # Errors
    /// [`Refused::Unavailable`], [`Refused::Rejected`] or [`Refused::Stopped`].
    pub async fn wait(self) -> Result<Recorded, Refused> {
        self.0.await.unwrap_or(Err(Refused::Stopped))
    }
}

fn waiting(sealed: Sealed, room: OwnedSemaphorePermit) -> (Waiting, Ticket) {
    let (answer, ticket) = oneshot::channel();
    (Waiting { sealed, answer, room }, Ticket(ticket))
}
