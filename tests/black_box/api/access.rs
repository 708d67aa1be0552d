//! Who may ask what: nothing but webhook, health and metrics answers without a key.

use std::fmt::Write;

use hyper::Method;
use hyper::header::AUTHORIZATION;

use crate::harness::event::{BEGIN, bytes, customer, event};
use crate::harness::house::House;
use crate::harness::{show, until};

/// Every question, and the least role that may ask it.
const QUESTIONS: &[(&str, &str)] = &[
    ("/v1/customers/cus_ada/entitlements/pro", "app"),
    ("/v1/customers/cus_ada/entitlements", "app"),
    ("/v1/accounts/ada/entitlements", "app"),
    ("/openapi.json", "app"),
    ("/v1/accounts/ada/entitlements/pro", "app"),
    ("/v1/customers/cus_ada", "analyst"),
    ("/v1/customers/cus_ada/balances", "analyst"),
    ("/v1/subscriptions/sub_ada", "analyst"),
    ("/v1/events", "analyst"),
    ("/v1/events/evt_paid", "analyst"),
    ("/v1/projections", "analyst"),
    ("/v1/events/evt_paid/body", "auditor"),
];
const ROLES: &[&str] = &["app", "analyst", "auditor", "operator"];

#[tokio::test]
async fn no_question_is_answered_without_a_key_or_with_one_nobody_made() {
    let (_house, server, _) = House::with_story("app").await;
    let strangers = [
        server.client(),
        server.client().with_key("dbk_app_0000000000000000000000000000000000000000000000000000000000000000"),
        server.client().with_key("' or 1=1 --"),
        server.client().with_key(&"k".repeat(5_000)),
    ];
    for client in &strangers {
        for (path, _) in QUESTIONS {
            let answer = client.get(path).await.expect(401);
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{path}");
        }
        client.post("/v1/entitlements/check", &serde_json::json!({"checks": []})).await.expect(401);
    }
    let headers = [(AUTHORIZATION.as_str(), "Basic YWRhOmFkYQ==")];
    let basic = strangers[0].send(Method::GET, "/v1/events", &headers, "".into()).await;
    insta::assert_snapshot!(show::answer(&basic));
    insta::assert_snapshot!(show::answer(&strangers[1].get("/v1/events").await));
}

#[tokio::test]
async fn each_role_may_ask_what_it_needs_and_no_more() {
    let (house, server, _) = House::with_story("app").await;
    let mut table = String::new();
    for role in ROLES {
        let client = server.client().with_key(&house.key(role).await);
        let rank = |name: &str| ROLES.iter().position(|known| *known == name);
        for (path, least) in QUESTIONS {
            let expected = if rank(role) >= rank(least) { 200 } else { 403 };
            client.get(path).await.expect(expected);
            writeln!(table, "{role:<8} {expected} {path}").unwrap();
        }
    }
    insta::assert_snapshot!(table);
}

#[tokio::test]
async fn a_parameter_that_nobody_knows_is_refused_by_name_wherever_it_is_asked() {
    let (house, server, _) = House::with_story("app").await;
    let auditor = server.client().with_key(&house.key("auditor").await);
    for (path, _) in QUESTIONS.iter().filter(|(path, _)| path.starts_with("/v1/")) {
        let answer = auditor.get(&format!("{path}?asof=2020-01-01")).await.expect(400);
        assert_eq!(answer.reason(), "malformed", "{path}");
        assert!(answer.text().contains("`asof` is no parameter"), "{path}: {}", answer.text());
    }
    auditor.post("/v1/entitlements/check?asof=1", &serde_json::json!({"checks": []})).await.expect(400);
    for query in ["limit=0", "limit=201", "min_size=-1", "customer=%ff", "wait_ms=15001", "limit=1&limit=2"] {
        auditor.get(&format!("/v1/events?{query}")).await.expect(400);
    }
}

#[tokio::test]
async fn a_refused_role_is_told_which_one_is_needed() {
    let (_house, _server, app) = House::with_story("app").await;
    insta::assert_snapshot!(show::answer(&app.get("/v1/events").await));
}

#[tokio::test]
async fn a_key_of_one_mode_knows_nothing_of_the_other() {
    let (house, server, _) = House::with_story("app").await;
    let words = ["key", "create", "live", "--role=analyst", "--mode=live", "--stripe-account=own", "--json"];
    let created = house.run(&words).await.expect(0).json();
    let live = server.client().with_key(created["secret"].as_str().unwrap());
    live.get("/v1/customers/cus_ada").await.expect(404);
    live.get("/v1/events/evt_paid").await.expect(404);
    assert_eq!(live.get("/v1/events").await.expect(200).json()["events"], serde_json::json!([]));
    let denied = live.get("/v1/customers/cus_ada/entitlements/pro").await.expect(200).json();
    assert_eq!((&denied["allowed"], &denied["code"]), (&false.into(), &"unknown_customer".into()));
}

#[tokio::test]
async fn a_revoked_key_stops_working() {
    let (house, server, _) = House::with_story("app").await;
    let created = house.run(&["key", "create", "k", "--role=app", "--mode=test", "--json"]).await.expect(0).json();
    let client = server.client().with_key(created["secret"].as_str().unwrap());
    let path = "/v1/customers/cus_ada/entitlements/pro";
    client.get(path).await.expect(200);
    house.run(&["key", "revoke", &created["id"].to_string()]).await.expect(0);
    until("the key is refused", async || (client.get(path).await.status == 401).then_some(())).await;
}

#[tokio::test]
async fn the_same_ids_in_two_accounts_are_two_customers() {
    let (house, server, app) = House::with_story("app").await;
    let mut elsewhere = event("evt_elsewhere", "customer.created", BEGIN, &customer("cus_ada"));
    elsewhere["account"] = "acct_other".into();
    server.client().deliver(bytes(&elsewhere)).await.expect(200);
    house.applied(&server).await;
    let words = ["key", "create", "other", "--role=app", "--mode=test", "--stripe-account=acct_other", "--json"];
    let created = house.run(&words).await.expect(0).json();
    let other = server.client().with_key(created["secret"].as_str().unwrap());
    let path = "/v1/customers/cus_ada/entitlements/pro";
    assert_eq!(app.get(path).await.expect(200).json()["allowed"], true);
    let denied = other.get(path).await.expect(200).json();
    assert_eq!((&denied["allowed"], &denied["code"]), (&false.into(), &"no_subscription".into()), "{denied:#}");
}
