//! Whose books an entry belongs to: one Stripe account in one mode. Nothing is ever compared or summed across scopes.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Test and live are separate worlds at Stripe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// `livemode: false`
    Test,
    /// `livemode: true`
    Live,
}

impl Mode {
    /// The mode of an object with this `livemode`.
    pub fn from_livemode(livemode: bool) -> Self {
        if livemode { Self::Live } else { Self::Test }
    }

    /// `livemode` as Stripe writes it.
    pub fn is_live(self) -> bool {
        self == Self::Live
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.is_live() { "live" } else { "test" })
    }
}

/// An account (absent: the one the endpoint belongs to, unnamed) and a mode.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Scope {
    /// `acct_...` as the event or the endpoint names it.
    pub account: Option<Box<str>>,
    /// Test or live.
    pub mode: Mode,
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.account {
            Some(account) => write!(formatter, "{account} ({})", self.mode),
            None => write!(formatter, "own account ({})", self.mode),
        }
    }
}

/// The number under which a scope is stored. Part of every key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ScopeId(pub i32);

impl fmt::Display for ScopeId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}
