//! What is acknowledged and how it is told apart: new, known already, in conflict, to be fetched, of the other mode.

use serde_json::{Value, json};

use crate::harness::event::{BEGIN, bytes, customer, customer_created, event, story};
use crate::harness::house::{House, SECRET};
use crate::harness::{log, show};

#[tokio::test]
async fn an_event_delivered_again_is_acknowledged_and_not_recorded_twice() {
    let (house, server) = House::with_server().await;
    let client = server.client();
    let body = customer_created("evt_1", "cus_1");
    assert_eq!(client.deliver(body.clone()).await.expect(200).json()["outcome"], "appended");
    let answer = client.deliver(body.clone()).await;
    insta::assert_snapshot!(show::answer(&answer));
    assert_eq!(log::assert_whole(&house.database.pool).await.len(), 1);
    let deliveries: Vec<String> =
        sqlx::query_scalar("select outcome from delivery order by id").fetch_all(&house.database.pool).await.unwrap();
    assert_eq!(deliveries, ["appended", "duplicate"]);
}

#[tokio::test]
async fn other_bytes_that_say_the_same_are_a_duplicate() {
    let (_house, server) = House::with_server().await;
    let first = event("evt_1", "customer.created", BEGIN, &customer("cus_1"));
    let mut fewer_hooks = first.clone();
    fewer_hooks["pending_webhooks"] = json!(0);
    let mut older_shape = event("evt_1", "customer.created", BEGIN, &customer("cus_1"));
    older_shape["api_version"] = json!("2020-08-27");
    older_shape["data"]["object"]["account_balance"] = json!(0);
    let client = server.client();
    client.deliver(bytes(&first)).await.expect(200);
    for again in [format!("{first:#}").into_bytes(), bytes(&fewer_hooks), bytes(&older_shape)] {
        assert_eq!(client.deliver(again).await.expect(200).json()["outcome"], "duplicate");
    }
}

#[tokio::test]
async fn the_same_event_with_other_content_is_acknowledged_kept_in_full_and_listed() {
    let (house, server) = House::with_server().await;
    let client = server.client();
    let first = event("evt_1", "customer.created", BEGIN, &customer("cus_1"));
    let mut other = first.clone();
    other["data"]["object"]["balance"] = json!(-100_000);
    client.deliver(bytes(&first)).await.expect(200);
    let answer = client.deliver(bytes(&other)).await.expect(200);
    assert_eq!(answer.json()["outcome"], "conflict");
    let records = log::assert_whole(&house.database.pool).await;
    assert_eq!((records.len(), &records[0].body), (1, &bytes(&first)));
    let kept: Vec<Vec<u8>> =
        sqlx::query_scalar("select body from conflict").fetch_all(&house.database.pool).await.unwrap();
    assert_eq!(kept, [bytes(&other)]);
    house.applied(&server).await;
    let auditor = client.with_key(&house.key("auditor").await);
    let shown = auditor.get("/v1/events/evt_1").await.expect(200).json();
    assert_eq!(shown["conflicts"].as_array().map(Vec::len), Some(1), "{shown:#}");
    assert_eq!(shown["deliveries"].as_array().map(Vec::len), Some(2), "{shown:#}");
    assert_eq!((&shown["delivery_count"], &shown["conflict_count"]), (&json!(2), &json!(1)), "{shown:#}");
    let customer = auditor.get("/v1/customers/cus_1").await.expect(200).json();
    assert_eq!(customer["shown"]["balance"], 0, "the record stands until a person settles it");
    assert!(server.log().contains("contradicts"), "it is alarmed");
    let findings = house.doctor(&[]).await;
    assert!(findings.iter().any(|one| one["name"] == "conflicts" && one["level"] == "wrong"), "{findings:#?}");
    let listed = async || auditor.get("/v1/conflicts").await.expect(200).json()["conflicts"][0].clone();
    let one = listed().await;
    assert_eq!((&one["event"], &one["position"], &one["stands"]), (&json!("evt_1"), &json!(0), &Value::Null));
    let number = one["number"].to_string();
    let live = ["settle", "conflict", &number, "--stands", "record", "--reason", "asked Stripe"];
    house.run(&live).await.expect(0);
    assert_eq!(listed().await["stands"], "record");
    let earlier = auditor.get(&format!("/v1/conflicts?before={number}")).await.expect(200).json();
    assert_eq!(earlier["conflicts"], json!([]));
}

#[tokio::test]
async fn a_thin_event_is_acknowledged_and_listed_as_one_to_fetch() {
    let (house, server) = House::with_server().await;
    let thin = json!({
        "id": "evt_thin_1", "object": "v2.core.event", "type": "v1.customer.updated", "livemode": false,
        "created": "2026-10-01T08:00:00.123Z", "snapshot_event": "evt_1",
        "related_object": {"id": "cus_1", "type": "customer", "url": "/v1/customers/cus_1"},
    });
    server.client().deliver(bytes(&thin)).await.expect(200);
    house.applied(&server).await;
    let analyst = server.client().with_key(&house.key("analyst").await);
    insta::assert_snapshot!(show::answer(&analyst.get("/v1/events").await));
}

#[tokio::test]
async fn a_type_nobody_has_heard_of_is_stored_and_acknowledged() {
    let (house, server) = House::with_server().await;
    let object = json!({"id": "moon_1", "object": "moon.phase", "phase": "full"});
    server.client().deliver(bytes(&event("evt_1", "moon.phase.changed", BEGIN, &object))).await.expect(200);
    house.applied(&server).await;
    let analyst = server.client().with_key(&house.key("analyst").await);
    let listed = analyst.get("/v1/events?type=moon.phase.*").await.expect(200).json();
    assert_eq!(listed["events"][0]["outcome"], "without_effect", "{listed:#}");
}

#[tokio::test]
async fn a_test_event_at_a_live_endpoint_is_stored_in_its_own_world() {
    let house = House::new().await;
    let server = house.serve(&["--mode=live"]).await;
    server.client().deliver(customer_created("evt_test", "cus_1")).await.expect(200);
    let mut live = event("evt_live", "customer.created", BEGIN, &customer("cus_1"));
    live["livemode"] = json!(true);
    live["data"]["object"]["balance"] = json!(-500);
    server.client().deliver(bytes(&live)).await.expect(200);
    house.applied(&server).await;
    let key = async |mode: &str| {
        let created = house.run(&["key", "create", "k", "--role=analyst", "--mode", mode, "--json"]).await.expect(0);
        server.client().with_key(created.json()["secret"].as_str().unwrap())
    };
    let (test, live) = (key("test").await, key("live").await);
    let balance = |answer: Value| answer["shown"]["balance"].clone();
    assert_eq!(balance(test.get("/v1/customers/cus_1").await.expect(200).json()), 0);
    assert_eq!(balance(live.get("/v1/customers/cus_1").await.expect(200).json()), -500);
    test.get("/v1/events/evt_live").await.expect(404);
    live.get("/v1/events/evt_test").await.expect(404);
}

#[tokio::test]
async fn neither_a_secret_nor_a_body_is_ever_logged() {
    let house = House::new().await;
    let server = house.serve(&["--log=trace"]).await;
    let client = server.client();
    let key = house.key("auditor").await;
    for body in story() {
        client.deliver(body).await.expect(200);
    }
    client.deliver(&b"{\"id\":\"evt_broken\",\"email\":\"ada@example.com\""[..]).await.expect(200);
    client.signing_with("whsec_wrong_0123456789").deliver(customer_created("evt_forged", "cus_1")).await.expect(400);
    house.applied(&server).await;
    client.with_key(&key).get("/v1/events/evt_checkout").await.expect(200);
    client.with_key(&format!("{key}0")).get("/v1/events").await.expect(401);
    let log = server.log();
    assert!(log.contains("DEBUG"), "more is logged than usual");
    for secret in [SECRET, &key, "ada@example.com", "secret_of_the_checkout"] {
        let line = log.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{line:?}");
    }
}
