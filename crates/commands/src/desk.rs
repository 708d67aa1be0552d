//! Where acts are asked for. A caller that goes away must not let go of the lock while its record is on the way: acts are done in a task of their own.

use std::sync::Arc;
use std::time::Duration;

use cqrs_es::CqrsFramework;
use daybook_domain::{
    customer::{Act, CustomerCommand, Insistence, Operated},
    finding::{About, FindingCommand, FindingEvent, Stands},
    id::CustomerId,
    scope::Scope,
};
use daybook_projections::aggregates::aggregate_id;
use daybook_store::{Database, Recorder, scope};
use tokio::{sync::Semaphore, time::timeout};

use crate::{
    Error, Request,
    counter::{Counter, caught_up, outside},
    customers::Customers,
    findings::Findings,
    request::Done,
};

/// The bounds of a desk.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long an act waits for its turn, for its aggregate's lock, and for the read models, each. A question over HTTP ends after ten seconds.
    pub patience: Duration,
    /// So many acts at once at most, each with two connections; fewer where the pool has less than twice as many.
    pub at_once: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { patience: Duration::from_secs(3), at_once: 4 }
    }
}

/// The desk. Cheap to clone; all clones share its bounds.
#[derive(Clone, Debug)]
pub struct Desk {
    pub(crate) database: Database,
    pub(crate) recorder: Recorder,
    pub(crate) limits: Limits,
    room: Arc<Semaphore>,
}

impl Desk {
    /// A desk that records through this recorder.
    pub fn new(database: &Database, recorder: &Recorder, limits: Limits) -> Self {
        let connections = usize::try_from(database.pool().options().get_max_connections()).unwrap_or(usize::MAX);
        let room = Arc::new(Semaphore::new(limits.at_once.min(connections / 2).max(1)));
        Self { database: database.clone(), recorder: recorder.clone(), limits, room }
    }

    /// Acts on a customer. What is asked for is the same under one key, or it is refused.
    ///
    /// # Errors
    /// Any [`Error`]; nothing was recorded then, except perhaps after [`Error::Unknown`].
    pub async fn act(
        &self,
        request: Request,
        customer: CustomerId,
        act: Act,
        insistence: Insistence,
    ) -> Result<Done, Error> {
        let desk = self.clone();
        detached(async move { desk.do_act(request, customer, act, insistence).await }).await
    }

    /// Settles a finding.
    ///
    /// # Errors
    /// Like [`Desk::act`].
    pub async fn settle(&self, request: Request, about: About, stands: Stands) -> Result<Done, Error> {
        let desk = self.clone();
        detached(async move { desk.do_settle(request, about, stands).await }).await
    }

    /// Whether so many records have been applied before patience ends. Whoever is answered afterwards sees them.
    pub async fn is_applied(&self, size: i64) -> bool {
        caught_up(&self.database, size, self.limits.patience).await.is_ok()
    }

    async fn do_act(
        &self,
        request: Request,
        customer: CustomerId,
        act: Act,
        insistence: Insistence,
    ) -> Result<Done, Error> {
        let _room = self.room().await?;
        let scope = self.scope(request.scope).await?;
        let counter = Counter::new(self, request, scope)?;
        if let Some(done) = counter.repeated().await? {
            return Ok(done);
        }
        let id = aggregate_id(counter.request.scope, customer.as_str());
        let (customers, circumstances) = Customers::open(counter.clone(), customer, &id, insistence).await?;
        let by = counter.request.by.clone();
        let operated = Operated { moment: counter.moment.clone(), by, act };
        let framework = CqrsFramework::new(customers, Vec::new(), ());
        let command = CustomerCommand::Operate { operated: Box::new(operated), circumstances: Box::new(circumstances) };
        let executed = framework.execute(&id, command).await;
        answer(&counter, executed.map_err(|error| outside(error, Error::Customer))).await
    }

    async fn do_settle(&self, request: Request, about: About, stands: Stands) -> Result<Done, Error> {
        let _room = self.room().await?;
        let scope = self.scope(request.scope).await?;
        let counter = Counter::new(self, request, scope)?;
        if let Some(done) = counter.repeated().await? {
            return Ok(done);
        }
        let by = counter.request.by.clone();
        let event = FindingEvent { moment: counter.moment.clone(), by, about, stands };
        let framework = CqrsFramework::new(Findings { counter: counter.clone(), about }, Vec::new(), ());
        let executed = framework.execute(&format!("{about:?}"), FindingCommand(event)).await;
        answer(&counter, executed.map_err(|error| outside(error, Error::Finding))).await
    }

    async fn room(&self) -> Result<tokio::sync::SemaphorePermit<'_>, Error> {
        match timeout(self.limits.patience, self.room.acquire()).await {
            Ok(Ok(room)) => Ok(room),
            _ => Err(Error::Busy),
        }
    }

    async fn scope(&self, id: daybook_domain::scope::ScopeId) -> Result<Scope, Error> {
        let mut connection = self.database.pool().acquire().await?;
        let scope = scope::all(&mut connection).await?.remove(&id);
        scope.ok_or_else(|| Error::Store(sqlx::Error::RowNotFound.into()))
    }
}

/// What is answered. Whoever had to wait for another attempt under the same key is told what came of that one, and not that all is so already.
async fn answer(counter: &Counter, executed: Result<(), Error>) -> Result<Done, Error> {
    let own = executed.map(|()| counter.done());
    match &own {
        Ok(Done::SoAlready { .. }) | Err(Error::Customer(_) | Error::Finding(_)) => match counter.repeated().await? {
            Some(done) => Ok(done),
            None => own,
        },
        _ => own,
    }
}

/// Goes on when whoever asked does not.
async fn detached<T: Send + 'static>(
    work: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    match tokio::spawn(work).await {
        Ok(done) => done,
        Err(_) => Err(Error::Busy),
    }
}
