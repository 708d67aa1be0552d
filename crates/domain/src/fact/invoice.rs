//! An invoice with its lines as one event shows it, and one payment of an invoice.

use serde::{Deserialize, Serialize};

use super::{InvoiceDetails, InvoicePaymentStatus, InvoiceStatus, LineDetails};
use crate::{
    id::{CustomerId, InvoiceId, LineId, PriceId, ProductId, SubscriptionId},
    money::Currency,
    time::{Period, Timestamp},
};

/// What the ledger needs of an `invoice`. Amounts are minor units of `currency`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    /// Who owes it.
    pub customer: Option<CustomerId>,
    /// The subscription that made it: `subscription`, or `parent.subscription_details.subscription` since basil.
    pub subscription: Option<SubscriptionId>,
    /// Stripe's status.
    pub status: InvoiceStatus,
    /// Currency of all amounts.
    pub currency: Option<Currency>,
    /// After discounts and tax.
    pub total: i64,
    /// All tax in `total`, inclusive and exclusive.
    pub tax: i64,
    /// Shipping in `total`, without tax.
    pub shipping: i64,
    /// What is asked for after the customer's balance.
    pub amount_due: i64,
    /// What was paid.
    pub amount_paid: i64,
    /// What is left to pay.
    pub amount_remaining: i64,
    /// The customer's balance before and after (`ending_balance` is null until finalized).
    pub starting_balance: i64,
    /// See `starting_balance`.
    pub ending_balance: Option<i64>,
    /// The charge it names (before basil).
    pub charge: Option<Box<str>>,
    /// The payment intent it names (before basil).
    pub payment_intent: Option<Box<str>>,
    /// Why it was made, as Stripe writes it (`subscription_cycle`, ...).
    pub billing_reason: Option<Box<str>>,
    /// Paid outside Stripe, where the shape says so (`paid_out_of_band`, before basil).
    pub paid_out_of_band: bool,
    /// Attempts to collect so far.
    pub attempt_count: i64,
    /// When the next attempt is planned.
    pub next_attempt: Option<Timestamp>,
    /// When it is due, for invoices that are sent.
    pub due: Option<Timestamp>,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// `status_transitions.finalized_at`
    pub finalized_at: Option<Timestamp>,
    /// `status_transitions.paid_at`
    pub paid_at: Option<Timestamp>,
    /// `status_transitions.voided_at`
    pub voided_at: Option<Timestamp>,
    /// `status_transitions.marked_uncollectible_at`
    pub uncollectible_at: Option<Timestamp>,
    /// Lines embedded in the event.
    pub lines: Vec<Line>,
    /// Whether there are more lines than those embedded (`has_more`).
    pub lines_truncated: bool,
    /// What people read of it.
    pub details: Box<InvoiceDetails>,
}

/// One line. Amounts are minor units of the invoice's currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// `il_...`
    pub id: LineId,
    /// As Stripe writes it: before discounts, with inclusive tax; negative for credited prorations.
    pub amount: i64,
    /// Sum of its discounts (`pretax_credit_amounts`, else `discount_amounts`), zero or more.
    pub discount: i64,
    /// Tax contained in `amount`.
    pub tax_inclusive: i64,
    /// Tax on top of `amount`.
    pub tax_exclusive: i64,
    /// What it is earned over; start equals end for one-off lines.
    pub period: Option<Period>,
    /// Whether it is a proration.
    pub proration: bool,
    /// The subscription it bills.
    pub subscription: Option<SubscriptionId>,
    /// The price or plan.
    pub price: Option<PriceId>,
    /// Its product.
    pub product: Option<ProductId>,
    /// How many.
    pub quantity: Option<i64>,
    /// What people read of it.
    pub details: Box<LineDetails>,
}

/// What the ledger needs of an `invoice_payment`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoicePayment {
    /// The invoice it pays.
    pub invoice: Option<InvoiceId>,
    /// Stripe's status.
    pub status: InvoicePaymentStatus,
    /// What was paid, minor units; absent until paid.
    pub amount_paid: Option<i64>,
    /// Its currency.
    pub currency: Option<Currency>,
    /// What pays it.
    pub paid_by: PaidBy,
    /// `status_transitions.paid_at`
    pub paid_at: Option<Timestamp>,
    /// When it was created.
    pub created: Option<Timestamp>,
}

/// Where an invoice payment's money comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaidBy {
    /// A payment intent
    PaymentIntent(Box<str>),
    /// A charge
    Charge(Box<str>),
    /// A payment recorded from outside Stripe
    OutOfBand,
    /// The shape does not say
    Unknown,
}
