//! Why an operator's command to a customer is refused. Observations never are, nor is what the log holds.

use crate::{id::EventId, time::Timestamp};

/// A refusal: nothing was recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No event has shown the customer.
    #[error("no event has shown or named this customer; if it exists all the same, say so (--force, \"force\": true)")]
    Unknown,
    /// Stripe has deleted the customer.
    #[error("Stripe has deleted this customer: nothing can be given to it or taken from it any more")]
    Deleted,
    /// No feature can be called so.
    #[error("a feature's name has 1 to {longest} bytes and no control characters")]
    Feature {
        /// The longest name in bytes.
        longest: usize,
    },
    /// The policy has no such feature.
    #[error(
        "the policy in force has no feature of this name{}; if it is meant all the same, say so (--force, \"force\": true)",
        meant.as_ref().map_or_else(String::new, |meant| format!(" (did you mean `{meant}`?)"))
    )]
    UnknownFeature {
        /// What was probably meant.
        meant: Option<Box<str>>,
    },
    /// The policy knows the feature as another kind of thing.
    #[error("the policy in force grants this feature as {expected}")]
    Unfit {
        /// What would fit.
        expected: Box<str>,
    },
    /// Nobody can have so much.
    #[error("a limit is a whole number of at least 1, and a value has a name")]
    Extent,
    /// It would end before it begins.
    #[error("it would end before it begins")]
    EndsBeforeStart,
    /// It would be over before it was said.
    #[error("it would be over already")]
    Over,
    /// The feature is revoked then.
    #[error("the feature is revoked at that time by {by}, which outranks any grant: end that first")]
    Revoked {
        /// The record of the revocation.
        by: EventId,
    },
    /// There is no such grant or revocation.
    #[error("{record} gave or revoked nothing of this customer's")]
    NothingToEnd {
        /// The record that was named.
        record: EventId,
    },
    /// It is over.
    #[error("what {record} said is over already, since {since}")]
    OverAlready {
        /// The record.
        record: EventId,
        /// The first second after it.
        since: Timestamp,
    },
    /// It ends earlier than that.
    #[error("what {record} said ends earlier than that, at {ends}; to lengthen it, grant it again")]
    EndsLater {
        /// The record.
        record: EventId,
        /// The first second after it.
        ends: Timestamp,
    },
    /// It would end before the time from which it has held.
    #[error(
        "what {record} said has held since {since}, and cannot end before that; to end it from its beginning on, say that time"
    )]
    EndsBeforeItBegan {
        /// The record.
        record: EventId,
        /// Its first second.
        since: Timestamp,
    },
    /// No account can be called so.
    #[error("an account's id has 1 to {longest} bytes and no control characters")]
    Account {
        /// The longest id in bytes.
        longest: usize,
    },
    /// An operator has linked it to another account.
    #[error("the customer is linked with {account} by an operator already: unlink that first")]
    LinkedElsewhere {
        /// That account.
        account: Box<str>,
    },
    /// It does not belong to the account.
    #[error("neither an operator nor any event links the customer with this account")]
    NotLinked,
    /// No such dispute touches the customer.
    #[error("no dispute of this id is known over anything this customer bought")]
    UnknownDispute,
    /// The dispute holds nothing.
    #[error("this dispute holds nothing back: it was won, or was no more than an inquiry")]
    HoldsNothing,
    /// Words are missing or too many.
    #[error("the {what} has 1 to {longest} bytes")]
    Words {
        /// Which words.
        what: &'static str,
        /// The longest in bytes.
        longest: usize,
    },
}

impl Error {
    /// A word for programs.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown_customer",
            Self::Deleted => "customer_deleted",
            Self::Feature { .. } => "feature_name",
            Self::UnknownFeature { .. } => "unknown_feature",
            Self::Unfit { .. } => "unfit",
            Self::Extent => "extent",
            Self::EndsBeforeStart => "ends_before_start",
            Self::Over => "over",
            Self::Revoked { .. } => "revoked",
            Self::NothingToEnd { .. } => "nothing_to_end",
            Self::OverAlready { .. } => "over_already",
            Self::EndsLater { .. } => "ends_later",
            Self::EndsBeforeItBegan { .. } => "ends_before_it_began",
            Self::Account { .. } => "account_id",
            Self::LinkedElsewhere { .. } => "linked_elsewhere",
            Self::NotLinked => "not_linked",
            Self::UnknownDispute => "unknown_dispute",
            Self::HoldsNothing => "holds_nothing",
            Self::Words { .. } => "words",
        }
    }

    /// Whether it is refused for what it says by itself, whatever is known; otherwise it contradicts how things are.
    pub fn is_about_the_request(&self) -> bool {
        matches!(
            self,
            Self::Feature { .. }
                | Self::Extent
                | Self::Unfit { .. }
                | Self::EndsBeforeStart
                | Self::Over
                | Self::Account { .. }
                | Self::Words { .. }
        )
    }
}
