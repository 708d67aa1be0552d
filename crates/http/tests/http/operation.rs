//! Health, projections, and what answers where nothing does.

use axum::body::Body;
use axum::http::Request;
use chrono::TimeDelta;
use daybook_store::key::Role;
use serde_json::json;

use crate::house::{House, event, now};

#[tokio::test]
async fn a_house_that_follows_its_log_is_ready_and_one_that_lags_is_not() {
    let house = House::build().await;
    assert_eq!(
        house.get_openly("/readyz").await.json(),
        json!({"ready": true, "reasons": [], "log_size": 0, "size": 0, "lag_seconds": 0})
    );
    house.deliver(event("evt_1", "a.b", &json!({}))).await;
    assert_eq!(house.get_openly("/readyz").await.status, 200);
    let late = "insert into record (position, received_at, scope, event_id, source, kind, leaf_hash)
         values (1, $1, 1, 'evt_2', 'webhook', 'a.b', '')";
    sqlx::query(late).bind(now() - TimeDelta::hours(1)).execute(house.pool()).await.unwrap();
    house.apply(1, &[], &[]).await;
    let lagging = house.get_openly("/readyz").await;
    assert_eq!((lagging.status.as_u16(), lagging.get("/lag_seconds")), (503, json!(3600)));
    let alive = house.get_openly("/healthz").await;
    assert_eq!((alive.status.as_u16(), alive.get("/status")), (200, json!("degraded")));
}

#[tokio::test]
async fn projections_say_which_generation_answers_and_how_far_it_is() {
    let house = House::build().await;
    house.deliver(event("evt_1", "a.b", &json!({}))).await;
    let answer = house.get("/v1/projections", &house.key(Role::Analyst).await).await;
    assert_eq!((answer.get("/log_size"), answer.get("/size")), (json!(1), json!(0)));
    assert_eq!(answer.get("/live/0"), json!({"name": "aggregates", "generation": 1, "size": 0, "lag": 1}));
    assert_eq!(answer.get("/generations/0/code_version"), "test");
}

#[tokio::test]
async fn a_house_without_read_models_says_so() {
    let house = House::build().await;
    sqlx::query("delete from live_generation").execute(house.pool()).await.unwrap();
    let answer = house.get("/v1/customers/cus_1/entitlements", &house.key(Role::App).await).await;
    assert_eq!(answer.problem(), (503, "not_built".to_owned()));
    assert!(answer.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn other_paths_and_methods_are_problems_too() {
    let house = House::build().await;
    assert_eq!(house.get_openly("/nothing").await.problem(), (404, "no_such_path".to_owned()));
    let get = house.get_openly("/webhooks/stripe").await;
    assert_eq!(get.problem(), (405, "no_such_method".to_owned()));
    let slash = Request::post("/webhooks/stripe/").body(Body::empty()).unwrap();
    assert_eq!(house.send(slash).await.status, 404);
}
