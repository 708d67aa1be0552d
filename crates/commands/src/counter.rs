//! What every act does alike: take the aggregate's lock, wait until what the log holds has been applied, append, and find an earlier attempt.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use cqrs_es::{Aggregate, AggregateContext, AggregateError};
use daybook_domain::{order::Moment, scope::Scope};
use daybook_store::{
    Database, Incoming, Recorded, Source, generation, operated, recorder::Refused, snapshot::Snapshot,
};
use serde::Serialize;
use serde_json::Value;
use sqlx::{Postgres, Transaction};
use tokio::time::{Instant, sleep};

use crate::{
    Desk, Error, Request,
    request::{Done, Receipt},
};

/// The pause between two looks at the checkpoint, at first and at last.
const PAUSES: (u64, u64) = (2, 50);

/// One act on its way.
#[derive(Clone, Debug)]
pub(crate) struct Counter {
    pub desk: Desk,
    pub request: Arc<Request>,
    pub scope: Scope,
    /// Of the record that would be made.
    pub moment: Moment,
    done: Arc<OnceLock<Done>>,
    /// How many records the decision has seen.
    seen: Arc<OnceLock<i64>>,
}

/// An aggregate under its lock, which is held until this is dropped.
#[derive(Debug)]
pub(crate) struct Held<A> {
    pub lock: Transaction<'static, Postgres>,
    pub aggregate: A,
    pub sequence: i64,
}

impl<A: Aggregate> AggregateContext<A> for Held<A> {
    fn aggregate(&mut self) -> &mut A {
        &mut self.aggregate
    }
}

impl Counter {
    pub fn new(desk: &Desk, request: Request, scope: Scope) -> Result<Self, Error> {
        let moment = request.moment(&scope)?;
        Ok(Self {
            desk: desk.clone(),
            request: Arc::new(request),
            scope,
            moment,
            done: Arc::default(),
            seen: Arc::default(),
        })
    }

    /// What came of it, once the framework has done its work.
    pub fn done(&self) -> Done {
        let so_already = || Done::SoAlready { size: self.seen.get().copied().unwrap_or_default() };
        self.done.get().cloned().unwrap_or_else(so_already)
    }

    /// Notes how many records the decision is made against.
    pub fn has_seen(&self, size: i64) {
        let _ = self.seen.set(size);
    }

    /// The first answer under the same key, if there is one.
    pub async fn repeated(&self) -> Result<Option<Done>, Error> {
        if self.request.key.is_none() {
            return Ok(None);
        }
        let mut connection = self.desk.database.pool().acquire().await?;
        let Some(found) = operated::find(&mut connection, self.moment.event.as_str()).await? else { return Ok(None) };
        if found.scope != self.request.scope || found.asked != self.request.asked {
            return Err(Error::KeyReused { position: found.position });
        }
        Ok(Some(Done::Repeated(Receipt { record: self.moment.event.clone(), position: found.position })))
    }

    /// The lock of one aggregate: whoever else wants it waits until the transaction ends.
    pub async fn lock(&self, aggregate: &str, id: &str) -> Result<Transaction<'static, Postgres>, Error> {
        let mut transaction = self.desk.database.pool().begin().await?;
        let patience = format!("{}ms", self.desk.limits.patience.as_millis());
        sqlx::query_scalar!("select set_config('lock_timeout', $1, true)", patience)
            .fetch_one(&mut *transaction)
            .await?;
        let name = format!("daybook command {aggregate} {id}");
        let locked = sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", name)
            .execute(&mut *transaction)
            .await;
        match locked {
            Ok(_) => Ok(transaction),
            Err(sqlx::Error::Database(refusal)) if refusal.code().as_deref() == Some("55P03") => Err(Error::Busy),
            Err(error) => Err(error.into()),
        }
    }

    /// The read models once they have applied so many records.
    pub async fn caught_up(&self, wanted: i64) -> Result<Snapshot, Error> {
        caught_up(&self.desk.database, wanted, self.desk.limits.patience).await
    }

    /// Appends what was accepted, and returns when it is durable. The lock must still be held: without it the decision may be an old one.
    pub async fn append(
        &self,
        lock: &mut Transaction<'static, Postgres>,
        kind: &str,
        body: &impl Serialize,
    ) -> Result<(), Error> {
        sqlx::query_scalar!(r#"select 1 as "held!""#).fetch_one(&mut **lock).await?;
        let incoming = Incoming {
            event_id: self.moment.event.clone(),
            kind: kind.to_owned(),
            scope: self.scope.clone(),
            api_version: None,
            created: Some(self.moment.at.unix()),
            body: Bytes::from(serde_json::to_vec(body)?),
            source: Source::Operator,
            received_at: self.request.now,
            endpoint: None,
            secret_label: None,
            signature: None,
        };
        let done = match self.desk.recorder.record(incoming).await {
            Ok(Recorded::Appended(position)) => Done::Recorded(Receipt { record: self.moment.event.clone(), position }),
            // An attempt whose end nobody saw was committed after we had looked.
            Ok(Recorded::Duplicate(position) | Recorded::Conflict(position)) => {
                self.repeated().await?.ok_or(Error::KeyReused { position })?
            }
            Err(Refused::Field(error)) => return Err(Error::Store(error.into())),
            Err(error) => return Err(Error::Unknown(error)),
        };
        let _ = self.done.set(done);
        Ok(())
    }

    /// What was asked for, as the record keeps it.
    pub fn asked(&self) -> Value {
        self.request.asked.clone()
    }
}

/// The read models once they have applied so many records.
pub(crate) async fn caught_up(database: &Database, wanted: i64, patience: Duration) -> Result<Snapshot, Error> {
    let deadline = Instant::now() + patience;
    let mut pause = PAUSES.0;
    loop {
        let mut snapshot = Snapshot::begin(database.pool()).await?;
        let size = snapshot.size();
        if size >= wanted && !generation::pointer(&mut snapshot).await?.is_empty() {
            return Ok(snapshot);
        }
        snapshot.end().await?;
        if Instant::now() >= deadline {
            return Err(Error::Behind { wanted, size });
        }
        sleep(Duration::from_millis(pause)).await;
        pause = (pause * 2).min(PAUSES.1);
    }
}

/// An error of ours on its way through the framework.
pub(crate) fn within<E: std::error::Error>(error: impl Into<Error>) -> AggregateError<E> {
    AggregateError::UnexpectedError(Box::new(error.into()))
}

/// An error of the framework as ours.
pub(crate) fn outside<E: std::error::Error>(error: AggregateError<E>, refused: impl FnOnce(E) -> Error) -> Error {
    match error {
        AggregateError::UserError(error) => refused(error),
        AggregateError::AggregateConflict => Error::Busy,
        AggregateError::DatabaseConnectionError(inner)
        | AggregateError::DeserializationError(inner)
        | AggregateError::UnexpectedError(inner) => match inner.downcast::<Error>() {
            Ok(error) => *error,
            Err(other) => Error::Unwritable(serde::ser::Error::custom(other)),
        },
    }
}
