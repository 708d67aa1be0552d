//! What reading one event costs: the whole translation and the envelope alone, beside `serde_json` reading the envelope
//! into borrowed fields, over simulated events of each kind. Run with `cargo bench -p daybook-stripe`.

use std::{collections::BTreeMap, fmt};

use daybook_simulator::{ApiShape, Plan, ShapeChoice, simulate};
use divan::{Bencher, black_box, counter::ItemsCount};
use serde::Deserialize;
use serde_json::value::RawValue;

/// Most events of one kind.
const MOST: usize = 64;

fn main() {
    divan::main();
}

/// Bodies of one kind in one shape.
struct Bodies {
    name: String,
    bodies: Vec<Vec<u8>>,
}

impl fmt::Display for Bodies {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.bodies.iter().map(Vec::len).sum::<usize>() / self.bodies.len();
        write!(formatter, "{} ({bytes} bytes)", self.name)
    }
}

/// Simulated events by kind of object, in an old shape and in one since basil.
fn kinds() -> Vec<Bodies> {
    let mut kinds: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    for shape in [ApiShape::V2020, ApiShape::Clover] {
        let plan = Plan {
            seed: 7,
            customers: 60,
            start: 1_700_000_000,
            months: 14,
            shape: ShapeChoice::One(shape),
            livemode: true,
            account: None,
        };
        for event in simulate(&plan).events() {
            let family = event.kind.rsplit_once('.').map_or(event.kind, |(family, _)| family);
            let bodies = kinds.entry(format!("{family} {}", shape.version())).or_default();
            if bodies.len() < MOST {
                bodies.push(event.body);
            }
        }
    }
    kinds.into_iter().map(|(name, bodies)| Bodies { name, bodies }).collect()
}

/// The least a reader of events must do: all of the body parsed once, its data kept as it is.
#[derive(Deserialize)]
#[expect(dead_code, reason = "only parsed")]
struct Bare<'a> {
    id: &'a str,
    r#type: &'a str,
    created: i64,
    livemode: bool,
    api_version: Option<&'a str>,
    account: Option<&'a str>,
    #[serde(borrow)]
    data: &'a RawValue,
}

fn each(bencher: Bencher<'_, '_>, kind: &Bodies, read: impl Fn(&[u8]) + Sync) {
    bencher.counter(ItemsCount::new(kind.bodies.len())).bench(|| kind.bodies.iter().for_each(|body| read(body)));
}

#[divan::bench(args = kinds())]
fn serde_json_envelope(bencher: Bencher<'_, '_>, kind: &Bodies) {
    each(bencher, kind, |body| {
        black_box(serde_json::from_slice::<Bare<'_>>(body).ok());
    });
}

#[divan::bench(args = kinds())]
fn envelope(bencher: Bencher<'_, '_>, kind: &Bodies) {
    each(bencher, kind, |body| {
        black_box(daybook_stripe::envelope::read(body).ok());
    });
}

#[divan::bench(args = kinds())]
fn translate(bencher: Bencher<'_, '_>, kind: &Bodies) {
    each(bencher, kind, |body| {
        black_box(daybook_stripe::translate(body));
    });
}
