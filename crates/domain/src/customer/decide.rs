//! Whether an operator may do what was asked, as things are now. What the log holds is never asked here.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Customer, Error,
    act::{Act, Authority, Extent, LONGEST_ACCOUNT, Operated},
    acts::{Given, Word},
};
use crate::{
    entitlement::policy::{Feature, LONGEST_FEATURE, is_feature_name, nearest},
    id::EventId,
    order::Moment,
    settlement::DisputePhase,
    time::Timestamp,
};

/// The longest reason, actor or ticket, in bytes.
pub const LONGEST_WORDS: usize = 2_000;

/// What the customer itself does not know, and a decision needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// Whether any event has shown or named the customer.
    pub acquaintance: Acquaintance,
    /// Whether the operator knows better than the events and the policy.
    pub insistence: Insistence,
    /// The features of the policy in force, by name; none where it declares none.
    pub features: BTreeMap<Box<str>, Feature>,
    /// Own accounts that events show beside it.
    pub accounts: BTreeSet<Box<str>>,
    /// Disputes over what it bought.
    pub disputes: Vec<Disputed>,
}

/// Whether the customer is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Acquaintance {
    /// An event has shown or named it
    Seen,
    /// None has
    #[default]
    Unseen,
}

/// Whether the operator says that a customer or a feature that nobody knows is meant all the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Insistence {
    /// It may be a slip
    #[default]
    None,
    /// It is no slip
    Insisted,
}

/// A dispute over something the customer bought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disputed {
    /// Which.
    pub dispute: Box<str>,
    /// How far it has come.
    pub phase: DisputePhase,
    /// When it was decided.
    pub closed: Option<Moment>,
}

impl Customer {
    /// Whether the act is to be recorded; not, when all is as it asks already.
    pub(super) fn decide(&self, operated: &Operated, circumstances: &Circumstances) -> Result<bool, Error> {
        operated.by.check()?;
        if self.deleted().is_some() {
            return Err(Error::Deleted);
        }
        let now = operated.moment.at;
        match &operated.act {
            Act::End { given, at } => self.decide_end(given, *at, now),
            _ if self.is_unknown(circumstances) => Err(Error::Unknown),
            Act::Grant { feature, extent, .. } => {
                circumstances.check_feature(feature, extent.as_ref())?;
                self.decide_given(&operated.act, now)
            }
            Act::Revoke { feature, .. } => {
                circumstances.check_feature(feature, None)?;
                self.decide_given(&operated.act, now)
            }
            Act::Link { account } => self.decide_link(account),
            Act::Unlink { account } => self.decide_unlink(account, circumstances),
            Act::Release { dispute } => self.decide_release(dispute, circumstances),
        }
    }

    fn is_unknown(&self, circumstances: &Circumstances) -> bool {
        let known = self.snapshot().is_some() || self.summary().is_some() || !self.acts().is_empty();
        !known && circumstances.acquaintance == Acquaintance::Unseen && circumstances.insistence == Insistence::None
    }

    fn decide_given(&self, act: &Act, now: Timestamp) -> Result<bool, Error> {
        let (word, feature, extent, starts, ends) = match act {
            Act::Grant { feature, extent, starts, ends } => (Word::Grant, feature, extent.as_ref(), *starts, *ends),
            Act::Revoke { feature, starts, ends } => (Word::Revocation, feature, None, *starts, *ends),
            _ => return Ok(true),
        };
        if ends.is_some_and(|ends| ends <= starts) {
            return Err(Error::EndsBeforeStart);
        }
        if ends.is_some_and(|ends| ends <= now) {
            return Err(Error::Over);
        }
        let of_feature = || self.acts().given.iter().filter(|(_, given)| given.feature == *feature);
        let revoked = of_feature().find(|(_, given)| given.word == Word::Revocation && given.holds(starts.max(now)));
        if word == Word::Grant
            && let Some((by, _)) = revoked
        {
            return Err(Error::Revoked { by: by.clone() });
        }
        let covers = |given: &Given| {
            given.word == word
                && given.extent.as_ref() == extent
                && given.ends == ends
                && (given.starts == starts || (given.starts <= starts && starts <= now))
        };
        Ok(!of_feature().any(|(_, given)| covers(given)))
    }

    fn decide_end(&self, record: &EventId, at: Timestamp, now: Timestamp) -> Result<bool, Error> {
        let Some(given) = self.acts().given.get(record) else {
            return Err(Error::NothingToEnd { record: record.clone() });
        };
        let record = || record.clone();
        match given.ends {
            // Whoever says no time says now, and that it is over by now is what was asked for.
            Some(ends) if ends <= now && given.ended.is_some() && (at == now || at == ends) => Ok(false),
            Some(ends) if ends <= now => Err(Error::OverAlready { record: record(), since: ends }),
            Some(ends) if ends < at => Err(Error::EndsLater { record: record(), ends }),
            _ if at < given.starts && given.starts <= now => {
                Err(Error::EndsBeforeItBegan { record: record(), since: given.starts })
            }
            Some(ends) => Ok(ends != at),
            None => Ok(true),
        }
    }

    fn decide_link(&self, account: &str) -> Result<bool, Error> {
        check_account(account)?;
        match &self.acts().linked {
            Some((linked, _)) if **linked == *account => Ok(false),
            Some((linked, _)) => Err(Error::LinkedElsewhere { account: linked.clone() }),
            None => Ok(true),
        }
    }

    fn decide_unlink(&self, account: &str, circumstances: &Circumstances) -> Result<bool, Error> {
        check_account(account)?;
        let linked = self.acts().linked.as_ref().is_some_and(|(linked, _)| **linked == *account);
        if self.acts().unlinked.contains_key(account) {
            Ok(false)
        } else if linked || circumstances.accounts.contains(account) {
            Ok(true)
        } else {
            Err(Error::NotLinked)
        }
    }

    fn decide_release(&self, dispute: &str, circumstances: &Circumstances) -> Result<bool, Error> {
        let Some(disputed) = circumstances.disputes.iter().find(|disputed| *disputed.dispute == *dispute) else {
            return Err(Error::UnknownDispute);
        };
        if matches!(disputed.phase, DisputePhase::Won | DisputePhase::Harmless) {
            return Err(Error::HoldsNothing);
        }
        let released = self.acts().released.get(dispute);
        Ok(!released.is_some_and(|released| covers(released, disputed.closed.as_ref())))
    }
}

impl Circumstances {
    /// Whether the feature can be asked for, is one of the policy's, and can be had so much of.
    fn check_feature(&self, feature: &str, extent: Option<&Extent>) -> Result<(), Error> {
        if !is_feature_name(feature) {
            return Err(Error::Feature { longest: LONGEST_FEATURE });
        }
        if extent.is_some_and(|extent| !extent.is_possible()) {
            return Err(Error::Extent);
        }
        let Some(declared) = self.features.get(feature) else {
            if self.features.is_empty() || self.insistence == Insistence::Insisted {
                return Ok(());
            }
            let known = self.features.keys().map(|name| &**name);
            return Err(Error::UnknownFeature { meant: nearest(feature, known).map(Box::from) });
        };
        match extent {
            Some(extent) if extent.fitting(declared).is_none() => {
                Err(Error::Unfit { expected: expected_of(declared).into() })
            }
            _ => Ok(()),
        }
    }
}

fn expected_of(feature: &Feature) -> String {
    match feature {
        Feature::Switch => "on or off, without a value".to_owned(),
        Feature::Limit { .. } => "a whole number of at least 1, or unlimited".to_owned(),
        Feature::Value { order } => format!("one of {}", order.join(", ")),
    }
}

/// Whether a release still covers a dispute: what was decided after it is news that nobody has released.
pub fn covers(released: &Moment, closed: Option<&Moment>) -> bool {
    closed.is_none_or(|closed| closed.at <= released.at)
}

impl Authority {
    /// Whether it says who and why, in not too many words.
    ///
    /// # Errors
    /// [`Error::Words`].
    pub fn check(&self) -> Result<(), Error> {
        let words = [("actor", Some(&self.actor)), ("reason", Some(&self.reason)), ("ticket", self.ticket.as_ref())];
        for (what, text) in words {
            if text.is_some_and(|text| text.trim().is_empty() || text.len() > LONGEST_WORDS) {
                return Err(Error::Words { what, longest: LONGEST_WORDS });
            }
        }
        Ok(())
    }
}

fn check_account(account: &str) -> Result<(), Error> {
    let fits = !account.is_empty() && account.len() <= LONGEST_ACCOUNT && !account.chars().any(char::is_control);
    if fits { Ok(()) } else { Err(Error::Account { longest: LONGEST_ACCOUNT }) }
}
