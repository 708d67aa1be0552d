//! The shapes of entitlement answers. They are part of the interface: members are added, never renamed or removed.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use daybook_domain::entitlement as domain;
use daybook_domain::id::EventId;
use daybook_domain::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// Where events stand in the log.
pub type Positions = HashMap<String, i64>;

/// What every answer ends with.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Stamp {
    /// How many records of the log the answer has seen.
    pub size: i64,
    /// The time it was worked out for.
    pub as_of: DateTime<Utc>,
    /// Whether the size could not be confirmed for a while.
    pub stale: bool,
}

/// How much of a feature: a number, `unlimited`, or a value by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Value {
    /// So many.
    Limit(i64),
    /// `unlimited`, or a value by name.
    Text(String),
}

/// Where an answer comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Source {
    /// `subscription`, `purchase`, `grant` or `revocation` (an operator's), `summary` (Stripe's own) or `default` (the policy's).
    kind: &'static str,
    /// The subscription, the invoice or the checkout of a purchase, or the operator's record.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
}

/// An event that caused an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Because {
    /// Its id.
    event: String,
    /// Where it stands in the log.
    position: Option<i64>,
}

/// What time alone will do, if no event comes first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NextChange {
    /// The first second of the other answer.
    at: DateTime<Utc>,
    /// Whether it allows.
    allowed: bool,
    /// Its code.
    code: &'static str,
    /// Its value.
    value: Option<Value>,
}

/// What one source says by itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Considered {
    /// The source.
    source: Source,
    /// The plan of the policy through which it grants the feature.
    plan: Option<String>,
    /// What it says.
    code: &'static str,
    /// How much it would give.
    value: Option<Value>,
    /// The events that make it say so.
    because: Vec<Because>,
    /// What else should be known.
    #[schema(value_type = Vec<String>)]
    warnings: Vec<domain::Warning>,
    /// When time alone will make it say something else.
    until: Option<DateTime<Utc>>,
}

/// May this feature be used?
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Entitlement {
    /// The feature.
    feature: String,
    /// Yes or no.
    allowed: bool,
    /// Why: `active`, `purchased`, `trialing`, `canceling`, `renewal_unconfirmed`, `grace`, `granted`, `summary`, `default`; or one of the reasons to deny.
    code: &'static str,
    /// The limit or the value, for features that have one.
    value: Option<Value>,
    /// Where the answer comes from.
    source: Option<Source>,
    /// The events that caused it.
    because: Vec<Because>,
    /// What time alone will do.
    next_change: Option<NextChange>,
    /// What else should be known: `renewal_unconfirmed`, `collection_paused`, `refunded`, `disputed`, `summary_truncated`, `purchase_truncated`.
    #[schema(value_type = Vec<String>)]
    warnings: Vec<domain::Warning>,
    /// What each source says by itself; only with `explain`.
    #[serde(skip_serializing_if = "Option::is_none")]
    considered: Option<Vec<Considered>>,
}

/// An answer about an account, and whose it is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BestEntitlement {
    /// The customer whose answer it is; none when the account has none.
    pub customer: Option<String>,
    /// The answer.
    #[serde(flatten)]
    pub entitlement: Entitlement,
}

/// Whether an answer tells what it considered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Explain {
    /// It does.
    Yes,
    /// It does not.
    No,
}

impl Entitlement {
    /// The answer about one feature.
    pub fn new(feature: &str, answer: &domain::Answer, positions: &Positions, explain: Explain) -> Self {
        let considered = || answer.considered.iter().map(|verdict| Considered::new(verdict, positions)).collect();
        Self {
            feature: feature.to_owned(),
            allowed: answer.allowed,
            code: answer.code.as_str(),
            value: answer.value.as_ref().map(Value::from),
            source: answer.source.as_ref().map(Source::from),
            because: because_of(answer.because.iter().map(EventId::as_str), positions),
            next_change: answer.next_change.as_ref().map(NextChange::from),
            warnings: answer.warnings.clone(),
            considered: (explain == Explain::Yes).then(considered),
        }
    }
}

impl Considered {
    fn new(verdict: &domain::Verdict, positions: &Positions) -> Self {
        Self {
            source: Source::from(&verdict.source),
            plan: verdict.plan.as_deref().map(str::to_owned),
            code: verdict.code.as_str(),
            value: verdict.value.as_ref().map(Value::from),
            because: because_of(verdict.because.iter().map(EventId::as_str), positions),
            warnings: verdict.warnings.clone(),
            until: verdict.until.map(time),
        }
    }
}

impl From<&domain::Value> for Value {
    fn from(value: &domain::Value) -> Self {
        match value {
            domain::Value::Limit(limit) => Self::Limit(*limit),
            domain::Value::Unlimited => Self::Text("unlimited".to_owned()),
            domain::Value::Text(text) => Self::Text(text.to_string()),
        }
    }
}

impl From<&domain::SourceRef> for Source {
    fn from(source: &domain::SourceRef) -> Self {
        match source {
            domain::SourceRef::Subscription { id } => Self { kind: "subscription", id: Some(id.to_string()) },
            domain::SourceRef::Purchase { id } => Self { kind: "purchase", id: Some(id.to_string()) },
            domain::SourceRef::Grant { record } => Self { kind: "grant", id: Some(record.to_string()) },
            domain::SourceRef::Revocation { record } => Self { kind: "revocation", id: Some(record.to_string()) },
            domain::SourceRef::Summary => Self { kind: "summary", id: None },
            domain::SourceRef::Default => Self { kind: "default", id: None },
        }
    }
}

impl From<&domain::NextChange> for NextChange {
    fn from(next: &domain::NextChange) -> Self {
        Self {
            at: time(next.at),
            allowed: next.allowed,
            code: next.code.as_str(),
            value: next.value.as_ref().map(Value::from),
        }
    }
}

/// Events by id, with where they stand.
pub fn because_of<'a>(events: impl IntoIterator<Item = &'a str>, positions: &Positions) -> Vec<Because> {
    events.into_iter().map(|event| Because::new(event, positions)).collect()
}

impl Because {
    /// An event, with where it stands if that is known.
    pub fn new(event: &str, positions: &Positions) -> Self {
        Self { event: event.to_owned(), position: positions.get(event).copied() }
    }

    /// Its id.
    pub fn event(&self) -> &str {
        &self.event
    }

    /// Where it stands, if that is known.
    pub fn position(&self) -> Option<i64> {
        self.position
    }
}

/// A second of Stripe's as text is written.
pub fn time(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp(at.unix(), 0).unwrap_or_default()
}

/// The events that an answer names.
pub fn events_of(answer: &domain::Answer) -> impl Iterator<Item = &EventId> {
    answer.because.iter().chain(answer.considered.iter().flat_map(|verdict| &verdict.because))
}

/// The first second at which time alone makes an answer read differently.
pub fn expires(answer: &domain::Answer) -> Option<Timestamp> {
    let next = answer.next_change.iter().map(|next| next.at);
    next.chain(answer.considered.iter().filter_map(|verdict| verdict.until)).min()
}
