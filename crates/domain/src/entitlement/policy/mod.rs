//! The entitlement policy: which prices grant what, and what happens when money does not come.
//!
//! A policy is data. It is written as `policy.toml`, read by [`Policy::parse`], and written back in one canonical form by
//! its `Display`. [`Policy::default`] is what holds while none was applied. `docs/POLICY.md` explains every key; keys are
//! added, never renamed or removed, because policies of the past stay in the log.

mod attention;
mod canonical;
mod duration;
mod error;
mod grants;
mod lookalike;
mod parse;
mod purchases;
mod reader;
mod rules;
mod unseen;

use std::collections::BTreeMap;

pub use attention::Attention;
pub use duration::Duration;
pub use error::{Error, Problem};
pub use lookalike::nearest;
pub use rules::{FullRefund, LostDispute, OpenDispute, PausedCollection, Rules, Summaries, Trial, Unlisted};
pub use unseen::{Catalogue, Unseen};

/// The longest name of a feature, in bytes.
pub const LONGEST_FEATURE: usize = 200;

/// Whether a feature can be called so: 1 to [`LONGEST_FEATURE`] bytes without control characters. What could not be asked
/// for is not granted either.
pub fn is_feature_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= LONGEST_FEATURE && !name.chars().any(char::is_control)
}

/// Everything a policy says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Where your own account ids are found in events.
    pub accounts: Accounts,
    /// What holds for all plans.
    pub rules: Rules,
    /// The features, by name.
    pub features: BTreeMap<Box<str>, Feature>,
    /// The plans, by name.
    pub plans: BTreeMap<Box<str>, Plan>,
    /// What is granted for what is bought once, by name.
    pub purchases: BTreeMap<Box<str>, PurchaseRule>,
    /// What every known customer has, by feature.
    pub defaults: BTreeMap<Box<str>, Grant>,
    /// How long things may wait before a person is told of them.
    pub attention: Attention,
}

/// Where your own account ids are found, in order of precedence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accounts {
    /// The fields that are looked at.
    pub from: Vec<AccountField>,
}

impl Default for Accounts {
    fn default() -> Self {
        let metadata = |key: &str| AccountField::Metadata(key.into());
        Self { from: vec![AccountField::ClientReferenceId, metadata("user_id"), metadata("account_id")] }
    }
}

/// A field that may hold your own account id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountField {
    /// `client_reference_id` of a checkout session
    ClientReferenceId,
    /// One key of an object's metadata
    Metadata(Box<str>),
}

impl AccountField {
    /// Reads `client_reference_id` or `metadata.<key>`.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "client_reference_id" {
            return Some(Self::ClientReferenceId);
        }
        let key = text.strip_prefix("metadata.")?;
        (!key.is_empty()).then(|| Self::Metadata(key.into()))
    }
}

impl std::fmt::Display for AccountField {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::ClientReferenceId => formatter.write_str("client_reference_id"),
            Self::Metadata(key) => write!(formatter, "metadata.{key}"),
        }
    }
}

/// What kind of thing a feature is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Feature {
    /// On or off.
    Switch,
    /// So many of something.
    Limit {
        /// How several grants become one.
        combine: Combine,
        /// Whether a plan's limit is multiplied by the subscribed quantity, unless the plan says otherwise.
        per_quantity: bool,
    },
    /// One of some values.
    Value {
        /// The values, least first; of several grants the greatest counts.
        order: Vec<Box<str>>,
    },
}

/// How several limits become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Combine {
    /// The greatest counts
    #[default]
    Max,
    /// They are added up
    Sum,
}

/// Which subscriptions are on a plan, and what it grants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Ids of prices.
    pub prices: Vec<Box<str>>,
    /// Ids of products.
    pub products: Vec<Box<str>>,
    /// Lookup keys of prices.
    pub lookup_keys: Vec<Box<str>>,
    /// Its own grace time.
    pub grace: Option<Duration>,
    /// Its own rule for trials.
    pub trial: Option<Trial>,
    /// What it grants, by feature.
    pub grants: BTreeMap<Box<str>, Grant>,
}

/// Which one-off purchases it is about, and what they grant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PurchaseRule {
    /// Ids of payment links.
    pub payment_links: Vec<Box<str>>,
    /// Ids of prices.
    pub prices: Vec<Box<str>>,
    /// Ids of products.
    pub products: Vec<Box<str>>,
    /// Metadata of the checkout, all of it.
    pub metadata: BTreeMap<Box<str>, Box<str>>,
    /// How long what it grants lasts from the payment on; for good when none.
    pub lasts: Option<Duration>,
    /// What it grants, by feature.
    pub grants: BTreeMap<Box<str>, Grant>,
}

/// What is granted of a feature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    /// It is on.
    On,
    /// So many.
    Limit {
        /// How many.
        amount: Amount,
        /// Whether the amount is multiplied by the subscribed quantity; what the feature says when it is none.
        per_quantity: Option<bool>,
    },
    /// This value.
    Text(Box<str>),
}

/// The size of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Amount {
    /// So many, at least 1.
    Exactly(i64),
    /// As many as wanted.
    Unlimited,
}

impl Policy {
    /// Whether prices that no plan names grant their own names.
    pub fn grants_own_names(&self) -> bool {
        match self.rules.unlisted {
            Some(Unlisted::Names) => true,
            Some(Unlisted::Nothing) => false,
            None => self.plans.is_empty(),
        }
    }
}

#[cfg(test)]
mod tests;
