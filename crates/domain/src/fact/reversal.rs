//! What takes money back: refunds, disputes with their balance transactions, credit notes.

use serde::{Deserialize, Serialize};

use super::{BalanceTransaction, CreditNoteStatus, DisputeDetails, DisputeStatus, RefundDetails, RefundStatus};
use crate::{
    id::{CustomerId, InvoiceId, LineId},
    money::Currency,
    time::Timestamp,
};

/// What the ledger needs of a `refund`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// The charge it gives back.
    pub charge: Option<Box<str>>,
    /// The payment intent of that charge.
    pub payment_intent: Option<Box<str>>,
    /// Stripe's status; the oldest shapes lack it, a refund was then done when made.
    pub status: RefundStatus,
    /// Minor units.
    pub amount: i64,
    /// Their currency.
    pub currency: Option<Currency>,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// What people read of it.
    pub details: Box<RefundDetails>,
}

/// What the ledger needs of a `dispute`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispute {
    /// The charge in dispute.
    pub charge: Option<Box<str>>,
    /// The payment intent of that charge.
    pub payment_intent: Option<Box<str>>,
    /// Stripe's status.
    pub status: DisputeStatus,
    /// Minor units.
    pub amount: i64,
    /// Their currency.
    pub currency: Option<Currency>,
    /// The bank's reason, as Stripe writes it.
    pub reason: Option<Box<str>>,
    /// Until when evidence can be submitted.
    pub evidence_due: Option<Timestamp>,
    /// When it was opened.
    pub created: Option<Timestamp>,
    /// Balance transactions embedded, none to two; the same ones stand in several events.
    pub balance_transactions: Vec<BalanceTransaction>,
    /// What people read of it.
    pub details: Box<DisputeDetails>,
}

/// What the ledger needs of a `credit_note`. Amounts are minor units of `currency`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditNote {
    /// The invoice it corrects.
    pub invoice: Option<InvoiceId>,
    /// Whose invoice that is.
    pub customer: Option<CustomerId>,
    /// Stripe's status.
    pub status: CreditNoteStatus,
    /// Total credited, tax included (`total`, `amount` in old shapes).
    pub total: i64,
    /// Tax in it.
    pub tax: i64,
    /// Currency of all amounts.
    pub currency: Option<Currency>,
    /// The part that reduces what is left to pay (`pre_payment_amount`; by `type` in old shapes).
    pub pre_payment: i64,
    /// The part given back after payment.
    pub post_payment: i64,
    /// Of the post-payment part: paid out outside Stripe.
    pub out_of_band: i64,
    /// Refunds it names, with the amount each covers (absent: all of the refund).
    pub refunds: Vec<(Box<str>, Option<i64>)>,
    /// Its lines: the invoice line each corrects, net of discount and without tax.
    pub lines: Vec<CreditNoteLine>,
    /// When it takes effect (`effective_at`, else `created`).
    pub effective: Option<Timestamp>,
    /// When it was voided.
    pub voided_at: Option<Timestamp>,
    /// When it was made, which is later where it was dated back.
    #[serde(default)]
    pub created: Option<Timestamp>,
}

/// One line of a credit note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditNoteLine {
    /// The invoice line it corrects; absent for free lines.
    pub invoice_line: Option<LineId>,
    /// Net of discounts, without inclusive tax.
    pub net: i64,
}
