//! I1 to I8 hold of every simulated history, whatever the shape; I10: an event that is missing or altered is named wherever another
//! one contradicts it, and the kinds of event whose loss nothing can show are those of `docs/BOOKS.md`.

use std::collections::{BTreeMap, BTreeSet};

use daybook_domain::fact::Fact;
use daybook_simulator::RenderedEvent;

use super::{
    harness,
    world::{Books, World, facts},
};

/// Histories whose invariants are tried.
const HISTORIES: u64 = 400;
/// Histories of which every event is left out and altered once.
const MUTATED: u64 = 60;

/// The history with this number: one customer's, long enough for its stories to end.
fn history(seed: u64) -> Vec<RenderedEvent> {
    harness::history(20_000 + seed, 1, 2 + u32::try_from(seed % 9).unwrap())
}

fn books<'a>(events: impl IntoIterator<Item = &'a Vec<Fact>>) -> Books {
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

/// What became of a mutation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// The books come to the same: other events say it too.
    Harmless,
    /// The books differ, and something names an object.
    Named,
    /// The books differ, and nothing says so.
    Silent,
}

fn outcome(whole: &Books, mutated: &Books) -> Outcome {
    if mutated.balances() == whole.balances() {
        Outcome::Harmless
    } else if mutated.named().is_subset(&whole.named()) {
        Outcome::Silent
    } else {
        Outcome::Named
    }
}

/// A change of the books that nothing names, as text: what was done, and which balances differ.
fn told(what: &str, whole: &Books, mutated: &Books) -> String {
    let (before, after) = (whole.balances(), mutated.balances());
    let keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let differ = keys.into_iter().filter(|key| before.get(*key) != after.get(*key));
    let amounts =
        differ.map(|key| format!("{} {}: {:?} -> {:?}", key.2.as_str(), key.1, before.get(key), after.get(key)));
    format!("{what}: {}", amounts.collect::<Vec<_>>().join("; "))
}

/// Kinds of event whose loss, in these situations, nothing else can show. Each line stands in `docs/BOOKS.md`.
const LOST_SILENTLY: &[&str] =
    &["charge.dispute.closed", "charge.refund.updated", "checkout.session.completed", "credit_note.created"];

/// Amounts that no other event shows, by kind of event.
const ALTERED_SILENTLY: &[(&str, &str)] = &[
    ("charge.dispute.funds_withdrawn", "amount"),
    ("charge.dispute.updated", "amount"),
    ("customer.updated", "balance"),
];

#[test]
fn an_event_that_is_missing_or_altered_is_named_wherever_another_contradicts_it() {
    let (mut lost, mut altered) = (BTreeMap::new(), BTreeMap::new());
    let mut counts: BTreeMap<Outcome, usize> = BTreeMap::new();
    for seed in 0..MUTATED {
        let events: Vec<RenderedEvent> = history(seed).into_iter().filter(|event| event.customer.is_some()).collect();
        let read: Vec<Vec<Fact>> = events.iter().map(|event| facts(&event.body)).collect();
        let whole = books(&read);
        for (index, event) in events.iter().enumerate() {
            let rest = read.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, facts)| facts);
            let mutated = books(rest);
            let outcome = outcome(&whole, &mutated);
            *counts.entry(outcome).or_default() += 1;
            if outcome == Outcome::Silent {
                lost.entry(event.kind).or_insert_with(|| {
                    told(&format!("history {seed} ({:?}) without {}", event.shape, event.id), &whole, &mutated)
                });
            }
            for (field, body) in altered_bodies(&event.body) {
                let mut other = read.clone();
                other[index] = facts(&body);
                let mutated = books(&other);
                let outcome = self::outcome(&whole, &mutated);
                *counts.entry(outcome).or_default() += 1;
                if outcome == Outcome::Silent {
                    altered.entry((event.kind, field)).or_insert_with(|| {
                        told(
                            &format!("history {seed} ({:?}) with another {field} in {}", event.shape, event.id),
                            &whole,
                            &mutated,
                        )
                    });
                }
            }
        }
    }
    println!("{counts:?}\n{lost:#?}\n{altered:#?}");
    assert_eq!(lost.keys().copied().collect::<Vec<_>>(), LOST_SILENTLY, "{lost:#?}");
    assert_eq!(altered.keys().copied().collect::<Vec<_>>(), ALTERED_SILENTLY, "{altered:#?}");
    assert!(counts[&Outcome::Named] > 500, "{counts:?}");
}

/// Amounts of an event's own object that say how much money moved.
const AMOUNTS: &[&str] = &[
    "amount",
    "amount_captured",
    "amount_paid",
    "amount_received",
    "amount_refunded",
    "amount_remaining",
    "amount_total",
    "balance",
    "tax",
    "total",
];

/// The body with one amount after the other changed.
fn altered_bodies(body: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let event: serde_json::Value = serde_json::from_slice(body).unwrap();
    let object = &event["data"]["object"];
    let fields = AMOUNTS.iter().filter(|field| object[**field].as_i64().is_some_and(|amount| amount != 0));
    let altered = fields.map(|field| {
        let mut event = event.clone();
        event["data"]["object"][*field] = (object[*field].as_i64().unwrap() + 100).into();
        (*field, serde_json::to_vec(&event).unwrap())
    });
    altered.collect()
}
