//! Law 3 with operators in between: their records keep their places, Stripe's come in any order around them, and the rows are the same.

use daybook_domain::{
    customer::{Act, Authority, Extent, Operated},
    id::{CustomerId, EventId},
    order::{Moment, Rank},
    scope::ScopeId,
    time::Timestamp,
};
use daybook_simulator::RenderedEvent;
use daybook_store::{Source, operated::CustomerEntry};
use daybook_worker::engine::Record;
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};

use super::harness;
use super::order_does_not_matter::{assert_same, rows_of_records};

/// Histories that are tried.
const HISTORIES: u64 = 60;
/// An operator acts after so many of Stripe's events.
const EVERY: usize = 5;

/// An operator's record: its type and its body.
type Entry = (&'static str, Vec<u8>);

/// The customers that events name.
fn customers(events: &[RenderedEvent]) -> Vec<String> {
    let texts = events.iter().map(|event| String::from_utf8_lossy(&event.body).into_owned());
    let mut found: Vec<String> = texts
        .flat_map(|text| {
            let pieces = text.split('"').filter(|piece| piece.starts_with("cus_")).map(str::to_owned);
            pieces.collect::<Vec<_>>()
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// What an operator does at the place with this number.
fn act(number: usize, starts: Timestamp) -> Act {
    let feature = || ["pro", "seats", "exports"][number % 3].into();
    match number % 6 {
        0 | 1 => Act::Grant { feature: feature(), extent: Some(Extent::Limit(7)), starts, ends: None },
        2 => Act::Revoke { feature: feature(), starts, ends: Some(starts.plus_seconds(86_400)) },
        3 => Act::End { given: EventId::new(format!("op_{}", number - 3)), at: starts.plus_seconds(60) },
        4 => Act::Link { account: format!("user_{number}").into() },
        _ => Act::Unlink { account: format!("user_{}", number - 1).into() },
    }
}

fn entries(events: &[RenderedEvent]) -> Vec<Entry> {
    let customers = customers(events);
    let entry = |number: usize| {
        let at = Timestamp::from_unix(1_700_000_000).unwrap();
        let act = act(number, at);
        let moment = Moment { at, rank: Rank::Updated, event: EventId::new(format!("op_{number}")) };
        let by = Authority { actor: "anna".into(), reason: "why".into(), ticket: None, via: None };
        let customer = CustomerId::new(customers[number / 6 % customers.len()].as_str());
        let kind = act.kind();
        let body = CustomerEntry { customer, asked: serde_json::Value::Null, operated: Operated { moment, by, act } };
        (kind, serde_json::to_vec(&body).unwrap())
    };
    (0..events.len() / EVERY).map(entry).collect()
}

/// Stripe's events in this order, with the operators' at their places.
fn woven<'a>(events: &'a [RenderedEvent], entries: &'a [Entry]) -> Vec<Record<'a>> {
    let mut records = Vec::new();
    let mut next = entries.iter();
    for (number, event) in events.iter().enumerate() {
        records.push((Source::Import, event.kind, event.body.as_slice()));
        if number % EVERY == EVERY - 1 {
            records.extend(next.next().map(|(kind, body)| (Source::Operator, *kind, body.as_slice())));
        }
    }
    let record = |(position, (source, kind, body))| Record { position, scope: ScopeId(1), source, kind, body };
    (0..).zip(records).map(record).collect()
}

#[tokio::test]
async fn operators_keep_their_places_and_stripes_events_may_come_in_any_order_around_them() {
    let (test, _database) = harness::database().await;
    let mut connection = test.pool.acquire().await.unwrap();
    let mut acts = 0;
    for seed in 0..HISTORIES {
        let events = harness::history(20_000 + seed, 2, 3);
        let entries = entries(&events);
        acts += entries.len();
        let straight = rows_of_records(&mut connection, &woven(&events, &entries)).await;
        let mut shuffled = events.clone();
        shuffled.shuffle(&mut StdRng::seed_from_u64(seed));
        let other = rows_of_records(&mut connection, &woven(&shuffled, &entries)).await;
        assert_same(&straight, &other, &format!("history {seed} with operators, shuffled"));
    }
    assert!(acts > 0);
    println!("{HISTORIES} histories with {acts} operators' records");
}
