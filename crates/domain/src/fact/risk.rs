//! What Radar and the card networks warn of, and what Stripe asks of a connected account, as one event shows it.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// What the ledger needs of a `review`: a payment that Radar wants a person to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// The charge.
    pub charge: Option<Box<str>>,
    /// The payment intent.
    pub payment_intent: Option<Box<str>>,
    /// Whether nobody has decided yet.
    pub open: bool,
    /// Why it was opened, or how it was closed (`rule`, `manual`, `approved`, `refunded`, ...).
    pub reason: Option<Box<str>>,
    /// When it was opened.
    pub created: Option<Timestamp>,
}

/// What the ledger needs of a `radar.early_fraud_warning`: the network thinks a payment was fraud, and a dispute often follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FraudWarning {
    /// The charge.
    pub charge: Option<Box<str>>,
    /// Its payment intent.
    pub payment_intent: Option<Box<str>>,
    /// Whether a refund can still keep a dispute away.
    pub actionable: bool,
    /// The network's word: `made_with_stolen_card`, `misc`, ...
    pub kind: Option<Box<str>>,
    /// When it came.
    pub created: Option<Timestamp>,
}

/// What the ledger needs of an `account`: what Stripe asks of a seller, by the names of the fields, never their values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectedAccount {
    /// Whether it can take charges.
    pub charges_enabled: Option<bool>,
    /// Whether it can be paid out.
    pub payouts_enabled: Option<bool>,
    /// What is asked for now, some of it overdue; the first of many.
    pub due: Vec<Box<str>>,
    /// Of that, what is overdue.
    pub past_due: Vec<Box<str>>,
    /// Why Stripe has disabled it.
    pub disabled: Option<Box<str>>,
    /// Until when, before it is.
    pub deadline: Option<Timestamp>,
}

impl ConnectedAccount {
    /// Whether somebody has to do something for it.
    pub fn needs_something(&self) -> bool {
        !self.due.is_empty() || !self.past_due.is_empty() || self.disabled.is_some()
    }
}
