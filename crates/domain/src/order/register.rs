//! A register keeps the newest value of something by event order, whatever the order of arrival.
//!
//! It holds every candidate of the newest second until a newer second arrives, because the event that settles a tie
//! may be the last to come (law 3).

use serde::{Deserialize, Serialize};

use super::{Evidence, Moment};

/// Most events of one object in one second whose evidence is compared.
const MOST_COMPARED: usize = 32;

/// One event's view of the value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Candidate<T> {
    moment: Moment,
    evidence: Evidence,
    value: T,
}

/// The newest value, and what else was said in its second. The winner stands last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register<T> {
    candidates: Vec<Candidate<T>>,
}

impl<T> Default for Register<T> {
    fn default() -> Self {
        Self { candidates: Vec::new() }
    }
}

impl<T> Register<T> {
    /// Takes in what one event says. True when the event is not older than what is known and was not seen before:
    /// the value may have changed.
    pub fn observe(&mut self, moment: &Moment, evidence: &Evidence, value: T) -> bool {
        if let Some(known) = self.candidates.last() {
            if moment.at < known.moment.at || self.candidates.iter().any(|known| known.moment.event == moment.event) {
                return false;
            }
            if moment.at > known.moment.at {
                self.candidates.clear();
            }
        }
        self.candidates.push(Candidate { moment: moment.clone(), evidence: evidence.clone(), value });
        if self.candidates.len() > 1 {
            self.settle();
        }
        true
    }

    /// The newest value.
    pub fn value(&self) -> Option<&T> {
        self.candidates.last().map(|candidate| &candidate.value)
    }

    /// Everything said in the newest second, the winner last.
    pub fn candidates(&self) -> impl Iterator<Item = &T> {
        self.candidates.iter().map(|candidate| &candidate.value)
    }

    /// When the newest value was said.
    pub fn moment(&self) -> Option<&Moment> {
        self.candidates.last().map(|candidate| &candidate.moment)
    }

    /// Puts the candidates of one second in event order: by evidence where it speaks, else by rank and id.
    ///
    /// Candidates that prove each other earlier (a cycle) count as one group. Groups are laid out so that none comes
    /// before one it follows, and of those that are free the least (rank, id) first.
    ///
    /// Of so many that looking for chains of evidence would take long, only rank and id are asked: whether there are so
    /// many does not depend on the order of arrival either.
    fn settle(&mut self) {
        self.candidates.sort_unstable_by(|left, right| left.moment.cmp(&right.moment));
        if self.candidates.len() > MOST_COMPARED {
            return;
        }
        let reach = self.reachability();
        let mut left: Vec<usize> = (0..self.candidates.len()).collect();
        let mut order = Vec::with_capacity(left.len());
        while let Some(index) = left
            .iter()
            .position(|one| left.iter().all(|other| !reaches(&reach, *other, *one) || reaches(&reach, *one, *other)))
        {
            order.push(left.remove(index));
        }
        let mut sorted: Vec<Option<Candidate<T>>> = self.candidates.drain(..).map(Some).collect();
        self.candidates.extend(order.into_iter().filter_map(|index| sorted.get_mut(index).and_then(Option::take)));
    }

    /// `reach[a][b]`: a chain of evidence leads from candidate a to the later candidate b.
    fn reachability(&self) -> Vec<Vec<bool>> {
        let count = self.candidates.len();
        let mut reach: Vec<Vec<bool>> = self
            .candidates
            .iter()
            .map(|earlier| {
                self.candidates
                    .iter()
                    .map(|later| earlier.moment != later.moment && later.evidence.follows(&earlier.evidence))
                    .collect()
            })
            .collect();
        for middle in 0..count {
            for from in 0..count {
                if !reaches(&reach, from, middle) {
                    continue;
                }
                for to in 0..count {
                    if reaches(&reach, middle, to)
                        && let Some(cell) = reach.get_mut(from).and_then(|row| row.get_mut(to))
                    {
                        *cell = true;
                    }
                }
            }
        }
        reach
    }
}

fn reaches(reach: &[Vec<bool>], from: usize, to: usize) -> bool {
    reach.get(from).and_then(|row| row.get(to)).copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::Rank, *};
    use crate::{id::EventId, time::Timestamp};

    fn moment(at: i64, rank: Rank, event: &str) -> Moment {
        Moment { at: Timestamp::from_unix(at).unwrap(), rank, event: EventId::new(event) }
    }

    /// `before` and `after` of one attribute.
    fn change(before: Option<u32>, after: u32) -> Evidence {
        Evidence { fields: [(1, after)].into(), previous: before.map(|value| (1, Some(value))).into_iter().collect() }
    }

    #[test]
    fn inside_one_second_the_evidence_decides_against_the_event_id() {
        let mut register = Register::default();
        register.observe(&moment(5, Rank::Updated, "evt_a"), &change(Some(2), 3), "third");
        register.observe(&moment(5, Rank::Updated, "evt_b"), &change(Some(1), 2), "second");
        register.observe(&moment(5, Rank::Created, "evt_c"), &change(None, 1), "first");
        assert_eq!(register.value(), Some(&"third"));
    }

    #[test]
    fn an_older_event_and_a_repeated_one_change_nothing() {
        let mut register = Register::default();
        assert!(register.observe(&moment(5, Rank::Updated, "evt_a"), &Evidence::default(), 1));
        assert!(!register.observe(&moment(4, Rank::Updated, "evt_z"), &Evidence::default(), 2));
        assert!(!register.observe(&moment(5, Rank::Updated, "evt_a"), &Evidence::default(), 3));
        assert_eq!(register.value(), Some(&1));
    }

    #[test]
    fn a_cycle_of_evidence_falls_back_to_rank_and_id() {
        let mut register = Register::default();
        register.observe(&moment(5, Rank::Updated, "evt_b"), &change(Some(1), 2), "to two");
        register.observe(&moment(5, Rank::Updated, "evt_a"), &change(Some(2), 1), "to one");
        assert_eq!(register.value(), Some(&"to two"));
    }

    proptest! {
        #[test]
        fn any_order_of_arrival_and_any_repetition_ends_in_one_register(
            events in prop::collection::vec((0_i64..3, 0_u8..3, prop::option::of(0_u32..4), 0_u32..4), 1..9),
            shuffle in prop::collection::vec(any::<prop::sample::Index>(), 24),
        ) {
            let said: Vec<_> = events.iter().enumerate().map(|(index, (at, rank, before, after))| {
                let rank = [Rank::Created, Rank::Updated, Rank::Deleted][usize::from(*rank)];
                (moment(*at, rank, &format!("evt_{index}")), change(*before, *after), index)
            }).collect();
            let mut straight = Register::default();
            for (moment, evidence, value) in &said {
                straight.observe(moment, evidence, *value);
            }
            let mut shuffled = Register::default();
            for pick in &shuffle {
                let (moment, evidence, value) = pick.get(&said);
                shuffled.observe(moment, evidence, *value);
            }
            for (moment, evidence, value) in said.iter().rev() {
                shuffled.observe(moment, evidence, *value);
            }
            prop_assert_eq!(straight, shuffled);
        }
    }
}
