//! What operators say of a customer: grants, revocations, links to own accounts, released disputes. Stored in the log and among the
//! customer's events: fields may be added as optional ones, nothing is renamed.

use serde::{Deserialize, Serialize};

use crate::{
    entitlement::{Value, policy::Feature},
    id::EventId,
    order::Moment,
    time::Timestamp,
};

/// The longest own account id that can be linked, in bytes.
pub const LONGEST_ACCOUNT: usize = 200;

/// Who acts, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Authority {
    /// Who, as they named themselves, or as their key is called.
    pub actor: Box<str>,
    /// Why, for whoever reads it later.
    pub reason: Box<str>,
    /// Where it was asked for.
    pub ticket: Option<Box<str>>,
    /// The way it came: which key, or the command line.
    pub via: Option<Box<str>>,
}

/// How much of a feature an operator grants.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// So many, at least 1
    Limit(i64),
    /// As many as wanted
    Unlimited,
    /// One of the feature's values, by name
    Value(Box<str>),
}

impl Extent {
    /// Whether anybody can have so much.
    pub(super) fn is_possible(&self) -> bool {
        match self {
            Self::Limit(limit) => *limit >= 1,
            Self::Unlimited => true,
            Self::Value(name) => !name.is_empty() && name.len() <= LONGEST_ACCOUNT,
        }
    }

    /// The value it gives of a feature of this kind; none where it says nothing that fits.
    pub fn fitting(&self, feature: &Feature) -> Option<Value> {
        match (feature, self) {
            (Feature::Limit { .. }, Self::Limit(limit)) => Some(Value::Limit(*limit)),
            (Feature::Limit { .. }, Self::Unlimited) => Some(Value::Unlimited),
            (Feature::Value { order }, Self::Value(name)) if order.contains(name) => Some(Value::Text(name.clone())),
            _ => None,
        }
    }

    /// The value it gives of a feature that no policy declares.
    pub fn value(&self) -> Value {
        match self {
            Self::Limit(limit) => Value::Limit(*limit),
            Self::Unlimited => Value::Unlimited,
            Self::Value(name) => Value::Text(name.clone()),
        }
    }
}

/// One act of an operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// The customer has the feature, whatever it pays for
    Grant {
        /// Which feature.
        feature: Box<str>,
        /// How much of it; none for what is on or off.
        extent: Option<Extent>,
        /// The first second.
        starts: Timestamp,
        /// The first second after it; for good when none.
        ends: Option<Timestamp>,
    },
    /// The customer has the feature not, whatever it pays for
    Revoke {
        /// Which feature.
        feature: Box<str>,
        /// The first second.
        starts: Timestamp,
        /// The first second after it; for good when none.
        ends: Option<Timestamp>,
    },
    /// A grant or a revocation ends earlier than it said
    End {
        /// The record that gave it.
        given: EventId,
        /// The first second after it.
        at: Timestamp,
    },
    /// The customer belongs to this own account, whatever events show
    Link {
        /// Your own id.
        account: Box<str>,
    },
    /// The customer does not belong to this own account, whatever events show
    Unlink {
        /// Your own id.
        account: Box<str>,
    },
    /// A dispute holds nothing back any more
    Release {
        /// Which: `dp_...` or `du_...`
        dispute: Box<str>,
    },
}

impl Act {
    /// The `type` of its record in the log.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Grant { .. } => "daybook.feature_granted",
            Self::Revoke { .. } => "daybook.feature_revoked",
            Self::End { .. } => "daybook.grant_ended",
            Self::Link { .. } => "daybook.account_linked",
            Self::Unlink { .. } => "daybook.account_unlinked",
            Self::Release { .. } => "daybook.dispute_released",
        }
    }

    /// The type of its event among the customer's.
    pub(super) fn event_type(&self) -> &'static str {
        match self {
            Self::Grant { .. } => "FeatureGranted",
            Self::Revoke { .. } => "FeatureRevoked",
            Self::End { .. } => "GrantEnded",
            Self::Link { .. } => "AccountLinked",
            Self::Unlink { .. } => "AccountUnlinked",
            Self::Release { .. } => "DisputeReleased",
        }
    }

    /// Whether a record of the log is one of these.
    pub fn is_kind(kind: &str) -> bool {
        const KINDS: [&str; 6] = [
            "daybook.feature_granted",
            "daybook.feature_revoked",
            "daybook.grant_ended",
            "daybook.account_linked",
            "daybook.account_unlinked",
            "daybook.dispute_released",
        ];
        KINDS.contains(&kind)
    }
}

/// An act, when it was recorded, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operated {
    /// When; its event is the operator's record.
    pub moment: Moment,
    /// By whom, and why.
    pub by: Authority,
    /// What.
    pub act: Act,
}
