//! I10: an event that is missing or altered is named wherever another one contradicts it, and the kinds of event whose loss nothing
//! else can show are those of `docs/BOOKS.md`. Every event of simulated histories, and of every story in every API shape, is left out
//! once, and each of its amounts altered once.

use std::collections::{BTreeMap, BTreeSet};

use daybook_domain::fact::Fact;
use daybook_simulator::{ApiShape, RenderedEvent};

use super::{
    harness,
    invariants::{books, history},
    world::{Books, facts},
};

/// Histories of which every event is left out and altered once.
const MUTATED: u64 = 60;

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
const LOST_SILENTLY: &[&str] = &[
    "application_fee.created",
    "application_fee.refunded",
    "charge.dispute.closed",
    "charge.dispute.funds_reinstated",
    "charge.refund.updated",
    "charge.refunded",
    "charge.succeeded",
    "checkout.session.completed",
    "credit_note.created",
    "payout.failed",
    "payout.paid",
    "refund.updated",
    "transfer.created",
    "transfer.reversed",
];

/// Amounts that no other event shows, by kind of event.
const ALTERED_SILENTLY: &[(&str, &str)] = &[
    ("application_fee.created", "amount"),
    ("application_fee.refunded", "amount"),
    ("application_fee.refunded", "amount_refunded"),
    ("charge.captured", "amount_captured"),
    ("charge.captured", "amount_refunded"),
    ("customer.updated", "balance"),
    ("payout.paid", "amount"),
    ("transfer.created", "amount"),
    ("transfer.reversed", "amount"),
];

/// The same where every story is told, rare ones too: sellers' shares and payouts are told by one event each.
const STORIES_LOST_SILENTLY: &[&str] = &[
    "application_fee.created",
    "application_fee.refunded",
    "charge.dispute.closed",
    "charge.dispute.funds_reinstated",
    "charge.refund.updated",
    "charge.refunded",
    "charge.succeeded",
    "checkout.session.completed",
    "credit_note.created",
    "payout.canceled",
    "payout.failed",
    "payout.paid",
    "refund.updated",
    "transfer.created",
    "transfer.reversed",
];

/// The same where every story is told.
const STORIES_ALTERED_SILENTLY: &[(&str, &str)] = &[
    ("application_fee.created", "amount"),
    ("application_fee.refunded", "amount"),
    ("application_fee.refunded", "amount_refunded"),
    ("charge.captured", "amount_captured"),
    ("charge.dispute.closed", "amount"),
    ("charge.dispute.updated", "amount"),
    ("customer.updated", "balance"),
    ("payout.paid", "amount"),
    ("transfer.created", "amount"),
    ("transfer.reversed", "amount"),
];

/// What became of every mutation of some histories.
#[derive(Default)]
struct Tried {
    /// How often what came of leaving out or altering an event of a kind.
    by_kind: BTreeMap<&'static str, BTreeMap<Outcome, usize>>,
    /// The first loss of each kind that nothing names.
    lost: BTreeMap<&'static str, String>,
    /// The first alteration of each kind and field that nothing names.
    altered: BTreeMap<(&'static str, &'static str), String>,
}

impl Tried {
    /// Leaves out and alters one event after the other. Those of the catalogue move nothing.
    fn try_all(&mut self, name: &str, events: Vec<RenderedEvent>) {
        let events: Vec<RenderedEvent> = events.into_iter().filter(|event| event.customer.is_some()).collect();
        let read: Vec<Vec<Fact>> = events.iter().map(|event| facts(&event.body)).collect();
        let whole = books(&read);
        for (index, event) in events.iter().enumerate() {
            let what = format!("{name} ({:?}), {}", event.shape, event.id);
            let rest = read.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, facts)| facts);
            let mutated = books(rest);
            if self.note(event.kind, &whole, &mutated) == Outcome::Silent {
                self.lost.entry(event.kind).or_insert_with(|| told(&what, &whole, &mutated));
            }
            for (field, body) in altered_bodies(&event.body) {
                let other = facts(&body);
                let altered = read.iter().enumerate().map(|(place, facts)| if place == index { &other } else { facts });
                let mutated = books(altered);
                if self.note(event.kind, &whole, &mutated) == Outcome::Silent {
                    self.altered.entry((event.kind, field)).or_insert_with(|| told(&what, &whole, &mutated));
                }
            }
        }
    }

    fn note(&mut self, kind: &'static str, whole: &Books, mutated: &Books) -> Outcome {
        let outcome = outcome(whole, mutated);
        *self.by_kind.entry(kind).or_default().entry(outcome).or_default() += 1;
        outcome
    }

    /// Holds it to the lists.
    fn expect(&self, lost: &[&str], altered: &[(&str, &str)]) {
        assert_eq!(self.lost.keys().copied().collect::<Vec<_>>(), lost, "{:#?}", self.lost);
        assert_eq!(self.altered.keys().copied().collect::<Vec<_>>(), altered, "{:#?}", self.altered);
        let named = self.by_kind.values().filter_map(|outcomes| outcomes.get(&Outcome::Named)).sum::<usize>();
        assert!(named > 500, "{:#?}", self.by_kind);
    }
}

#[test]
fn an_event_that_is_missing_or_altered_is_named_wherever_another_contradicts_it() {
    let mut tried = Tried::default();
    for seed in 0..MUTATED {
        tried.try_all(&format!("history {seed}"), history(seed));
    }
    println!("{:#?}", tried.by_kind);
    tried.expect(LOST_SILENTLY, ALTERED_SILENTLY);
}

#[test]
fn of_every_kind_of_event_in_every_story_a_loss_or_another_amount_is_named_or_listed() {
    let mut tried = Tried::default();
    for round in 0..ApiShape::ALL.len() {
        for (story, _, events) in harness::stories(round) {
            tried.try_all(&format!("{story:?} {round}"), events);
        }
    }
    println!("{:#?}", tried.by_kind);
    tried.expect(STORIES_LOST_SILENTLY, STORIES_ALTERED_SILENTLY);
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
