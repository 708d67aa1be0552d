//! Reading the log: pages that stay stable, bulk ranges, bounded batches, and a check that finds every alteration.

use crate::support::{Running, TestDatabase, incoming, test_database};
use daybook_domain::scope::{Mode, Scope};
use daybook_store::log::bulk::BulkReader;
use daybook_store::log::list::{Filter, KindFilter, Order, list};
use daybook_store::log::read::{self, Entry};
use daybook_store::log::verify::{Flaw, verify};
use sqlx::PgConnection;

/// Thirty records: types alternate between three, the scope changes every tenth, `created` rises and every seventh has none.
async fn filled() -> TestDatabase {
    let test = test_database().await;
    let running = Running::start(&test.database);
    for index in 0..30_i64 {
        let mut entry = incoming(&format!("evt_{index:02}"), format!("{{\"n\":{index}}}"));
        entry.kind =
            ["invoice.paid", "invoice.created", "charge.refunded"][usize::try_from(index % 3).unwrap()].to_owned();
        entry.scope = Scope { account: (index >= 10).then(|| format!("acct_{}", index / 10).into()), mode: Mode::Test };
        entry.created = (index % 7 != 6).then_some(1_000 + index);
        entry.api_version = (index % 2 == 0).then(|| "2020-08-27".to_owned());
        running.recorder.record(entry).await.unwrap();
    }
    running.stop().await;
    test
}

/// Every page of a listing, by position.
async fn pages(connection: &mut PgConnection, mut filter: Filter, order: Order, limit: u32) -> Vec<i64> {
    let mut positions = Vec::new();
    loop {
        let page = list(connection, &filter, order, limit).await.unwrap();
        assert!(page.records.len() <= usize::try_from(limit).unwrap());
        positions.extend(page.records.iter().map(|record| record.position));
        let Some(rest) = page.rest else { return positions };
        filter.positions = rest;
    }
}

#[tokio::test]
async fn pages_together_hold_every_wanted_record_once_in_both_orders() {
    let test = filled().await;
    let mut connection = test.database.pool().acquire().await.unwrap();
    let scope = read::record_by_position(&mut connection, 15).await.unwrap().unwrap().scope;
    let wanted: [(Filter, Vec<i64>); 6] = [
        (Filter::default(), (0..30).collect()),
        (Filter { scope: Some(scope), ..Filter::default() }, (10..20).collect()),
        (Filter { kind: Some("invoice.paid".into()), ..Filter::default() }, (0..30).step_by(3).collect()),
        (Filter { kind: Some("invoice.*".into()), ..Filter::default() }, (0..30).filter(|at| at % 3 != 2).collect()),
        (
            Filter {
                scope: Some(scope),
                kind: Some(KindFilter::Exactly("charge.refunded".to_owned())),
                ..Filter::default()
            },
            vec![11, 14, 17],
        ),
        (
            Filter { created: 1_005..1_015, positions: 0..12, ..Filter::default() },
            (5..12).filter(|at| at % 7 != 6).collect(),
        ),
    ];
    for (filter, mut expected) in wanted {
        for limit in [1, 4, 100] {
            assert_eq!(pages(&mut connection, filter.clone(), Order::OldestFirst, limit).await, expected, "{filter:?}");
        }
        expected.reverse();
        for limit in [1, 4, 100] {
            assert_eq!(pages(&mut connection, filter.clone(), Order::NewestFirst, limit).await, expected, "{filter:?}");
        }
    }
}

#[tokio::test]
async fn bulk_rows_hold_what_single_reads_hold() {
    let test = filled().await;
    let mut connection = test.database.pool().acquire().await.unwrap();
    let entries = read::entries_from(&mut connection, 0, 100, i64::MAX).await.unwrap();
    assert_eq!(entries.len(), 30);
    let mut reader = BulkReader::new(&test.database);
    let mut bulk = Vec::new();
    for start in [0, 7, 14, 21, 28, 35] {
        let mut rows = reader.read(start..start + 7).await.unwrap();
        while let Some(row) = rows.next().await.unwrap() {
            bulk.push(Entry {
                position: row.position(),
                event_id: row.event_id().to_owned(),
                source: row.source(),
                scope: row.scope(),
                kind: row.kind().to_owned(),
                api_version: row.api_version().map(str::to_owned),
                created: row.created(),
                received_at: row.received_at(),
                body: row.body_bytes(),
            });
        }
    }
    assert_eq!(bulk, entries);
}

#[tokio::test]
async fn a_range_that_is_left_half_way_does_not_spoil_the_next() {
    let test = filled().await;
    let mut reader = BulkReader::new(&test.database);
    let mut rows = reader.read(0..30).await.unwrap();
    assert_eq!(rows.next().await.unwrap().unwrap().position(), 0);
    drop(rows);
    let mut rows = reader.read(5..6).await.unwrap();
    assert_eq!(rows.next().await.unwrap().unwrap().position(), 5);
    assert!(rows.next().await.unwrap().is_none());
    assert!(rows.next().await.unwrap().is_none());
}

#[tokio::test]
async fn a_batch_for_the_worker_is_bounded_by_bytes_but_never_empty() {
    let test = filled().await;
    let mut connection = test.database.pool().acquire().await.unwrap();
    assert_eq!(read::entries_from(&mut connection, 3, 100, 1).await.unwrap().len(), 1);
    assert_eq!(read::entries_from(&mut connection, 3, 100, 20).await.unwrap().len(), 3);
    assert_eq!(read::entries_from(&mut connection, 3, 2, i64::MAX).await.unwrap().len(), 2);
    assert_eq!(read::entries_from(&mut connection, 30, 2, i64::MAX).await.unwrap(), []);
}

#[tokio::test]
async fn verification_finds_each_alteration() {
    for (alteration, expected) in [
        ("update body set body = '{\"n\":99}' where position = 7", Flaw::LeafDiffers { position: 7 }),
        ("update record set created = 1 where position = 7", Flaw::LeafDiffers { position: 7 }),
        ("update record set leaf_hash = sha256('') where position = 7", Flaw::LeafDiffers { position: 7 }),
        ("delete from body where position = 7", Flaw::BodyMissing { position: 7 }),
        ("delete from record where position = 7", Flaw::RecordMissing { position: 7 }),
        ("delete from record where position = 29", Flaw::RecordMissing { position: 29 }),
        ("update batch set root = sha256('') where size = 8", Flaw::RootDiffers { size: 8 }),
        ("delete from batch where size = 7", Flaw::BatchGap { size: 8 }),
        ("delete from batch where size = 30", Flaw::StrayRecords { count: 1 }),
        (
            "insert into record select 30, created, received_at, scope, 'evt_forged', source, kind, api_version, endpoint,
                 secret_label, signature, leaf_hash from record where position = 29",
            Flaw::StrayRecords { count: 1 },
        ),
        (
            "insert into body select position + 100, salt, body from body where position = 1",
            Flaw::StrayBodies { count: 1 },
        ),
    ] {
        let test = filled().await;
        let mut connection = test.database.pool().acquire().await.unwrap();
        assert_eq!(verify(&test.database, |_| ()).await.unwrap().flaws, []);
        for table in ["record", "body", "batch"] {
            let statement = format!("alter table {table} disable trigger all");
            sqlx::query(&statement).execute(&mut *connection).await.unwrap();
        }
        sqlx::query(alteration).execute(&mut *connection).await.unwrap();
        let flaws = verify(&test.database, |_| ()).await.unwrap().flaws;
        assert_eq!(flaws.first(), Some(&expected), "{alteration}: {flaws:?}");
        assert!(!expected.to_string().is_empty());
    }
}
