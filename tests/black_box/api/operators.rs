//! Operators' acts over HTTP: who may act, what comes of it, what is refused, and that asking again acts once.

use hyper::Method;
use hyper::header::CONTENT_TYPE;
use serde_json::{Value, json};

use crate::harness::client::{Answer, Client};
use crate::harness::house::House;
use crate::harness::until;

const PATH: &str = "/v1/customers/cus_ada/entitlements/";

async fn post(client: &Client, path: &str, key: &str, body: &Value) -> Answer {
    let headers = [(CONTENT_TYPE.as_str(), "application/json"), ("idempotency-key", key)];
    client.send(Method::POST, path, &headers, body.to_string().into()).await
}

/// The code of an answer that has seen so many records.
async fn code(client: &Client, feature: &str, size: &Value) -> String {
    let answer = client.get(&format!("{PATH}{feature}?min_size={size}")).await.expect(200).json();
    answer["code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_grant_and_a_revocation_answer_at_once_and_are_named_as_the_cause() {
    let (_house, _server, operator) = House::with_story("operator").await;
    let body = json!({"feature": "exports", "reason": "a pilot", "ticket": "T-7", "actor": "anna"});
    let granted = operator.post("/v1/customers/cus_ada/grants", &body).await.expect(201).json();
    assert_eq!((&granted["outcome"], &granted["position"]), (&json!("recorded"), &json!(6)), "{granted:#}");
    let answer = operator.get(&format!("{PATH}exports?min_size={}", granted["size"])).await.expect(200).json();
    assert_eq!((&answer["allowed"], &answer["code"]), (&json!(true), &json!("granted")), "{answer:#}");
    assert_eq!(answer["because"], json!([{"event": granted["record"], "position": 6}]));
    assert_eq!(answer["source"], json!({"kind": "grant", "id": granted["record"]}));
    let again = operator.post("/v1/customers/cus_ada/grants", &body).await.expect(200).json();
    assert_eq!((&again["outcome"], &again["record"]), (&json!("so_already"), &Value::Null));
    assert_eq!(again["size"], 7, "every answer names its size");

    let revoked = json!({"feature": "pro", "reason": "abuse"});
    let revoked = operator.post("/v1/customers/cus_ada/revocations", &revoked).await.expect(201).json();
    assert_eq!(code(&operator, "pro", &revoked["size"]).await, "revoked");
    let path = format!("/v1/customers/cus_ada/grants/{}/end", revoked["record"].as_str().unwrap());
    let ended = operator.post(&path, &json!({"reason": "a mistake"})).await.expect(201).json();
    assert_eq!(code(&operator, "pro", &ended["size"]).await, "active");

    let listed = operator.get("/v1/customers/cus_ada/grants").await.expect(200).json();
    let told: Vec<_> = listed["grants"].as_array().unwrap().iter().map(|one| (&one["kind"], &one["state"])).collect();
    assert_eq!(told, [(&json!("revocation"), &json!("over")), (&json!("grant"), &json!("in_force"))], "{listed:#}");
    assert_eq!(listed["grants"][1]["actor"], "anna");
}

#[tokio::test]
async fn the_same_key_acts_once_and_another_body_under_it_is_refused() {
    let (_house, _server, operator) = House::with_story("operator").await;
    let body = json!({"feature": "exports", "reason": "a pilot"});
    let first = post(&operator, "/v1/customers/cus_ada/grants", "k-1", &body).await.expect(201).json();
    let again = post(&operator, "/v1/customers/cus_ada/grants", "k-1", &body).await.expect(200).json();
    assert_eq!((&again["outcome"], &again["record"]), (&json!("repeated"), &first["record"]));
    let other = json!({"feature": "exports", "reason": "another"});
    let refused = post(&operator, "/v1/customers/cus_ada/grants", "k-1", &other).await.expect(422);
    assert_eq!(refused.reason(), "key_reused");
    let elsewhere = post(&operator, "/v1/customers/cus_bob/grants", "k-1", &body).await.expect(422);
    assert_eq!(elsewhere.reason(), "key_reused");
}

#[tokio::test]
async fn what_cannot_be_is_refused_as_a_problem_and_leaves_no_record() {
    let (house, server, operator) = House::with_story("operator").await;
    let refused = async |path: &str, body: Value, status: u16, reason: &str| {
        let answer = operator.post(&format!("/v1/customers/{path}"), &body).await.expect(status);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert_eq!(answer.reason(), reason, "{}", answer.text());
    };
    refused("cus_nobody/grants", json!({"feature": "pro", "reason": "r"}), 409, "unknown_customer").await;
    refused("cus_ada/grants", json!({"feature": "pro", "reason": " "}), 422, "words").await;
    let over =
        json!({"feature": "pro", "reason": "r", "starts": "2020-01-01T00:00:00Z", "ends": "2020-02-01T00:00:00Z"});
    refused("cus_ada/grants", over, 422, "over").await;
    refused("cus_ada/grants", json!({"feature": "pro"}), 400, "malformed").await;
    refused("cus_ada/grants", json!({"feature": "pro", "reason": "r", "forever": true}), 400, "malformed").await;
    refused("cus_ada/grants/op_none/end", json!({"reason": "r"}), 409, "nothing_to_end").await;
    for (member, written) in [("ends", json!("30 days")), ("starts", json!("2026-13-01")), ("ends", json!({}))] {
        let mut body = json!({"feature": "pro", "reason": "r"});
        body[member] = written;
        let answer = operator.post("/v1/customers/cus_ada/grants", &body).await.expect(400).json();
        let detail = answer["detail"].as_str().unwrap();
        assert!(detail.starts_with(&format!("{member}: expected a time like 2026")), "{detail}");
    }
    let beyond = json!({"reason": "looked at it"});
    let unknown = operator.post("/v1/records/999999/acknowledgement", &beyond).await.expect(404);
    assert_eq!(unknown.reason(), "unknown");
    let readable = operator.post("/v1/records/0/acknowledgement", &beyond).await.expect(409);
    assert_eq!(readable.reason(), "nothing_to_settle");
    refused("cus_ada/unlinks", json!({"account": "nobody", "reason": "r"}), 409, "not_linked").await;
    refused("cus_ada/releases", json!({"dispute": "dp_none", "reason": "r"}), 409, "unknown_dispute").await;
    let nothing = operator.post("/v1/conflicts/1/settlement", &json!({"stands": "record", "reason": "r"})).await;
    assert_eq!((nothing.status, nothing.reason().as_str()), (409, "nothing_to_settle"));
    assert_eq!(house.applied(&server).await, 6);
}

#[tokio::test]
async fn a_day_is_a_time_and_no_end_lies_before_the_beginning() {
    let (_house, _server, operator) = House::with_story("operator").await;
    let body = json!({"feature": "exports", "reason": "a pilot", "starts": "2026-01-02", "ends": "2099-12-01"});
    let granted = operator.post("/v1/customers/cus_ada/grants", &body).await.expect(201).json();
    let listed = operator.get("/v1/customers/cus_ada/grants?min_size=7").await.expect(200).json();
    let told = &listed["grants"][0];
    assert_eq!((&told["starts"], &told["ends"]), (&json!("2026-01-02T00:00:00Z"), &json!("2099-12-01T00:00:00Z")));
    let path = format!("/v1/customers/cus_ada/grants/{}/end", granted["record"].as_str().unwrap());
    let end = async |at: &str| operator.post(&path, &json!({"reason": "r", "at": at})).await;
    assert_eq!(end("2026-01-01").await.expect(409).reason(), "ends_before_it_began");
    assert_eq!(end("2100-01-01").await.expect(409).reason(), "ends_later");
    end("2026-01-03").await.expect(201);
    assert_eq!(end("2026-01-04").await.expect(409).reason(), "over_already");
    let again = operator.post(&path, &json!({"reason": "r"})).await.expect(200).json();
    assert_eq!((&again["outcome"], &again["size"]), (&json!("so_already"), &json!(8)));
}

#[tokio::test]
async fn only_an_operators_key_acts() {
    let (house, server, app) = House::with_story("app").await;
    let auditor = server.client().with_key(&house.key("auditor").await);
    let body = json!({"feature": "pro", "reason": "r"});
    for client in [&app, &auditor] {
        let refused = client.post("/v1/customers/cus_ada/grants", &body).await.expect(403);
        assert_eq!(refused.reason(), "role_too_low");
    }
    app.get("/v1/customers/cus_ada/grants").await.expect(403);
    auditor.get("/v1/customers/cus_ada/grants").await.expect(200);
}

#[tokio::test]
async fn an_account_that_an_operator_links_is_answered_for_and_one_that_is_unlinked_is_not() {
    let (_house, _server, operator) = House::with_story("operator").await;
    let ask = async |account: &str, size: &Value| {
        let path = format!("/v1/accounts/{account}/entitlements/pro?min_size={size}");
        operator.get(&path).await.expect(200).json()["allowed"] == true
    };
    assert!(ask("ada", &json!(6)).await && !ask("tenant%207", &json!(6)).await);
    let link = json!({"account": "tenant 7", "reason": "moved"});
    let linked = operator.post("/v1/customers/cus_ada/links", &link).await.expect(201).json();
    // The customer belongs to one account, and the operator's word goes before what events show.
    let moved = async || (ask("tenant%207", &linked["size"]).await && !ask("ada", &linked["size"]).await).then_some(());
    until("the customer has moved", moved).await;
    let unlinked = operator.post("/v1/customers/cus_ada/unlinks", &link).await.expect(201).json();
    assert!(ask("ada", &unlinked["size"]).await && !ask("tenant%207", &unlinked["size"]).await);
}
