//! What becomes of what is handed to the recorder: appended, duplicate, conflict, refused; and what the log holds afterwards.

use crate::support::{Running, incoming, test_database};
use bytes::Bytes;
use chrono::Duration;
use daybook_domain::scope::{Mode, Scope};
use daybook_store::log::{conflict, read, verify};
use daybook_store::recorder::{Limits, Refused};
use daybook_store::{Recorded, Recorder, Source};

#[tokio::test]
async fn new_events_take_dense_positions_and_every_field_can_be_read_back() {
    let test = test_database().await;
    let running = Running::start(&test.database);
    let mut second = incoming("evt_2", "{}");
    second.scope = Scope { account: Some("acct_1".into()), mode: Mode::Live };
    assert_eq!(running.recorder.record(incoming("evt_1", r#"{"id":"evt_1"}"#)).await, Ok(Recorded::Appended(0)));
    assert_eq!(running.recorder.record(second.clone()).await, Ok(Recorded::Appended(1)));

    let mut connection = test.database.pool().acquire().await.unwrap();
    let record = read::record_by_event_id(&mut connection, "evt_2").await.unwrap().unwrap();
    assert_eq!(record.position, 1);
    assert_eq!(record.kind, second.kind);
    assert_eq!(record.source, Source::Webhook);
    assert_eq!(record.api_version, second.api_version);
    assert_eq!(record.created, second.created);
    assert_eq!(record.received_at.timestamp_micros(), second.received_at.timestamp_micros());
    assert_eq!(record.endpoint, second.endpoint);
    assert_eq!(record.secret_label, second.secret_label);
    assert_eq!(record.signature, second.signature);
    let scopes = daybook_store::scope::all(&mut connection).await.unwrap();
    assert_eq!(scopes.get(&record.scope), Some(&second.scope));
    assert_eq!(read::body(&mut connection, 0).await.unwrap().unwrap(), r#"{"id":"evt_1"}"#);
    assert_eq!(read::size(&mut connection).await.unwrap(), 2);
    assert_eq!(verify::verify(&test.database, |_| ()).await.unwrap().flaws, []);
    running.stop().await;
}

#[tokio::test]
async fn every_verified_delivery_leaves_a_row_and_a_conflict_is_kept_in_full() {
    let test = test_database().await;
    let running = Running::start(&test.database);
    let first = incoming("evt_1", r#"{"a":1,"pending_webhooks":2}"#);
    let mut same = incoming("evt_1", r#"{"pending_webhooks":1,"a":1}"#);
    same.received_at = first.received_at + Duration::seconds(1);
    let mut other_version = incoming("evt_1", r#"{"a":"1"}"#);
    other_version.api_version = Some("2020-08-27".to_owned());
    other_version.received_at = first.received_at + Duration::seconds(2);
    let mut contradiction = incoming("evt_1", r#"{"a":2}"#);
    contradiction.received_at = first.received_at + Duration::seconds(3);
    let mut imported = first.clone();
    imported.source = Source::Import;

    assert_eq!(running.recorder.record(first).await, Ok(Recorded::Appended(0)));
    assert_eq!(running.recorder.record(same).await, Ok(Recorded::Duplicate(0)));
    assert_eq!(running.recorder.record(other_version).await, Ok(Recorded::Duplicate(0)));
    assert_eq!(running.recorder.record(contradiction).await, Ok(Recorded::Conflict(0)));
    assert_eq!(running.recorder.record(imported).await, Ok(Recorded::Duplicate(0)));

    let mut connection = test.database.pool().acquire().await.unwrap();
    let deliveries = read::deliveries(&mut connection, 0).await.unwrap();
    let outcomes: Vec<_> = deliveries.iter().map(|delivery| delivery.outcome.as_str()).collect();
    assert_eq!(outcomes, ["appended", "duplicate", "duplicate", "conflict"]);
    assert_eq!(deliveries[2].api_version.as_deref(), Some("2020-08-27"));
    let conflicts = conflict::of_record(&mut connection, 0).await.unwrap();
    assert_eq!(conflicts.len(), 1);
    assert_eq!(conflicts[0].body_bytes, 7);
    let kept = conflict::find(&mut connection, conflicts[0].id).await.unwrap().unwrap();
    assert_eq!((kept.position, kept.body.as_slice()), (0, br#"{"a":2}"#.as_slice()));
    assert_eq!(conflict::count(&mut connection).await.unwrap(), 1);
    assert_eq!(conflict::count_of_record(&mut connection, 0).await.unwrap(), 1);
    let listed = conflict::list(&mut connection, None, i64::MAX, 10).await.unwrap();
    assert_eq!((listed.len(), listed[0].id, listed[0].event_id.as_str()), (1, conflicts[0].id, "evt_1"));
    assert_eq!(conflict::list(&mut connection, Some(listed[0].scope), listed[0].id, 10).await.unwrap(), []);
    assert_eq!(read::size(&mut connection).await.unwrap(), 1);
    let counters = running.recorder.counters();
    assert_eq!((counters.appended, counters.duplicates, counters.conflicts), (1, 3, 1));
    running.stop().await;
}

#[tokio::test]
async fn an_imported_event_that_stripe_delivers_later_is_known_to_be_verified() {
    let test = test_database().await;
    let running = Running::start(&test.database);
    let mut imported = incoming("evt_1", "{}");
    imported.source = Source::Import;
    running.recorder.record(imported).await.unwrap();
    let mut connection = test.database.pool().acquire().await.unwrap();
    assert_eq!(read::deliveries(&mut connection, 0).await.unwrap(), []);
    running.recorder.record(incoming("evt_1", "{}")).await.unwrap();
    assert_eq!(read::deliveries(&mut connection, 0).await.unwrap().len(), 1);
    running.stop().await;
}

#[tokio::test]
async fn a_caller_that_goes_away_does_not_cancel_its_entry() {
    let test = test_database().await;
    let running = Running::start(&test.database);
    for index in 0..20 {
        drop(running.recorder.try_record(incoming(&format!("evt_{index}"), "{}")).unwrap());
    }
    running.stop().await;
    let mut connection = test.database.pool().acquire().await.unwrap();
    assert_eq!(read::size(&mut connection).await.unwrap(), 20);
}

#[tokio::test]
async fn a_full_queue_says_so_by_entries_and_by_bytes_and_a_stopped_one_too() {
    let test = test_database().await;
    let limits = Limits { queue_entries: 2, queue_bytes: 100, ..Limits::default() };
    let (recorder, task) = Recorder::new(&test.database, limits);
    let first = recorder.try_record(incoming("evt_1", "{}")).unwrap();
    assert_eq!(recorder.try_record(incoming("evt_2", vec![b'x'; 99])).unwrap_err(), Refused::Busy);
    let second = recorder.try_record(incoming("evt_2", "{}")).unwrap();
    assert_eq!(recorder.try_record(incoming("evt_3", "{}")).unwrap_err(), Refused::Busy);
    assert_eq!(recorder.counters().busy, 2);
    assert_eq!(recorder.counters().queue_entries, 2);

    // A task that is told to stop before it begins appends what waits all the same.
    task.run(async {}).await;
    assert_eq!(first.wait().await, Ok(Recorded::Appended(0)));
    assert_eq!(second.wait().await, Ok(Recorded::Appended(1)));
    assert_eq!(recorder.try_record(incoming("evt_4", "{}")).unwrap_err(), Refused::Stopped);
    assert_eq!(recorder.counters().queue_bytes, 0);
}

#[tokio::test]
async fn a_body_larger_than_queue_and_batch_goes_alone() {
    let test = test_database().await;
    let limits = Limits { queue_bytes: 1000, batch_bytes: 500, ..Limits::default() };
    let running = Running::with_limits(&test.database, limits);
    let body = Bytes::from(vec![b'x'; 3_000_000]);
    let (one, other) = tokio::join!(
        running.recorder.record(incoming("evt_1", body.clone())),
        running.recorder.record(incoming("evt_2", body.clone()))
    );
    assert!(matches!((one, other), (Ok(Recorded::Appended(_)), Ok(Recorded::Appended(_)))));
    let mut connection = test.database.pool().acquire().await.unwrap();
    assert_eq!(read::body(&mut connection, 1).await.unwrap().unwrap(), body);
    running.stop().await;
}

#[tokio::test]
async fn fields_that_cannot_be_stored_are_refused_before_they_reach_a_batch() {
    let test = test_database().await;
    let running = Running::start(&test.database);
    let mut with_nul = incoming("evt_1", "{}");
    with_nul.kind = "invoice\0paid".to_owned();
    for bad in [incoming(&"e".repeat(10_000), "{}"), incoming("", "{}"), with_nul] {
        assert!(matches!(running.recorder.record(bad).await, Err(Refused::Field(_))));
    }
    running.stop().await;
}

#[tokio::test]
async fn arbitrary_bytes_are_kept_exactly() {
    let test = test_database().await;
    let running = Running::start(&test.database);
    let bodies = [
        Bytes::new(),
        Bytes::from_static(b"\xff\0\xfe"),
        Bytes::from((0..=255).cycle().take(20_000).collect::<Vec<u8>>()),
    ];
    let mut connection = test.database.pool().acquire().await.unwrap();
    for (index, body) in bodies.iter().enumerate() {
        let position =
            running.recorder.record(incoming(&format!("evt_{index}"), body.clone())).await.unwrap().position();
        assert_eq!(&read::body(&mut connection, position).await.unwrap().unwrap(), body);
    }
    running.stop().await;
}

#[tokio::test]
async fn a_conflict_that_comes_again_is_kept_once() {
    let test = test_database().await;
    let running = Running::start(&test.database);
    assert_eq!(running.recorder.record(incoming("evt_1", r#"{"a":1}"#)).await, Ok(Recorded::Appended(0)));
    let mut imported = incoming("evt_1", r#"{"a":2}"#);
    imported.source = Source::Import;
    imported.endpoint = None;
    for again in [&imported, &imported, &incoming("evt_1", r#"{"a":3}"#)] {
        assert_eq!(running.recorder.record(again.clone()).await, Ok(Recorded::Conflict(0)));
    }
    let mut connection = test.database.pool().acquire().await.unwrap();
    assert_eq!(conflict::count(&mut connection).await.unwrap(), 2);
    running.stop().await;
}

#[tokio::test]
async fn a_log_with_a_stray_record_at_its_end_refuses_no_event_for_good() {
    let test = test_database().await;
    let limits = Limits { patience: std::time::Duration::ZERO, ..Limits::default() };
    let running = Running::with_limits(&test.database, limits);
    assert_eq!(running.recorder.record(incoming("evt_1", "{}")).await, Ok(Recorded::Appended(0)));
    let stray =
        "insert into record select 1, created, received_at, scope, 'evt_stray', source, kind, api_version, endpoint,
                     secret_label, signature, leaf_hash from record";
    sqlx::query(stray).execute(test.database.pool()).await.unwrap();

    // Stripe is told to deliver again, until somebody has removed what another program wrote.
    let refused = running.recorder.record(incoming("evt_2", "{}")).await;
    assert!(matches!(refused, Err(Refused::Unavailable(_))), "{refused:?}");
    running.stop().await;
}
