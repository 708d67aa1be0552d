//! What operators ask: health, readiness, metrics, the read models' progress, and the interface's own description.

use crate::harness::house::House;
use crate::harness::show;

#[tokio::test]
async fn health_and_readiness_answer_without_a_key() {
    let (_house, server, _) = House::with_story("app").await;
    insta::assert_snapshot!(show::answer(&server.client().get("/healthz").await));
    insta::assert_snapshot!(show::answer(&server.client().get("/readyz").await));
}

#[tokio::test]
async fn a_server_that_says_it_is_ready_answers_questions_from_its_first_moment_on() {
    for _ in 0..3 {
        let house = House::new().await;
        house.run(&["migrate"]).await.expect(0);
        let key = house.key("app").await;
        let server = house.serve(&[]).await;
        let app = server.client().with_key(&key);
        app.get("/v1/customers/cus_ada/entitlements/pro").await.expect(200);
        app.get("/v1/customers/cus_ada/entitlements").await.expect(200);
    }
}

#[tokio::test]
async fn metrics_count_deliveries_and_name_no_secret_and_no_customer() {
    let (_house, server, _) = House::with_story("app").await;
    server.client().signing_with("whsec_of_somebody_else").deliver("{}").await.expect(400);
    let answer = server.client().get("/metrics").await.expect(200);
    let text = answer.text();
    assert!(answer.header("content-type").unwrap().starts_with("application/openmetrics-text"), "{answer:?}");
    for line in [
        "daybook_webhook_deliveries_total{endpoint=\"default\",outcome=\"appended\"} 6",
        "daybook_webhook_deliveries_total{endpoint=\"default\",outcome=\"signature_mismatch\"} 1",
        "daybook_log_size 6",
        "daybook_live_size 6",
        "daybook_lag_records 0",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is missing in:\n{text}");
    }
    for secret in ["cus_", "evt_", "whsec_", "dbk_"] {
        assert!(!text.contains(secret), "{secret} in:\n{text}");
    }
    assert!(text.ends_with("# EOF\n"));
    let described = text.lines().filter(|line| line.starts_with("# HELP ")).count();
    assert_eq!(described, text.lines().filter(|line| line.starts_with("# TYPE ")).count());
}

#[tokio::test]
async fn projections_say_which_generation_answers_and_how_far_it_is() {
    let (house, _server, analyst) = House::with_story("analyst").await;
    let before = analyst.get("/v1/projections").await.expect(200).json();
    let live = before["live"].as_array().unwrap();
    let names: Vec<&str> = live.iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "aggregates",
            "attention",
            "customers",
            "disputes",
            "entitlements",
            "invoices",
            "journal",
            "parked",
            "payments",
            "subscriptions"
        ]
    );
    assert!(live.iter().all(|one| one["size"] == 6 && one["lag"] == 0), "{before:#}");
    house.run(&["rebuild", "journal", "--yes"]).await.expect(0);
    let after = analyst.get("/v1/projections").await.expect(200).json();
    let of = |all: &serde_json::Value, name: &str| {
        let live = all["live"].as_array().unwrap();
        live.iter().find(|one| one["name"] == name).unwrap()["generation"].as_i64().unwrap()
    };
    assert!(of(&after, "journal") > of(&before, "journal"), "{after:#}");
    assert_eq!(of(&after, "customers"), of(&before, "customers"));
}

#[tokio::test]
async fn the_interface_describes_itself_as_it_is_committed() {
    let (_house, _server, app) = House::with_story("app").await;
    let described = app.get("/openapi.json").await.expect(200).json();
    let committed = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json")).unwrap();
    let committed: serde_json::Value = serde_json::from_slice(&committed).unwrap();
    assert!(described == committed, "docs/openapi.json is not what is served; crates/http has a test that writes it");
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_too() {
    let (_house, server) = House::with_server().await;
    insta::assert_snapshot!(show::answer(&server.client().get("/v2/nothing").await));
    let answer = server.client().post("/v1/events", &serde_json::json!({})).await;
    insta::assert_snapshot!(show::answer(&answer));
}
