//! Health, projections, and what answers where nothing does.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use chrono::TimeDelta;
use daybook_store::key::Role;
use serde_json::json;

use crate::house::{House, config, event, now};

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
    // The log itself can be read; what only read models know of it cannot be said to be nothing.
    let analyst = house.key(Role::Analyst).await;
    assert_eq!(house.get("/v1/events", &analyst).await.status.as_u16(), 200);
    for filter in ["customer=cus_1", "object=in_1", "outcome=quarantined"] {
        let answer = house.get(&format!("/v1/events?{filter}"), &analyst).await;
        assert_eq!(answer.problem(), (503, "not_built".to_owned()), "{filter}");
    }
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

#[tokio::test]
async fn a_database_that_hangs_is_waited_for_only_so_long() {
    let mut config = config();
    config.questions.patience = Duration::from_millis(200);
    config.questions.request = Duration::from_secs(2);
    let house = House::with(config).await;
    let (app, analyst) = (house.key(Role::App).await, house.key(Role::Analyst).await);
    house.get("/v1/customers/cus_1/entitlements", &app).await;
    assert_eq!(house.get("/v1/customers/cus_1", &analyst).await.problem(), (404, "unknown".to_owned()));
    let mut hanging = house.pool().begin().await.unwrap();
    sqlx::query("lock table generation_1.customer, generation_1.entitlement_source in access exclusive mode")
        .execute(&mut *hanging)
        .await
        .unwrap();
    for (path, key) in [
        ("/v1/customers/cus_2/entitlements/seats", &app),
        ("/v1/customers/cus_1", &analyst),
        ("/v1/accounts/user/entitlements", &app),
    ] {
        let answer = house.get(path, key).await;
        assert_eq!(answer.problem(), (503, "database_away".to_owned()), "{path}");
        assert!(answer.headers.contains_key("retry-after"));
    }
    let ready = house.get_openly("/readyz").await;
    assert_eq!((ready.status.as_u16(), ready.get("/ready")), (503, json!(false)));
    assert_eq!(house.get_openly("/readyz/deliveries").await.status, 200, "the log can be written");
    hanging.rollback().await.unwrap();
    assert_eq!(house.get("/v1/customers/cus_2/entitlements/seats", &app).await.status, 200);
    assert_eq!(house.get_openly("/readyz").await.status, 200);
}

#[tokio::test]
async fn a_house_whose_read_models_cannot_be_read_is_not_ready_but_takes_deliveries() {
    let house = House::build().await;
    assert_eq!(house.get_openly("/readyz").await.status, 200);
    sqlx::query("alter table generation_1.customer drop column has_payment_method")
        .execute(house.pool())
        .await
        .unwrap();
    let ready = house.get_openly("/readyz").await;
    assert_eq!(ready.status, 503);
    assert!(ready.headers.contains_key("retry-after"));
    let answer = house.get("/v1/customers/cus_1/entitlements", &house.key(Role::App).await).await;
    assert_eq!(answer.problem(), (503, "not_built".to_owned()));
    sqlx::query("delete from live_generation").execute(house.pool()).await.unwrap();
    assert_eq!(house.get_openly("/readyz").await.status, 503);
    assert_eq!(house.get_openly("/readyz/deliveries").await.status, 200);
    assert_eq!(house.deliver(event("evt_1", "a.b", &json!({}))).await.status, 200);
}

#[tokio::test]
async fn records_that_nobody_works_on_make_a_house_unready() {
    let mut config = config();
    config.readiness.longest_idleness = Duration::ZERO;
    let house = House::with(config).await;
    assert_eq!(house.get_openly("/readyz").await.status, 200, "nothing waits");
    house.deliver(event("evt_1", "a.b", &json!({}))).await;
    let idle = house.get_openly("/readyz").await;
    assert_eq!(idle.status, 503, "{}", idle.json());
    assert!(idle.get("/reasons/0").as_str().unwrap().contains("no worker"));
    let mut connection = house.pool().acquire().await.unwrap();
    let holder = "insert into lease (name, holder, epoch, expires_at)
         values ('worker', gen_random_uuid(), 1, clock_timestamp() + interval '1 minute')";
    sqlx::query(holder).execute(&mut *connection).await.unwrap();
    assert_eq!(house.get_openly("/readyz").await.status, 200);
}

#[tokio::test]
async fn a_path_that_is_no_text_is_a_problem_too() {
    let house = House::build().await;
    let key = house.key(Role::Auditor).await;
    for path in ["/v1/customers/%ff", "/v1/customers/%ff/entitlements/seats", "/v1/events/%ff/body"] {
        assert_eq!(house.get(path, &key).await.problem(), (400, "malformed".to_owned()), "{path}");
    }
    let delivery = Request::post("/webhooks/stripe/%ff").header("content-type", "application/json");
    let answer = house.send(delivery.body(Body::from("{}")).unwrap()).await;
    assert_eq!(answer.problem(), (400, "malformed".to_owned()));
}
