//! One act at a time.

use daybook_commands::{Done, Error};
use daybook_domain::{
    customer::{self, Act, Insistence},
    entitlement::Source,
    id::{CustomerId, EventId},
    time::Timestamp,
};
use daybook_store::log::read;
use serde_json::json;

use crate::house::{House, NOW, grant, position, request};

#[tokio::test]
async fn an_act_is_a_record_of_the_log_and_is_folded_by_the_worker() {
    let house = House::build().await;
    let done = house.act(None, grant("pro")).await.unwrap();
    let Done::Recorded(receipt) = &done else { panic!("{done:?}") };
    let mut connection = house.test.pool.acquire().await.unwrap();
    let record = read::record_by_position(&mut connection, receipt.position).await.unwrap().unwrap();
    assert_eq!((record.kind.as_str(), record.source), ("daybook.feature_granted", daybook_store::Source::Operator));
    assert_eq!(record.event_id, receipt.record.as_str());
    let said = house.said("cus_1", receipt.position + 1).await;
    let [Source::Operators { given, .. }] = said.as_slice() else { panic!("{said:?}") };
    let given = given.get(&receipt.record).unwrap();
    assert_eq!((&*given.feature, &*given.by.actor, given.by.ticket.as_deref()), ("pro", "anna", Some("T-1")));
    let events = "select string_agg(event_type, ' ' order by sequence) from generation_1.event where aggregate_type = 'Customer'";
    let events: String = sqlx::query_scalar(events).fetch_one(&house.test.pool).await.unwrap();
    assert_eq!(events, "CustomerObserved FeatureGranted");
}

#[tokio::test]
async fn an_act_is_decided_against_everything_recorded_before_it() {
    let house = House::build().await;
    // Nobody waits for the worker in between.
    house.event("evt_2", &json!({ "object": "customer", "id": "cus_2" }), "customer.created").await;
    let on = |customer: &str, act: Act| {
        house.desk.act(request(None, &act), CustomerId::new(customer), act, Insistence::None)
    };
    let first = on("cus_2", grant("pro")).await.unwrap();
    assert_eq!(on("cus_2", grant("pro")).await.unwrap(), Done::SoAlready { size: position(&first) + 1 });
    let Done::Recorded(receipt) = first else { panic!("{first:?}") };
    let end = || Act::End { given: receipt.record.clone(), at: Timestamp::from_unix(NOW).unwrap() };
    assert!(matches!(on("cus_2", end()).await.unwrap(), Done::Recorded(_)));
    assert!(matches!(on("cus_2", end()).await.unwrap(), Done::SoAlready { .. }));
    assert_eq!(house.acts().await, 2);
}

#[tokio::test]
async fn a_refused_act_leaves_no_record() {
    let house = House::build().await;
    let refused = house.act(None, Act::Unlink { account: "user_1".into() }).await;
    assert!(matches!(refused, Err(Error::Customer(customer::Error::NotLinked))));
    let unknown =
        house.desk.act(request(None, &grant("pro")), CustomerId::new("cus_9"), grant("pro"), Insistence::None);
    assert!(matches!(unknown.await, Err(Error::Customer(customer::Error::Unknown))));
    let none = Act::End { given: EventId::new("op_none"), at: Timestamp::MIN };
    assert!(matches!(house.act(None, none).await, Err(Error::Customer(customer::Error::NothingToEnd { .. }))));
    assert_eq!(house.acts().await, 0);
}

#[tokio::test]
async fn a_customer_nobody_has_seen_can_be_given_something_by_who_insists() {
    let house = House::build().await;
    let act =
        house.desk.act(request(None, &grant("pro")), CustomerId::new("cus_9"), grant("pro"), Insistence::Insisted);
    let done = act.await.unwrap();
    assert_eq!(house.said("cus_9", position(&done) + 1).await.len(), 1);
}

#[tokio::test]
async fn the_same_key_never_acts_twice_and_gives_the_same_answer() {
    let house = House::build().await;
    let Done::Recorded(first) = house.act(Some("a"), grant("pro")).await.unwrap() else { panic!("not recorded") };
    assert_eq!(house.act(Some("a"), grant("pro")).await.unwrap(), Done::Repeated(first.clone()));
    // Even when the act could not be done any more.
    let end = Act::End { given: first.record.clone(), at: Timestamp::from_unix(NOW).unwrap() };
    let Done::Recorded(ended) = house.act(Some("b"), end.clone()).await.unwrap() else { panic!("not recorded") };
    assert_eq!(house.act(Some("b"), end).await.unwrap(), Done::Repeated(ended));
    assert_eq!(house.act(Some("a"), grant("pro")).await.unwrap(), Done::Repeated(first));
    assert_eq!(house.acts().await, 2);
    let other = house.act(Some("a"), grant("sso")).await;
    assert!(matches!(other, Err(Error::KeyReused { .. })), "{other:?}");
    assert!(matches!(house.act(Some(""), grant("sso")).await, Err(Error::Key { .. })));
}

#[tokio::test]
async fn without_a_worker_nothing_can_be_decided_and_nothing_is_recorded() {
    let house = House::build().await;
    house.said("cus_1", 1).await;
    sqlx::query("update checkpoint set size = 0").execute(&house.test.pool).await.unwrap();
    let limits = daybook_commands::Limits {
        patience: std::time::Duration::from_millis(50),
        ..daybook_commands::Limits::default()
    };
    let desk = daybook_commands::Desk::new(&house.database, &house.recorder, limits);
    let act = desk.act(request(None, &grant("pro")), CustomerId::new("cus_1"), grant("pro"), Insistence::None).await;
    assert!(matches!(act, Err(Error::Behind { .. })), "{act:?}");
    assert_eq!(house.acts().await, 0);
}
