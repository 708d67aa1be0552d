//! Who appears in the demo: half a year of a shop's customers, told by the simulator up to today, and one of them whose story is told at the end.

use chrono::{Months, Utc};
use daybook_simulator::deliver::{Disorder, disorder};
use daybook_simulator::{ApiShape, History, Plan, RenderedEvent, ShapeChoice, Story, simulate};

/// Months that are told, up to today.
const MONTHS: u32 = 6;

/// Customers among whom the one is looked for.
const CANDIDATES: usize = 40;

/// Everybody and everything they do.
#[derive(Debug)]
pub struct Cast {
    /// The customer whose story is told.
    pub heroine: String,
    /// How many different events there are.
    pub made: usize,
    /// All deliveries: some twice, some out of order.
    pub deliveries: Vec<RenderedEvent>,
}

impl Cast {
    /// Customers with about so many events.
    pub fn new(seed: u64, events: u32) -> Self {
        let now = Utc::now();
        let start = now.checked_sub_months(Months::new(MONTHS)).unwrap_or(now);
        let plan = Plan {
            seed,
            customers: 0,
            start: start.timestamp(),
            months: MONTHS,
            shape: ShapeChoice::One(ApiShape::Clover),
            livemode: false,
            account: None,
        };
        let world = simulate(&plan);
        let wanted = usize::try_from(events).unwrap_or(usize::MAX);
        let her = (0..CANDIDATES)
            .map(|number| world.story_of(number, &[Story::FailureRecovers]))
            .find(|history| pays_in_dollars(&of(history, now.timestamp())))
            .unwrap_or_else(|| world.story_of(0, &[Story::FailureRecovers]));
        let heroine = her.customer.clone().unwrap_or_default();
        let mut told: Vec<RenderedEvent> = of(&world.catalogue(), now.timestamp());
        told.extend(of(&her, now.timestamp()));
        let mut number = CANDIDATES;
        while told.len() < wanted {
            number += 1;
            told.extend(of(&world.customer(number), now.timestamp()));
        }
        told.sort_by_key(|event| event.created);
        Self { heroine, made: told.len(), deliveries: disorder(told, seed, &Disorder::TYPICAL) }
    }
}

/// Most readers know what a dollar is worth.
fn pays_in_dollars(events: &[RenderedEvent]) -> bool {
    let needle = br#""currency":"usd""#;
    events
        .iter()
        .any(|event| event.kind == "invoice.paid" && event.body.windows(needle.len()).any(|window| window == needle))
}

/// What has happened until now.
fn of(history: &History, now: i64) -> Vec<RenderedEvent> {
    let mut events = history.render_as_planned();
    events.retain(|event| event.created <= now);
    events
}
