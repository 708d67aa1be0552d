//! Several recorders on one database, snapshots held elsewhere, connections that die: nothing is lost, doubled or skipped.

use std::collections::BTreeSet;

use crate::support::{Running, TestDatabase, incoming, test_database};
use daybook_store::immutability::PROTECTED;
use daybook_store::log::{read, verify};
use daybook_store::{Recorded, Recorder};
use proptest::prelude::*;
use sqlx::{Connection, Row};

async fn ctid_of_the_head(test: &TestDatabase) -> String {
    let row = sqlx::query("select ctid::text from head").fetch_one(test.database.pool()).await.unwrap();
    row.get(0)
}

async fn assert_the_log_is_whole(test: &TestDatabase, size: i64) {
    let verification = verify::verify(&test.database, |_| ()).await.unwrap();
    assert_eq!(verification.flaws, []);
    assert_eq!(verification.size, size);
    let mut connection = test.database.pool().acquire().await.unwrap();
    let tip = read::tip(&mut connection).await.unwrap().unwrap();
    assert_eq!(tip.root, verification.root);
    let row = sqlx::query("select count(*), min(position), max(position), count(distinct event_id) from record")
        .fetch_one(&mut *connection)
        .await
        .unwrap();
    assert_eq!((row.get::<i64, _>(0), row.get::<i64, _>(1), row.get::<i64, _>(2)), (size, 0, size - 1));
    assert_eq!(row.get::<i64, _>(3), size);
}

/// Records these events from as many callers at once as there are recorders, each event at every recorder.
async fn record_everywhere(recorders: &[Recorder], events: i64) -> Vec<Recorded> {
    let mut tasks = Vec::new();
    for (number, recorder) in recorders.iter().enumerate() {
        for event in 0..events {
            // Each recorder begins elsewhere, so that each is first with some.
            let event = (event + i64::try_from(number).unwrap() * events / 2) % events;
            let recorder = recorder.clone();
            tasks.push(tokio::spawn(async move {
                recorder.record(incoming(&format!("evt_{event}"), format!("{{\"n\":{event}}}"))).await.unwrap()
            }));
        }
    }
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    outcomes
}

#[tokio::test(flavor = "multi_thread")]
async fn two_recorders_on_one_database_append_each_event_once_without_a_gap() {
    let test = test_database().await;
    let running = [Running::start(&test.database), Running::start(&test.database)];
    let recorders = running.each_ref().map(|running| running.recorder.clone());
    let outcomes = record_everywhere(&recorders, 1_000).await;
    let appended: BTreeSet<i64> = outcomes
        .iter()
        .filter_map(|outcome| if let Recorded::Appended(position) = outcome { Some(*position) } else { None })
        .collect();
    assert_eq!(appended, (0..1_000).collect());
    assert!(outcomes.iter().all(|outcome| !matches!(outcome, Recorded::Conflict(_))));
    assert_the_log_is_whole(&test, 1_000).await;
    for running in running {
        running.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_held_elsewhere_leaves_the_head_untouched() {
    let test = test_database().await;
    let mut elsewhere = test.database.pool().acquire().await.unwrap();
    let mut held = elsewhere.begin_with("begin isolation level repeatable read").await.unwrap();
    sqlx::query("select count(*) from record").execute(&mut *held).await.unwrap();
    let before = ctid_of_the_head(&test).await;
    let running = Running::start(&test.database);
    for event in 0..100 {
        running.recorder.record(incoming(&format!("evt_{event}"), "{}")).await.unwrap();
    }
    // No row version is left behind by an append, so there is nothing for vacuum to remove and nothing a snapshot could hold back.
    assert_eq!(ctid_of_the_head(&test).await, before);
    // A connection counts what it did at the latest when it closes.
    running.stop().await;
    let row = sqlx::query("select sum(n_tup_upd + n_tup_del)::bigint from pg_stat_user_tables where relname = any($1)")
        .bind(PROTECTED)
        .fetch_one(test.database.pool())
        .await
        .unwrap();
    assert_eq!(row.get::<i64, _>(0), 0);
    held.rollback().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorder_whose_connection_is_killed_loses_nothing_it_acknowledged() {
    let test = test_database().await;
    let running = Running::start(&test.database);
    let recorder = running.recorder.clone();
    let recording = tokio::spawn(async move {
        let mut tasks = Vec::new();
        for event in 0..600 {
            let recorder = recorder.clone();
            tasks.push(tokio::spawn(async move { recorder.record(incoming(&format!("evt_{event}"), "{}")).await }));
            if event % 20 == 0 {
                tokio::task::yield_now().await;
            }
        }
        let mut positions = BTreeSet::new();
        for task in tasks {
            assert!(positions.insert(task.await.unwrap().unwrap().position()));
        }
        positions
    });
    while !recording.is_finished() {
        sqlx::query(
            "select pg_terminate_backend(pid) from pg_stat_activity
             where application_name = 'daybook recorder' and datname = current_database()",
        )
        .execute(test.database.pool())
        .await
        .unwrap();
        // Let some batches through between two kills.
        let before = running.recorder.counters().batches;
        while running.recorder.counters().batches == before && !recording.is_finished() {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(recording.await.unwrap(), (0..600).collect());
    assert_the_log_is_whole(&test, 600).await;
    assert!(running.recorder.record(incoming("evt_after", "{}")).await.is_ok());
    running.stop().await;
}

#[tokio::test]
async fn a_recorder_killed_between_two_appends_connects_again() {
    let test = test_database().await;
    let running = Running::start(&test.database);
    for event in 0..5_i64 {
        let outcome = running.recorder.record(incoming(&format!("evt_{event}"), "{}")).await;
        assert_eq!(outcome, Ok(Recorded::Appended(event)));
        sqlx::query(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity
             where application_name = 'daybook recorder' and datname = current_database()",
        )
        .execute(test.database.pool())
        .await
        .unwrap();
    }
    assert_eq!(running.recorder.counters().connections, 5);
    assert_the_log_is_whole(&test, 5).await;
    running.stop().await;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn any_mix_of_repeated_events_leaves_one_record_for_each_id(ids in proptest::collection::vec(0_u8..30, 1..120)) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let test = test_database().await;
            let running = [Running::start(&test.database), Running::start(&test.database)];
            let tickets: Vec<_> = ids
                .iter()
                .enumerate()
                .map(|(index, id)| {
                    let recorder = &running[index % 2].recorder;
                    (*id, recorder.try_record(incoming(&format!("evt_{id}"), format!("{{\"n\":{id}}}"))).unwrap())
                })
                .collect();
            let mut appended = BTreeSet::new();
            for (id, ticket) in tickets {
                match ticket.wait().await.unwrap() {
                    Recorded::Appended(_) => assert!(appended.insert(id)),
                    Recorded::Duplicate(_) => {}
                    Recorded::Conflict(position) => panic!("conflict with {position}"),
                }
            }
            let distinct: BTreeSet<u8> = ids.iter().copied().collect();
            assert_eq!(appended, distinct);
            assert_the_log_is_whole(&test, i64::try_from(distinct.len()).unwrap()).await;
            for running in running {
                running.stop().await;
            }
        });
    }
}
