//! The desk where questions are gathered. Each of a few lanes takes whatever waits and asks the database once for all of it, so that the price of a round
//! trip is shared by those who come at the same moment. The work is detached from the requests: one that goes away disturbs nobody. Nobody waits longer
//! than the desk's patience, and no more wait than it has room for.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use daybook_domain::scope::ScopeId;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::answer::Positions;
use super::facts::{Facts, Subjects};
use super::lane::{Failure, Lane};
use super::policies::Policies;
use crate::Problem;
use crate::config::QuestionLimits;

/// Subjects and events that are asked about in one statement; a larger question goes alone.
const TOGETHER: usize = 512;

/// Where an answer is waited for.
type Answer<T> = oneshot::Sender<Result<T, Problem>>;

/// A question that waits.
#[derive(Debug)]
enum Waiting {
    Facts { scope: ScopeId, subjects: Subjects, answer: Answer<Facts> },
    Positions { events: Vec<String>, answer: Answer<Positions> },
}

impl Waiting {
    fn weight(&self) -> usize {
        match self {
            Self::Facts { subjects, .. } => subjects.len(),
            Self::Positions { events, .. } => events.len(),
        }
    }
}

/// Who waits, and the lanes that nobody uses.
#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    idle: Vec<Lane>,
    working: usize,
}

/// The desk.
#[derive(Debug)]
pub struct Desk {
    options: PgConnectOptions,
    limits: QuestionLimits,
    policies: Policies,
    queue: Mutex<Queue>,
}

impl Desk {
    /// A desk with lanes to the database of this pool, opened when they are needed.
    pub fn new(pool: &PgPool, limits: QuestionLimits) -> Arc<Self> {
        let patience = format!("{}ms", limits.patience.as_millis());
        // The statements reach everything by index. A plan made while a generation was small must not scan it when it is large.
        let options = pool.connect_options().as_ref().clone().application_name("daybook questions").options([
            ("statement_timeout", patience.as_str()),
            ("idle_in_transaction_session_timeout", "10s"),
            ("default_transaction_read_only", "on"),
            ("plan_cache_mode", "force_generic_plan"),
            ("jit", "off"),
            ("enable_seqscan", "off"),
            ("enable_hashjoin", "off"),
            ("enable_mergejoin", "off"),
        ]);
        Arc::new(Self { options, limits, policies: Policies::default(), queue: Mutex::default() })
    }

    /// The facts about some subjects of a scope, all at one size.
    ///
    /// # Errors
    /// [`Problem::Busy`] when too many wait, or what the database says, soon.
    pub async fn facts(self: &Arc<Self>, scope: ScopeId, subjects: Subjects) -> Result<Facts, Problem> {
        let (answer, answered) = oneshot::channel();
        self.ask(Waiting::Facts { scope, subjects, answer })?;
        self.answered(answered).await
    }

    /// Where these events stand in the log.
    ///
    /// # Errors
    /// Like [`Desk::facts`].
    pub async fn positions(self: &Arc<Self>, events: Vec<String>) -> Result<Positions, Problem> {
        if events.is_empty() {
            return Ok(Positions::new());
        }
        let (answer, answered) = oneshot::channel();
        self.ask(Waiting::Positions { events, answer })?;
        self.answered(answered).await
    }

    async fn answered<T>(&self, answer: oneshot::Receiver<Result<T, Problem>>) -> Result<T, Problem> {
        // One patience for the batch that is on its way, one for the own.
        match timeout(self.limits.patience.saturating_mul(2), answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(Problem::Stopping),
            Err(_) => Err(self.too_slow().into()),
        }
    }

    fn too_slow(&self) -> daybook_store::Error {
        daybook_store::Error::TooSlow { seconds: self.limits.patience.as_secs() }
    }

    fn ask(self: &Arc<Self>, question: Waiting) -> Result<(), Problem> {
        let mut queue = self.queue();
        if queue.waiting.len() >= self.limits.waiting {
            return Err(Problem::Busy);
        }
        queue.waiting.push_back(question);
        if queue.working < self.limits.lanes.max(1) {
            queue.working += 1;
            let lane = queue.idle.pop();
            drop(queue);
            tokio::spawn(Arc::clone(self).work(lane));
        }
        Ok(())
    }

    /// Answers until nobody waits.
    async fn work(self: Arc<Self>, mut lane: Option<Lane>) {
        // A connection that nobody used for a while may be gone.
        if let Some(rested) = &mut lane
            && !matches!(timeout(self.limits.patience, rested.still_answers()).await, Ok(true))
        {
            lane = None;
        }
        while let Some(batch) = self.next(&mut lane) {
            if lane.is_none() {
                lane = match timeout(self.limits.patience, Lane::open(&self.options)).await {
                    Ok(Ok(lane)) => Some(lane),
                    Ok(Err(failure)) => {
                        refuse(batch, &failure);
                        continue;
                    }
                    Err(_) => {
                        refuse(batch, &Arc::new(self.too_slow()));
                        continue;
                    }
                };
            }
            lane = self.answer(lane, batch).await;
        }
    }

    /// What is to be answered next. When nobody waits, the lane is given back in the same moment, so that nobody comes between.
    fn next(&self, lane: &mut Option<Lane>) -> Option<Vec<Waiting>> {
        let mut queue = self.queue();
        let (mut batch, mut weight) = (Vec::new(), 0_usize);
        while queue.waiting.front().is_some_and(|next| weight == 0 || weight + next.weight() <= TOGETHER) {
            let next = queue.waiting.pop_front();
            weight += next.as_ref().map_or(0, Waiting::weight).max(1);
            batch.extend(next);
        }
        if batch.is_empty() {
            queue.working -= 1;
            queue.idle.extend(lane.take());
            return None;
        }
        Some(batch)
    }

    /// Answers a batch; gives the lane back if it is still good.
    async fn answer(&self, lane: Option<Lane>, batch: Vec<Waiting>) -> Option<Lane> {
        let mut lane = lane?;
        let (mut facts, mut positions) = (Vec::new(), Vec::new());
        for waiting in batch {
            match waiting {
                Waiting::Facts { scope, subjects, answer } if !answer.is_closed() => {
                    facts.push(((scope, subjects), answer));
                }
                Waiting::Positions { events, answer } if !answer.is_closed() => positions.push((events, answer)),
                _ => {}
            }
        }
        let mut good = self.answer_positions(&mut lane, positions).await;
        good &= self.answer_facts(&mut lane, facts).await;
        good.then_some(lane)
    }

    async fn answer_positions(&self, lane: &mut Lane, asked: Vec<(Vec<String>, Answer<Positions>)>) -> bool {
        if asked.is_empty() {
            return true;
        }
        let mut events: Vec<String> = asked.iter().flat_map(|(events, _)| events).cloned().collect();
        events.sort_unstable();
        events.dedup();
        let found = self.in_time(lane.positions(&events)).await;
        for (events, answer) in asked {
            // Whoever has gone needs no answer.
            let _ = answer.send(match &found {
                Ok(found) => Ok(of_these(events, found)),
                Err(failure) => Err(Arc::clone(failure).into()),
            });
        }
        found.is_ok()
    }

    async fn answer_facts(&self, lane: &mut Lane, asked: Vec<((ScopeId, Subjects), Answer<Facts>)>) -> bool {
        if asked.is_empty() {
            return true;
        }
        let (asked, answers): (Vec<_>, Vec<_>) = asked.into_iter().unzip();
        match self.in_time(lane.facts(&self.policies, asked)).await {
            Ok(facts) => {
                for (facts, answer) in facts.into_iter().zip(answers) {
                    let _ = answer.send(facts);
                }
                true
            }
            Err(failure) => {
                for answer in answers {
                    let _ = answer.send(Err(Arc::clone(&failure).into()));
                }
                false
            }
        }
    }

    async fn in_time<T>(&self, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        timeout(self.limits.patience, work).await.unwrap_or_else(|_| Err(Arc::new(self.too_slow())))
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn refuse(batch: Vec<Waiting>, failure: &Failure) {
    for waiting in batch {
        let problem: Problem = Arc::clone(failure).into();
        // Whoever has gone needs no answer.
        match waiting {
            Waiting::Facts { answer, .. } => drop(answer.send(Err(problem))),
            Waiting::Positions { answer, .. } => drop(answer.send(Err(problem))),
        }
    }
}

fn of_these(events: Vec<String>, found: &Positions) -> Positions {
    events.into_iter().filter_map(|event| found.get(&event).copied().map(|position| (event, position))).collect()
}
