//! Questions and their answers: from the cache when all of them hold at one size, else read together once and kept. Every entitlement route asks here, so
//! one rule says what may be kept and when it is given.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use daybook_domain::scope::ScopeId;
use daybook_domain::time::Timestamp;
use serde::Serialize;
use tokio::task::yield_now;

use super::account::{Best, Holding};
use super::answer::{BestEntitlement, Entitlement, Explain, Positions, Stamp, time};
use super::facts::{Features, Subjects};
use super::inquiry::{Inquiry, names, now};
use crate::Problem;
use crate::auth::Access;
use crate::cache::account_key;
use crate::cache::horizon::Staleness;
use crate::cache::kept::Kept;
use crate::past::When;
use crate::state::{App, Shared};
use crate::wait::Wait;

/// The name under which answers about every feature are kept. No feature's name is empty.
const EVERY_FEATURE: &str = "";

/// Questions that are worked out before others have their turn.
const A_TURN: usize = 128;

/// Whom a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject<'a> {
    /// A customer of Stripe's.
    Customer(&'a str),
    /// One of your own accounts.
    Account(&'a str),
}

impl<'a> Subject<'a> {
    fn key(self) -> Cow<'a, str> {
        match self {
            Self::Customer(customer) => Cow::Borrowed(customer),
            Self::Account(account) => Cow::Owned(account_key(account)),
        }
    }
}

/// May this subject use this feature; or, without a feature, what may it use?
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question<'a> {
    /// Whom it is about.
    pub subject: Subject<'a>,
    /// The feature; none for every feature that anything names.
    pub feature: Option<&'a str>,
}

/// Answers in the order of their questions, all at one size.
#[derive(Debug)]
pub struct Told {
    /// The answers.
    pub answers: Vec<Kept>,
    /// Their size and time.
    pub stamp: Stamp,
}

/// Whether what is known may be told, or must be read.
pub fn staleness(app: &App) -> Option<bool> {
    match app.horizon.staleness(&app.config.cache) {
        Staleness::Fresh => Some(false),
        Staleness::Stale => Some(true),
        Staleness::TooOld => None,
    }
}

/// Answers questions about a scope.
///
/// # Errors
/// What waiting, the policy or the database says.
pub async fn answer(
    app: &Shared,
    scope: ScopeId,
    questions: &[Question<'_>],
    wait: &Wait,
    explain: Explain,
) -> Result<Told, Problem> {
    if wait.is_for_nothing()
        && explain == Explain::No
        && let Some(told) = from_cache(app, scope, questions)
    {
        app.metrics.checked_from_cache(count(&told.answers));
        return Ok(told);
    }
    let told = Box::pin(by_reading(app, scope, questions, wait, explain)).await?;
    app.metrics.checked_by_reading(count(&told.answers));
    Ok(told)
}

fn count(answers: &[Kept]) -> u64 {
    u64::try_from(answers.iter().map(|answer| answer.features).sum::<usize>()).unwrap_or(u64::MAX)
}

/// The kept answers, if all of them are right at one size.
fn from_cache(app: &App, scope: ScopeId, questions: &[Question<'_>]) -> Option<Told> {
    let stale = staleness(app)?;
    let now = now(app);
    let (mut answers, mut from, mut until) = (Vec::with_capacity(questions.len()), 0, i64::MAX);
    for question in questions {
        let feature = question.feature.unwrap_or(EVERY_FEATURE);
        let told = app.entitlements.take(scope, &question.subject.key(), feature, now.unix())?;
        (from, until) = (told.from.max(from), told.until.min(until));
        answers.push(told.kept);
    }
    let right = from <= until && !answers.is_empty();
    right.then(|| Told { answers, stamp: Stamp { size: until, as_of: time(now), stale } })
}

async fn by_reading(
    app: &Shared,
    scope: ScopeId,
    questions: &[Question<'_>],
    wait: &Wait,
    explain: Explain,
) -> Result<Told, Problem> {
    let subjects = subjects(questions);
    if !subjects.accounts.is_empty() {
        app.entitlements.expect_accounts();
    }
    let inquiry = Inquiry::about(app, scope, subjects, wait).await?;
    let kept = told(&inquiry, questions, explain).await?;
    if explain == Explain::No {
        for (question, kept) in questions.iter().zip(&kept) {
            let feature = question.feature.unwrap_or(EVERY_FEATURE);
            app.entitlements.keep(&inquiry.facts.read_at, scope, &question.subject.key(), feature, kept.clone());
        }
    }
    Ok(Told { answers: kept, stamp: inquiry.stamp() })
}

/// Answers questions about the past. Nothing of it is kept.
///
/// # Errors
/// Like [`crate::past::facts`].
pub async fn answer_of_then(
    app: &Shared,
    access: Access,
    questions: &[Question<'_>],
    (wait, when): (&Wait, When),
    explain: Explain,
) -> Result<Told, Problem> {
    let inquiry = Inquiry::looking_back(app, access, subjects(questions), wait, when).await?;
    let answers = told(&inquiry, questions, explain).await?;
    app.metrics.checked_by_reading(count(&answers));
    Ok(Told { answers, stamp: inquiry.stamp() })
}

/// Works out every question from what was read.
async fn told(inquiry: &Inquiry, questions: &[Question<'_>], explain: Explain) -> Result<Vec<Kept>, Problem> {
    let accounts = questions.iter().filter_map(|question| match question.subject {
        Subject::Account(account) => Some((account, Holding::among(&inquiry.facts, account))),
        Subject::Customer(_) => None,
    });
    let holdings: BTreeMap<&str, Holding> = accounts.collect();
    let findings = find(inquiry, questions, &holdings).await;
    let named = names(findings.iter().flat_map(|finding| finding.best.iter().map(|(_, best)| &best.answer)));
    let positions = inquiry.positions_of(named).await?;
    Ok(findings.iter().map(|finding| finding.render(&positions, explain)).collect::<Result<Vec<_>, _>>()?)
}

/// Everybody who is asked about, each once.
fn subjects(questions: &[Question<'_>]) -> Subjects {
    let asked: BTreeSet<Subject<'_>> = questions.iter().map(|question| question.subject).collect();
    let mut subjects = Subjects::default();
    for subject in asked {
        match subject {
            Subject::Customer(customer) => subjects.customers.push(customer.to_owned()),
            Subject::Account(account) => subjects.accounts.push(account.to_owned()),
        }
    }
    subjects
}

/// What was worked out for one question.
struct Finding<'a> {
    question: Question<'a>,
    /// The account's customers, and those it was ever seen beside.
    holding: Option<&'a Holding>,
    best: Vec<(Box<str>, Best)>,
    /// The second for which it was.
    judged: i64,
}

/// Works out every question, and lets others have their turn now and then: there may be tens of thousands.
async fn find<'a>(
    inquiry: &Inquiry,
    questions: &[Question<'a>],
    holdings: &'a BTreeMap<&str, Holding>,
) -> Vec<Finding<'a>> {
    let mut findings = Vec::with_capacity(questions.len());
    for (index, question) in questions.iter().enumerate() {
        if index % A_TURN == A_TURN - 1 {
            yield_now().await;
        }
        findings.push(Finding::new(inquiry, *question, holdings));
    }
    findings
}

#[derive(Serialize)]
struct OfCustomer<'a> {
    customer: &'a str,
}

#[derive(Serialize)]
struct OfAccount<'a> {
    account: &'a str,
    customers: Vec<&'a str>,
}

#[derive(Serialize)]
struct Every<T> {
    entitlements: Vec<T>,
}

impl<'a> Finding<'a> {
    fn new(inquiry: &Inquiry, question: Question<'a>, holdings: &'a BTreeMap<&str, Holding>) -> Self {
        let named: Vec<String> = question.feature.map(str::to_owned).into_iter().collect();
        let features = question.feature.map_or(Features::All, |_| Features::These(&named));
        let judged = inquiry.judged_at().unix();
        match question.subject {
            Subject::Customer(customer) => {
                let answers = inquiry.answers(inquiry.facts.known(customer), features);
                let best = answers.into_iter().map(|(feature, answer)| (feature, Best::of(customer, answer))).collect();
                Self { question, holding: None, best, judged }
            }
            Subject::Account(account) => {
                let holding = holdings.get(account);
                let best = holding.map(|holding| holding.best_of(inquiry, features)).unwrap_or_default();
                Self { question, holding, best, judged }
            }
        }
    }

    fn render(&self, positions: &Positions, explain: Explain) -> Result<Kept, serde_json::Error> {
        let own = |(feature, best): &(Box<str>, Best)| Entitlement::new(feature, &best.answer, positions, explain);
        let expires = self.best.iter().filter_map(|(_, best)| best.expires).min().map(Timestamp::unix);
        match self.question.subject {
            Subject::Customer(customer) => {
                let head = OfCustomer { customer };
                self.render_all(&head, self.best.iter().map(own).collect(), expires)
            }
            Subject::Account(account) => {
                let customers = self.holding.map(|holding| holding.customers.keys().map(String::as_str).collect());
                let head = OfAccount { account, customers: customers.unwrap_or_default() };
                let of_account = |one: &(Box<str>, Best)| BestEntitlement {
                    customer: one.1.customer.clone(),
                    entitlement: own(one),
                };
                let kept = self.render_all(&head, self.best.iter().map(of_account).collect(), expires)?;
                let beside = self.holding.map(|holding| holding.seen_beside.clone()).unwrap_or_default();
                Ok(kept.beside(beside))
            }
        }
    }

    /// One answer as it is, every answer as a list.
    fn render_all<T: Serialize>(
        &self,
        head: &impl Serialize,
        mut entitlements: Vec<T>,
        expires: Option<i64>,
    ) -> Result<Kept, serde_json::Error> {
        if self.question.feature.is_some()
            && let Some(only) = entitlements.pop()
        {
            return Kept::render(head, &only, (self.judged, expires));
        }
        let features = entitlements.len();
        Ok(Kept::render(head, &Every { entitlements }, (self.judged, expires))?.about(features))
    }
}
