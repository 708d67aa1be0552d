//! Since when an object has been in its state: where the present spell began, whatever the order of arrival.
//!
//! A subscription that goes from `active` to `past_due` and back is in its second spell of `active`. Everything kept
//! here is a minimum, a maximum, or the newest of a set, so late and repeated events join in (law 3), and it stays
//! small however long an object lives.

use serde::{Deserialize, Serialize};

use super::Moment;

/// Newest sightings that are kept. They are asked only when the event that began the spell was never received.
const SIGHTINGS_KEPT: usize = 16;

/// When an object was seen in each of its states.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spells {
    /// By name of the state.
    states: Vec<(Box<str>, Seen)>,
    /// The newest sightings, the oldest first.
    newest: Vec<(Moment, Box<str>)>,
}

/// When it was seen in one state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    first: Moment,
    last: Moment,
    /// The last event that says it came from another state.
    entered: Option<Moment>,
}

impl Spells {
    /// Notes that an event shows the object in `state`, and what it says it came from, if it says so.
    pub fn see(&mut self, state: &str, before: Option<&str>, moment: &Moment) {
        let entered = before.filter(|before| *before != state).map(|_| moment.clone());
        match self.states.binary_search_by(|(name, _)| (**name).cmp(state)) {
            Ok(index) => {
                if let Some((_, seen)) = self.states.get_mut(index) {
                    seen.join(moment, entered);
                }
            }
            Err(index) => {
                let seen = Seen { first: moment.clone(), last: moment.clone(), entered };
                self.states.insert(index, (state.into(), seen));
            }
        }
        let sighting = (moment.clone(), Box::from(state));
        if let Err(place) = self.newest.binary_search(&sighting) {
            self.newest.insert(place, sighting);
            let surplus = self.newest.len().saturating_sub(SIGHTINGS_KEPT);
            self.newest.drain(..surplus);
        }
    }

    /// When the object was first seen in `state`.
    pub fn first(&self, state: &str) -> Option<&Moment> {
        self.seen(state).map(|seen| &seen.first)
    }

    /// When the spell of `state` began that the object is in now, which the event at `shown` shows.
    ///
    /// That is the event that says it came from another state; else the first sighting after the object was last
    /// seen in another one. Where that event is missing and the object was seen many times since, the oldest sighting
    /// that is still kept stands in for it.
    pub fn since<'a>(&'a self, state: &str, shown: &'a Moment) -> &'a Moment {
        let Some(seen) = self.seen(state) else { return shown };
        let others = self.states.iter().filter(|(name, _)| **name != *state);
        let Some(other) = others.map(|(_, seen)| &seen.last).max() else { return &seen.first };
        // Inside one second an event that names what came before knows better than the order of ids.
        if let Some(entered) = seen.entered.as_ref().filter(|entered| entered.at >= other.at) {
            return entered;
        }
        if seen.first > *other {
            return &seen.first;
        }
        let after = self.newest.iter().find(|(moment, name)| **name == *state && moment > other);
        after.map_or(shown, |(moment, _)| moment)
    }

    fn seen(&self, state: &str) -> Option<&Seen> {
        let index = self.states.binary_search_by(|(name, _)| (**name).cmp(state)).ok()?;
        self.states.get(index).map(|(_, seen)| seen)
    }
}

impl Seen {
    fn join(&mut self, moment: &Moment, entered: Option<Moment>) {
        if *moment < self.first {
            self.first = moment.clone();
        }
        if *moment > self.last {
            self.last = moment.clone();
        }
        self.entered = self.entered.take().max(entered);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::Rank, *};
    use crate::{id::EventId, time::Timestamp};

    fn moment(at: i64, event: &str) -> Moment {
        Moment { at: Timestamp::from_unix(at).unwrap(), rank: Rank::Updated, event: EventId::new(event) }
    }

    #[test]
    fn a_second_spell_begins_where_the_state_was_entered_again() {
        let (shown, mut spells) = (moment(9, "evt_4"), Spells::default());
        for (at, event, state) in [(9, "evt_4", "active"), (1, "evt_1", "active"), (7, "evt_3", "active")] {
            spells.see(state, None, &moment(at, event));
        }
        assert_eq!(spells.since("active", &shown).event.as_str(), "evt_1");
        spells.see("past_due", None, &moment(5, "evt_2"));
        assert_eq!(spells.since("active", &shown).event.as_str(), "evt_3");
    }

    #[test]
    fn a_spell_that_was_seen_often_still_begins_where_it_did() {
        let mut spells = Spells::default();
        spells.see("active", None, &moment(1, "evt_1"));
        spells.see("paused", Some("active"), &moment(2, "evt_2"));
        spells.see("active", Some("paused"), &moment(3, "evt_3"));
        for at in 4..100 {
            spells.see("active", None, &moment(at, "evt_more"));
        }
        assert_eq!(spells.since("active", &moment(99, "evt_more")).event.as_str(), "evt_3");
    }

    #[test]
    fn inside_one_second_the_event_that_names_the_state_before_it_counts() {
        let mut spells = Spells::default();
        spells.see("past_due", Some("active"), &moment(3, "evt_z"));
        spells.see("active", Some("past_due"), &moment(3, "evt_a"));
        assert_eq!(spells.since("active", &moment(3, "evt_a")).event.as_str(), "evt_a");
    }

    /// An event's number, its second, the state it shows, and the one before.
    type Numbered = (usize, (i64, usize, Option<usize>));

    proptest! {
        #[test]
        fn any_order_of_arrival_and_any_repetition_ends_in_the_same_spells(
            (events, shuffled) in prop::collection::vec((0_i64..9, 0_usize..3, prop::option::of(0_usize..3)), 1..40)
                .prop_map(|events| events.into_iter().enumerate().collect::<Vec<_>>())
                .prop_flat_map(|events| (Just(events.clone()), Just([events.clone(), events].concat()).prop_shuffle())),
        ) {
            let states = ["active", "past_due", "paused"];
            let told = |events: &[Numbered]| {
                let mut spells = Spells::default();
                for (number, (at, state, before)) in events {
                    let before = before.map(|before| states[before]);
                    spells.see(states[*state], before, &moment(*at, &format!("evt_{number}")));
                }
                spells
            };
            prop_assert_eq!(told(&events), told(&shuffled));
        }
    }
}
