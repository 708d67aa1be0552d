//! `daybook doctor`: what is well, what is not, and what to do.

use serde_json::Value;

use crate::harness::house::{House, SECRET};
use crate::harness::program::{command, run};
use crate::harness::show;

fn level<'a>(findings: &'a [Value], name: &str) -> &'a str {
    let these = findings.iter().filter(|one| one["name"] == name);
    let found = these
        .map(|one| one["level"].as_str().unwrap())
        .max_by_key(|level| ["ok", "note", "wrong"].iter().position(|known| known == level));
    found.unwrap_or_else(|| panic!("nothing about {name}: {findings:#?}"))
}

#[tokio::test]
async fn a_house_in_order_has_nothing_wrong() {
    let (house, _server, _) = House::with_story("app").await;
    let findings = house.doctor(&["--verify"]).await;
    for name in [
        "endpoints",
        "mode",
        "database",
        "clock",
        "migrations",
        "immutability",
        "log",
        "conflicts",
        "worker",
        "quarantine",
    ] {
        assert_eq!(level(&findings, name), "ok", "{name}: {findings:#?}");
    }
    assert_eq!(level(&findings, "event_types"), "note", "most types were never seen");
    let log = findings.iter().find(|one| one["name"] == "log").unwrap();
    let stored: Vec<u8> =
        sqlx::query_scalar("select root from batch where size = 6").fetch_one(&house.database.pool).await.unwrap();
    let root = hex::encode(stored);
    assert_eq!(log["verified"], serde_json::json!({"size": 6, "root": root}));
    assert!(log["found"].as_str().unwrap().contains(&root), "{log:#}");
    assert!(findings.iter().all(|one| one["level"] == "ok" || one["advice"].is_string()), "{findings:#?}");
}

#[tokio::test]
async fn what_is_wrong_is_found_and_something_can_be_done_about_each() {
    let (house, mut server, _) = House::with_story("app").await;
    server.kill_and_wait().await;
    sqlx::query("alter table record disable trigger user").execute(&house.database.pool).await.unwrap();
    sqlx::query("update lease set expires_at = now() - interval '1 minute'")
        .execute(&house.database.pool)
        .await
        .unwrap();
    house
        .run_with(
            &["ingest", "-"],
            br#"{"id":"evt_9","object":"event","type":"invoice.paid","livemode":false,"created":-1}"#,
        )
        .await
        .expect(3);
    let findings = house.doctor(&[]).await;
    assert_eq!(level(&findings, "immutability"), "wrong", "{findings:#?}");
    assert_eq!(level(&findings, "worker"), "wrong", "{findings:#?}");
    let ran = house.run(&["doctor"]).await.expect(3);
    assert!(ran.out.contains("WRONG  endpoints"), "no secret was given: {}", ran.out);
    assert!(ran.out.contains("things are wrong."), "{}", ran.out);
}

#[tokio::test]
async fn a_record_that_somebody_altered_is_found_by_recomputing_every_hash() {
    let (house, _server, _) = House::with_story("app").await;
    let pool = &house.database.pool;
    sqlx::query("alter table body disable trigger user").execute(pool).await.unwrap();
    sqlx::query("update body set body = convert_to(replace(convert_from(body, 'utf8'), '2000', '1000'), 'utf8') where position = 4")
        .execute(pool)
        .await
        .unwrap();
    for trigger in ["immutable_row", "immutable_table"] {
        sqlx::query(&format!("alter table body enable always trigger {trigger}")).execute(pool).await.unwrap();
    }
    let findings = house.doctor(&["--verify"]).await;
    assert_eq!((level(&findings, "log"), level(&findings, "immutability")), ("wrong", "ok"), "{findings:#?}");
    let log = findings.iter().find(|one| one["name"] == "log").unwrap();
    assert!(log.get("verified").is_none(), "{log:#}");
    let found = log["found"].as_str().unwrap();
    assert!(found.starts_with("1 of 6 records is not as written (the first: record 4 "), "{found}");
    assert!(found.contains("because of that"), "{found}");
}

#[tokio::test]
async fn a_record_that_somebody_altered_is_told_where_it_is_shown_in_full() {
    let (house, server, _) = House::with_story("app").await;
    let auditor = server.client().with_key(&house.key("auditor").await);
    let shown = async || {
        let event = auditor.get("/v1/events/evt_subscribed").await.expect(200).json();
        let body = auditor.get("/v1/events/evt_subscribed/body").await.expect(200);
        (event["evidence"]["intact"].clone(), body.header("daybook-altered").map(str::to_owned))
    };
    assert_eq!(shown().await, (Value::from(true), None));
    assert!(!house.run(&["event", "show", "evt_subscribed"]).await.expect(0).out.contains("ALTERED"));
    let pool = &house.database.pool;
    sqlx::query("alter table body disable trigger user").execute(pool).await.unwrap();
    sqlx::query("update body set body = body || ' ' where position = 1").execute(pool).await.unwrap();
    assert_eq!(shown().await, (Value::from(false), Some("true".to_owned())));
    let told = house.run(&["event", "show", "evt_subscribed"]).await.expect(3);
    assert!(told.out.contains("ALTERED"), "{}", told.out);
}

#[tokio::test]
async fn read_models_without_rights_are_found_and_migrating_gives_the_rights_back() {
    let (house, _server, _) = House::with_story("app").await;
    let pool = &house.database.pool;
    let generation: i32 =
        sqlx::query_scalar("select generation from live_generation limit 1").fetch_one(pool).await.unwrap();
    for statement in [
        format!("alter schema generation_{generation} owner to current_user"),
        format!("revoke all on schema generation_{generation} from daybook_runtime"),
    ] {
        sqlx::query(&statement).execute(pool).await.unwrap();
    }
    assert_eq!(level(&house.doctor(&[]).await, "read_models"), "wrong");
    house.run(&["migrate"]).await.expect(0);
    let findings = house.doctor(&[]).await;
    assert!(findings.iter().all(|one| one["name"] != "read_models"), "{findings:#?}");
}

#[tokio::test]
async fn a_record_in_no_batch_stops_every_append_and_is_found() {
    let (house, _server, _) = House::with_story("app").await;
    sqlx::query(
        "insert into record select 6, created, received_at, scope, 'evt_forged', source, kind, api_version, endpoint,
             secret_label, signature, leaf_hash from record where position = 5",
    )
    .execute(&house.database.pool)
    .await
    .unwrap();
    let found = async || {
        let findings = house.doctor(&[]).await;
        findings.iter().find(|one| one["name"] == "log").unwrap()["found"].as_str().unwrap().to_owned()
    };
    assert!(found().await.contains("nothing can be recorded while it stands there"), "{}", found().await);
    assert_eq!(level(&house.doctor(&["--verify"]).await, "log"), "wrong");
    let pool = &house.database.pool;
    sqlx::query("alter table record disable trigger user").execute(pool).await.unwrap();
    sqlx::query("update record set position = 999999 where position = 6").execute(pool).await.unwrap();
    assert!(found().await.contains("further on: recording goes on"), "{}", found().await);
}

#[tokio::test]
async fn an_owner_s_address_that_leads_elsewhere_is_found_before_the_day_of_an_upgrade() {
    let (house, _server, _) = House::with_story("app").await;
    assert_eq!(level(&house.doctor(&[&format!("--owner-url={}", house.database.url)]).await, "owner"), "ok");
    let other = House::new().await;
    assert_eq!(level(&house.doctor(&[&format!("--owner-url={}", other.database.url)]).await, "owner"), "wrong");
    assert_eq!(level(&house.doctor(&["--owner-url=postgres://127.0.0.1:1/x"]).await, "owner"), "wrong");
    let ran = other.run(&["migrate", &format!("--owner-url={}", house.database.url)]).await.expect(1);
    assert!(ran.err.contains("different databases"), "{}", ran.err);
}

#[tokio::test]
async fn an_empty_database_and_one_that_is_not_there_are_told_apart() {
    let house = House::new().await;
    assert_eq!(level(&house.doctor(&[]).await, "migrations"), "wrong");
    let folder = tempfile::tempdir().unwrap();
    let mut nowhere = command(folder.path(), &["doctor", "--json"]);
    nowhere.env("DATABASE_URL", "postgres://nobody:hunter2@127.0.0.1:1/nothing").env("DAYBOOK_WEBHOOK_SECRET", SECRET);
    let ran = run(nowhere, b"").await.expect(3);
    assert!(!ran.out.contains("hunter2") && !ran.err.contains("hunter2"), "{}{}", ran.out, ran.err);
    assert_eq!(level(ran.json()["findings"].as_array().unwrap(), "database"), "wrong");
    let mut none = command(folder.path(), &["doctor"]);
    none.env("DAYBOOK_WEBHOOK_SECRET", SECRET).env("DAYBOOK_MODE", "test");
    let ran = run(none, b"").await.expect(0);
    insta::with_settings!({filters => show::filters()}, { insta::assert_snapshot!(ran.out) });
    assert!(!folder.path().join("data").exists(), "it only looks");
}

#[tokio::test]
async fn a_contradicting_mode_and_a_broken_secret_are_findings_too() {
    let (house, _server, _) = House::with_story("app").await;
    let findings = house.doctor(&["--stripe-api-key=sk_live_hunter2hunter2"]).await;
    assert_eq!(level(&findings, "endpoints"), "wrong", "{findings:#?}");
    assert!(!format!("{findings:?}").contains("hunter2"));
}
