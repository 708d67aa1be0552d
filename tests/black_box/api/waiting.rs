//! Readers that wait for their own write, and how long.

use std::time::{Duration, Instant};

use crate::harness::event::{checkout, customer_created, subscribed};
use crate::harness::house::House;
use crate::harness::{show, until};

#[tokio::test]
async fn min_size_waits_until_the_own_write_is_applied() {
    let (house, server) = House::with_server().await;
    let app = server.client().with_key(&house.key("app").await);
    app.record(customer_created("evt_c", "cus_1")).await;
    for round in 0..10 {
        let feature = format!("feature_{round}");
        let position =
            app.record(subscribed(&format!("evt_{round}"), &format!("sub_{round}"), "cus_1", &feature)).await;
        let path = format!("/v1/customers/cus_1/entitlements/{feature}?min_size={}", position + 1);
        let answer = app.get(&path).await.expect(200).json();
        assert_eq!(answer["allowed"], true, "{answer:#}");
        assert!(answer["size"].as_i64().unwrap() > position);
    }
}

#[tokio::test]
async fn a_wait_that_ends_says_which_size_was_reached() {
    let (house, _server, app) = House::with_story("app").await;
    let began = Instant::now();
    let answer = app.get("/v1/customers/cus_ada/entitlements/pro?min_size=100&wait_ms=300").await;
    assert!((Duration::from_millis(290)..Duration::from_secs(5)).contains(&began.elapsed()), "{:?}", began.elapsed());
    assert!(answer.header("retry-after").is_some());
    insta::assert_snapshot!(show::answer(&answer));
    let check = serde_json::json!({"checks": [{"customer": "cus_ada"}]});
    app.post("/v1/entitlements/check?min_size=100&wait_ms=50", &check).await.expect(504);
    app.get("/v1/accounts/ada/entitlements?min_size=100&wait_ms=50").await.expect(504);
    let analyst = app.with_key(&house.key("analyst").await);
    for path in ["/v1/customers/cus_ada", "/v1/subscriptions/sub_ada", "/v1/events", "/v1/projections"] {
        analyst.get(&format!("{path}?min_size=100&wait_ms=50")).await.expect(504);
    }
}

#[tokio::test]
async fn after_object_waits_for_a_checkout_that_just_returned() {
    let (house, server) = House::with_server().await;
    let app = server.client().with_key(&house.key("app").await);
    until("it works", async || server.log().contains("this worker is active").then_some(())).await;
    let path = "/v1/accounts/ada/entitlements/pro?after_object=cs_ada&wait_ms=15000";
    let asking = app.get(path);
    let delivering = async {
        app.record(customer_created("evt_1", "cus_ada")).await;
        app.record(subscribed("evt_2", "sub_ada", "cus_ada", "pro")).await;
        app.record(checkout("evt_3", "cs_ada", "cus_ada", "ada", "sub_ada")).await;
    };
    let (answer, ()) = tokio::join!(asking, delivering);
    let answer = answer.expect(200).json();
    assert_eq!((&answer["allowed"], &answer["customer"]), (&true.into(), &"cus_ada".into()), "{answer:#}");
}

#[tokio::test]
async fn after_a_checkout_that_is_told_before_its_subscription_both_are_waited_for() {
    let (house, server) = House::with_server().await;
    let app = server.client().with_key(&house.key("app").await);
    app.record(checkout("evt_1", "cs_ada", "cus_ada", "ada", "sub_ada")).await;
    house.applied(&server).await;
    let path = |wait: u32| format!("/v1/accounts/ada/entitlements/pro?after_object=cs_ada&wait_ms={wait}");
    let early = app.get(&path(100)).await.expect(504).json();
    assert!(early["detail"].as_str().unwrap().contains("sub_ada"), "{early:#}");
    let longer = path(15_000);
    let delivering = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        app.record(subscribed("evt_2", "sub_ada", "cus_ada", "pro")).await;
    };
    let (answer, ()) = tokio::join!(app.get(&longer), delivering);
    assert_eq!(answer.expect(200).json()["allowed"], true);
}

#[tokio::test]
async fn after_an_object_that_never_comes_the_wait_ends() {
    let (_house, _server, app) = House::with_story("app").await;
    let answer = app.get("/v1/customers/cus_ada/entitlements/pro?after_object=cs_never&wait_ms=200").await;
    assert_eq!(answer.expect(504).reason(), "not_yet");
}
