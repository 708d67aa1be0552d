//! The recorder's loop. It owns one connection, drains what waits into batches, and keeps a batch until the database has answered for it
//! or its patience ends. An attempt whose outcome is unknown is simply tried again: the entries are recognised by their leaf hashes.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use daybook_domain::scope::{Scope, ScopeId};
use sqlx::{Connection, PgConnection};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};

use super::counters::{Counters, count};
use super::{Limits, Recorded, Refused, Waiting};
use crate::log::append::append;
use crate::log::envelope::Sealed;
use crate::{Database, Error, scope};

/// The task of a [`super::Recorder`]. Nothing is appended until it runs.
#[derive(Debug)]
pub struct RecorderTask {
    queue: mpsc::Receiver<Waiting>,
    database: Database,
    connection: Option<PgConnection>,
    scopes: HashMap<Scope, ScopeId>,
    limits: Limits,
    counters: Arc<Counters>,
}

/// The pause after a first failed attempt; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

impl RecorderTask {
    pub(super) fn new(
        queue: mpsc::Receiver<Waiting>,
        database: Database,
        limits: Limits,
        counters: Arc<Counters>,
    ) -> Self {
        Self { queue, database, connection: None, scopes: HashMap::new(), limits, counters }
    }

    /// Appends until `shutdown` is ready or every [`super::Recorder`] is dropped; then takes in nothing more, appends what waits, and ends.
    pub async fn run(mut self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        let mut open = true;
        let mut left_over = None;
        loop {
            let first = if let Some(waiting) = left_over.take() {
                Some(waiting)
            } else {
                tokio::select! {
                    biased;
                    () = &mut shutdown, if open => {
                        self.queue.close();
                        open = false;
                        continue;
                    }
                    waiting = self.queue.recv() => waiting,
                }
            };
            let Some(first) = first else { break };
            let batch = self.drain(first, &mut left_over);
            self.settle(batch).await;
        }
        if let Some(connection) = self.connection.take() {
            // Everything is committed; a connection that cannot say goodbye harms nothing.
            let _ = connection.close().await;
        }
    }

    /// Takes what waits, up to the bounds of a batch. What no longer fits stands in `left_over`.
    fn drain(&mut self, first: Waiting, left_over: &mut Option<Waiting>) -> Vec<Waiting> {
        let mut bytes = first.sealed.incoming.body.len();
        let mut batch = vec![first];
        while batch.len() < self.limits.batch_entries {
            let Ok(next) = self.queue.try_recv() else { break };
            bytes = bytes.saturating_add(next.sealed.incoming.body.len());
            if bytes > self.limits.batch_bytes {
                *left_over = Some(next);
                break;
            }
            batch.push(next);
        }
        batch
    }

    /// Appends a batch and answers each of its callers.
    async fn settle(&mut self, batch: Vec<Waiting>) {
        let (sealed, answers): (Vec<_>, Vec<_>) =
            batch.into_iter().map(|waiting| (waiting.sealed, (waiting.answer, waiting.room))).unzip();
        let results = self.append_with_patience(&sealed).await;
        for ((answer, room), result) in answers.into_iter().zip(results) {
            self.count_result(&result);
            drop(room);
            // A caller that went away needs no answer; its entry is recorded all the same.
            let _ = answer.send(result);
        }
    }

    /// One result for each entry: of the whole batch, or, when the database refuses some of its values, of each entry alone.
    async fn append_with_patience(&mut self, sealed: &[Sealed]) -> Vec<Result<Recorded, Refused>> {
        match self.try_until_answered(sealed).await {
            Ok(outcomes) => outcomes.into_iter().map(Ok).collect(),
            Err(error) if error.is_about_the_values() && sealed.len() > 1 => {
                let mut results = Vec::with_capacity(sealed.len());
                for alone in sealed {
                    let result = self.try_until_answered(std::slice::from_ref(alone)).await;
                    results.push(result.map_err(|error| refusal(&error)).and_then(|outcomes| {
                        outcomes.first().copied().ok_or_else(|| Refused::Unavailable("no answer".into()))
                    }));
                }
                results
            }
            Err(error) => vec![Err(refusal(&error)); sealed.len()],
        }
    }

    async fn try_until_answered(&mut self, sealed: &[Sealed]) -> Result<Vec<Recorded>, Error> {
        let deadline = Instant::now() + self.limits.patience;
        let mut pause = FIRST_PAUSE;
        loop {
            let error = match self.attempt(sealed).await {
                Ok(outcomes) => return Ok(outcomes),
                Err(error) => error,
            };
            self.connection = None;
            count(&self.counters.failed_attempts);
            if error.is_about_the_values() || Instant::now() + pause > deadline {
                tracing::error!(%error, entries = sealed.len(), "a batch could not be appended");
                return Err(error);
            }
            tracing::warn!(%error, entries = sealed.len(), "an append failed and is tried again");
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// One attempt on the connection, which is opened if there is none. After an error the connection must not be used again.
    async fn attempt(&mut self, sealed: &[Sealed]) -> Result<Vec<Recorded>, Error> {
        let limit = self.limits.attempt;
        timeout(limit, self.attempt_without_limit(sealed))
            .await
            .unwrap_or(Err(Error::TooSlow { seconds: limit.as_secs() }))
    }

    async fn attempt_without_limit(&mut self, sealed: &[Sealed]) -> Result<Vec<Recorded>, Error> {
        if self.connection.is_none() {
            count(&self.counters.connections);
            self.connection = Some(PgConnection::connect_with(&self.database.appender_options()).await?);
        }
        let Some(connection) = self.connection.as_mut() else { return Err(Error::Database(sqlx::Error::PoolClosed)) };
        for sealed in sealed {
            let scope = &sealed.incoming.scope;
            if !self.scopes.contains_key(scope) {
                let id = scope::intern(connection, scope).await?;
                self.scopes.insert(scope.clone(), id);
            }
        }
        let start = Instant::now();
        let outcomes = append(connection, sealed, &self.scopes).await?;
        let microseconds = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.counters.append_microseconds.fetch_add(microseconds, Ordering::Relaxed);
        count(&self.counters.batches);
        Ok(outcomes)
    }

    fn count_result(&self, result: &Result<Recorded, Refused>) {
        count(match result {
            Ok(Recorded::Appended(_)) => &self.counters.appended,
            Ok(Recorded::Duplicate(_)) => &self.counters.duplicates,
            Ok(Recorded::Conflict(_)) => &self.counters.conflicts,
            Err(Refused::Rejected(_)) => &self.counters.rejected,
            Err(_) => &self.counters.unavailable,
        });
    }
}

fn refusal(error: &Error) -> Refused {
    let text = error.to_string().into();
    if error.is_about_the_values() { Refused::Rejected(text) } else { Refused::Unavailable(text) }
}
