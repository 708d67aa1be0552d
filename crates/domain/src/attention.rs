//! What needs a person: the closed list of reasons, and how long each may wait. Rows hold inputs only; the clock comes in on reading.

use serde::{Deserialize, Serialize};

use crate::{
    fact::ConnectedAccount,
    id::{EventId, ObjectKind, ObjectRef},
    object::Object,
    settlement::{Place, Settlement},
    time::Timestamp,
};

/// A trial is told so many seconds before it ends: when Stripe says so too.
pub const TRIAL_NOTICE: i64 = 3 * 86_400;
/// Two payments of one customer and amount within so many seconds may be one, made twice.
pub const DUPLICATE_WITHIN: i64 = 10 * 60;
/// Such pairs are looked for so many seconds back, unless the question says more.
pub const DUPLICATES_BACK: i64 = 7 * 86_400;
/// No delivery for so many seconds is silence.
pub const SILENCE_AFTER: i64 = 86_400;
/// So many of the newest records are looked at for traffic of the other mode.
pub const RECENT_RECORDS: i64 = 20_000;
/// So many of the newest records of each type are looked at for the newest delivery.
pub const RECENT_OF_A_TYPE: i64 = 1_000;

/// Defines the codes with their names and what they mean.
macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident = $name:literal: $why:literal;)*) => {
        /// Why something needs a person. A closed list: codes are added, never renamed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Code {$(
            $(#[$doc])*
            $code,
        )*}

        impl Code {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$code),*];

            /// Its name.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$code => $name,)* }
            }

            /// What it means, in a sentence.
            pub fn why(self) -> &'static str {
                match self { $(Self::$code => $why,)* }
            }
        }
    };
}

codes! {
    /// A dispute or inquiry waits for evidence
    EvidenceDue = "evidence_due": "the bank waits for evidence";
    /// An attempt to collect an open invoice failed
    PaymentFailing = "payment_failing": "collecting an invoice failed";
    /// A payment waits for its customer
    PaymentWaiting = "payment_waiting": "the customer has to confirm a payment";
    /// Two payments of one customer and amount within minutes
    PossibleDuplicate = "possible_duplicate": "the same customer paid the same amount twice within minutes";
    /// Radar opened a review
    ReviewOpen = "review_open": "Radar wants somebody to look at a payment";
    /// The network warned of fraud
    FraudWarning = "fraud_warning": "the card network warns of fraud; a refund now may keep a dispute away";
    /// A customer left with credit
    CanceledWithCredit = "canceled_with_credit": "everything is canceled and credit is left";
    /// A trial ends within days
    TrialEnding = "trial_ending": "a trial ends soon";
    /// A renewal date passed without news
    RenewalUnconfirmed = "renewal_unconfirmed": "the period has ended and no event says what came next";
    /// Stripe asks something of a connected account
    SellerRequirements = "seller_requirements": "Stripe asks something of a seller's account";
    /// Money that is not yet for anything
    UnappliedMoney = "unapplied_money": "money was received and is not for anything yet";
    /// Money without an explanation
    Suspense = "suspense": "money moved and no event explains it";
    /// Something that waits for an object no event has shown
    Unrouted = "unrouted": "it waits for something that no event has shown";
    /// An event that cannot be read
    Quarantined = "quarantined": "an event cannot be read by this version";
    /// An event that only names its object
    NeedsFetch = "needs_fetch": "a thin event names its object and does not show it";
    /// Events of the other mode at one endpoint
    WrongMode = "wrong_mode": "events of the other mode come in at the same endpoint";
    /// A customer without one of your ids
    UnlinkedAccount = "unlinked_account": "a customer with a subscription is linked to none of your accounts";
    /// No delivery for a day
    Silence = "silence": "Stripe has not delivered anything for a day";
}

impl Code {
    /// The code with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == name)
    }
}

/// Something a person should look at, that has no read model of its own: a review, a warning, a seller's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concern {
    /// Why.
    pub code: Code,
    /// Since when.
    pub since: Timestamp,
    /// Until when.
    pub until: Option<Timestamp>,
    /// More, in Stripe's words.
    pub detail: Option<Box<str>>,
    /// Where it belongs.
    pub place: Place,
    /// The event that shows it as it is now.
    pub cause: EventId,
}

/// What Stripe asks of a connected account, if anything.
pub fn of_account(object: &Object) -> Option<Concern> {
    let (account, shown) = (object.connected_account()?, object.moment()?);
    let since = shown.at;
    account.needs_something().then(|| Concern {
        code: Code::SellerRequirements,
        since,
        until: account.deadline,
        detail: Some(asked(account).into()),
        place: Place::default(),
        cause: shown.event.clone(),
    })
}

fn asked(account: &ConnectedAccount) -> String {
    let disabled = account.disabled.as_deref().map(|reason| format!("disabled: {reason}"));
    let list = |what: &str, names: &[Box<str>]| (!names.is_empty()).then(|| format!("{what}: {}", names.join(", ")));
    let told = [disabled, list("past due", &account.past_due), list("due", &account.due)];
    told.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

impl Settlement<'_> {
    /// A review that is open, or a warning of fraud that can still be acted upon.
    pub fn concern(&self, member: &ObjectRef, object: &Object) -> Option<Concern> {
        let shown = object.moment()?;
        let (code, detail, created) = match member.kind {
            ObjectKind::Review => {
                let review = object.review().filter(|review| review.open)?;
                (Code::ReviewOpen, review.reason.clone(), review.created)
            }
            ObjectKind::FraudWarning => {
                let warning = object.fraud_warning().filter(|warning| warning.actionable)?;
                (Code::FraudWarning, warning.kind.clone(), warning.created)
            }
            _ => return None,
        };
        let first = object.milestones.earliest().map_or(shown.at, |moment| moment.at);
        let since = created.unwrap_or(first);
        let place = self.place(member, object);
        Some(Concern { code, since, until: None, detail, place, cause: shown.event.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn every_code_is_found_by_its_name_and_says_why() {
        for code in Code::ALL {
            assert_eq!(Code::parse(code.as_str()), Some(*code));
            assert!(!code.why().is_empty());
        }
        assert_eq!(Code::parse("boredom"), None);
    }
}
