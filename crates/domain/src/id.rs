//! Identifiers of Stripe objects: one type per kind, and a reference that names kind and id together.
//!
//! Ids are opaque text. They repeat across accounts and modes, so an id alone never identifies anything outside its
//! [`crate::scope::Scope`]. Nothing here looks inside an id.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Defines newtypes over text for ids of one kind each.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Box<str>);

        impl $name {
            /// Wraps the text as it came from Stripe.
            pub fn new(text: impl Into<Box<str>>) -> Self {
                Self(text.into())
            }

            /// The id as Stripe writes it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// `evt_...`, or `body:<sha256>` for verified bytes without a readable id.
    EventId;
    /// `cus_...`
    CustomerId;
    /// `sub_...`
    SubscriptionId;
    /// `si_...`
    SubscriptionItemId;
    /// `in_...`
    InvoiceId;
    /// `il_...`
    LineId;
    /// `price_...`, or a plan's id
    PriceId;
    /// `prod_...`
    ProductId;
    /// `txn_...`
    BalanceTransactionId;
}

/// The kinds of Stripe object this ledger folds. Stored by number: append only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectKind {
    /// `customer`
    Customer,
    /// `subscription`
    Subscription,
    /// `invoice`
    Invoice,
    /// `invoice_payment`
    InvoicePayment,
    /// `payment_intent`
    PaymentIntent,
    /// `charge`
    Charge,
    /// `refund`
    Refund,
    /// `dispute`
    Dispute,
    /// `credit_note`
    CreditNote,
    /// `checkout.session`
    CheckoutSession,
    /// `product`
    Product,
    /// `price`, and `plan` before there were prices
    Price,
    /// The credit balance of a customer: no Stripe object, but shown by several
    CustomerCredit,
    /// `review`
    Review,
    /// `radar.early_fraud_warning`
    FraudWarning,
    /// `account`
    ConnectedAccount,
    /// `balance_transaction`
    BalanceTransaction,
    /// `payout`
    Payout,
    /// `transfer`
    Transfer,
    /// `transfer_reversal`
    TransferReversal,
    /// `application_fee`
    ApplicationFee,
    /// `fee_refund`
    FeeRefund,
    /// An object that carries money by no rule: `topup`, `issuing.transaction`, ...
    OtherMoney,
}

impl ObjectKind {
    /// Every kind, in the order of its stored number.
    pub const ALL: [Self; 23] = [
        Self::Customer,
        Self::Subscription,
        Self::Invoice,
        Self::InvoicePayment,
        Self::PaymentIntent,
        Self::Charge,
        Self::Refund,
        Self::Dispute,
        Self::CreditNote,
        Self::CheckoutSession,
        Self::Product,
        Self::Price,
        Self::CustomerCredit,
        Self::Review,
        Self::FraudWarning,
        Self::ConnectedAccount,
        Self::BalanceTransaction,
        Self::Payout,
        Self::Transfer,
        Self::TransferReversal,
        Self::ApplicationFee,
        Self::FeeRefund,
        Self::OtherMoney,
    ];

    /// The stored number of this kind.
    pub fn number(self) -> i16 {
        self as i16
    }

    /// The kind with this stored number, if there is one.
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// The name Stripe gives this kind, as in an object's `object` field.
    pub fn name(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Subscription => "subscription",
            Self::Invoice => "invoice",
            Self::InvoicePayment => "invoice_payment",
            Self::PaymentIntent => "payment_intent",
            Self::Charge => "charge",
            Self::Refund => "refund",
            Self::Dispute => "dispute",
            Self::CreditNote => "credit_note",
            Self::CheckoutSession => "checkout.session",
            Self::Product => "product",
            Self::Price => "price",
            Self::CustomerCredit => "customer_credit",
            Self::Review => "review",
            Self::FraudWarning => "radar.early_fraud_warning",
            Self::ConnectedAccount => "account",
            Self::BalanceTransaction => "balance_transaction",
            Self::Payout => "payout",
            Self::Transfer => "transfer",
            Self::TransferReversal => "transfer_reversal",
            Self::ApplicationFee => "application_fee",
            Self::FeeRefund => "fee_refund",
            Self::OtherMoney => "other_money",
        }
    }

    /// Whether objects of this kind belong to a settlement: the documents of one sale and the money behind them.
    pub fn settles(self) -> bool {
        matches!(
            self,
            Self::Invoice
                | Self::InvoicePayment
                | Self::PaymentIntent
                | Self::Charge
                | Self::Refund
                | Self::Dispute
                | Self::CreditNote
                | Self::CheckoutSession
                | Self::Review
                | Self::FraudWarning
                | Self::BalanceTransaction
                | Self::Payout
                | Self::Transfer
                | Self::TransferReversal
                | Self::ApplicationFee
                | Self::FeeRefund
                | Self::OtherMoney
        )
    }
}

/// One object inside a scope.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObjectRef {
    /// What it is.
    pub kind: ObjectKind,
    /// Its id at Stripe.
    pub id: Box<str>,
}

impl ObjectRef {
    /// Names the object `id` of this kind.
    pub fn new(kind: ObjectKind, id: impl Into<Box<str>>) -> Self {
        Self { kind, id: id.into() }
    }
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.kind.name(), self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::ObjectKind;

    #[test]
    fn every_kind_survives_its_stored_number() {
        for kind in ObjectKind::ALL {
            assert_eq!(ObjectKind::from_number(kind.number()), Some(kind));
        }
        assert_eq!(ObjectKind::from_number(99), None);
    }
}
