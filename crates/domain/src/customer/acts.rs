//! What operators have said of a customer so far. Their records keep their places in the log, so the last word counts and
//! no order has to be worked out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::act::{Act, Authority, Extent, Operated};
use crate::{id::EventId, order::Moment, time::Timestamp};

/// Whether a feature was given or taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// The customer has it
    Grant,
    /// The customer has it not
    Revocation,
}

/// A grant or a revocation as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// Which of the two.
    pub word: Word,
    /// Which feature.
    pub feature: Box<str>,
    /// How much of it.
    pub extent: Option<Extent>,
    /// The first second.
    pub starts: Timestamp,
    /// The first second after it, early ends included; for good when none.
    pub ends: Option<Timestamp>,
    /// When it was recorded.
    pub given_at: Timestamp,
    /// By whom, and why.
    pub by: Authority,
    /// How it was ended early.
    pub ended: Option<Ended>,
}

/// An early end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// The record that says so.
    pub record: EventId,
    /// When that was recorded.
    pub at: Timestamp,
    /// By whom, and why.
    pub by: Authority,
}

impl Given {
    /// Whether it holds at a time.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.starts <= at && self.ends.is_none_or(|ends| at < ends)
    }

    /// How it stands at a time: `pending`, `in_force` or `over`.
    pub fn state(&self, at: Timestamp) -> &'static str {
        match at {
            _ if self.holds(at) => "in_force",
            at if at < self.starts && !self.is_void() => "pending",
            _ => "over",
        }
    }

    /// Whether it was taken back before it began. What was ended in the very second in which it began is over, and not void.
    pub fn is_void(&self) -> bool {
        let in_time = self.ended.as_ref().is_none_or(|ended| ended.at < self.starts);
        self.ends.is_some_and(|ends| ends < self.starts || (ends == self.starts && in_time))
    }
}

/// Everything operators have said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acts {
    /// Grants and revocations, by the record that gave them.
    pub given: BTreeMap<EventId, Given>,
    /// The own account it was said to belong to.
    pub linked: Option<(Box<str>, Moment)>,
    /// Own accounts it was said not to belong to.
    pub unlinked: BTreeMap<Box<str>, Moment>,
    /// Disputes whose hold was released, and when last.
    pub released: BTreeMap<Box<str>, Moment>,
}

impl Acts {
    /// Whether nothing was ever said.
    pub fn is_empty(&self) -> bool {
        self.given.is_empty() && self.linked.is_none() && self.unlinked.is_empty() && self.released.is_empty()
    }

    /// Takes in an act of the log.
    pub(super) fn take_in(&mut self, operated: Operated) {
        let Operated { moment, by, act } = operated;
        match act {
            Act::Grant { feature, extent, starts, ends } => {
                self.give(&moment, Word::Grant, Given::new(&moment, by, feature, extent, (starts, ends)));
            }
            Act::Revoke { feature, starts, ends } => {
                self.give(&moment, Word::Revocation, Given::new(&moment, by, feature, None, (starts, ends)));
            }
            Act::End { given, at } => {
                if let Some(given) = self.given.get_mut(&given)
                    && given.ends.is_none_or(|ends| at < ends)
                {
                    given.ends = Some(at);
                    given.ended = Some(Ended { record: moment.event, at: moment.at, by });
                }
            }
            Act::Link { account } => {
                self.unlinked.remove(&account);
                self.linked = Some((account, moment));
            }
            Act::Unlink { account } => {
                self.linked = self.linked.take().filter(|(linked, _)| *linked != account);
                self.unlinked.insert(account, moment);
            }
            Act::Release { dispute } => {
                self.released.insert(dispute, moment);
            }
        }
    }

    fn give(&mut self, moment: &Moment, word: Word, given: Given) {
        self.given.insert(moment.event.clone(), Given { word, ..given });
    }
}

impl Given {
    fn new(
        moment: &Moment,
        by: Authority,
        feature: Box<str>,
        extent: Option<Extent>,
        (starts, ends): (Timestamp, Option<Timestamp>),
    ) -> Self {
        Self { word: Word::Grant, feature, extent, starts, ends, given_at: moment.at, by, ended: None }
    }
}
