//! What a record says, in our own vocabulary, whatever the API version that rendered it.
//!
//! A fact is one Stripe object as one event shows it. Snapshots hold only what the ledger needs, and no personal data
//! apart from metadata, where account links are found. The translator (crate `daybook-stripe`) makes them; everything
//! downstream knows nothing of Stripe's JSON.

mod balance;
mod catalogue;
mod checkout;
mod connect;
mod customer;
mod details;
mod invoice;
mod payment;
mod reversal;
mod risk;
mod status;
mod subscription;
mod telling;

pub use balance::{BalanceTransaction, Claim, Fee, OtherMoney, Payout, ShownTransaction};
pub use catalogue::{Price, Product};
pub use checkout::{CheckoutSession, SessionMode};
pub use connect::{ApplicationFee, FeeRefund, Transfer, TransferReversal};
pub use customer::{Customer, EntitlementSummary, SummaryFeature};
pub use details::{
    ChargeDetails, DisputeDetails, Failure, IntentDetails, InvoiceDetails, LineDetails, Parties, RefundDetails, Tax,
};
pub use invoice::{Invoice, InvoicePayment, Line, PaidBy};
pub use payment::{Charge, PaymentIntent};
pub use reversal::{CreditNote, CreditNoteLine, Dispute, Refund};
pub use risk::{ConnectedAccount, FraudWarning, Review};
pub use status::{
    ChargeStatus, CreditNoteStatus, DisputeStatus, InvoicePaymentStatus, InvoiceStatus, PaymentIntentStatus,
    RefundStatus, SubscriptionStatus,
};
pub use subscription::{Item, PauseCollection, Subscription, TrialEnd};
pub use telling::telling;

use serde::{Deserialize, Serialize};

use crate::{
    id::{ObjectKind, ObjectRef},
    order::{Evidence, Moment},
};

/// What one event says about one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The object's id. Its kind is that of `observed`.
    pub id: Box<str>,
    /// When the event happened, and which one it was.
    pub moment: Moment,
    /// What ties inside one second are settled by. Empty for objects that are merely embedded in the event's own.
    pub evidence: Evidence,
    /// What the event's type says beyond the object's state.
    pub signal: Option<Signal>,
    /// The object as this event shows it.
    pub observed: Observed,
}

impl Fact {
    /// The object this is about.
    pub fn subject(&self) -> ObjectRef {
        ObjectRef::new(self.observed.kind(), self.id.clone())
    }
}

/// What an event's type says that the object's own state does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// `invoice.payment_failed`: an attempt to collect failed
    PaymentFailed,
    /// `invoice.payment_action_required`: the customer must act
    ActionRequired,
    /// `invoice.overpaid`
    Overpaid,
    /// `charge.dispute.funds_withdrawn`
    FundsWithdrawn,
    /// `charge.dispute.funds_reinstated`
    FundsReinstated,
    /// `*.deleted`
    Deleted,
}

impl Signal {
    /// The milestone this signal sets; the `!` keeps it apart from Stripe's own state names.
    pub fn milestone(self) -> &'static str {
        match self {
            Self::PaymentFailed => "!payment_failed",
            Self::ActionRequired => "!action_required",
            Self::Overpaid => "!overpaid",
            Self::FundsWithdrawn => "!funds_withdrawn",
            Self::FundsReinstated => "!funds_reinstated",
            Self::Deleted => "!deleted",
        }
    }
}

/// A snapshot of one object. Boxed where large, so that the enum stays small.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Observed {
    /// `customer`
    Customer(Box<Customer>),
    /// `entitlements.active_entitlement_summary`; the fact's id is the customer's
    EntitlementSummary(Box<EntitlementSummary>),
    /// `subscription`
    Subscription(Box<Subscription>),
    /// `invoice`
    Invoice(Box<Invoice>),
    /// `invoice_payment`
    InvoicePayment(Box<InvoicePayment>),
    /// `payment_intent`
    PaymentIntent(Box<PaymentIntent>),
    /// `charge`
    Charge(Box<Charge>),
    /// `refund`
    Refund(Box<Refund>),
    /// `dispute`
    Dispute(Box<Dispute>),
    /// `credit_note`
    CreditNote(Box<CreditNote>),
    /// `checkout.session`
    CheckoutSession(Box<CheckoutSession>),
    /// `product`
    Product(Box<Product>),
    /// `price` or `plan`
    Price(Box<Price>),
    /// `review`
    Review(Box<Review>),
    /// `radar.early_fraud_warning`
    FraudWarning(Box<FraudWarning>),
    /// `account`
    ConnectedAccount(Box<ConnectedAccount>),
    /// `balance_transaction`
    BalanceTransaction(Box<ShownTransaction>),
    /// `payout`
    Payout(Box<Payout>),
    /// `transfer`
    Transfer(Box<Transfer>),
    /// `transfer_reversal`
    TransferReversal(Box<TransferReversal>),
    /// `application_fee`
    ApplicationFee(Box<ApplicationFee>),
    /// `fee_refund`
    FeeRefund(Box<FeeRefund>),
    /// An object that carries money by no rule
    OtherMoney(Box<OtherMoney>),
}

impl Observed {
    /// The kind of object this is a snapshot of; a summary belongs to its customer.
    pub fn kind(&self) -> ObjectKind {
        match self {
            Self::Customer(_) | Self::EntitlementSummary(_) => ObjectKind::Customer,
            Self::Subscription(_) => ObjectKind::Subscription,
            Self::Invoice(_) => ObjectKind::Invoice,
            Self::InvoicePayment(_) => ObjectKind::InvoicePayment,
            Self::PaymentIntent(_) => ObjectKind::PaymentIntent,
            Self::Charge(_) => ObjectKind::Charge,
            Self::Refund(_) => ObjectKind::Refund,
            Self::Dispute(_) => ObjectKind::Dispute,
            Self::CreditNote(_) => ObjectKind::CreditNote,
            Self::CheckoutSession(_) => ObjectKind::CheckoutSession,
            Self::Product(_) => ObjectKind::Product,
            Self::Price(_) => ObjectKind::Price,
            Self::Review(_) => ObjectKind::Review,
            Self::FraudWarning(_) => ObjectKind::FraudWarning,
            Self::ConnectedAccount(_) => ObjectKind::ConnectedAccount,
            Self::BalanceTransaction(_) => ObjectKind::BalanceTransaction,
            Self::Payout(_) => ObjectKind::Payout,
            Self::Transfer(_) => ObjectKind::Transfer,
            Self::TransferReversal(_) => ObjectKind::TransferReversal,
            Self::ApplicationFee(_) => ObjectKind::ApplicationFee,
            Self::FeeRefund(_) => ObjectKind::FeeRefund,
            Self::OtherMoney(_) => ObjectKind::OtherMoney,
        }
    }

    /// The state Stripe names for the object, where it has one: the name of its milestone.
    pub fn state(&self) -> Option<&str> {
        match self {
            Self::Subscription(subscription) => Some(subscription.status.as_str()),
            Self::Invoice(invoice) => Some(invoice.status.as_str()),
            Self::InvoicePayment(payment) => Some(payment.status.as_str()),
            Self::PaymentIntent(intent) => Some(intent.status.as_str()),
            // A charge stays `succeeded` when it is captured: the capture is the moment money moves.
            Self::Charge(charge) if charge.status == ChargeStatus::Succeeded && !charge.captured => Some("authorized"),
            Self::Charge(charge) => Some(charge.status.as_str()),
            Self::Refund(refund) => Some(refund.status.as_str()),
            Self::Dispute(dispute) => Some(dispute.status.as_str()),
            Self::CreditNote(note) => Some(note.status.as_str()),
            Self::CheckoutSession(session) => Some(if session.paid { "paid" } else { "unpaid" }),
            Self::Review(review) => Some(if review.open { "open" } else { "closed" }),
            Self::FraudWarning(warning) => Some(if warning.actionable { "actionable" } else { "over" }),
            Self::Payout(payout) => Some(&payout.status),
            Self::OtherMoney(other) => Some(&other.status),
            // What is shown was made: nothing else about these is a state.
            Self::BalanceTransaction(_)
            | Self::Transfer(_)
            | Self::TransferReversal(_)
            | Self::ApplicationFee(_)
            | Self::FeeRefund(_) => Some("made"),
            Self::Customer(_)
            | Self::EntitlementSummary(_)
            | Self::Product(_)
            | Self::Price(_)
            | Self::ConnectedAccount(_) => None,
        }
    }
}

/// A reference as one API shape shows it: not at all, explicitly nothing, or an id.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// The shape has no such field.
    #[default]
    Absent,
    /// The field is there and null.
    Null,
    /// The field names an object.
    Id(Box<str>),
}

impl Shown {
    /// The id, if one is named.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Id(id) => Some(id),
            Self::Absent | Self::Null => None,
        }
    }
}

/// Metadata as Stripe keeps it: text by name, sorted by name.
pub type Metadata = std::collections::BTreeMap<Box<str>, Box<str>>;
