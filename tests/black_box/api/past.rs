//! What was said then, and what would be said now about then.

use std::fmt::Write;

use crate::harness::event::{BEGIN, bytes, event, invoice_paid, subscribed, subscription};
use crate::harness::house::House;
use crate::harness::show;

/// Ada subscribes in January, is unpaid from the hundredth second on, and we hear of that before we hear of a payment that came earlier.
async fn late_news() -> (House, crate::harness::server::Server, crate::harness::client::Client) {
    let (house, server) = House::with_server().await;
    let client = server.client();
    client.deliver(subscribed("evt_subscribed", "sub_ada", "cus_ada", "pro")).await.expect(200);
    let unpaid = subscription("sub_ada", "cus_ada", "unpaid", "pro");
    client
        .deliver(bytes(&event("evt_unpaid", "customer.subscription.updated", BEGIN + 100, &unpaid)))
        .await
        .expect(200);
    let paused = subscription("sub_ada", "cus_ada", "paused", "pro");
    client.deliver(bytes(&event("evt_paused", "customer.subscription.updated", BEGIN + 50, &paused))).await.expect(200);
    client.deliver(invoice_paid("evt_paid", "in_ada", "cus_ada", "sub_ada")).await.expect(200);
    house.applied(&server).await;
    let analyst = client.with_key(&house.key("analyst").await);
    (house, server, analyst)
}

#[tokio::test]
async fn what_was_said_then_and_what_would_be_said_now_about_then_are_two_answers() {
    let (_house, _server, analyst) = late_news().await;
    let code = async |query: String| {
        let answer = analyst.get(&format!("/v1/customers/cus_ada/entitlements/pro{query}")).await.expect(200).json();
        (answer["code"].as_str().unwrap().to_owned(), answer["size"].as_i64().unwrap())
    };
    let then = BEGIN + 60;
    assert_eq!(code(String::new()).await, ("unpaid".to_owned(), 4), "now");
    assert_eq!(code("?known_at=1".to_owned()).await, ("active".to_owned(), 1), "the first record alone");
    assert_eq!(code(format!("?as_of={then}&known_at=2")).await, ("active".to_owned(), 2), "what was said then");
    assert_eq!(code(format!("?as_of={then}")).await, ("paused".to_owned(), 4), "what is known now about then");
    assert_eq!(code("?as_of=2024-12-31".to_owned()).await, ("unknown_customer".to_owned(), 4), "before it all began");
    assert_eq!(code("?known_at=2000-01-01T00:00:00Z".to_owned()).await, ("unknown_customer".to_owned(), 0));
}

#[tokio::test]
async fn what_an_operator_said_of_an_account_counts_in_its_past_too() {
    let (house, _server, analyst) = late_news().await;
    let code = async |query: &str| {
        let answer = analyst.get(&format!("/v1/accounts/tenant%207/entitlements/pro{query}")).await.expect(200).json();
        answer["code"].as_str().unwrap().to_owned()
    };
    house.run(&["link", "cus_ada", "tenant 7", "--reason=a pilot"]).await.expect(0);
    let linked = (code("?min_size=5").await, code("?known_at=5").await, code("?known_at=4").await);
    assert_eq!(linked, ("unpaid".to_owned(), "unpaid".to_owned(), "unknown_customer".to_owned()));
    house.run(&["unlink", "cus_ada", "tenant 7", "--reason=it is over"]).await.expect(0);
    let unlinked = (code("?min_size=6").await, code("?known_at=6").await, code("?known_at=5").await);
    assert_eq!(unlinked, ("unknown_customer".to_owned(), "unknown_customer".to_owned(), "unpaid".to_owned()));
}

#[tokio::test]
async fn an_answer_about_the_past_is_written_like_one_about_now() {
    let (house, _server, analyst) = late_news().await;
    let query = format!("as_of={}&known_at=3&explain", BEGIN + 60);
    insta::assert_snapshot!(show::answer(
        &analyst.get(&format!("/v1/customers/cus_ada/entitlements/pro?{query}")).await
    ));
    let answer = analyst.get(&format!("/v1/customers/cus_ada/entitlements?{query}")).await.expect(200).json();
    assert_eq!(answer["as_of"], "2025-01-01T00:01:00Z");
    insta::assert_snapshot!(show::answer(
        &analyst.get(&format!("/v1/accounts/user_of_cus_ada/entitlements/pro?as_of={BEGIN}")).await
    ));
    insta::assert_snapshot!(show::answer(&analyst.get("/v1/subscriptions/sub_ada?known_at=1").await));
    let told =
        house.run(&["entitlements", "cus_ada", "pro", "--as-of=2025-01-01T00:01:00Z", "--known-at=3"]).await.expect(3);
    insta::assert_snapshot!(told.out);
}

#[tokio::test]
async fn whoever_still_waits_takes_no_place_from_those_who_ask_about_the_past() {
    let (house, server, analyst) = House::with_story("analyst").await;
    let size = house.applied(&server).await;
    let path = "/v1/customers/cus_ada/entitlements/pro?known_at=1";
    let waits = format!("{path}&min_size={}&wait_ms=2000", size + 1);
    let waiting = futures::future::join_all((0..4).map(|_| analyst.get(&waits)));
    let asking = async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        analyst.get(path).await
    };
    let (waited, answer) = tokio::join!(waiting, asking);
    answer.expect(200);
    assert!(waited.into_iter().all(|answer| answer.status == 504));
}

#[tokio::test]
async fn the_past_needs_an_analysts_key_and_a_time_that_can_be_read() {
    let (house, server, analyst) = late_news().await;
    let app = server.client().with_key(&house.key("app").await);
    let path = "/v1/customers/cus_ada/entitlements/pro";
    assert_eq!(app.get(&format!("{path}?as_of=2026-01-01")).await.expect(403).reason(), "role_too_low");
    let mut told = String::new();
    for query in ["as_of=yesterday", "known_at=99", "known_at=-1", "as_of=9999999999999"] {
        let answer = analyst.get(&format!("{path}?{query}")).await.expect(400).json();
        writeln!(told, "{query}: {}", answer["detail"].as_str().unwrap()).unwrap();
    }
    insta::assert_snapshot!(told);
    house.run(&["entitlements", "cus_ada", "--as-of=soon"]).await.expect(2);
}
