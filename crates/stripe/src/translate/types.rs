//! Event types: which kind of object each shows, and what the type says beyond the object's state.

use daybook_domain::{fact::Signal, id::ObjectKind, order::Rank};

use super::other_money;

/// What kind of object a translator reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Customer,
    Subscription,
    Invoice,
    InvoicePayment,
    PaymentIntent,
    Charge,
    Refund,
    Dispute,
    CreditNote,
    CheckoutSession,
    Product,
    Price,
    EntitlementSummary,
    Review,
    FraudWarning,
    ConnectedAccount,
    BalanceTransaction,
    Payout,
    Transfer,
    TransferReversal,
    ApplicationFee,
    FeeRefund,
    OtherMoney,
}

/// What a type says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EventType {
    pub(super) kind: Kind,
    pub(super) signal: Option<Signal>,
    pub(super) rank: Rank,
}

/// Families of types: what precedes the last dot, and the object they show. A family stays open: a type nobody knew
/// when this was written is translated like the others, if its object is of the family's kind.
const FAMILIES: &[(&str, Kind)] = &[
    ("customer", Kind::Customer),
    ("customer.subscription", Kind::Subscription),
    ("invoice", Kind::Invoice),
    ("invoice_payment", Kind::InvoicePayment),
    ("payment_intent", Kind::PaymentIntent),
    ("charge", Kind::Charge),
    ("charge.refund", Kind::Refund),
    ("refund", Kind::Refund),
    ("charge.dispute", Kind::Dispute),
    ("credit_note", Kind::CreditNote),
    ("checkout.session", Kind::CheckoutSession),
    ("product", Kind::Product),
    ("price", Kind::Price),
    ("plan", Kind::Price),
    ("entitlements.active_entitlement_summary", Kind::EntitlementSummary),
    ("review", Kind::Review),
    ("radar.early_fraud_warning", Kind::FraudWarning),
    ("account", Kind::ConnectedAccount),
    ("balance_transaction", Kind::BalanceTransaction),
    ("payout", Kind::Payout),
    ("transfer", Kind::Transfer),
    ("transfer.reversal", Kind::TransferReversal),
    ("application_fee", Kind::ApplicationFee),
    ("application_fee.refund", Kind::FeeRefund),
    ("topup", Kind::OtherMoney),
    ("issuing_transaction", Kind::OtherMoney),
    ("customer_cash_balance_transaction", Kind::OtherMoney),
];

/// Families whose objects carry money outside the balance that Stripe holds for payments.
const OTHER_BALANCES: &[&str] = &["treasury", "climate", "capital", "financial_connections"];

/// The event types the read models live on: what an endpoint should be subscribed to. Sorted.
pub const NEEDED: &[&str] = &[
    "account.updated",
    "application_fee.created",
    "application_fee.refund.updated",
    "application_fee.refunded",
    "charge.captured",
    "charge.dispute.closed",
    "charge.dispute.created",
    "charge.dispute.funds_reinstated",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.updated",
    "charge.expired",
    "charge.failed",
    "charge.pending",
    "charge.refund.updated",
    "charge.refunded",
    "charge.succeeded",
    "charge.updated",
    "checkout.session.async_payment_failed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.completed",
    "checkout.session.expired",
    "credit_note.created",
    "credit_note.updated",
    "credit_note.voided",
    "customer.created",
    "customer.deleted",
    "customer.subscription.created",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.pending_update_applied",
    "customer.subscription.pending_update_expired",
    "customer.subscription.resumed",
    "customer.subscription.trial_will_end",
    "customer.subscription.updated",
    "customer.updated",
    "entitlements.active_entitlement_summary.updated",
    "invoice.created",
    "invoice.deleted",
    "invoice.finalization_failed",
    "invoice.finalized",
    "invoice.marked_uncollectible",
    "invoice.overdue",
    "invoice.overpaid",
    "invoice.paid",
    "invoice.payment_action_required",
    "invoice.payment_attempt_required",
    "invoice.payment_failed",
    "invoice.payment_succeeded",
    "invoice.sent",
    "invoice.updated",
    "invoice.voided",
    "invoice.will_be_due",
    "invoice_payment.paid",
    "payment_intent.amount_capturable_updated",
    "payment_intent.canceled",
    "payment_intent.created",
    "payment_intent.partially_funded",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.requires_action",
    "payment_intent.succeeded",
    "payout.canceled",
    "payout.created",
    "payout.failed",
    "payout.paid",
    "payout.updated",
    "plan.created",
    "plan.deleted",
    "plan.updated",
    "price.created",
    "price.deleted",
    "price.updated",
    "product.created",
    "product.deleted",
    "product.updated",
    "radar.early_fraud_warning.created",
    "radar.early_fraud_warning.updated",
    "refund.created",
    "refund.failed",
    "refund.updated",
    "review.closed",
    "review.opened",
    "topup.reversed",
    "topup.succeeded",
    "transfer.created",
    "transfer.reversed",
    "transfer.updated",
];

/// What an event type says; `None` when no read model needs it.
pub(super) fn lookup(event_type: &str) -> Option<EventType> {
    let (family, what) = event_type.rsplit_once('.')?;
    let (_, kind) = FAMILIES.iter().find(|(name, _)| *name == family)?;
    Some(EventType { kind: *kind, signal: signal(event_type, what), rank: rank(event_type, what) })
}

/// Why a type nobody translates has no effect.
pub(super) fn why_not(event_type: &str) -> &'static str {
    let family = event_type.split('.').next().unwrap_or_default();
    if OTHER_BALANCES.contains(&family) {
        "it may move money outside the payments balance, which these books do not keep"
    } else {
        "no read model needs this type"
    }
}

fn signal(event_type: &str, what: &str) -> Option<Signal> {
    match event_type {
        "invoice.payment_failed" => Some(Signal::PaymentFailed),
        "invoice.payment_action_required" => Some(Signal::ActionRequired),
        "invoice.overpaid" => Some(Signal::Overpaid),
        "charge.dispute.funds_withdrawn" => Some(Signal::FundsWithdrawn),
        "charge.dispute.funds_reinstated" => Some(Signal::FundsReinstated),
        _ if what == "deleted" => Some(Signal::Deleted),
        _ => None,
    }
}

/// Stripe makes an invoice, finalizes it and sees it paid inside one second, and an endpoint may not be subscribed to the
/// `updated` events that would prove their order: the types that no other state follows come last.
fn rank(event_type: &str, what: &str) -> Rank {
    match event_type {
        "invoice.paid"
        | "invoice.payment_succeeded"
        | "invoice.voided"
        | "payment_intent.succeeded"
        | "payment_intent.canceled"
        | "charge.dispute.closed"
        | "charge.dispute.funds_reinstated"
        | "payout.failed"
        | "payout.canceled" => return Rank::Settled,
        // An invoice is written off after its last attempt has failed, and may still be paid or voided; a payout that was
        // paid may fail.
        "invoice.marked_uncollectible" | "charge.captured" | "payout.paid" => return Rank::Closed,
        _ => {}
    }
    match what {
        "created" => Rank::Created,
        "deleted" => Rank::Deleted,
        _ => Rank::Updated,
    }
}

impl Kind {
    /// Whether an object that says it is a `name` is of this kind.
    pub(super) fn is_called(self, name: &str) -> bool {
        match self {
            Self::Customer => name == ObjectKind::Customer.name(),
            Self::Subscription => name == ObjectKind::Subscription.name(),
            Self::Invoice => name == ObjectKind::Invoice.name(),
            Self::InvoicePayment => name == ObjectKind::InvoicePayment.name(),
            Self::PaymentIntent => name == ObjectKind::PaymentIntent.name(),
            Self::Charge => name == ObjectKind::Charge.name(),
            Self::Refund => name == ObjectKind::Refund.name(),
            Self::Dispute => name == ObjectKind::Dispute.name(),
            Self::CreditNote => name == ObjectKind::CreditNote.name(),
            Self::CheckoutSession => name == ObjectKind::CheckoutSession.name(),
            Self::Product => name == ObjectKind::Product.name(),
            Self::Price => name == ObjectKind::Price.name() || name == "plan",
            Self::EntitlementSummary => name == "entitlements.active_entitlement_summary",
            Self::Review => name == ObjectKind::Review.name(),
            Self::FraudWarning => name == ObjectKind::FraudWarning.name(),
            Self::ConnectedAccount => name == ObjectKind::ConnectedAccount.name(),
            Self::BalanceTransaction => name == ObjectKind::BalanceTransaction.name(),
            Self::Payout => name == ObjectKind::Payout.name(),
            Self::Transfer => name == ObjectKind::Transfer.name(),
            Self::TransferReversal => name == ObjectKind::TransferReversal.name(),
            Self::ApplicationFee => name == ObjectKind::ApplicationFee.name(),
            Self::FeeRefund => name == ObjectKind::FeeRefund.name(),
            Self::OtherMoney => other_money::NAMES.contains(&name),
        }
    }

    /// Whether a deleted object of this kind is shown as nothing but its id.
    pub(super) fn has_tombstone(self) -> bool {
        matches!(self, Self::Customer | Self::Product | Self::Price)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_needed_type_has_a_translator() {
        assert!(NEEDED.is_sorted());
        for event_type in NEEDED {
            assert!(lookup(event_type).is_some(), "{event_type}");
        }
    }

    #[test]
    fn families_do_not_take_in_their_neighbours() {
        for event_type in
            ["customer.discount.created", "customer.tax_id.updated", "invoiceitem.created", "balance.available"]
        {
            assert_eq!(lookup(event_type), None, "{event_type}");
        }
        assert_eq!(lookup("charge.dispute.closed").map(|known| known.kind), Some(Kind::Dispute));
        assert_eq!(lookup("charge.refund.updated").map(|known| known.kind), Some(Kind::Refund));
        assert_eq!(lookup("nothing"), None);
    }

    #[test]
    fn a_types_suffix_gives_its_rank_and_signal() {
        let deleted = lookup("product.deleted").unwrap();
        assert_eq!((deleted.rank, deleted.signal), (Rank::Deleted, Some(Signal::Deleted)));
        assert_eq!(lookup("invoice.created").unwrap().rank, Rank::Created);
        assert!(lookup("invoice.paid").unwrap().rank > lookup("invoice.finalized").unwrap().rank);
        assert!(lookup("invoice.marked_uncollectible").unwrap().rank > lookup("invoice.payment_failed").unwrap().rank);
        assert!(lookup("invoice.paid").unwrap().rank > lookup("invoice.marked_uncollectible").unwrap().rank);
        assert!(lookup("charge.captured").unwrap().rank > lookup("charge.succeeded").unwrap().rank);
        assert_eq!(lookup("invoice.payment_failed").unwrap().signal, Some(Signal::PaymentFailed));
        assert_eq!(lookup("charge.failed").unwrap().signal, None);
    }
}
