//! A customer as one event shows it, and Stripe's own summary of what the customer is entitled to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Metadata;
use crate::{money::Currency, time::Timestamp};

/// What the ledger needs of a `customer`: no name, no address, no e-mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// When it was created.
    pub created: Option<Timestamp>,
    /// Whether Stripe has deleted it.
    pub deleted: bool,
    /// Credit balance in minor units: negative is credit to the customer. `account_balance` in old shapes.
    pub balance: Option<i64>,
    /// The balance before this event, where `previous_attributes` names it.
    pub previous_balance: Option<i64>,
    /// The customer's currency; absent until the first one is used.
    pub currency: Option<Currency>,
    /// Balances by currency (`invoice_credit_balance`), where shown.
    pub balances: BTreeMap<Currency, i64>,
    /// Whether the newest invoice is unpaid after its due date or last attempt.
    pub delinquent: Option<bool>,
    /// Whether a default payment method or source is set.
    pub has_payment_method: bool,
    /// Metadata.
    pub metadata: Metadata,
}

/// `entitlements.active_entitlement_summary`: what Stripe says the customer is entitled to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntitlementSummary {
    /// Active features, by lookup key.
    pub features: Vec<SummaryFeature>,
    /// Whether Stripe shows only the first page (`has_more`): absence then proves nothing.
    pub truncated: bool,
}

/// One feature of the summary.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SummaryFeature {
    /// `feat_...`
    pub id: Option<Box<str>>,
    /// The feature's lookup key.
    pub lookup_key: Box<str>,
}
