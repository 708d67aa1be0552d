//! Keys, leases, generations, checkpoints, snapshots and news.

use std::time::Duration;

use crate::support::{Running, incoming, test_database};
use daybook_domain::scope::{Mode, Scope};
use daybook_store::key::{self, Role};
use daybook_store::notify::{News, Woken};
use daybook_store::snapshot::Snapshot;
use daybook_store::{Error, LOG_CHANNEL, checkpoint, generation, lease};
use secrecy::ExposeSecret;
use sqlx::Connection;
use uuid::Uuid;

#[tokio::test]
async fn a_key_is_found_by_its_secret_until_it_is_revoked() {
    let test = test_database().await;
    let mut connection = test.database.pool().acquire().await.unwrap();
    let scope = Scope { account: Some("acct_1".into()), mode: Mode::Live };
    let (created, secret) = key::create(&mut connection, "billing page", Role::App, &scope).await.unwrap();
    assert!(secret.expose_secret().starts_with("dbk_app_"));
    assert_eq!(secret.expose_secret().len(), 8 + 64);
    assert_eq!(key::find(&mut connection, secret.expose_secret()).await.unwrap(), Some(created.clone()));
    assert_eq!(key::find(&mut connection, "dbk_app_00").await.unwrap(), None);

    key::revoke(&mut connection, created.id).await.unwrap();
    key::revoke(&mut connection, created.id).await.unwrap();
    assert_eq!(key::find(&mut connection, secret.expose_secret()).await.unwrap(), None);
    let listed = key::list(&mut connection).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert!(listed[0].revoked_at.is_some());
    assert!(matches!(key::revoke(&mut connection, 99).await, Err(Error::NoSuchKey(99))));
    assert!(matches!(key::create(&mut connection, "", Role::App, &scope).await, Err(Error::KeyName(0))));
}

#[tokio::test]
async fn a_lease_has_one_holder_and_its_epoch_rises_with_every_change_of_hands() {
    let test = test_database().await;
    let mut connection = test.database.pool().acquire().await.unwrap();
    let (one, other) = (Uuid::now_v7(), Uuid::now_v7());
    let long = Duration::from_secs(60);
    let first = lease::acquire(&mut connection, "worker", one, long).await.unwrap().unwrap();
    assert_eq!(first.epoch, 1);
    assert_eq!(lease::acquire(&mut connection, "worker", other, long).await.unwrap(), None);
    assert_eq!(lease::acquire(&mut connection, "worker", one, long).await.unwrap().unwrap().epoch, 1);
    assert!(lease::renew(&mut connection, &first, long).await.is_ok());
    assert_eq!(lease::holder(&mut connection, "worker").await.unwrap().unwrap().holder, one);

    lease::release(&mut connection, &first).await.unwrap();
    assert_eq!(lease::holder(&mut connection, "worker").await.unwrap(), None);
    let second = lease::acquire(&mut connection, "worker", other, long).await.unwrap().unwrap();
    assert_eq!(second.epoch, 2);
    assert!(matches!(lease::renew(&mut connection, &first, long).await, Err(Error::LeaseLost { epoch: 1, .. })));
    lease::release(&mut connection, &first).await.unwrap();
    assert_eq!(lease::holder(&mut connection, "worker").await.unwrap().unwrap().holder, other);

    // Run out, a lease is anybody's, and its own holder gets a new epoch too.
    lease::renew(&mut connection, &second, Duration::ZERO).await.unwrap();
    assert_eq!(lease::acquire(&mut connection, "worker", other, long).await.unwrap().unwrap().epoch, 3);
}

#[tokio::test]
async fn a_checkpoint_moves_only_from_where_it_is_and_never_back_to_an_older_epoch() {
    let test = test_database().await;
    let mut connection = test.database.pool().acquire().await.unwrap();
    let id = generation::create(&mut connection, "0.1.0").await.unwrap().id;
    checkpoint::advance(&mut connection, id, 0, 10, 3).await.unwrap();
    assert!(matches!(checkpoint::advance(&mut connection, id, 0, 10, 3).await, Err(Error::CheckpointMoved { .. })));
    assert!(matches!(checkpoint::advance(&mut connection, id, 10, 20, 2).await, Err(Error::CheckpointMoved { .. })));
    checkpoint::advance(&mut connection, id, 10, 20, 4).await.unwrap();
    let checkpoint = checkpoint::read(&mut connection, id).await.unwrap();
    assert_eq!((checkpoint.size, checkpoint.epoch), (20, 4));
    assert!(matches!(checkpoint::read(&mut connection, 99).await, Err(Error::NoSuchGeneration(99))));
}

#[tokio::test]
async fn a_snapshot_sees_the_live_generation_whole_while_another_is_switched_in() {
    let test = test_database().await;
    let mut connection = test.database.pool().acquire().await.unwrap();
    let empty = Snapshot::begin(test.database.pool()).await.unwrap();
    assert_eq!(empty.size(), 0);
    empty.end().await.unwrap();

    let mut generations = Vec::new();
    for size in [5_i64, 8] {
        let mut transaction = connection.begin().await.unwrap();
        let id = generation::create(&mut transaction, "0.1.0").await.unwrap().id;
        generation::use_generation(&mut transaction, id).await.unwrap();
        for statement in
            ["create table balance (size bigint not null)".to_owned(), format!("insert into balance values ({size})")]
        {
            sqlx::query(&statement).execute(&mut *transaction).await.unwrap();
        }
        checkpoint::advance(&mut transaction, id, 0, size, 1).await.unwrap();
        transaction.commit().await.unwrap();
        generations.push(id);
    }
    generation::switch(&mut connection, &["aggregates", "balances"], generations[0]).await.unwrap();
    let mut old = Snapshot::begin(test.database.pool()).await.unwrap();
    generation::switch(&mut connection, &["aggregates", "balances"], generations[1]).await.unwrap();
    let mut new = Snapshot::begin(test.database.pool()).await.unwrap();
    for (snapshot, expected) in [(&mut old, 5), (&mut new, 8)] {
        let size: i64 = sqlx::query_scalar("select size from balance").fetch_one(&mut **snapshot).await.unwrap();
        assert_eq!((size, snapshot.size()), (expected, expected));
    }
    old.end().await.unwrap();
    new.end().await.unwrap();

    assert!(matches!(generation::prune(&mut connection, generations[1]).await, Err(Error::GenerationLive(_))));
    generation::prune(&mut connection, generations[0]).await.unwrap();
    let left: Vec<i32> = generation::all(&mut connection).await.unwrap().iter().map(|one| one.id).collect();
    assert_eq!(left, generations[1..]);
    assert_eq!(generation::pointer(&mut connection).await.unwrap().get("balances"), Some(&generations[1]));
}

#[tokio::test]
async fn an_append_wakes_who_waits_and_silence_ends_too() {
    let test = test_database().await;
    let running = Running::start(&test.database);
    let mut news = News::new(&test.database, &[LOG_CHANNEL]);
    // Just opened, it may have missed something.
    assert_eq!(news.wait(Duration::from_secs(10)).await, Woken::ByNews);
    assert_eq!(news.wait(Duration::from_millis(20)).await, Woken::ByTime);
    running.recorder.record(incoming("evt_1", "{}")).await.unwrap();
    assert_eq!(news.wait(Duration::from_secs(10)).await, Woken::ByNews);
    running.stop().await;
}

#[tokio::test]
async fn a_database_shows_no_password() {
    let options = "postgres://someone:open-sesame@localhost/nowhere".parse().unwrap();
    let database = daybook_store::Database::from_pool(sqlx::PgPool::connect_lazy_with(options));
    assert!(!format!("{database:?}").contains("open-sesame"));
}

#[tokio::test]
async fn a_migrated_database_has_no_migration_pending_and_an_empty_one_has_all() {
    let test = test_database().await;
    assert!(test.database.pending_migrations().await.unwrap().is_empty());
    let empty = daybook_testing::TestDatabase::empty().await.unwrap();
    let database = daybook_store::Database::from_pool(empty.pool.clone());
    assert_eq!(database.pending_migrations().await.unwrap().len(), daybook_store::database::MIGRATOR.iter().count());
}
