//! What people read of an object and no posting needs: why a payment failed, which tax is whose, which seller is behind it.
//!
//! No name, address, e-mail or number of a card is among it, and no `client_secret`.

use serde::{Deserialize, Serialize};

/// The connected account behind a sale, in the places that name one. A platform's sale can name several.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parties {
    /// Who receives the money (`transfer_data.destination`).
    pub destination: Option<Box<str>>,
    /// In whose name the sale is made (`on_behalf_of`).
    pub on_behalf_of: Option<Box<str>>,
    /// What the metadata names as the seller: an account of Stripe's, or your own id.
    pub metadata: Option<Box<str>>,
}

/// Why a payment did not work, in Stripe's words for programs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// `card_declined`, `authentication_required`, ...
    pub code: Option<Box<str>>,
    /// The bank's reason, `insufficient_funds`, ...
    pub decline_code: Option<Box<str>>,
}

impl Failure {
    /// Whether nothing is said.
    pub fn is_silent(&self) -> bool {
        self.code.is_none() && self.decline_code.is_none()
    }
}

/// What people read of a `charge`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargeDetails {
    /// Who is behind the sale.
    pub parties: Parties,
    /// Why it failed.
    pub failure: Failure,
    /// How it was paid: `card`, `sepa_debit`, ... (`payment_method_details.type`).
    pub method: Option<Box<str>>,
    /// Radar's estimate: `normal`, `elevated`, `highest` (`outcome.risk_level`).
    pub risk: Option<Box<str>>,
}

/// What people read of a `payment_intent`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntentDetails {
    /// Who is behind the sale.
    pub parties: Parties,
    /// Why the last attempt failed (`last_payment_error`).
    pub failure: Failure,
    /// What the customer has to do (`next_action.type`): `use_stripe_sdk`, `redirect_to_url`, ...
    pub next_action: Option<Box<str>>,
    /// Why it was canceled.
    pub cancellation: Option<Box<str>>,
}

/// What people read of a `refund`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundDetails {
    /// `duplicate`, `fraudulent`, `requested_by_customer`, ...
    pub reason: Option<Box<str>>,
    /// Why it failed (`failure_reason`).
    pub failure: Option<Box<str>>,
}

/// What people read of a `dispute`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputeDetails {
    /// What its own metadata names as the seller.
    pub seller: Option<Box<str>>,
    /// The network's code of the reason (`network_reason_code`).
    pub network_reason: Option<Box<str>>,
    /// How often evidence was submitted.
    pub submissions: i64,
    /// Whether evidence is saved, submitted or not.
    pub has_evidence: bool,
    /// Whether the last evidence came too late.
    pub past_due: bool,
}

/// What people read of an `invoice`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceDetails {
    /// Who is behind the sale.
    pub parties: Parties,
    /// The number printed on it.
    pub number: Option<Box<str>>,
    /// `charge_automatically` or `send_invoice`.
    pub collection: Option<Box<str>>,
    /// Before discounts of the whole invoice and tax.
    pub subtotal: Option<i64>,
    /// All discounts (`total_discount_amounts`), zero or more.
    pub discount: i64,
    /// Tax of the whole invoice, rate by rate.
    pub taxes: Vec<Tax>,
}

/// What people read of an invoice's line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineDetails {
    /// What is billed, in words.
    pub description: Option<Box<str>>,
    /// Price of one, in minor units with up to twelve decimals, as Stripe writes it.
    pub unit_amount: Option<Box<str>>,
    /// Its tax, rate by rate.
    pub taxes: Vec<Tax>,
}

/// One tax. Amounts are minor units of the invoice's currency.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tax {
    /// How much.
    pub amount: i64,
    /// Whether it is contained in the price.
    pub inclusive: bool,
    /// What it was computed on.
    pub taxable: Option<i64>,
    /// The rate: `txr_...`.
    pub rate: Option<Box<str>>,
    /// What the rate is called: `VAT`, `Sales tax`.
    pub name: Option<Box<str>>,
    /// Whose tax it is, where the event shows the rate itself.
    pub jurisdiction: Option<Box<str>>,
    /// Percent, as Stripe writes it.
    pub percentage: Option<Box<str>>,
    /// Why so much: `standard_rated`, `reverse_charge`, ...
    pub reason: Option<Box<str>>,
}
