//! Signed bytes that cannot be read: stored to the last byte, acknowledged, quarantined with a reason, and nothing behind them waits.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::harness::event::{BEGIN, bytes, customer, customer_created, event};
use crate::harness::house::House;
use crate::harness::log;

/// A customer's event with something else in one place.
fn with(id: &str, pointer: &str, value: Value) -> Vec<u8> {
    let mut event = event(id, "customer.updated", BEGIN, &customer("cus_1"));
    *event.pointer_mut(pointer).unwrap() = value;
    bytes(&event)
}

/// A customer's event with a text replaced.
fn replaced(id: &str, from: &str, to: &str) -> Vec<u8> {
    let text = event(id, "customer.updated", BEGIN, &customer("cus_1")).to_string();
    assert!(text.contains(from), "{text}");
    text.replacen(from, to, 1).into_bytes()
}

fn nested() -> String {
    format!("{}1{}", "{\"a\":".repeat(50_000), "}".repeat(50_000))
}

fn bodies() -> Vec<(&'static str, Vec<u8>)> {
    let whole = customer_created("evt_truncated", "cus_1");
    let mut not_text = customer_created("evt_not_text", "cus_1");
    not_text.extend_from_slice(b"\xff");
    let without_id = {
        let mut object = customer("cus_1");
        object.as_object_mut().unwrap().remove("id");
        bytes(&event("evt_without_object_id", "customer.updated", BEGIN, &object))
    };
    vec![
        ("not UTF-8", not_text),
        ("truncated", whole[..whole.len() / 2].to_vec()),
        ("nothing", Vec::new()),
        ("an array", b"[]".to_vec()),
        ("a number", b"7".to_vec()),
        (
            "nested so deeply that a stack would end",
            replaced("evt_nested", "\"metadata\":{", &format!("\"metadata\":{{\"x\":{},", nested())),
        ),
        ("brackets that never close", format!("{{\"id\":{}", "[".repeat(200_000)).into_bytes()),
        ("the id twice", replaced("evt_twice", "{", "{\"id\":\"evt_other\",")),
        ("a NUL in the id", replaced("evt_nul", "evt_nul", "evt_\\u0000nul")),
        ("half a surrogate in the id", replaced("evt_half", "evt_half", "evt_\\ud800")),
        ("an id of ten thousand characters", with("x", "/id", json!("e".repeat(10_000)))),
        (
            "an object's id of ten thousand characters",
            with("evt_long_object", "/data/object/id", json!("c".repeat(10_000))),
        ),
        ("a type of ten thousand characters", with("evt_long_type", "/type", json!("t".repeat(10_000)))),
        ("an amount beyond 64 bits", replaced("evt_big", "\"balance\":0", "\"balance\":99999999999999999999")),
        ("an amount with an exponent", replaced("evt_float", "\"balance\":0", "\"balance\":1e400")),
        ("a time beyond 64 bits", replaced("evt_late", "\"created\":1735689600", "\"created\":99999999999999999999")),
        ("a time out of range", with("evt_far", "/created", json!(i64::MAX))),
        ("a time before 1970", with("evt_early", "/created", json!(-1))),
        ("an object's time out of range", with("evt_far_object", "/data/object/created", json!(i64::MAX))),
        ("a list where an object was", with("evt_list", "/data/object", json!([{"id": "cus_1"}]))),
        ("a list where data was", with("evt_list_data", "/data", json!([]))),
        ("null where an object was", with("evt_null", "/data/object", json!(null))),
        ("an object where a text was", with("evt_object", "/data/object/currency", json!({"a": 1}))),
        ("an object without an id", without_id),
        ("a mode that is none", with("evt_mode", "/livemode", json!("yes"))),
    ]
}

#[tokio::test]
async fn what_cannot_be_read_is_stored_acknowledged_and_quarantined_with_its_reason() {
    let (house, server) = House::with_server().await;
    let client = server.client();
    let bodies = bodies();
    for (name, body) in &bodies {
        let answer = client.deliver(body.clone()).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.text());
    }
    client.deliver(customer_created("evt_good", "cus_1")).await.expect(200);
    let size = house.applied(&server).await;
    assert_eq!(usize::try_from(size), Ok(bodies.len() + 1));
    let records = log::assert_whole(&house.database.pool).await;
    let analyst = client.with_key(&house.key("analyst").await);
    let mut listed = analyst.get("/v1/events?limit=200").await.expect(200).json();
    let listed = listed["events"].as_array_mut().unwrap();
    listed.reverse();
    let good = listed.pop().unwrap();
    assert_eq!(
        (&good["id"], &good["outcome"]),
        (&json!("evt_good"), &json!("translated")),
        "nothing waits behind them"
    );
    let mut told = String::new();
    for (((name, body), record), shown) in bodies.iter().zip(&records).zip(&*listed) {
        assert_eq!(&record.body, body, "{name}: its bytes");
        assert_eq!(shown["outcome"], "quarantined", "{name}: {shown:#}");
        let id = shown["id"].as_str().unwrap();
        let id = if id.starts_with("body:") { "body:..." } else { id };
        writeln!(told, "{name}\n    {id}: {}", shown["reason"].as_str().unwrap()).unwrap();
    }
    insta::assert_snapshot!(told);
}

#[tokio::test]
async fn a_quarantined_event_is_shown_with_its_reason_and_doctor_counts_it() {
    let (house, server) = House::with_server().await;
    server.client().deliver(with("evt_list", "/data/object", json!([]))).await.expect(200);
    house.applied(&server).await;
    let shown = house.run(&["event", "show", "evt_list", "--json"]).await.expect(0).json();
    assert_eq!(shown["outcome"], "quarantined");
    let analyst = server.client().with_key(&house.key("analyst").await);
    let listed = async |outcome: &str| {
        let page = analyst.get(&format!("/v1/events?outcome={outcome}")).await.expect(200).json();
        page["events"].as_array().unwrap().iter().map(|event| event["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(listed("quarantined").await, ["evt_list"]);
    assert!(listed("needs_fetch").await.is_empty());
    let findings = house.doctor(&[]).await;
    assert!(findings.iter().any(|one| one["name"] == "quarantine" && one["level"] == "wrong"), "{findings:#?}");
}

/// Whatever becomes of such texts, PostgreSQL cannot keep a NUL, and nothing may stop at one.
#[tokio::test]
async fn a_nul_in_any_text_stops_nothing() {
    let (house, server) = House::with_server().await;
    let client = server.client();
    let places = [
        ("evt_a", "\"name\":\"Ada\"", "\"name\":\"A\\u0000\""),
        ("evt_b", "\"user_id\":\"user_of_cus_1\"", "\"user_id\":\"u\\u0000\""),
        ("evt_c", "\"user_id\":", "\"user\\u0000id\":"),
        ("evt_d", "\"currency\":\"usd\"", "\"currency\":\"us\\u0000\""),
        ("evt_e", "\"id\":\"cus_1\"", "\"id\":\"cus\\u0000_1\""),
        ("evt_f", "\"api_version\":\"2025", "\"api_version\":\"\\u00002025"),
        ("evt_g", "\"type\":\"customer.updated\"", "\"type\":\"customer\\u0000.updated\""),
    ];
    for (id, from, to) in places {
        client.deliver(replaced(id, from, to)).await.expect(200);
    }
    client.deliver(customer_created("evt_good", "cus_2")).await.expect(200);
    house.applied(&server).await;
    let analyst = client.with_key(&house.key("analyst").await);
    analyst.get("/v1/customers/cus_2").await.expect(200);
    let listed = analyst.get("/v1/events?limit=200").await.expect(200).json();
    for event in listed["events"].as_array().unwrap() {
        let outcome = event["outcome"].as_str().unwrap();
        assert!(["translated", "quarantined"].contains(&outcome), "{event:#}");
        assert!(outcome == "translated" || event["reason"].is_string(), "{event:#}");
    }
}
