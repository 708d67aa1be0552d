//! `min_size` and `after_object`: reading one's own write.

use std::sync::Arc;
use std::time::Duration;

use daybook_store::key::Role;
use secrecy::SecretString;
use serde_json::json;

use crate::house::{Answer, House, event, outcome, subscription, with_source};

#[tokio::test]
async fn a_size_that_is_reached_is_not_waited_for_and_one_that_is_not_ends_in_504() {
    let house = House::build().await;
    house.apply(1, &[], &[]).await;
    house.follow().await;
    let key = house.key(Role::App).await;
    let reached = house.get("/v1/customers/cus_1/entitlements?min_size=1", &key).await;
    assert_eq!((reached.status.as_u16(), reached.get("/size")), (200, json!(1)));
    let not_yet = house.get("/v1/customers/cus_1/entitlements?min_size=2&wait_ms=20", &key).await;
    assert_eq!(not_yet.problem(), (504, "not_yet".to_owned()));
    assert_eq!(not_yet.get("/size"), 1);
}

#[tokio::test]
async fn a_reader_that_waits_is_answered_when_its_write_is_applied() {
    let house = House::build().await;
    let follower = tokio::spawn(Arc::clone(&house.app).follow(std::future::pending()));
    house.deliver(event("evt_1", "customer.subscription.created", &json!({"id": "sub_cus_1"}))).await;
    let key = house.key(Role::App).await;
    let grant = with_source("cus_1", &subscription("cus_1", "active", "seats"));
    let (answer, ()) = tokio::join!(
        house.get("/v1/customers/cus_1/entitlements/seats?min_size=1", &key),
        house.apply(1, &["cus_1"], &grant)
    );
    assert_eq!((answer.get("/allowed"), answer.get("/size")), (json!(true), json!(1)));
    follower.abort();
}

#[tokio::test]
async fn a_checkout_that_just_returned_is_waited_for_by_its_own_id() {
    let house = House::build().await;
    let follower = tokio::spawn(Arc::clone(&house.app).follow(std::future::pending()));
    let key = house.key(Role::App).await;
    let early = house.get("/v1/customers/cus_1/entitlements?after_object=cs_1&wait_ms=20", &key).await;
    assert_eq!(early.problem(), (504, "not_yet".to_owned()));
    house.deliver(event("evt_1", "checkout.session.completed", &json!({"id": "cs_1"}))).await;
    let applied = [outcome(0, "cs_1", "cus_1")];
    let (answer, ()) = tokio::join!(
        house.get("/v1/customers/cus_1/entitlements?after_object=cs_1", &key),
        house.apply(1, &["cus_1"], &applied)
    );
    assert_eq!((answer.status.as_u16(), answer.get("/size")), (200, json!(1)));
    follower.abort();
}

/// Three times as many as there are connections wait for a checkout that never comes.
async fn crowd(house: &House, key: &SecretString) -> Vec<Answer> {
    let connections = house.database.pool.options().get_max_connections();
    let path = "/v1/customers/cus_1/entitlements?after_object=cs_never&wait_ms=3000";
    futures::future::join_all((0..connections * 3).map(|_| house.get(path, key))).await
}

fn assert_all_refused(waited: &[Answer]) {
    assert!(waited.iter().all(|answer| answer.problem() == (504, "not_yet".to_owned())));
}

#[tokio::test]
async fn however_many_wait_for_a_checkout_others_are_answered_meanwhile() {
    let house = House::build().await;
    house.apply(1, &[], &[]).await;
    house.follow().await;
    let (app, analyst) = (house.key(Role::App).await, house.key(Role::Analyst).await);
    let waited = crowd(&house, &app);
    let meanwhile = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        tokio::time::timeout(Duration::from_secs(2), house.get("/v1/events", &analyst)).await
    };
    let (waited, meanwhile) = tokio::join!(waited, meanwhile);
    assert_eq!(meanwhile.expect("nobody waits for those who wait").status.as_u16(), 200);
    assert_all_refused(&waited);
}

#[tokio::test]
async fn a_size_that_a_crash_of_the_database_took_back_is_waited_for_again() {
    let house = House::build().await;
    house.apply(5, &[], &[]).await;
    house.follow().await;
    // What this process last heard is of before the crash.
    house.apply(3, &[], &[]).await;
    let key = house.key(Role::App).await;
    let path = |wait: u32| format!("/v1/customers/cus_1/entitlements?min_size=5&wait_ms={wait}");
    let early = house.get(&path(100), &key).await;
    assert_eq!((early.problem(), early.get("/size")), ((504, "not_yet".to_owned()), json!(3)));
    let longer = path(5_000);
    let (answer, ()) = tokio::join!(house.get(&longer, &key), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        house.apply(5, &[], &[]).await;
    });
    assert_eq!((answer.status.as_u16(), answer.get("/size")), (200, json!(5)));
}

/// Holds back whoever looks for an object or a customer's events, as a rebuild of indexes would.
async fn hold(house: &House) -> sqlx::Transaction<'static, sqlx::Postgres> {
    let mut holding = house.pool().begin().await.unwrap();
    let lock = "lock table generation_1.record_outcome in access exclusive mode";
    sqlx::query(lock).execute(&mut *holding).await.unwrap();
    holding
}

#[tokio::test]
async fn few_search_at_once_however_long_that_takes() {
    let house = House::build().await;
    house.apply(1, &[], &[]).await;
    house.follow().await;
    let (app, analyst) = (house.key(Role::App).await, house.key(Role::Analyst).await);
    let holding = hold(&house).await;
    let waited = crowd(&house, &app);
    let meanwhile = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let answered = tokio::time::timeout(Duration::from_secs(2), house.get("/v1/projections", &analyst)).await;
        holding.rollback().await.unwrap();
        answered
    };
    let (waited, meanwhile) = tokio::join!(waited, meanwhile);
    assert_eq!(meanwhile.expect("a connection is left for others").status.as_u16(), 200);
    assert_all_refused(&waited);
}

#[tokio::test]
async fn whoever_asks_without_patience_is_told_what_is_there_although_others_search() {
    let house = House::build().await;
    house.deliver(event("evt_1", "customer.created", &json!({"id": "cus_1"}))).await;
    house.apply(1, &["cus_1"], &[outcome(0, "cus_1", "cus_1")]).await;
    house.follow().await;
    let app = house.key(Role::App).await;
    let searching =
        (0..40).map(|_| house.get("/v1/customers/cus_1/entitlements?after_object=cs_never&wait_ms=500", &app));
    let at_once = house.get("/v1/customers/cus_1/entitlements?after_object=cus_1&wait_ms=0", &app);
    let (_, answer) = tokio::join!(futures::future::join_all(searching), at_once);
    assert_eq!(answer.status.as_u16(), 200, "{:?}", answer.problem());
}

#[tokio::test]
async fn the_follower_finds_a_connection_although_every_question_waits_for_its_own() {
    let house = House::build().await;
    house.apply(1, &[], &[]).await;
    house.follow().await;
    let analyst = house.key(Role::Analyst).await;
    let holding = hold(&house).await;
    let connections = house.database.pool.options().get_max_connections();
    let asking = (0..connections).map(|_| house.get("/v1/events?customer=cus_1", &analyst));
    let follows = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let followed = tokio::time::timeout(Duration::from_secs(2), house.follow()).await;
        holding.rollback().await.unwrap();
        followed
    };
    let (_, followed) = tokio::join!(futures::future::join_all(asking), follows);
    followed.expect("it has a connection of its own");
}

#[tokio::test]
async fn a_query_that_cannot_be_read_says_what_is_wrong_with_it() {
    let house = House::build().await;
    let key = house.key(Role::App).await;
    let answer = house.get("/v1/customers/cus_1/entitlements/seats?min_size=many", &key).await;
    assert_eq!(answer.problem(), (400, "malformed".to_owned()));
    assert!(answer.get("/detail").as_str().unwrap().contains("min_size"));
}
