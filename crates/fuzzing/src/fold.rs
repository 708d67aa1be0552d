//! From bodies to rows, in memory: whatever the events say, their order and repetition change no row (law 3), every transaction sums
//! to zero in each currency, and states survive being stored.
//!
//! The input is a [`Script`]: which simulated histories, what is bent in their bodies, and in which order they arrive.

mod script;
mod stage;

use std::collections::{BTreeMap, BTreeSet};

use arbitrary::{Arbitrary, Unstructured};
use daybook_domain::{
    accounting::{Transaction, post},
    id::{CustomerId, ObjectRef},
    scope::ScopeId,
};
use daybook_store::Source;
use daybook_worker::{
    Loader,
    engine::{Engine, Reading, Record},
    state::State,
    working_set::Books,
};

pub use self::{
    script::{Place, Script, Step},
    stage::{Event, Stage},
};
use crate::{Broken, hold};

/// One scope: scopes never meet in a fold.
const SCOPE: ScopeId = ScopeId(1);

/// What came of a script.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// Events that arrived, repeated ones once.
    pub events: usize,
    /// Those of them that say something.
    pub telling: usize,
    /// Rows of all read models.
    pub rows: u64,
    /// Transactions.
    pub transactions: usize,
}

/// Tries an input.
///
/// # Errors
/// The first promise that does not hold.
pub fn check(input: &[u8]) -> Result<Folded, Broken> {
    let Ok(script) = Script::arbitrary(&mut Unstructured::new(input)) else { return Ok(Folded::default()) };
    let Stage { events, order } = Stage::of(&script);
    let tried = check_events(&events, &order);
    tried.map_err(|broken| Broken { how: format!("{}\n{script:?}\n{}", broken.how, told(&events, &order)), ..broken })
}

/// Tries events in their own order, backwards, and in the order given, which names each of them at least once.
///
/// # Errors
/// The first promise that does not hold.
pub fn check_events(events: &[Event], order: &[usize]) -> Result<Folded, Broken> {
    let readings: Vec<Reading> = events.iter().map(read).collect();
    let mut straight = fold(readings.iter());
    let expected = tables(&straight);
    for (how, other) in [
        ("backwards", fold(readings.iter().rev())),
        ("in the order of the script", fold(order.iter().filter_map(|index| readings.get(*index)))),
    ] {
        for ((table, expected), (_, found)) in expected.iter().zip(tables(&other)) {
            hold(*expected == found, "neither order nor repetition changes a row", || {
                format!("{table}, {how}\n{}\n{}", difference(expected, &found), difference(&found, expected))
            })?;
        }
    }
    let transactions = balance(straight.books(SCOPE))?;
    keep(straight.books(SCOPE))?;
    Ok(Folded {
        events: events.len(),
        telling: readings.iter().filter(|reading| !reading.facts().is_empty()).count(),
        rows: straight.output.readers.all().iter().map(|rows| rows.count()).sum(),
        transactions,
    })
}

fn read(event: &Event) -> Reading {
    Reading::of(&Record { position: 0, scope: SCOPE, source: Source::Webhook, kind: &event.kind, body: &event.body })
}

fn fold<'a>(readings: impl Iterator<Item = &'a Reading>) -> Engine {
    let mut engine = Engine::new(Loader::of_empty_generation());
    engine.take_in(readings.cloned().collect());
    engine.derive();
    engine
}

/// Everything that readers can see, by table.
fn tables(engine: &Engine) -> Vec<(&'static str, Vec<u8>)> {
    let rows = engine.output.readers.all().map(|rows| (rows.table().name, rows.encoded().to_vec()));
    let balances = ("balance", format!("{:?}", engine.output.deltas).into_bytes());
    rows.into_iter().chain([balances]).collect()
}

/// Every transaction of every sale and every credit, added up here once more. Returns how many there are.
fn balance(books: &Books) -> Result<usize, Broken> {
    let mut done: BTreeSet<ObjectRef> = BTreeSet::new();
    let mut count = 0;
    let objects: BTreeSet<&ObjectRef> = books.objects().collect();
    for object in objects {
        let transactions = match books.get(object).map(|entry| &entry.state) {
            Some(State::Credit(credit)) => credit.post(&CustomerId::new(object.id.clone())),
            Some(State::Object(_)) if object.kind.settles() && !done.contains(object) => {
                let settlement = books.settlement(object);
                done.extend(settlement.members().map(|(member, _)| member.clone()));
                post(&settlement)
            }
            _ => Vec::new(),
        };
        count += transactions.len();
        for transaction in &transactions {
            sums_to_zero(transaction)?;
        }
    }
    Ok(count)
}

fn sums_to_zero(transaction: &Transaction) -> Result<(), Broken> {
    let mut sums: BTreeMap<_, i128> = BTreeMap::new();
    for posting in &transaction.postings {
        *sums.entry(posting.currency).or_default() += i128::from(posting.amount);
    }
    let zero = sums.values().all(|sum| *sum == 0);
    hold(zero, "every transaction sums to zero in each currency", || format!("{transaction:?}"))
}

/// What is stored and read again is what it was.
fn keep(books: &Books) -> Result<(), Broken> {
    for object in books.objects() {
        let Some(state) = books.get(object).map(|entry| &entry.state) else { continue };
        let again = State::decode(object, &state.encode());
        let same = again.as_ref().is_ok_and(|again| again == state);
        hold(same, "a state that was stored is read as it was", || format!("{object:?}\n{state:?}\n{again:?}"))?;
    }
    Ok(())
}

/// Where two encodings part, as readable text around that place.
fn difference(one: &[u8], other: &[u8]) -> String {
    let at = one.iter().zip(other).position(|(left, right)| left != right).unwrap_or(one.len().min(other.len()));
    let around = one.get(at.saturating_sub(200)..one.len().min(at + 200)).unwrap_or_default();
    String::from_utf8_lossy(around).replace(|letter: char| letter.is_control(), ".")
}

/// The events as a person reads them, in the order in which they arrived.
fn told(events: &[Event], order: &[usize]) -> String {
    let arrived = order.iter().filter_map(|index| events.get(*index));
    let lines = arrived.map(|event| String::from_utf8_lossy(&event.body).into_owned());
    lines.collect::<Vec<_>>().join("\n")
}
