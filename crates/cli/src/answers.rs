//! Entitlement answers for people and programs, worked out by the same code that answers over HTTP.

use std::fmt::Write;

use chrono::{DateTime, Utc};
use daybook_domain::entitlement::{Answer, SourceRef, Value};
use daybook_domain::scope::{Scope, ScopeId};
use daybook_domain::time::Timestamp;
use daybook_http::auth::Access;
use daybook_http::cache::follower;
use daybook_http::entitlement::account::Holding;
use daybook_http::entitlement::answer::{Entitlement, Explain, Positions, Stamp};
use daybook_http::entitlement::facts::Subjects;
use daybook_http::entitlement::inquiry::{Features, Inquiry};
use daybook_http::past::When;
use daybook_http::state::Shared;
use daybook_http::wait::Wait;
use daybook_http::{App, Clock, Config};
use daybook_store::recorder::Limits;
use daybook_store::{Database, Recorder};
use serde::Serialize;

use crate::output::count;

/// Whom an answer is about.
#[derive(Clone, Debug)]
pub enum Subject {
    /// A Stripe customer: `cus_...`
    Customer(String),
    /// One of your own accounts, as events show its id beside customers.
    Account(String),
}

/// Answers about one subject.
#[derive(Serialize)]
pub struct Answers {
    /// the Stripe customer or your own account
    subject: String,
    scope: String,
    entitlements: Vec<Entitlement>,
    #[serde(flatten)]
    stamp: Stamp,
    /// whether any of them says yes
    #[serde(skip)]
    pub any_allowed: bool,
    #[serde(skip)]
    text: String,
}

impl std::fmt::Display for Answers {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Answers {
    /// The answers as text, without the line that says whom they are about.
    pub fn without_heading(&self) -> &str {
        self.text.split_once('\n').map_or("", |(_, rest)| rest)
    }
}

/// What HTTP answers from, without an HTTP face: for commands that ask once.
pub async fn asking(database: &Database) -> anyhow::Result<Shared> {
    let (recorder, _never_run) = Recorder::new(database, Limits::default());
    let app = App::new(Config::default(), database.clone(), recorder, Clock::system())?;
    follower::look(&app).await?;
    Ok(app)
}

/// The answers about a subject: about one feature, or about every feature that anything names.
pub async fn answers(
    app: &Shared,
    scope: (ScopeId, &Scope),
    subject: &Subject,
    feature: Option<&str>,
    when: When,
) -> anyhow::Result<Answers> {
    let (scope_id, scope) = scope;
    let mut subjects = Subjects::default();
    match subject {
        Subject::Customer(customer) => subjects.customers.push(customer.clone()),
        Subject::Account(account) => subjects.accounts.push(account.clone()),
    }
    let wait = Wait::default();
    let inquiry = if when.is_now() {
        Inquiry::about(app, scope_id, subjects, &wait).await?
    } else {
        Inquiry::looking_back(app, Access::of_the_machine(scope_id), subjects, &wait, when).await?
    };
    let named: Vec<String> = feature.map(str::to_owned).into_iter().collect();
    let features = if named.is_empty() { Features::All } else { Features::These(&named) };
    let found: Vec<(Box<str>, Answer)> = match subject {
        Subject::Customer(customer) => inquiry.answers(inquiry.facts.known(customer), features),
        Subject::Account(account) => {
            let holding = Holding::among(&inquiry.facts, account);
            holding.best_of(&inquiry, features).into_iter().map(|(feature, best)| (feature, best.answer)).collect()
        }
    };
    let positions = inquiry.positions(found.iter().map(|(_, answer)| answer)).await?;
    let stamp = inquiry.stamp();
    let subject = match subject {
        Subject::Customer(id) | Subject::Account(id) => id.clone(),
    };
    let entitlement =
        |(feature, answer): &(Box<str>, Answer)| Entitlement::new(feature, answer, &positions, Explain::Yes);
    Ok(Answers {
        entitlements: found.iter().map(entitlement).collect(),
        any_allowed: found.iter().any(|(_, answer)| answer.allowed),
        text: for_people(&subject, scope, &found, &positions, stamp),
        subject,
        scope: scope.to_string(),
        stamp,
    })
}

fn for_people(
    subject: &str,
    scope: &Scope,
    answers: &[(Box<str>, Answer)],
    positions: &Positions,
    stamp: Stamp,
) -> String {
    let mut text = format!("{subject} of {scope}, at size {}, {}\n", count(stamp.size), shown(stamp.as_of));
    if answers.is_empty() {
        text.push_str("Nothing names any feature: no policy, no subscription, no summary of Stripe's.\n");
    }
    for (feature, answer) in answers {
        text.push_str(&one(feature, answer, positions));
    }
    text
}

/// One answer in a few lines.
pub fn one(feature: &str, answer: &Answer, positions: &Positions) -> String {
    let mut text = String::new();
    let verdict = if answer.allowed { "yes" } else { "no " };
    let value = answer.value.as_ref().map_or_else(String::new, |value| format!(", {}", value_of(value)));
    let source = match &answer.source {
        Some(SourceRef::Subscription { id }) => format!(", by subscription {id}"),
        Some(SourceRef::Purchase { id }) => format!(", by purchase {id}"),
        Some(SourceRef::Grant { .. } | SourceRef::Revocation { .. }) => ", by an operator".to_owned(),
        Some(SourceRef::Summary) => ", by Stripe's own word".to_owned(),
        Some(SourceRef::Default) => ", by the policy".to_owned(),
        None => String::new(),
    };
    // Writing to a string cannot fail.
    let _ = writeln!(text, "  {verdict}  {feature}: {}{value}{source}", answer.code.as_str());
    for event in &answer.because {
        let place = positions.get(event.as_str()).map_or_else(String::new, |position| format!(" (record {position})"));
        let _ = writeln!(text, "         because {event}{place}");
    }
    for warning in &answer.warnings {
        let name = serde_json::to_value(warning).unwrap_or_default();
        let _ = writeln!(text, "         note: {}", name.as_str().unwrap_or_default());
    }
    if let Some(next) = &answer.next_change {
        let verdict = if next.allowed { "yes" } else { "no" };
        let _ = writeln!(text, "         from {} on: {verdict}, {}", shown(time(next.at)), next.code.as_str());
    }
    text
}

/// A value for people.
pub fn value_of(value: &Value) -> String {
    match value {
        Value::Limit(limit) => count(*limit),
        Value::Unlimited => "unlimited".to_owned(),
        Value::Text(text) => text.to_string(),
    }
}

fn time(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp(at.unix(), 0).unwrap_or_default()
}

fn shown(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M UTC").to_string()
}
