//! The states of Stripe's objects. All sets are open: a state we do not know is kept by name.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Defines an open set of states with their names on the wire.
macro_rules! statuses {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident = $wire:literal),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "the states are Stripe's and carry Stripe's names")]
        pub enum $name {
            $($variant,)*
            /// A state this version does not know, by Stripe's name.
            Other(Box<str>),
        }

        impl $name {
            /// Stripe's names of those that it documents.
            pub const NAMES: &'static [&'static str] = &[$($wire),*];

            /// Reads Stripe's name; never fails.
            pub fn parse(name: &str) -> Self {
                match name {
                    $($wire => Self::$variant,)*
                    other => Self::Other(other.into()),
                }
            }

            /// Stripe's name.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $wire,)*
                    Self::Other(name) => name,
                }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Ok(Self::parse(&std::borrow::Cow::<'de, str>::deserialize(deserializer)?))
            }
        }
    )*};
}

statuses! {
    /// States of a subscription.
    SubscriptionStatus {
        Incomplete = "incomplete",
        IncompleteExpired = "incomplete_expired",
        Trialing = "trialing",
        Active = "active",
        PastDue = "past_due",
        Canceled = "canceled",
        Unpaid = "unpaid",
        Paused = "paused",
    }
    /// States of an invoice.
    InvoiceStatus {
        Draft = "draft",
        Open = "open",
        Paid = "paid",
        Void = "void",
        Uncollectible = "uncollectible",
        Deleted = "deleted",
    }
    /// States of one payment of an invoice.
    InvoicePaymentStatus {
        Open = "open",
        Paid = "paid",
        Canceled = "canceled",
    }
    /// States of a payment intent.
    PaymentIntentStatus {
        RequiresPaymentMethod = "requires_payment_method",
        RequiresConfirmation = "requires_confirmation",
        RequiresAction = "requires_action",
        Processing = "processing",
        RequiresCapture = "requires_capture",
        Canceled = "canceled",
        Succeeded = "succeeded",
    }
    /// States of a charge.
    ChargeStatus {
        Pending = "pending",
        Succeeded = "succeeded",
        Failed = "failed",
    }
    /// States of a refund.
    RefundStatus {
        Pending = "pending",
        RequiresAction = "requires_action",
        Succeeded = "succeeded",
        Failed = "failed",
        Canceled = "canceled",
    }
    /// States of a dispute.
    DisputeStatus {
        WarningNeedsResponse = "warning_needs_response",
        WarningUnderReview = "warning_under_review",
        WarningClosed = "warning_closed",
        NeedsResponse = "needs_response",
        UnderReview = "under_review",
        Won = "won",
        Lost = "lost",
        Prevented = "prevented",
        AppealNeedsResponse = "appeal_needs_response",
        AppealUnderReview = "appeal_under_review",
        ChargeRefunded = "charge_refunded",
    }
    /// States of a credit note.
    CreditNoteStatus {
        Issued = "issued",
        Void = "void",
    }
}

impl DisputeStatus {
    /// An inquiry: the bank asks, no money was taken.
    pub fn is_inquiry(&self) -> bool {
        self.as_str().starts_with("warning_")
    }
}
