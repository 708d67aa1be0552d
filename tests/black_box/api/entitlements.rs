//! May they use it? One customer, one account, many at once; and always why.

use std::fmt::Write;

use serde_json::json;

use crate::harness::event::{BEGIN, bytes, customer_created, event, subscribed, subscription};
use crate::harness::house::House;
use crate::harness::show;

#[tokio::test]
async fn a_subscribed_feature_is_allowed_and_says_why_and_until_when() {
    let (_house, _server, app) = House::with_story("app").await;
    insta::assert_snapshot!(show::answer(&app.get("/v1/customers/cus_ada/entitlements/pro").await));
}

#[tokio::test]
async fn the_kept_answer_is_the_one_that_was_read() {
    let (_house, _server, app) = House::with_story("app").await;
    let path = "/v1/customers/cus_ada/entitlements/pro";
    let first = show::answer(&app.get(path).await);
    for _ in 0..5 {
        assert_eq!(show::answer(&app.get(path).await), first);
    }
    let metrics = app.get("/metrics").await.text();
    let cached = metrics.lines().find(|line| line.starts_with("daybook_entitlement_checks_total{by=\"cached\"}"));
    assert!(cached.is_some_and(|line| !line.ends_with(" 0")), "{cached:?}");
}

#[tokio::test]
async fn everything_a_customer_may_use_is_listed() {
    let (_house, _server, app) = House::with_story("app").await;
    insta::assert_snapshot!(show::answer(&app.get("/v1/customers/cus_ada/entitlements").await));
}

#[tokio::test]
async fn an_answer_can_be_asked_to_explain_itself() {
    let (_house, _server, app) = House::with_story("app").await;
    insta::assert_snapshot!(show::answer(&app.get("/v1/customers/cus_ada/entitlements/pro?explain=true").await));
}

#[tokio::test]
async fn an_unknown_customer_or_feature_is_a_no_with_a_code() {
    let (_house, _server, app) = House::with_story("app").await;
    insta::assert_snapshot!(show::answer(&app.get("/v1/customers/cus_nobody/entitlements/pro").await));
    insta::assert_snapshot!(show::answer(&app.get("/v1/customers/cus_ada/entitlements/teleport").await));
    insta::assert_snapshot!(show::answer(&app.get("/v1/customers/cus_nobody/entitlements").await));
}

#[tokio::test]
async fn your_own_account_id_is_learned_from_events_and_answers_the_same_questions() {
    let (_house, _server, app) = House::with_story("app").await;
    insta::assert_snapshot!(show::answer(&app.get("/v1/accounts/ada/entitlements/pro").await));
    insta::assert_snapshot!(show::answer(&app.get("/v1/accounts/ada/entitlements").await));
    insta::assert_snapshot!(show::answer(&app.get("/v1/accounts/nobody/entitlements/pro").await));
}

#[tokio::test]
async fn many_checks_are_answered_at_one_size_and_one_that_cannot_be_read_fails_alone() {
    let (_house, _server, app) = House::with_story("app").await;
    let checks = json!({"checks": [
        {"customer": "cus_ada", "features": ["pro", "teleport"]},
        {"account": "ada", "features": ["pro"]},
        {"customer": "cus_nobody", "features": ["pro"]},
        {"customer": "c".repeat(300), "features": ["pro"]},
        {"customer": "cus_ada", "account": "ada"},
        {"features": ["pro"]},
        {"customer": "cus_ada", "features": [""]},
        {"customer": 7},
        {"customer": "cus_ada", "feature": "pro"},
        "cus_ada",
        {"customer": "cus_ada"},
    ]});
    insta::assert_snapshot!(show::answer(&app.post("/v1/entitlements/check", &checks).await));
}

#[tokio::test]
async fn a_check_that_cannot_be_read_as_a_whole_is_a_problem() {
    let (_house, _server, app) = House::with_story("app").await;
    for wrong in
        [json!([]), json!({"cheques": []}), json!({"checks": [], "size": 1}), json!({"checks": 7}), json!(null)]
    {
        let answer = app.post("/v1/entitlements/check", &wrong).await.expect(400);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert_eq!(answer.reason(), "malformed");
    }
    let many: Vec<_> = (0..501).map(|_| json!({"customer": "cus_ada"})).collect();
    insta::assert_snapshot!(show::answer(&app.post("/v1/entitlements/check", &json!({"checks": many})).await));
    let large = json!({"checks": [{"customer": "cus_ada", "features": ["f".repeat(600_000)]}]});
    app.post("/v1/entitlements/check", &large).await.expect(413);
    let as_text = [("content-type", "text/plain")];
    app.send(hyper::Method::POST, "/v1/entitlements/check", &as_text, "{}".into()).await.expect(415);
}

#[tokio::test]
async fn each_status_of_a_subscription_has_its_answer() {
    let (house, server) = House::with_server().await;
    let client = server.client();
    let statuses = [
        "trialing",
        "active",
        "past_due",
        "canceled",
        "unpaid",
        "paused",
        "incomplete",
        "incomplete_expired",
        "dreaming",
    ];
    for status in statuses {
        let customer = format!("cus_{status}");
        client.deliver(customer_created(&format!("evt_c_{status}"), &customer)).await.expect(200);
        let object = subscription(&format!("sub_{status}"), &customer, status, "pro");
        let shown = event(&format!("evt_s_{status}"), "customer.subscription.updated", BEGIN + 1, &object);
        client.deliver(bytes(&shown)).await.expect(200);
    }
    house.applied(&server).await;
    let app = client.with_key(&house.key("app").await);
    let mut table = String::new();
    for status in statuses {
        let answer = app.get(&format!("/v1/customers/cus_{status}/entitlements/pro")).await.expect(200).json();
        writeln!(table, "{status}: {} {}", answer["allowed"], answer["code"]).unwrap();
    }
    insta::assert_snapshot!(table);
}

#[tokio::test]
async fn one_unpaid_plan_never_cuts_another() {
    let (house, server) = House::with_server().await;
    let client = server.client();
    client.deliver(customer_created("evt_1", "cus_1")).await.expect(200);
    client.deliver(subscribed("evt_2", "sub_good", "cus_1", "pro")).await.expect(200);
    let unpaid = subscription("sub_bad", "cus_1", "unpaid", "pro");
    client.deliver(bytes(&event("evt_3", "customer.subscription.updated", BEGIN + 2, &unpaid))).await.expect(200);
    house.applied(&server).await;
    let app = client.with_key(&house.key("app").await);
    let answer = app.get("/v1/customers/cus_1/entitlements/pro").await.expect(200).json();
    assert_eq!((&answer["allowed"], &answer["source"]["id"]), (&true.into(), &"sub_good".into()), "{answer:#}");
}
