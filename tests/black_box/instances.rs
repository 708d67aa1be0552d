//! Several server processes on one database: they append in turns, one works and another takes over, and each knows what came to the others.

use std::time::Duration;

use daybook_simulator::deliver::{Delivery, Target, send_all};
use daybook_simulator::{ApiShape, Plan, RenderedEvent, ShapeChoice, simulate};
use serde_json::Value;

use crate::harness::client::WEBHOOK;
use crate::harness::event::{canceled, customer_created, subscribed};
use crate::harness::house::{House, SECRET};
use crate::harness::server::Server;
use crate::harness::{log, now, tables, until};

fn some_events(seed: u64) -> Vec<RenderedEvent> {
    let plan = Plan {
        seed,
        customers: 8,
        start: now() - 200 * 86_400,
        months: 6,
        shape: ShapeChoice::One(ApiShape::Clover),
        livemode: false,
        account: None,
    };
    simulate(&plan).events()
}

async fn deliver(server: &Server, events: Vec<RenderedEvent>) -> u64 {
    let delivery = Delivery {
        target: Target::new(server.address, WEBHOOK).unwrap(),
        secret: SECRET.to_owned(),
        connections: 8,
        attempts: 3,
        timeout: Duration::from_secs(30),
        clock: now,
    };
    send_all(&delivery, events.into_iter(), |_| {}).await.acknowledged
}

#[tokio::test]
async fn two_servers_append_at_once_without_gap_loss_or_duplicate() {
    let house = House::new().await;
    let (one, other) = tokio::join!(house.serve(&[]), house.serve(&[]));
    let events = some_events(3);
    // The first third to the one, the last to the other, the middle to both.
    let third = events.len() / 3;
    let (first, second) = (events[..2 * third].to_vec(), events[third..].to_vec());
    let sent = u64::try_from(first.len() + second.len()).unwrap();
    let (there, here) = tokio::join!(deliver(&one, first), deliver(&other, second));
    assert_eq!(there + here, sent, "everything is acknowledged");
    let records = log::assert_whole(&house.database.pool).await;
    assert_eq!(records.len(), events.len());
    assert_eq!(house.applied(&one).await, house.applied(&other).await);
    let live = tables::live(&house.database.pool).await;
    house.run(&["rebuild", "--all", "--yes"]).await.expect(0);
    tables::assert_same(&live, &tables::live(&house.database.pool).await);
}

#[tokio::test]
async fn a_snapshot_held_open_elsewhere_does_not_stop_appends() {
    let (house, server) = House::with_server().await;
    let mut held = house.database.pool.begin().await.unwrap();
    sqlx::query("set transaction isolation level repeatable read").execute(&mut *held).await.unwrap();
    let before: i64 = sqlx::query_scalar("select count(*) from record").fetch_one(&mut *held).await.unwrap();
    let events = some_events(5);
    let sent = u64::try_from(events.len()).unwrap();
    assert_eq!(deliver(&server, events).await, sent);
    house.applied(&server).await;
    let after: i64 = sqlx::query_scalar("select count(*) from record").fetch_one(&mut *held).await.unwrap();
    assert_eq!((before, after), (0, 0), "it was held all the time");
    log::assert_whole(&house.database.pool).await;
}

#[tokio::test]
async fn when_the_active_worker_is_killed_the_other_instance_goes_on() {
    let house = House::new().await;
    let mut one = house.serve(&[]).await;
    until("the first one works", async || one.log().contains("this worker is active").then_some(())).await;
    let other = house.serve(&[]).await;
    one.client().record(customer_created("evt_1", "cus_1")).await;
    house.applied(&one).await;
    assert!(!other.log().contains("this worker is active"), "only one works");
    one.kill_and_wait().await;
    let position = other.client().record(subscribed("evt_2", "sub_1", "cus_1", "pro")).await;
    let app = other.client().with_key(&house.key("app").await);
    let path = format!("/v1/customers/cus_1/entitlements/pro?min_size={}&wait_ms=15000", position + 1);
    assert_eq!(app.get(&path).await.expect(200).json()["allowed"], true);
    assert!(other.log().contains("this worker is active"));
}

#[tokio::test]
async fn read_models_of_a_later_version_are_left_to_it_and_those_of_an_earlier_one_are_rebuilt() {
    let (house, server) = House::with_server().await;
    let built_by = async |version: &str| {
        let update = sqlx::query("update generation set code_version = $1").bind(version);
        update.execute(&house.database.pool).await.unwrap();
    };
    let ours: String =
        sqlx::query_scalar("select code_version from generation").fetch_one(&house.database.pool).await.unwrap();
    until("it works", async || server.log().contains("this worker is active").then_some(())).await;
    built_by("10000").await;
    // What it has begun it may end; a switch, here a restart, is when it looks again.
    drop(server);
    let server = house.serve(&[]).await;
    until("it stands by", async || server.log().contains("a later version of daybook").then_some(())).await;
    let holder = "select count(*) from lease where name = 'worker' and expires_at > now()";
    until("nobody is kept from working", async || {
        let held: i64 = sqlx::query_scalar(holder).fetch_one(&house.database.pool).await.unwrap();
        (held == 0).then_some(())
    })
    .await;
    server.client().record(customer_created("evt_1", "cus_1")).await;
    let generations = "select count(*) from generation";
    let count: i64 = sqlx::query_scalar(generations).fetch_one(&house.database.pool).await.unwrap();
    assert_eq!(count, 1, "nothing is built downwards");
    built_by(&ours).await;
    house.applied(&server).await;
    built_by("1").await;
    drop(server);
    let server = house.serve(&[]).await;
    until("it is rebuilt", async || server.log().contains("the read models were rebuilt").then_some(())).await;
    house.applied(&server).await;
}

#[tokio::test]
async fn what_came_to_one_instance_is_known_to_the_other_at_its_size() {
    let house = House::new().await;
    let (one, other) = tokio::join!(house.serve(&[]), house.serve(&[]));
    let key = house.key("app").await;
    let (one, other) = (one.client().with_key(&key), other.client().with_key(&key));
    let path = "/v1/customers/cus_1/entitlements/pro";
    let at = async |position: i64| other.get(&format!("{path}?min_size={}", position + 1)).await.expect(200).json();
    one.record(customer_created("evt_1", "cus_1")).await;
    let position = one.record(subscribed("evt_2", "sub_first", "cus_1", "pro")).await;
    assert_eq!(at(position).await["allowed"], true);
    for round in 0..20 {
        // Both keep the answer; then it changes.
        let (granting, ending) = (format!("sub_{round}"), format!("evt_end_{round}"));
        let position = one.record(subscribed(&format!("evt_{round}_on"), &granting, "cus_1", "pro")).await;
        assert_eq!(at(position).await["allowed"], true);
        for _ in 0..3 {
            other.get(path).await.expect(200);
        }
        let mut position = one.record(canceled(&ending, &granting, "cus_1", "pro")).await;
        if round == 0 {
            position = one.record(canceled("evt_end_first", "sub_first", "cus_1", "pro")).await;
        }
        let answer = at(position).await;
        assert_eq!((&answer["allowed"], &answer["code"]), (&false.into(), &"canceled".into()), "{answer:#}");
        assert_never_older(&other, path, position + 1).await;
    }
}

/// Kept answers may lag, but one that names this size or a later one has seen it.
async fn assert_never_older(client: &crate::harness::client::Client, path: &str, size: i64) {
    until("the other instance has come so far", async || {
        let answer = client.get(path).await.expect(200).json();
        let reached = answer["size"].as_i64().is_some_and(|reached| reached >= size);
        assert!(!reached || answer["allowed"] == Value::Bool(false), "at size {size}: {answer:#}");
        reached.then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_policy_applied_by_a_command_is_in_force_in_every_instance() {
    let house = House::new().await;
    let (one, other) = tokio::join!(house.serve(&[]), house.serve(&[]));
    let key = house.key("app").await;
    one.client().record(customer_created("evt_1", "cus_1")).await;
    one.client().record(subscribed("evt_2", "sub_1", "cus_1", "pro")).await;
    house.applied(&one).await;
    let path = "/v1/customers/cus_1/entitlements/exports";
    for server in [&one, &other] {
        let denied = server.client().with_key(&key).get(path).await.expect(200).json();
        assert_eq!(denied["allowed"], false);
    }
    house.write(
        "policy.toml",
        "[features]\nexports = { kind = 'switch' }\n[plans.pro]\nlookup_keys = ['pro']\ngrants = { exports = true }\n",
    );
    house.run(&["policy", "apply", "policy.toml"]).await.expect(0);
    for server in [&one, &other] {
        let app = server.client().with_key(&key);
        until("the policy answers", async || (app.get(path).await.json()["allowed"] == true).then_some(())).await;
    }
}
