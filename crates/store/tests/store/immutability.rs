//! Nobody changes the log: neither the runtime role nor the owner, nor a session that plays a replica.

use crate::support::{Running, TestDatabase, incoming, migrated_database, test_database};
use daybook_store::immutability::{PROTECTED, Verdict};
use daybook_store::{immutability_self_test, key};
use sqlx::{Acquire, PgConnection};

async fn filled() -> TestDatabase {
    let test = migrated_database().await;
    let running = Running::start(&test.database);
    running.recorder.record(incoming("evt_1", r#"{"a":1}"#)).await.unwrap();
    running.recorder.record(incoming("evt_1", r#"{"a":2}"#)).await.unwrap();
    let scope = incoming("evt_1", "").scope;
    let mut connection = test.database.pool().acquire().await.unwrap();
    let (key, _) = key::create(&mut connection, "some key", key::Role::App, &scope).await.unwrap();
    key::revoke(&mut connection, key.id).await.unwrap();
    running.stop().await;
    test
}

/// The SQLSTATE with which a statement is refused.
async fn refusal(connection: &mut PgConnection, statement: &str) -> String {
    let mut savepoint = connection.begin().await.unwrap();
    let refused = sqlx::query(statement).execute(&mut *savepoint).await.expect_err(statement);
    savepoint.rollback().await.unwrap();
    refused.as_database_error().unwrap().code().unwrap().into_owned()
}

async fn assert_every_change_is_refused_with(connection: &mut PgConnection, code: &str) {
    for table in PROTECTED {
        for statement in [
            format!("delete from {table}"),
            format!("delete from {table} where false"),
            format!("truncate {table} cascade"),
        ] {
            assert_eq!(refusal(connection, &statement).await, code, "{statement}");
        }
    }
    for statement in [
        "update record set kind = 'other'",
        "update body set body = ''",
        "update batch set root = root",
        "update delivery set outcome = 'appended'",
        "update conflict set body = ''",
        "update scope set account = 'acct_2'",
        "update api_key set role = 'operator'",
        "update api_key_revocation set revoked_at = now()",
        "insert into scope values (1, '', false) on conflict (id) do update set account = 'acct_2'",
    ] {
        assert_eq!(refusal(connection, statement).await, code, "{statement}");
    }
}

const REFUSED_BY_TRIGGER: &str = "23001";
const NO_RIGHT: &str = "42501";

#[tokio::test]
async fn the_owner_is_refused_too() {
    let test = filled().await;
    let mut connection = test.database.pool().acquire().await.unwrap();
    let mut transaction = connection.begin().await.unwrap();
    assert_every_change_is_refused_with(&mut transaction, REFUSED_BY_TRIGGER).await;
    assert_eq!(refusal(&mut transaction, "update head set singleton = true").await, REFUSED_BY_TRIGGER);
}

#[tokio::test]
async fn a_session_that_plays_a_replica_is_refused_too() {
    let test = filled().await;
    let mut connection = test.database.pool().acquire().await.unwrap();
    let mut transaction = connection.begin().await.unwrap();
    sqlx::query("set local session_replication_role = replica").execute(&mut *transaction).await.unwrap();
    assert_every_change_is_refused_with(&mut transaction, REFUSED_BY_TRIGGER).await;
}

#[tokio::test]
async fn the_runtime_role_has_no_right_to_change_but_may_lock_the_head_and_append() {
    let test = filled().await;
    let mut connection = test.database.pool().acquire().await.unwrap();
    let mut transaction = connection.begin().await.unwrap();
    sqlx::query("set local role daybook_runtime").execute(&mut *transaction).await.unwrap();
    assert_every_change_is_refused_with(&mut transaction, NO_RIGHT).await;
    // The right to update is what a row lock needs; the update itself is the trigger's to refuse.
    assert_eq!(refusal(&mut transaction, "update head set singleton = true").await, REFUSED_BY_TRIGGER);
    sqlx::query("select from head for update").execute(&mut *transaction).await.unwrap();
    for statement in [
        "insert into delivery (position, received_at, outcome) values (0, now(), 'duplicate')",
        "insert into lease values ('job', gen_random_uuid(), 1, now())",
        "create schema generation_999",
    ] {
        sqlx::query(statement).execute(&mut *transaction).await.unwrap();
    }
    transaction.rollback().await.unwrap();
}

#[tokio::test]
async fn the_self_test_finds_everything_refused_even_in_an_empty_log_and_changes_nothing() {
    for test in [test_database().await, filled().await] {
        let findings = immutability_self_test(test.database.pool()).await.unwrap();
        assert_eq!(findings.len(), PROTECTED.len() * 4);
        for finding in findings {
            assert_eq!(finding.verdict, Verdict::Refused, "{finding:?}");
        }
    }
}

#[tokio::test]
async fn the_self_test_finds_a_trigger_that_is_gone_or_asleep() {
    let test = filled().await;
    for statement in
        ["alter table body disable trigger immutable_table", "alter table record enable trigger immutable_row"]
    {
        sqlx::query(statement).execute(test.database.pool()).await.unwrap();
    }
    let findings = immutability_self_test(test.database.pool()).await.unwrap();
    let possible: Vec<_> = findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Possible)
        .map(|finding| (finding.table, finding.attempt))
        .collect();
    let expected =
        [("record", "triggers"), ("body", "triggers"), ("body", "update"), ("body", "delete"), ("body", "truncate")];
    assert_eq!(possible, expected);
}
