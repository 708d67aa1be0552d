//! The books as they are read: trial balances by sets are what the pure rules say posting by posting, and the past is what it was.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use daybook_domain::{
    accounting::earned,
    scope::ScopeId,
    time::{Period, Timestamp},
};
use daybook_projections::journal::{
    export::{self, Row, Wanted},
    trial::{Asked, sums},
};
use daybook_simulator::{
    RenderedEvent,
    deliver::{Disorder, disorder},
};
use daybook_store::{Database, generation, log::read, snapshot::Snapshot};
use daybook_worker::{
    Error, Loader,
    batch::{BatchLimits, Generations, Place, apply_next},
    engine::Engine,
    rebuild::{Observer, RebuildConfig, What, past},
    setup,
};
use sqlx::PgConnection;
use tokio_util::sync::CancellationToken;

use super::harness;

/// Sums by currency and account.
type Sums = BTreeMap<(String, String), i64>;

/// Applies the log up to a size.
async fn apply_until(database: &Database, until: i64) {
    let mut connection = database.dedicated_connection().await.unwrap();
    setup::ensure_generation(&mut connection).await.unwrap();
    let generations = Generations::live(&generation::pointer(&mut connection).await.unwrap());
    let mut engine = Engine::new(Loader::Any);
    let mut size = 0;
    while size < until {
        let limits = BatchLimits { records: (until - size).min(100), ..BatchLimits::default() };
        size = apply_next(&mut connection, &mut engine, (Place::Live, &generations), size, 1, &limits).await.unwrap();
    }
}

/// Appends events, duplicates and all; the size of the log.
async fn append(database: &Database, events: &[RenderedEvent]) -> i64 {
    harness::append(database, events).await;
    read::size(&mut database.pool().acquire().await.unwrap()).await.unwrap()
}

async fn scope(connection: &mut PgConnection) -> ScopeId {
    *daybook_store::scope::all(connection).await.unwrap().keys().next().unwrap()
}

async fn all_rows(connection: &mut PgConnection, limit: i64) -> Vec<Row> {
    let wanted = Wanted { scope: scope(connection).await, customer: None, from: None, until: None };
    let mut rows: Vec<Row> = Vec::new();
    loop {
        let page = export::page(connection, &wanted, rows.last(), limit).await.unwrap();
        if page.is_empty() {
            return rows;
        }
        rows.extend(page);
    }
}

async fn trial(connection: &mut PgConnection, as_of: Option<DateTime<Utc>>, earned_at: Option<DateTime<Utc>>) -> Sums {
    let asked = Asked { scope: scope(connection).await, customer: None, as_of, earned_at };
    let sums = sums(connection, &asked).await.unwrap();
    sums.into_iter().filter(|sum| sum.amount != 0).map(|sum| ((sum.currency, sum.account), sum.amount)).collect()
}

fn stripe_time(time: DateTime<Utc>) -> Timestamp {
    Timestamp::from_unix(time.timestamp()).unwrap()
}

/// The same, posting by posting, by the pure rule.
fn by_rule(rows: &[Row], as_of: Option<DateTime<Utc>>, earned_at: Option<DateTime<Utc>>) -> Sums {
    let mut sums = BTreeMap::new();
    for row in rows.iter().filter(|row| as_of.is_none_or(|as_of| row.effective_at <= as_of)) {
        let of_it = match (row.earned_from, row.earned_until, earned_at) {
            (Some(start), Some(end), Some(at)) if row.account == "liabilities:deferred" => {
                let over = Period { start: stripe_time(start), end: stripe_time(end) };
                i64::try_from(earned(i128::from(row.amount), over, stripe_time(at))).unwrap()
            }
            _ => 0,
        };
        *sums.entry((row.currency.clone(), row.account.clone())).or_default() += row.amount - of_it;
        *sums.entry((row.currency.clone(), "income:revenue".to_owned())).or_default() += of_it;
    }
    sums.retain(|_, amount| *amount != 0);
    sums
}

#[tokio::test]
async fn trial_balances_as_of_any_time_are_what_the_rules_say_and_always_balance() {
    let (_test, database) = harness::database().await;
    let events = disorder(harness::history(23, 8, 7), 23, &Disorder::TYPICAL);
    let whole = append(&database, &events).await;
    apply_until(&database, whole).await;
    let mut snapshot = Snapshot::begin(database.pool()).await.unwrap();
    let rows = all_rows(&mut snapshot, 37).await;
    let first = rows.first().unwrap().effective_at;
    let last = rows.last().unwrap().effective_at;
    let times = (0..=9)
        .map(|part| Some(first + (last - first) * part / 9))
        .map(|time| time.and_then(|time| DateTime::from_timestamp(time.timestamp(), 0)));
    let mut earning = 0;
    for as_of in times.chain([None]) {
        for earned_at in [None, as_of.or(Some(last + (last - first)))] {
            let found = trial(&mut snapshot, as_of, earned_at).await;
            assert_eq!(found, by_rule(&rows, as_of, earned_at), "as of {as_of:?}, earned at {earned_at:?}");
            let mut by_currency: BTreeMap<&str, i64> = BTreeMap::new();
            for ((currency, account), amount) in &found {
                *by_currency.entry(currency).or_default() += amount;
                earning += usize::from(account == "income:revenue" && earned_at.is_some());
            }
            assert!(by_currency.values().all(|sum| *sum == 0), "{by_currency:?}");
        }
    }
    assert!(earning > 5, "something was earned");
}

#[tokio::test]
async fn pages_of_any_length_hold_every_posting_once_and_in_order() {
    let (_test, database) = harness::database().await;
    let events = harness::history(5, 3, 5);
    let whole = append(&database, &events).await;
    apply_until(&database, whole).await;
    let mut snapshot = Snapshot::begin(database.pool()).await.unwrap();
    let all = all_rows(&mut snapshot, 100_000).await;
    assert!(all.len() > 30 && all.is_sorted_by_key(|row| row.effective_at));
    for limit in [1, 2, 7] {
        assert_eq!(all_rows(&mut snapshot, limit).await, all);
    }
}

#[tokio::test]
async fn the_books_of_an_earlier_size_are_those_that_answered_then() {
    let events = disorder(harness::history(41, 5, 6), 41, &Disorder::TYPICAL);
    let (_test, database) = harness::database().await;
    let whole = append(&database, &events).await;
    apply_until(&database, whole).await;
    let shutdown = CancellationToken::new();
    let observer = Observer { progress: &|_| {}, shutdown: &shutdown };
    let config = RebuildConfig { states: 30, ..RebuildConfig::default() };
    let journal = What::only("journal").unwrap();
    for size in [0, 1, whole / 3, whole / 2, whole] {
        let (_then, answered_then) = harness::database().await;
        append(&answered_then, &events).await;
        apply_until(&answered_then, size).await;
        let mut snapshot = Snapshot::begin(answered_then.pool()).await.unwrap();
        let expected = trial(&mut snapshot, None, None).await;
        let found = past(&database, (journal, size), &config, &observer, async |connection| -> Result<Sums, Error> {
            Ok(trial(connection, None, None).await)
        });
        assert_eq!(found.await.unwrap(), expected, "at size {size}");
    }
    assert_nothing_is_left(&database).await;
}

#[tokio::test]
async fn a_look_at_the_past_that_is_stopped_or_fails_leaves_nothing_and_disturbs_nothing() {
    let (_test, database) = harness::database().await;
    let events = harness::history(9, 2, 4);
    let whole = append(&database, &events).await;
    apply_until(&database, whole).await;
    let shutdown = CancellationToken::new();
    let observer = Observer { progress: &|_| {}, shutdown: &shutdown };
    let (config, journal) = (RebuildConfig::default(), What::only("journal").unwrap());
    let failing = past(&database, (journal, whole), &config, &observer, async |_: &mut PgConnection| {
        Err::<(), _>(Error::Switched)
    });
    assert!(matches!(failing.await, Err(Error::Switched)));
    assert_nothing_is_left(&database).await;
    shutdown.cancel();
    let stopped =
        past(&database, (journal, whole), &config, &observer, async |_: &mut PgConnection| Ok::<(), Error>(()));
    assert!(matches!(stopped.await, Err(Error::Stopped)));
    assert_nothing_is_left(&database).await;
}

/// Only the live generation is there.
async fn assert_nothing_is_left(database: &Database) {
    let mut connection = database.dedicated_connection().await.unwrap();
    assert_eq!(generation::all(&mut connection).await.unwrap().len(), 1);
}
