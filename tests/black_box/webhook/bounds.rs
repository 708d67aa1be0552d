//! The bounds of a delivery: its path, method, media type, size and patience.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use hyper::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::harness::client::WEBHOOK;
use crate::harness::event::customer_created;
use crate::harness::house::House;
use crate::harness::{log, now, show};

const TWENTY_SECONDS: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_webhook_answers_to_post_only() {
    let (_house, server) = House::with_server().await;
    let answer = server.client().get(WEBHOOK).await;
    assert_eq!(answer.header("allow"), Some("POST"));
    insta::assert_snapshot!(show::answer(&answer));
    server.client().send(Method::PUT, WEBHOOK, &[], "{}".into()).await.expect(405);
}

#[tokio::test]
async fn an_endpoint_nobody_configured_is_not_found_and_not_redirected() {
    let (house, server) = House::with_server().await;
    let body = customer_created("evt_1", "cus_1");
    insta::assert_snapshot!(show::answer(&server.client().deliver_to("/webhooks/stripe/connect", body.clone()).await));
    for path in ["/webhooks/stripe/", "/webhooks", "/webhooks/stripe/a/b", "//webhooks/stripe", "/webhooks/stripe/%00"]
    {
        let answer = server.client().deliver_to(path, body.clone()).await;
        assert!([400, 404].contains(&answer.status), "{path}: {}", answer.status);
        assert!(answer.header("location").is_none(), "{path} redirects");
    }
    assert_eq!(log::records(&house.database.pool).await.len(), 0);
}

#[tokio::test]
async fn a_body_that_is_not_sent_as_json_is_refused() {
    let (_house, server) = House::with_server().await;
    let client = server.client();
    let body = customer_created("evt_1", "cus_1");
    let signature = client.sign(now(), &body);
    let sent_as = async |media: &str| {
        let headers = [("content-type", media), ("stripe-signature", signature.as_str())];
        client.send(Method::POST, WEBHOOK, &headers, body.clone().into()).await
    };
    insta::assert_snapshot!(show::answer(&sent_as("text/plain").await));
    sent_as("application/x-www-form-urlencoded").await.expect(415);
    let without = [("stripe-signature", signature.as_str())];
    client.send(Method::POST, WEBHOOK, &without, body.clone().into()).await.expect(415);
    sent_as("Application/JSON; charset=utf-8").await.expect(200);
}

#[tokio::test]
async fn a_body_of_five_megabytes_is_refused_whether_it_says_its_length_or_not() {
    let (house, server) = House::with_server().await;
    let client = server.client();
    let body = vec![b' '; 5 * 1024 * 1024];
    let answer = client.deliver(body.clone()).await;
    insta::assert_snapshot!(show::answer(&answer));
    let mut request = head(&client.sign(now(), &body), "transfer-encoding: chunked").into_bytes();
    request.extend_from_slice(format!("{:x}\r\n", body.len()).as_bytes());
    request.extend_from_slice(&body);
    request.extend_from_slice(b"\r\n0\r\n\r\n");
    let answer = raw(server.address, &request).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert_eq!(log::records(&house.database.pool).await.len(), 0);
    client.deliver(customer_created("evt_1", "cus_1")).await.expect(200);
}

#[tokio::test]
async fn a_client_that_asks_first_is_told_before_it_sends_five_megabytes() {
    let (_house, server) = House::with_server().await;
    let request = head("t=1,v1=00", "content-length: 5242880\r\nexpect: 100-continue");
    let answer = raw(server.address, request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[tokio::test]
async fn a_body_that_trickles_is_cut_off_and_holds_nobody_up() {
    let (house, server) = House::with_server().await;
    let trickling = futures::future::join_all((0..5).map(|_| trickle(server.address)));
    let meanwhile = async {
        let mut slowest = Duration::ZERO;
        for number in 0..40 {
            let began = Instant::now();
            let body = customer_created(&format!("evt_{number}"), &format!("cus_{number}"));
            server.client().deliver(body).await.expect(200);
            slowest = slowest.max(began.elapsed());
            sleep(Duration::from_millis(100)).await;
        }
        slowest
    };
    let (answers, slowest) = tokio::join!(trickling, meanwhile);
    for (answer, took) in answers {
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        assert!(took < TWENTY_SECONDS, "{took:?}");
    }
    assert!(slowest < Duration::from_secs(3), "{slowest:?}");
    assert_eq!(log::records(&house.database.pool).await.len(), 40);
}

/// Sends a byte a second until an answer comes. Returns it, and how long it took.
async fn trickle(address: SocketAddr) -> (String, Duration) {
    let began = Instant::now();
    let (mut reader, mut writer) = TcpStream::connect(address).await.unwrap().into_split();
    writer.write_all(head("t=1,v1=00", "content-length: 3000").as_bytes()).await.unwrap();
    let sending = async {
        while writer.write_all(b" ").await.is_ok() {
            sleep(Duration::from_secs(1)).await;
        }
        std::future::pending::<()>().await;
    };
    let mut answer = vec![0; 4096];
    let reading = async {
        let count = reader.read(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer[..count]).into_owned()
    };
    let read = tokio::select! {
        answer = reading => answer,
        () = sending => String::new(),
        () = sleep(2 * TWENTY_SECONDS) => "no answer".to_owned(),
    };
    (read, began.elapsed())
}

fn head(signature: &str, more: &str) -> String {
    format!(
        "POST {WEBHOOK} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n\
         stripe-signature: {signature}\r\n{more}\r\n\r\n"
    )
}

/// Sends bytes and reads until the server closes, or for twenty seconds.
async fn raw(address: SocketAddr, request: &[u8]) -> String {
    let (mut reader, mut writer) = TcpStream::connect(address).await.unwrap().into_split();
    let mut answer = Vec::new();
    let exchange = async {
        // The server may close before everything is sent.
        let sending = async { drop(writer.write_all(request).await) };
        tokio::join!(sending, reader.read_to_end(&mut answer)).1
    };
    let _ = timeout(TWENTY_SECONDS, exchange).await;
    String::from_utf8_lossy(&answer).into_owned()
}
