//! The rules that hold for all plans, and the choices each of them has.

use super::Duration;

/// Defines a choice and the names of its options in `policy.toml`.
macro_rules! choices {
    ($($(#[doc = $doc:literal])* $name:ident { $($(#[$meta:meta])* $option:ident = $text:literal),* $(,)? })*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$meta])* $option,)*
        }

        impl $name {
            /// The options by name.
            pub const OPTIONS: &'static [(&'static str, Self)] = &[$(($text, Self::$option),)*];

            /// The name in `policy.toml`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$option => $text,)*
                }
            }
        }
    )*};
}

choices! {
    /// What an open dispute does to its subscription.
    OpenDispute {
        /// Access is held back
        #[default]
        Hold = "hold",
        /// Access stays
        Keep = "keep",
    }
    /// What a lost dispute does to its subscription.
    LostDispute {
        /// Access is held back until something is paid again
        #[default]
        HoldUntilPaid = "hold_until_paid",
        /// Access is held back until an operator releases it
        HoldUntilRelease = "hold_until_release",
        /// Access stays
        Keep = "keep",
    }
    /// What `pause_collection` does.
    PausedCollection {
        /// Access stays
        #[default]
        Keep = "keep",
        /// Access is denied until collection goes on
        Deny = "deny",
    }
    /// What giving back all of the last payment does.
    FullRefund {
        /// Access stays
        #[default]
        Keep = "keep",
        /// Access ends
        End = "end",
    }
    /// What a trial grants.
    Trial {
        /// The same as a paid subscription
        #[default]
        Grant = "grant",
        /// Nothing
        Deny = "deny",
    }
    /// What Stripe's own entitlement summaries do.
    Summaries {
        /// They add features
        #[default]
        Add = "add",
        /// They are not looked at
        Ignore = "ignore",
    }
    /// What prices grant that no plan names.
    Unlisted {
        /// Features called like their lookup key and like their product's id
        #[default]
        Names = "names",
        /// Nothing
        Nothing = "nothing",
    }
}

/// What holds for all plans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How long access stays while a payment is past due.
    pub grace: Duration,
    /// How long access stays after a renewal date that passed without news; for ever when none.
    pub overrun: Option<Duration>,
    /// What an open dispute does.
    pub dispute_open: OpenDispute,
    /// What a lost dispute does.
    pub dispute_lost: LostDispute,
    /// What paused collection does.
    pub paused_collection: PausedCollection,
    /// What a full refund does.
    pub full_refund: FullRefund,
    /// What a trial grants.
    pub trial: Trial,
    /// What Stripe's summaries do.
    pub summaries: Summaries,
    /// What unlisted prices grant; when none, their names as long as the policy has no plans, else nothing.
    pub unlisted: Option<Unlisted>,
}

impl Default for Rules {
    /// A week of grace: Stripe's own retries run for two weeks by default, most payments that come back come back in the
    /// first, and who has not paid after it hears of it while Stripe is still trying.
    fn default() -> Self {
        Self {
            grace: Duration::WEEK,
            overrun: None,
            dispute_open: OpenDispute::default(),
            dispute_lost: LostDispute::default(),
            paused_collection: PausedCollection::default(),
            full_refund: FullRefund::default(),
            trial: Trial::default(),
            summaries: Summaries::default(),
            unlisted: None,
        }
    }
}
