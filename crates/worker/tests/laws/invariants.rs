//! I1 to I8 hold of every simulated history, whatever the shape; I10: an event that is missing or altered is named wherever another
//! one contradicts it, and the kinds of event whose loss nothing can show are those of `docs/BOOKS.md`.

use daybook_domain::fact::Fact;
use daybook_simulator::RenderedEvent;

use super::{
    harness,
    world::{Books, World, facts},
};

/// Histories whose invariants are tried.
const HISTORIES: u64 = 400;

/// The history with this number: one customer's, long enough for its stories to end.
pub fn history(seed: u64) -> Vec<RenderedEvent> {
    harness::history(20_000 + seed, 1, 2 + u32::try_from(seed % 9).unwrap())
}

/// The books that come of these facts.
pub fn books<'a>(events: impl IntoIterator<Item = &'a Vec<Fact>>) -> Books {
    World::learning(events.into_iter().flatten()).books()
}

#[test]
fn the_invariants_hold_of_every_history_in_every_shape() {
    let mut wrong = Vec::new();
    let mut transactions = 0;
    for seed in 0..HISTORIES {
        let events = history(seed);
        let read: Vec<Vec<Fact>> = events.iter().map(|event| facts(&event.body)).collect();
        let books = books(&read);
        transactions += books.transactions.len();
        wrong.extend(books.breaches.iter().map(|breach| format!("history {seed} ({:?}): {breach}", events[0].shape)));
    }
    println!("{HISTORIES} histories with {transactions} transactions");
    assert!(wrong.is_empty(), "{} things do not hold:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_invariants_hold_of_every_story_and_its_books_do_not_depend_on_its_order() {
    let mut wrong = Vec::new();
    for round in 0..10 {
        for (story, shape, events) in harness::stories(round) {
            let read: Vec<Vec<Fact>> = events.iter().map(|event| facts(&event.body)).collect();
            let straight = books(&read);
            wrong.extend(straight.breaches.iter().map(|breach| format!("{story:?} {round} ({shape:?}): {breach}")));
            let backwards = World::learning(read.iter().rev().flatten()).books();
            assert_eq!(straight.balances(), backwards.balances(), "{story:?} {round} ({shape:?})");
        }
    }
    assert!(wrong.is_empty(), "{} things do not hold:\n{}", wrong.len(), wrong.join("\n"));
}
