//! Why an answer is what it is: a closed list, for yes and for no.

use serde::{Deserialize, Serialize};

/// Defines the codes with their names, best first.
macro_rules! codes {
    (allow { $($(#[doc = $allow_doc:literal])* $allow:ident = $allow_name:literal,)* }
     deny { $($(#[doc = $deny_doc:literal])* $deny:ident = $deny_name:literal,)* }) => {
        /// Why access is allowed or denied. The order is that in which one of several reasons is named.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Code {
            $($(#[doc = $allow_doc])* $allow,)*
            $($(#[doc = $deny_doc])* $deny,)*
        }

        impl Code {
            /// Every code, in order.
            pub const ALL: &'static [Self] = &[$(Self::$allow,)* $(Self::$deny,)*];

            /// The name in answers.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$allow => $allow_name,)*
                    $(Self::$deny => $deny_name,)*
                }
            }

            /// Whether an answer with this code says yes.
            pub fn allows(self) -> bool {
                matches!(self, $(Self::$allow)|*)
            }
        }
    };
}

codes! {
    allow {
        /// A subscription is active.
        Active = "active",
        /// It was bought once, and the policy grants it for that.
        Purchased = "purchased",
        /// A subscription is in its trial.
        Trialing = "trialing",
        /// A subscription is active and its end is set.
        Canceling = "canceling",
        /// The renewal date or the end of the trial has passed and no event has said what came of it.
        RenewalUnconfirmed = "renewal_unconfirmed",
        /// A payment is past due and the grace time runs.
        Grace = "grace",
        /// An operator has granted it.
        Granted = "granted",
        /// Stripe's own entitlement summary names the feature.
        Summary = "summary",
        /// The policy gives it to every customer.
        Default = "default",
    }
    deny {
        /// An operator has revoked it.
        Revoked = "revoked",
        /// A payment of the subscription is disputed.
        Disputed = "disputed",
        /// A dispute was lost and nothing was paid since.
        DisputeLost = "dispute_lost",
        /// A payment is past due and the grace time is over.
        PastDueGraceOver = "past_due_grace_over",
        /// The subscription is past due, and this was added after what was last paid for.
        NotYetPaid = "not_yet_paid",
        /// The last payment was given back in full and the policy ends access then.
        Refunded = "refunded",
        /// Stripe has given up collecting.
        Unpaid = "unpaid",
        /// The subscription is paused.
        Paused = "paused",
        /// Collection is paused and the policy denies access meanwhile.
        CollectionPaused = "collection_paused",
        /// The first payment is still to come.
        Incomplete = "incomplete",
        /// The renewal date has passed without news for longer than the policy's `overrun`.
        RenewalOverdue = "renewal_overdue",
        /// The subscription is in its trial and the policy grants nothing then.
        TrialNotGranted = "trial_not_granted",
        /// The trial has ended and there was no payment method to go on with.
        TrialEnded = "trial_ended",
        /// The subscription has ended, or the time set for its end has passed.
        Canceled = "canceled",
        /// What was bought once gave it for some time, which is over.
        PurchaseEnded = "purchase_ended",
        /// The first payment never came.
        IncompleteExpired = "incomplete_expired",
        /// Stripe shows a status this version does not know.
        UnknownStatus = "unknown_status",
        /// An operator's grant has not begun yet.
        GrantNotStarted = "grant_not_started",
        /// An operator's grant is over.
        GrantEnded = "grant_ended",
        /// The customer has subscriptions, and none of them grants the feature.
        NotGranted = "not_granted",
        /// The customer has no subscription.
        NoSubscription = "no_subscription",
        /// Neither the policy nor anything the customer has names the feature.
        UnknownFeature = "unknown_feature",
        /// Stripe has deleted the customer.
        CustomerDeleted = "customer_deleted",
        /// No event has shown the customer.
        UnknownCustomer = "unknown_customer",
    }
}

impl Code {
    /// Whether it is a dispute's hold, which also outranks summaries and defaults.
    pub(super) fn holds(self) -> bool {
        matches!(self, Self::Disputed | Self::DisputeLost)
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn a_code_is_stored_under_the_name_it_has_in_answers() {
        for code in Code::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }

    #[test]
    fn every_reason_to_allow_comes_before_every_reason_to_deny() {
        assert!(Code::ALL.is_sorted());
        assert!(Code::ALL.is_sorted_by_key(|code| !code.allows()));
    }
}
