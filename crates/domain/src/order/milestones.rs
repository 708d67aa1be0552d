//! The first time an object was seen in each of its states: a minimum, so that late and repeated events change nothing.

use serde::{Deserialize, Serialize};

use super::Moment;

/// First moments by name of the state. Few entries: a sorted list is smaller and faster than a tree.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Milestones(Vec<(Box<str>, Moment)>);

impl Milestones {
    /// Notes that the object was in `state` at `moment`. True when this is news.
    pub fn reach(&mut self, state: &str, moment: &Moment) -> bool {
        match self.0.binary_search_by(|(name, _)| (**name).cmp(state)) {
            Ok(index) => match self.0.get_mut(index) {
                Some((_, first)) if moment < first => {
                    *first = moment.clone();
                    true
                }
                _ => false,
            },
            Err(index) => {
                self.0.insert(index, (state.into(), moment.clone()));
                true
            }
        }
    }

    /// When the object was first seen in `state`.
    pub fn first(&self, state: &str) -> Option<&Moment> {
        let index = self.0.binary_search_by(|(name, _)| (**name).cmp(state)).ok()?;
        self.0.get(index).map(|(_, moment)| moment)
    }

    /// The earliest of several states.
    pub fn first_of(&self, states: &[&str]) -> Option<&Moment> {
        states.iter().filter_map(|state| self.first(state)).min()
    }

    /// All states seen, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Moment)> {
        self.0.iter().map(|(name, moment)| (&**name, moment))
    }

    /// The earliest moment of all.
    pub fn earliest(&self) -> Option<&Moment> {
        self.0.iter().map(|(_, moment)| moment).min()
    }
}
