//! A customer's story: what happened, when it happened, when we learned it, and what it changed. The records around the customer are
//! lived through again in the order in which things happened; before and after each of them it is asked what the customer could
//! use and how its subscriptions stood, and what differs is told. What time alone did between two of them is told as well. All of it is
//! judged by the policy that had been applied by then, and where another one changed answers, that is told too.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use daybook_domain::entitlement::{Answer, NextChange};
use daybook_domain::scope::ScopeId;
use daybook_domain::time::Timestamp;
use daybook_projections::entitlements::Known;
use daybook_projections::inquiry::{self, Asked};
use daybook_projections::{journal, subscriptions};
use daybook_store::key::Role;
use daybook_store::policy::{Applied, POLICY_APPLIED};
use daybook_worker::past::Told;
use daybook_worker::past::retelling::Retelling;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Problem;
use crate::auth::Access;
use crate::entitlement::answer::{Value, time};
use crate::entitlement::facts::{self, Features, Judge, Subjects};
use crate::past::{self, When};
use crate::state::Shared;
use crate::wait::Wait;

/// Steps of time alone that are told between two records at most.
const STEPS_OF_TIME: usize = 64;
/// Subscriptions whose standing is followed.
const MOST_SUBSCRIPTIONS: i64 = 100;
/// Postings that are told of one record.
const MOST_POSTINGS: i64 = 50;

/// A customer's story.
#[derive(Debug, Serialize, ToSchema)]
pub struct Story {
    /// The customer.
    pub customer: String,
    /// What happened, in the order in which it did.
    pub steps: Vec<Step>,
    /// How many records came before the first one told.
    pub earlier: usize,
    /// How many records of the log were known.
    pub size: i64,
    /// Up to when it is told.
    pub as_of: DateTime<Utc>,
}

/// One thing that happened.
#[derive(Debug, Serialize, ToSchema)]
pub struct Step {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// When this ledger learned of it; nothing where time alone acted.
    pub learned_at: Option<DateTime<Utc>>,
    /// The record.
    pub position: Option<i64>,
    /// The event.
    pub event: Option<String>,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// What happened, in a few words.
    pub told: Option<String>,
    /// Which features' answers it changed.
    pub entitlements: Vec<FeatureChange>,
    /// Which subscriptions' standings it changed.
    pub subscriptions: Vec<StandingChange>,
    /// What was posted because of it.
    pub postings: Vec<Posted>,
}

/// Another answer about a feature.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeatureChange {
    /// The feature.
    pub feature: String,
    /// What was said before; nothing where nothing named the feature.
    pub before: Option<Verdict>,
    /// What is said from then on; nothing where nothing names it any more.
    pub after: Option<Verdict>,
}

/// What is said of a feature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = StoryVerdict)]
pub struct Verdict {
    /// Yes or no.
    pub allowed: bool,
    /// Why.
    pub code: &'static str,
    /// The limit or the value.
    pub value: Option<Value>,
}

/// Another standing of a subscription.
#[derive(Debug, Serialize, ToSchema)]
pub struct StandingChange {
    /// The subscription.
    pub subscription: String,
    /// How it stood before; nothing where nobody had seen it.
    pub before: Option<String>,
    /// How it stands from then on.
    pub after: String,
}

/// One posting.
#[derive(Debug, Serialize, ToSchema)]
pub struct Posted {
    /// The transaction: `<object>:<transition>`.
    pub transaction: String,
    /// The account, by its name in the chart.
    pub account: String,
    /// The currency.
    pub currency: String,
    /// Minor units, debit positive.
    pub amount: i64,
    /// The same for people.
    pub display: String,
}

/// Tells a customer's story up to a standpoint, as its last `tell` records make it.
///
/// # Errors
/// Like [`past::look_back`]; [`Problem::Unknown`] for a customer nobody has seen.
pub async fn tell(
    app: &Shared,
    access: Access,
    customer: &str,
    (wait, when): (&Wait, When),
    tell: usize,
) -> Result<Story, Problem> {
    access.needs(Role::Analyst)?;
    let (standpoint, policies) = past::stand(app, access.scope, wait, when).await?;
    let _place = past::take_place(app, access)?;
    let customers = [customer.to_owned()];
    let (retelling, earlier) = Retelling::begin(&app.pool, access.scope, &customers, standpoint, tell).await?;
    let size = retelling.size();
    let until = past::or_now(app, when);
    let mut telling = Telling {
        scope: access.scope,
        customer,
        judge: Judge { policy: Arc::default(), now: until },
        policies: policies.into(),
        retelling,
        known: Known::default(),
        verdicts: BTreeMap::new(),
        standings: BTreeMap::new(),
        next: None,
        steps: VecDeque::new(),
    };
    telling.all(until).await?;
    if telling.steps.is_empty() && earlier == 0 {
        return Err(Problem::Unknown { what: "customer", size });
    }
    telling.post().await?;
    let steps = Vec::from(std::mem::take(&mut telling.steps));
    telling.retelling.end().await?;
    Ok(Story { customer: customer.to_owned(), steps, earlier, size, as_of: time(until) })
}

/// A story on its way.
struct Telling<'a> {
    scope: ScopeId,
    customer: &'a str,
    judge: Judge,
    /// Those that came into force later, oldest first.
    policies: VecDeque<Applied>,
    retelling: Retelling,
    /// What is known of the customer by now.
    known: Known,
    verdicts: BTreeMap<String, Verdict>,
    standings: BTreeMap<String, String>,
    /// The next thing that time alone does.
    next: Option<Timestamp>,
    steps: VecDeque<Step>,
}

impl Telling<'_> {
    async fn all(&mut self, until: Timestamp) -> Result<(), Problem> {
        let first = self.retelling.next_at().and_then(Timestamp::from_unix).unwrap_or(until);
        let mut in_force = None;
        while let Some(applied) = self.policy_by(first) {
            in_force = Some(applied.policy);
        }
        if let Some(in_force) = in_force {
            self.judge.policy = Arc::new(past::read_policy(&in_force)?);
        }
        self.look().await?;
        self.judge_at(first);
        while let Some(at) = self.retelling.next_at() {
            let at = Timestamp::from_unix(at).unwrap_or(until);
            self.pass(at)?;
            let Some(told) = self.retelling.go_on().await? else { break };
            let standings = self.look().await?;
            let entitlements = self.judge_at(at);
            self.steps.push_back(Step::of(told, entitlements, standings));
        }
        self.pass(until)
    }

    /// The next policy, if it had come into force by then.
    fn policy_by(&mut self, at: Timestamp) -> Option<Applied> {
        let is_due = self.policies.front().is_some_and(|next| next.at.timestamp() <= at.unix());
        if is_due { self.policies.pop_front() } else { None }
    }

    /// Tells what happens until then without any record about the customer.
    fn pass(&mut self, until: Timestamp) -> Result<(), Problem> {
        while let Some(applied) = self.policy_by(until) {
            let at = Timestamp::from_unix(applied.at.timestamp()).unwrap_or(until);
            self.pass_time(at);
            self.judge.policy = Arc::new(past::read_policy(&applied.policy)?);
            let entitlements = self.judge_at(at);
            if !entitlements.is_empty() {
                let record = (applied.policy.position, applied.policy.event_id);
                self.steps.push_back(Step::of_policy(applied.at, record, entitlements));
            }
        }
        self.pass_time(until);
        Ok(())
    }

    /// Reads what is known by now. Says whose standing is another one.
    async fn look(&mut self) -> Result<Vec<StandingChange>, Problem> {
        let customers = vec![(self.scope, self.customer.to_owned())];
        let seen = inquiry::see(&mut self.retelling, &Asked { customers, ..Asked::default() }).await?;
        let subjects = Subjects { customers: vec![self.customer.to_owned()], accounts: Vec::new() };
        let facts = facts::Shared::new(seen).facts(self.scope, subjects, Arc::clone(&self.judge.policy));
        self.known = Known::clone(facts.known(self.customer));
        let found =
            subscriptions::of_customer(&mut self.retelling, self.scope, self.customer, MOST_SUBSCRIPTIONS).await?;
        let now: BTreeMap<String, String> = found.into_iter().map(|one| (one.id.clone(), standing(&one))).collect();
        let before = std::mem::replace(&mut self.standings, now);
        let other = self.standings.iter().filter(|(id, after)| before.get(*id) != Some(*after));
        Ok(other
            .map(|(id, after)| StandingChange {
                subscription: id.clone(),
                before: before.get(id).cloned(),
                after: after.clone(),
            })
            .collect())
    }

    /// Judges what is known at a time. Says which answers are other ones.
    fn judge_at(&mut self, at: Timestamp) -> Vec<FeatureChange> {
        self.judge.now = at;
        let answers = self.judge.answers(&self.known, Features::All);
        let next = answers.iter().filter_map(|(_, answer)| answer.next_change.as_ref());
        self.next = next.map(|next: &NextChange| next.at).filter(|next| *next > at).min();
        let now: BTreeMap<String, Verdict> =
            answers.iter().map(|(feature, answer)| (feature.to_string(), Verdict::from(answer))).collect();
        let before = std::mem::replace(&mut self.verdicts, now);
        differences(&before, &self.verdicts)
    }

    /// Tells what time alone does until then.
    fn pass_time(&mut self, until: Timestamp) {
        for _ in 0..STEPS_OF_TIME {
            let Some(at) = self.next.filter(|at| *at <= until) else { return };
            let entitlements = self.judge_at(at);
            if !entitlements.is_empty() {
                self.steps.push_back(Step::of_time(at, entitlements));
            }
        }
    }

    /// Adds what was posted because of each record, as the books stand at the end.
    async fn post(&mut self) -> Result<(), Problem> {
        for step in &mut self.steps {
            let Some(event) = &step.event else { continue };
            let (retelling, customer) = (&mut self.retelling, self.customer);
            let caused = journal::caused_by(retelling, self.scope, customer, event, MOST_POSTINGS).await?;
            step.postings = caused.into_iter().map(Posted::from).collect();
        }
        Ok(())
    }
}

/// How a subscription stands, in a word or two.
fn standing(subscription: &subscriptions::Subscription) -> String {
    let standing = &subscription.standing.0;
    let status = standing.status.as_str();
    if standing.is_disputed() { format!("{status}, disputed") } else { status.to_owned() }
}

fn differences(before: &BTreeMap<String, Verdict>, after: &BTreeMap<String, Verdict>) -> Vec<FeatureChange> {
    let features: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let other = features.into_iter().filter(|feature| before.get(*feature) != after.get(*feature));
    other
        .map(|feature| FeatureChange {
            feature: feature.clone(),
            before: before.get(feature).cloned(),
            after: after.get(feature).cloned(),
        })
        .collect()
}

impl From<&Answer> for Verdict {
    fn from(answer: &Answer) -> Self {
        Self { allowed: answer.allowed, code: answer.code.as_str(), value: answer.value.as_ref().map(Value::from) }
    }
}

impl From<journal::Posting> for Posted {
    fn from(posting: journal::Posting) -> Self {
        Self {
            display: daybook_domain::money::shown(posting.amount, &posting.currency),
            transaction: posting.transaction_key,
            account: posting.account,
            currency: posting.currency,
            amount: posting.amount,
        }
    }
}

impl Step {
    fn of(told: Told, entitlements: Vec<FeatureChange>, subscriptions: Vec<StandingChange>) -> Self {
        Self {
            at: DateTime::from_timestamp(told.happened, 0).unwrap_or_default(),
            learned_at: Some(told.received_at),
            position: Some(told.position),
            event: Some(told.event_id),
            kind: Some(told.kind),
            told: told.words,
            entitlements,
            subscriptions,
            postings: Vec::new(),
        }
    }

    fn of_policy(at: DateTime<Utc>, (position, event): (i64, String), entitlements: Vec<FeatureChange>) -> Self {
        Self {
            at,
            learned_at: Some(at),
            position: Some(position),
            event: Some(event),
            kind: Some(POLICY_APPLIED.to_owned()),
            told: Some("another policy came into force".to_owned()),
            entitlements,
            subscriptions: Vec::new(),
            postings: Vec::new(),
        }
    }

    fn of_time(at: Timestamp, entitlements: Vec<FeatureChange>) -> Self {
        Self {
            at: time(at),
            learned_at: None,
            position: None,
            event: None,
            kind: None,
            told: Some("time passed, and no event came".to_owned()),
            entitlements,
            subscriptions: Vec::new(),
            postings: Vec::new(),
        }
    }
}
