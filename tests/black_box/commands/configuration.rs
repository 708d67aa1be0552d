//! What a wrong configuration is told: which variable, what is wrong, an example; all of it at once, and no secret.

use std::time::Duration;

use tokio::time::timeout;

use crate::harness::house::{House, SECRET};
use crate::harness::program::{Ran, command, run};

async fn serve(environment: &[(&str, &str)], words: &[&str]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let mut all = vec!["serve", "--listen=127.0.0.1:0"];
    all.extend(words);
    let mut command = command(folder.path(), &all);
    command.envs(environment.iter().copied());
    let ran = timeout(Duration::from_secs(20), run(command, b"")).await.expect("it does not start");
    assert!(!folder.path().join("data").exists(), "nothing was started");
    ran
}

#[tokio::test]
async fn everything_wrong_is_told_at_once_by_the_names_of_the_variables() {
    let environment = [
        ("DATABASE_URL", "mysql://root:hunter2@localhost/x"),
        ("DAYBOOK_WEBHOOK_SECRET", "sk_test_hunter2hunter2"),
        ("DAYBOOK_MODE", "production"),
        ("DAYBOOK_QUEUE", "many"),
        ("DAYBOOK_WORKER_LEASE", "0"),
        ("DAYBOOK_SIGNATURE_TOLERANCE", "-5"),
        ("DAYBOOK_STALE_LIMIT", "1h"),
        ("DAYBOOK_LOG", "loud=very"),
        ("DAYBOOK_LOG_FORMAT", "xml"),
    ];
    let ran = serve(&environment, &[]).await.expect(2);
    assert!(!ran.err.contains("hunter2"), "{}", ran.err);
    assert!(ran.out.is_empty(), "{}", ran.out);
    insta::assert_snapshot!(ran.err);
}

#[tokio::test]
async fn an_api_key_of_the_other_mode_stops_the_start_with_an_explanation() {
    for (mode, key) in [
        ("test", "sk_live_hunter2"),
        ("live", "sk_test_hunter2"),
        ("test", "rk_live_hunter2"),
        ("test", "sk_org_live_hunter2"),
    ] {
        let environment = [("DAYBOOK_WEBHOOK_SECRET", SECRET), ("DAYBOOK_MODE", mode), ("STRIPE_API_KEY", key)];
        let ran = serve(&environment, &[]).await.expect(2);
        assert!(!ran.err.contains("hunter2"), "{}", ran.err);
        assert!(ran.err.contains("Test and live are two worlds"), "{}", ran.err);
    }
    let environment = [("DAYBOOK_WEBHOOK_SECRET", SECRET), ("DAYBOOK_MODE", "live"), ("STRIPE_API_KEY", "sk_test_x")];
    insta::assert_snapshot!(serve(&environment, &[]).await.err);
}

#[tokio::test]
async fn a_start_without_any_endpoint_says_where_a_secret_is_found() {
    insta::assert_snapshot!(serve(&[], &[]).await.expect(2).err);
}

#[tokio::test]
async fn an_endpoints_file_with_a_mistake_is_told_by_line_and_column() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("daybook.toml"), "[[endpoint]]\nname = 'a'\nsecret = 'whsec_hunter2hunter2'\n")
        .unwrap();
    let ran = run(command(folder.path(), &["serve", "--config=daybook.toml"]), b"").await.expect(2);
    assert!(ran.err.contains("daybook.toml, line 3, column 1"), "{}", ran.err);
    assert!(!ran.err.contains("hunter2"), "{}", ran.err);
}

#[tokio::test]
async fn a_mode_that_contradicts_an_endpoint_of_the_file_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = "[[endpoint]]\nname = 'live'\nsecrets = ['whsec_hunter2hunter2']\nmode = 'live'\n";
    std::fs::write(folder.path().join("daybook.toml"), file).unwrap();
    let words = ["serve", "--config=daybook.toml", "--mode=test", "--database-url=postgres://127.0.0.1:1/x"];
    let ran = run(command(folder.path(), &words), b"").await.expect(2);
    assert!(ran.err.contains("DAYBOOK_MODE says test") && ran.err.contains("/webhooks/stripe/live"), "{}", ran.err);
    assert!(!ran.err.contains("hunter2"), "{}", ran.err);
}

#[tokio::test]
async fn a_port_that_is_taken_is_told_with_what_to_do() {
    let (house, server) = House::with_server().await;
    let listen = format!("--listen={}", server.address);
    let mut second = house.command(&["serve", &listen]);
    second.env("DAYBOOK_WEBHOOK_SECRET", SECRET);
    let ran = run(second, b"").await.expect(1);
    assert!(ran.err.contains("DAYBOOK_LISTEN"), "{}", ran.err);
}

#[tokio::test]
async fn a_flag_nobody_knows_and_a_missing_command_are_usage_errors() {
    let folder = tempfile::tempdir().unwrap();
    for words in [&["serve", "--colour"][..], &["fly"], &[], &["event"], &["ingest"]] {
        let ran = run(command(folder.path(), words), b"").await.expect(2);
        assert!(!ran.err.is_empty() && ran.out.is_empty(), "{words:?}: {}", ran.err);
    }
    let ran = run(command(folder.path(), &["--version"]), b"").await.expect(0);
    assert!(ran.out.starts_with("daybook "), "{}", ran.out);
}

#[tokio::test]
async fn a_database_without_tables_is_told_to_be_migrated_first() {
    let house = House::new().await;
    let ran = house.run(&["event", "list"]).await.expect(1);
    assert!(ran.err.contains("daybook migrate"), "{}", ran.err);
    insta::assert_snapshot!(house.run(&["migrate"]).await.expect(0).out);
    insta::assert_snapshot!(house.run(&["migrate"]).await.expect(0).out);
}

#[tokio::test]
async fn a_database_that_another_build_made_is_told_from_one_that_is_up_to_date() {
    let house = House::new().await;
    house.run(&["migrate"]).await.expect(0);
    sqlx::query("update _sqlx_migrations set checksum = 'other' where version in (2, 4)")
        .execute(&house.database.pool)
        .await
        .unwrap();
    let mut serve = house.command(&["serve", "--listen=127.0.0.1:0"]);
    serve.env("DAYBOOK_WEBHOOK_SECRET", SECRET);
    let told = house.run(&["migrate"]).await.expect(1).err;
    assert_eq!(run(serve, b"").await.expect(1).err, told);
    assert_eq!(house.run(&["event", "list"]).await.expect(1).err, told);
    insta::assert_snapshot!(told);
    let ran = house.run(&["doctor"]).await.expect(3);
    assert!(ran.out.contains("migrations") && ran.out.contains("0002, 0004"), "{}", ran.out);
}

#[tokio::test]
async fn a_log_that_cannot_be_hides_nothing_of_any_command() {
    let folder = tempfile::tempdir().unwrap();
    for words in [
        &["migrate"][..],
        &["event", "list"],
        &["key", "list"],
        &["policy", "show"],
        &["doctor"],
        &["balances", "cus_1"],
    ] {
        let mut command = command(folder.path(), words);
        command.env("DAYBOOK_LOG_FORMAT", "xml").env("DATABASE_URL", "mysql://root:hunter2@localhost/x");
        let ran = run(command, b"").await.expect(2);
        assert!(
            ran.err.contains("DAYBOOK_LOG_FORMAT (--log-format)") && ran.err.contains("DATABASE_URL"),
            "{}",
            ran.err
        );
    }
}

#[tokio::test]
async fn what_a_command_cannot_read_is_told_with_its_flag_and_an_example() {
    let folder = tempfile::tempdir().unwrap();
    let mut told = Vec::new();
    for words in [
        &["event", "list", "--before=x"][..],
        &["event", "list", "--since=yesterday"],
        &["event", "list", "--limit=0"],
        &["event", "conflicts", "x"],
        &["event", "conflicts", "--before=-1"],
        &["key", "revoke", "x"],
        &["key", "create", "app", "--role=king"],
        &["balances", "cus_1", "--mode=production"],
        &["demo", "--events=1"],
        &["demo", "--listen=4242"],
    ] {
        let ran = run(command(folder.path(), words), b"").await.expect(2);
        let line = ran.err.lines().next().unwrap_or_default().to_owned();
        assert!(line.contains("for example"), "{line}");
        told.push(line);
    }
    insta::assert_snapshot!(told.join("\n"));
}
