//! What is answered: yes or no, why, because of what, and until when.

use serde::{Serialize, Serializer};

use super::Code;
use crate::{
    id::{EventId, SubscriptionId},
    time::Timestamp,
};

/// How much of a feature, or which one of its values. Written as an integer, `"unlimited"`, or the value's text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// So many.
    Limit(i64),
    /// As many as wanted.
    Unlimited,
    /// A value by name.
    Text(Box<str>),
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Limit(limit) => serializer.serialize_i64(*limit),
            Self::Unlimited => serializer.serialize_str("unlimited"),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

/// Where an answer comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SourceRef {
    /// A subscription.
    Subscription {
        /// Which.
        id: SubscriptionId,
    },
    /// Something bought once.
    Purchase {
        /// The invoice or the checkout that stands for it.
        id: Box<str>,
    },
    /// An operator's grant.
    Grant {
        /// The record that gave it.
        record: EventId,
    },
    /// An operator's revocation.
    Revocation {
        /// The record that gave it.
        record: EventId,
    },
    /// Stripe's own entitlement summary.
    Summary,
    /// The policy's defaults.
    Default,
}

/// What a reader of an answer should know although access is allowed, or although it is denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// The renewal date or the trial's end has passed without news.
    RenewalUnconfirmed,
    /// Collection is paused; the policy keeps access.
    CollectionPaused,
    /// The last payment was given back in full; the policy keeps access.
    Refunded,
    /// A payment is disputed or was lost; the policy keeps access.
    Disputed,
    /// Stripe showed only a part of its summary: that a feature is missing there proves nothing.
    SummaryTruncated,
    /// An invoice of a purchase has more lines than events show, and one of them may be what grants the feature.
    PurchaseTruncated,
}

/// What time alone will do to an answer, if no event comes first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NextChange {
    /// The first second of the other answer.
    pub at: Timestamp,
    /// Whether it allows.
    pub allowed: bool,
    /// Its code.
    pub code: Code,
    /// Its value.
    pub value: Option<Value>,
}

/// What one source says by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The source.
    pub source: SourceRef,
    /// The plan of the policy through which it grants the feature.
    pub plan: Option<Box<str>>,
    /// What it says.
    pub code: Code,
    /// How much it would give.
    pub value: Option<Value>,
    /// The events that make it say so, sorted.
    pub because: Vec<EventId>,
    /// What else should be known, sorted.
    pub warnings: Vec<Warning>,
    /// When time alone will make it say something else.
    pub until: Option<Timestamp>,
}

/// May this customer use this feature?
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Yes or no; always what [`Code::allows`] says of the code.
    pub allowed: bool,
    /// Why.
    pub code: Code,
    /// The limit or the value, for features that have one.
    pub value: Option<Value>,
    /// Where the answer comes from; none when nothing the customer has speaks of the feature.
    pub source: Option<SourceRef>,
    /// The events that caused it, sorted. Empty for what the policy gives everybody.
    pub because: Vec<EventId>,
    /// What time alone will do: until then, and without new events or a new policy, allowed, code and value stay.
    pub next_change: Option<NextChange>,
    /// What else should be known, sorted.
    pub warnings: Vec<Warning>,
    /// What each source says by itself, the one answered from first; for explanations.
    pub considered: Vec<Verdict>,
}

impl Answer {
    /// Whether time has changed what an application acts upon.
    pub(super) fn differs_from(&self, other: &Self) -> bool {
        (self.code, &self.value) != (other.code, &other.value)
    }
}
