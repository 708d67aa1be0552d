//! The disorder of delivery: duplicates, reordering, bursts. A function of the seed; no event is lost and none is invented.

use crate::history::RenderedEvent;
use crate::seed::Random;

/// How a delivery differs from the order of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disorder {
    /// Of a hundred events, how many are delivered a second time.
    pub duplicates_percent: u8,
    /// What the second delivery of an event looks like.
    pub redelivery: Redelivery,
    /// How many places an event may be displaced, at most; 0 keeps the order between seconds.
    pub reorder_window: usize,
    /// Whether events of one second are put into random order.
    pub bursts: Bursts,
}

/// What a second delivery of one event looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redelivery {
    /// The same bytes.
    SameBytes,
    /// `pending_webhooks` has changed meanwhile; everything else is the same.
    OtherPendingCount,
}

/// What happens inside one second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bursts {
    /// Events of one second keep the order of their causes.
    InOrder,
    /// Events of one second come in any order.
    Shuffled,
}

impl Disorder {
    /// The order of time, each event once.
    pub const NONE: Self =
        Self { duplicates_percent: 0, redelivery: Redelivery::SameBytes, reorder_window: 0, bursts: Bursts::InOrder };

    /// What an endpoint sees on a bad day.
    pub const TYPICAL: Self = Self {
        duplicates_percent: 5,
        redelivery: Redelivery::OtherPendingCount,
        reorder_window: 20,
        bursts: Bursts::Shuffled,
    };
}

/// The events as they might arrive. Without duplicates the result is a permutation of what came in.
pub fn disorder(events: Vec<RenderedEvent>, seed: u64, how: &Disorder) -> Vec<RenderedEvent> {
    let mut random = Random::new(seed, u64::MAX);
    let window = as_number(how.reorder_window);
    let mut placed: Vec<((u64, u64), RenderedEvent)> = Vec::with_capacity(events.len());
    let mut burst = (i64::MIN, 0);
    for (place, event) in events.into_iter().enumerate() {
        let place = as_number(place);
        if burst.0 != event.created {
            burst = (event.created, place);
        }
        let (base, tie) = match how.bursts {
            Bursts::InOrder => (place, place),
            Bursts::Shuffled => (burst.1, random.draw()),
        };
        if random.chance(u64::from(how.duplicates_percent)) {
            let later = place.saturating_add(1).saturating_add(random.below(window.saturating_add(50)));
            placed.push(((later, random.draw()), again(&event, how.redelivery)));
        }
        placed.push(((base.saturating_add(random.below(window.saturating_add(1))), tie), event));
    }
    placed.sort_by_key(|(key, _)| *key);
    placed.into_iter().map(|(_, event)| event).collect()
}

/// The bytes of `pending_webhooks` as every rendered event has them; they stand once, outside the object.
const PENDING: &[u8] = br#""pending_webhooks":1"#;

fn again(event: &RenderedEvent, how: Redelivery) -> RenderedEvent {
    let mut copy = event.clone();
    let found = copy.body.windows(PENDING.len()).rposition(|window| window == PENDING);
    if let (Redelivery::OtherPendingCount, Some(place)) = (how, found) {
        let last = place.saturating_add(PENDING.len()).saturating_sub(1);
        if let Some(digit) = copy.body.get_mut(last) {
            *digit = b'0';
        }
    }
    copy
}

fn as_number(place: usize) -> u64 {
    u64::try_from(place).unwrap_or(u64::MAX)
}
