//! Settling what a person must look at.

use daybook_commands::{Done, Error};
use daybook_domain::{
    finding::{self, About, Stands},
    scope::ScopeId,
};
use daybook_store::{Recorded, log::conflict, operated};

use crate::house::{House, grant, request};

#[tokio::test]
async fn a_contradiction_is_settled_and_nothing_is_overwritten() {
    let house = House::build().await;
    let other = r#"{"id":"evt_1","object":"event","type":"customer.created","data":{"object":{"object":"customer","id":"cus_7"}}}"#;
    let contradicting = house.record("evt_1", "customer.created", other.to_owned()).await;
    assert_eq!(contradicting, Recorded::Conflict(0));
    let mut connection = house.test.pool.acquire().await.unwrap();
    let before = conflict::list(&mut connection, None, i64::MAX, 5).await.unwrap();
    let about = About::Conflict(before.first().unwrap().id);
    let settle = |stands| house.desk.settle(request(None, &grant("-")), about, stands);
    assert!(matches!(settle(Stands::Record).await.unwrap(), Done::Recorded(_)));
    assert!(matches!(settle(Stands::Record).await.unwrap(), Done::SoAlready { .. }));
    assert!(matches!(settle(Stands::Delivery).await.unwrap(), Done::Recorded(_)));
    let refused = settle(Stands::Acknowledged).await;
    assert!(matches!(refused, Err(Error::Finding(finding::Error::TwoContents))));
    let settled = operated::settlements(&mut connection).await.unwrap();
    assert_eq!(settled.into_iter().collect::<Vec<_>>(), [(about, Stands::Delivery)]);
    assert_eq!(conflict::list(&mut connection, None, i64::MAX, 5).await.unwrap(), before);
}

#[tokio::test]
async fn a_record_that_cannot_be_read_is_acknowledged_and_one_that_can_is_not() {
    let house = House::build().await;
    let Recorded::Appended(position) = house.record("evt_2", "customer.updated", "no json".to_owned()).await else {
        panic!("not appended")
    };
    let settle =
        |position| house.desk.settle(request(None, &grant("-")), About::Quarantined(position), Stands::Acknowledged);
    assert!(matches!(settle(0).await, Err(Error::Finding(finding::Error::Nothing))));
    assert!(matches!(settle(999_999).await, Err(Error::Finding(finding::Error::Nothing))));
    assert!(matches!(settle(position).await.unwrap(), Done::Recorded(_)));
    assert!(matches!(settle(position).await.unwrap(), Done::SoAlready { .. }));
}

#[tokio::test]
async fn nobody_settles_what_stands_in_other_books() {
    let house = House::build().await;
    let Recorded::Appended(position) = house.record("evt_2", "customer.updated", "no json".to_owned()).await else {
        panic!("not appended")
    };
    sqlx::query("insert into scope (id, livemode) values (2, true)").execute(&house.test.pool).await.unwrap();
    let elsewhere = daybook_commands::Request { scope: ScopeId(2), ..request(None, &grant("-")) };
    let settled = house.desk.settle(elsewhere, About::Quarantined(position), Stands::Acknowledged).await;
    assert!(matches!(settled, Err(Error::Finding(finding::Error::Nothing))), "{settled:?}");
}
