//! Only what one of the endpoint's secrets has signed, lately, is acknowledged. Nothing else leaves a trace in the log.

use std::fmt::Write;

use crate::harness::client::WEBHOOK;
use crate::harness::event::customer_created;
use crate::harness::house::{House, SECRET};
use crate::harness::{log, now, show};

#[tokio::test]
async fn a_signed_event_is_acknowledged_once_it_is_in_the_log() {
    let (house, server) = House::with_server().await;
    let body = customer_created("evt_1", "cus_1");
    let answer = server.client().deliver(body.clone()).await;
    let records = log::assert_whole(&house.database.pool).await;
    assert_eq!((records.len(), &records[0].body), (1, &body));
    insta::assert_snapshot!(show::answer(&answer));
}

#[tokio::test]
async fn forged_deliveries_are_refused_with_a_reason_and_not_stored() {
    let (house, server) = House::with_server().await;
    let client = server.client();
    let body = customer_created("evt_1", "cus_1");
    let at = now();
    let right = client.sign(at, &body);
    let wrong = client.signing_with("whsec_somebody_elses_secret").sign(at, &body);
    let other_body = client.sign(at, b"{}");
    let (_, hex) = right.split_once("v1=").unwrap();
    let forged = [
        ("by another secret", wrong),
        ("of another body", other_body),
        ("with another time", format!("t={},v1={hex}", at - 1)),
        ("by a scheme that proves nothing", format!("t={at},v0={hex}")),
        ("that is no hex", format!("t={at},v1=zz{}", &hex[2..])),
        ("without a time", format!("v1={hex}")),
        ("with two times", format!("t={at},t={at},v1={hex}")),
        ("with a time that is none", format!("t=now,v1={hex}")),
        ("that is empty", String::new()),
        ("that is too long", format!("{right},v1={}", "0".repeat(100_000))),
    ];
    let mut told = String::new();
    for (name, header) in forged {
        let answer = client.deliver_with(WEBHOOK, &header, body.clone()).await;
        if answer.status == 431 {
            continue;
        }
        let answer = answer.expect(400);
        let problem = answer.json();
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert!(!answer.text().contains(SECRET) && !answer.text().contains(hex), "{}", answer.text());
        writeln!(told, "a signature {name}: {}: {}", problem["reason"], problem["detail"]).unwrap();
    }
    assert_eq!(log::records(&house.database.pool).await.len(), 0);
    insta::assert_snapshot!(told);
}

#[tokio::test]
async fn a_delivery_without_a_signature_is_refused() {
    let (house, server) = House::with_server().await;
    let headers = [("content-type", "application/json")];
    let body = customer_created("evt_1", "cus_1").into();
    let answer = server.client().send(hyper::Method::POST, WEBHOOK, &headers, body).await;
    assert_eq!(log::records(&house.database.pool).await.len(), 0);
    insta::assert_snapshot!(show::answer(&answer));
}

#[tokio::test]
async fn a_signature_is_refused_when_it_is_old_or_of_the_future_and_taken_within_the_tolerance() {
    let (_house, server) = House::with_server().await;
    let client = server.client();
    let body = customer_created("evt_1", "cus_1");
    let at =
        async |seconds: i64| client.deliver_with(WEBHOOK, &client.sign(now() + seconds, &body), body.clone()).await;
    assert_eq!(at(-3600).await.expect(400).reason(), "signature_too_old");
    assert_eq!(at(-305).await.expect(400).reason(), "signature_too_old");
    assert_eq!(at(310).await.expect(400).reason(), "signature_too_new");
    assert_eq!(at(3600).await.expect(400).reason(), "signature_too_new");
    at(-280).await.expect(200);
    at(280).await.expect(200);
}

#[tokio::test]
async fn one_right_signature_among_several_is_enough_while_a_secret_is_rolled() {
    let (_house, server) = House::with_server().await;
    let client = server.client();
    let body = customer_created("evt_1", "cus_1");
    let right = client.sign(now(), &body);
    let (time, hex) = right.split_once(",v1=").unwrap();
    let wrong = "00".repeat(32);
    let header = format!("{time},v1={wrong},v0={wrong},v1={hex}");
    client.deliver_with(WEBHOOK, &header, body).await.expect(200);
}

#[tokio::test]
async fn a_header_with_a_hundred_signatures_is_answered_at_once() {
    let (house, server) = House::with_server().await;
    let client = server.client();
    let body = customer_created("evt_1", "cus_1");
    let time = now();
    let wrong: Vec<String> = (0..100).map(|number| format!("v1={number:064x}")).collect();
    let header = format!("t={time},{}", wrong.join(","));
    let began = std::time::Instant::now();
    let answer = client.deliver_with(WEBHOOK, &header, body).await.expect(400);
    assert_eq!(answer.reason(), "signature_too_many", "{}", answer.text());
    assert!(began.elapsed().as_secs() < 2);
    assert_eq!(log::records(&house.database.pool).await.len(), 0);
}

#[tokio::test]
async fn the_sixteenth_signature_of_a_header_counts_and_a_later_one_is_said_to_be_too_many() {
    let (_house, server) = House::with_server().await;
    let client = server.client();
    let body = customer_created("evt_1", "cus_1");
    let right = client.sign(now(), &body);
    let (time, hex) = right.split_once(",v1=").unwrap();
    let wrong = format!(",v1={}", "00".repeat(32));
    let at_place = async |place: usize| {
        client.deliver_with(WEBHOOK, &format!("{time}{},v1={hex}", wrong.repeat(place - 1)), body.clone()).await
    };
    at_place(16).await.expect(200);
    assert_eq!(at_place(17).await.expect(400).reason(), "signature_too_many");
}

#[tokio::test]
async fn two_signature_headers_are_refused_even_if_one_is_right() {
    let (house, server) = House::with_server().await;
    let client = server.client();
    let body = customer_created("evt_1", "cus_1");
    let right = client.sign(now(), &body);
    let wrong = client.signing_with("whsec_somebody_elses_secret").sign(now(), &body);
    for both in [[right.as_str(), wrong.as_str()], [wrong.as_str(), right.as_str()]] {
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(both.map(|one| ("stripe-signature", one)));
        let answer = client.send(hyper::Method::POST, WEBHOOK, &headers, body.clone().into()).await.expect(400);
        assert_eq!(answer.reason(), "signature_twice");
    }
    assert_eq!(log::records(&house.database.pool).await.len(), 0);
}

#[tokio::test]
async fn both_secrets_work_while_one_is_rolled_and_the_log_says_which_one_did() {
    let house = House::new().await;
    let mut server = house.serve(&["--webhook-secret=new=whsec_new_0123456789,old=whsec_old_0123456789"]).await;
    let client = server.client();
    client.signing_with("whsec_old_0123456789").deliver(customer_created("evt_1", "cus_1")).await.expect(200);
    client.signing_with("whsec_new_0123456789").deliver(customer_created("evt_2", "cus_2")).await.expect(200);
    let labels: Vec<Option<String>> = sqlx::query_scalar("select secret_label from record order by position")
        .fetch_all(&house.database.pool)
        .await
        .unwrap();
    assert_eq!(labels, [Some("old".to_owned()), Some("new".to_owned())]);
    assert!(server.stop().await.success());
    let server = house.serve(&["--webhook-secret=new=whsec_new_0123456789"]).await;
    let old = server.client().signing_with("whsec_old_0123456789");
    assert_eq!(old.deliver(customer_created("evt_3", "cus_3")).await.expect(400).reason(), "signature_mismatch");
}
