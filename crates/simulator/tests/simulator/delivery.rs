//! Signatures by an independent calculation, disorder that loses nothing, and delivery to a server on this machine.

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use daybook_simulator::RenderedEvent;
use daybook_simulator::deliver::{
    Bursts, Delivery, Disorder, Error, Outcome, Redelivery, Target, disorder, send_all, signature_header,
};
use http_body_util::{BodyExt, Full};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

use crate::common::world;

/// HMAC as RFC 2104 writes it, without the library the simulator uses.
fn independent_hmac(key: &[u8], message: &[u8]) -> String {
    let mut block = if key.len() > 64 { Sha256::digest(key).to_vec() } else { key.to_vec() };
    block.resize(64, 0);
    let pad = |with: u8| block.iter().map(|byte| byte ^ with).collect::<Vec<u8>>();
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(message).finalize();
    hex::encode(Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize())
}

fn expected(secret: &str, timestamp: i64, body: &[u8]) -> String {
    let message = [timestamp.to_string().as_bytes(), b".", body].concat();
    format!("t={timestamp},v1={}", independent_hmac(secret.as_bytes(), &message))
}

static EVENTS: LazyLock<Vec<RenderedEvent>> = LazyLock::new(|| world(43, 1).events());

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn the_signature_is_hmac_sha256_over_time_and_body(secret in ".{0,100}", at: u32, body: Vec<u8>) {
        prop_assert_eq!(signature_header(&secret, i64::from(at), &body), expected(&secret, i64::from(at), &body));
    }

    #[test]
    fn disorder_keeps_every_event_and_invents_none(seed: u64, window in 0_usize..200, duplicates in 0_u8..60) {
        let events = EVENTS.clone();
        let how = Disorder {
            duplicates_percent: duplicates,
            redelivery: Redelivery::SameBytes,
            reorder_window: window,
            bursts: Bursts::Shuffled,
        };
        let mut arrived = disorder(events.clone(), seed, &how);
        prop_assert!(arrived.len() >= events.len());
        prop_assert_eq!(&arrived, &disorder(events.clone(), seed, &how));
        let id = |event: &RenderedEvent| event.id.clone();
        arrived.sort_by_key(id);
        if duplicates == 0 {
            prop_assert_eq!(arrived.len(), events.len());
        }
        arrived.dedup();
        let mut sent = events;
        sent.sort_by_key(id);
        prop_assert_eq!(arrived, sent);
    }
}

#[test]
fn no_disorder_is_the_order_of_time() {
    let events = world(47, 5).events();
    assert_eq!(disorder(events.clone(), 1, &Disorder::NONE), events);
    assert_ne!(disorder(events.clone(), 1, &Disorder::TYPICAL), events);
}

#[test]
fn bursts_alone_move_nothing_beyond_its_second() {
    let events = world(47, 5).events();
    let how = Disorder { bursts: Bursts::Shuffled, ..Disorder::NONE };
    let arrived = disorder(events.clone(), 1, &how);
    assert_ne!(arrived, events);
    assert!(arrived.is_sorted_by_key(|event| event.created));
}

#[test]
fn a_redelivery_differs_in_nothing_but_pending_webhooks() {
    let events = world(59, 4).events();
    let how = Disorder { duplicates_percent: 30, redelivery: Redelivery::OtherPendingCount, ..Disorder::NONE };
    let mut contents = std::collections::BTreeMap::new();
    let mut again = 0;
    for event in disorder(events, 1, &how) {
        let mut body: serde_json::Value = serde_json::from_slice(&event.body).unwrap();
        let pending = body["pending_webhooks"].take();
        if let Some((first, other)) = contents.insert(event.id, (body.clone(), pending.clone())) {
            assert_eq!(first, body);
            assert_ne!(other, pending);
            again += 1;
        }
    }
    assert!(again > 10);
}

#[test]
fn only_this_machine_is_delivered_to() {
    let elsewhere: SocketAddr = "192.0.2.1:80".parse().unwrap();
    assert!(matches!(Target::new(elsewhere, "/"), Err(Error::NotLoopback(_))));
    let here: SocketAddr = "127.0.0.1:80".parse().unwrap();
    assert!(matches!(Target::new(here, "no slash"), Err(Error::BadPath(_))));
    assert!(Target::new(here, "/webhooks/stripe").is_ok());
}

const SECRET: &str = "whsec_test";

fn clock() -> i64 {
    1_700_000_000
}

/// A server that verifies, remembers the ids, and answers every third request with `failure` the first time.
async fn server(received: Arc<Mutex<Vec<String>>>, failure: Option<StatusCode>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let count = Arc::new(Mutex::new(0_u32));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (received, count) = (received.clone(), count.clone());
            let service = service_fn(move |request: Request<hyper::body::Incoming>| {
                let (received, count) = (received.clone(), count.clone());
                async move {
                    let header = request.headers()["stripe-signature"].to_str().unwrap().to_owned();
                    let body = request.into_body().collect().await.unwrap().to_bytes();
                    let number = {
                        let mut count = count.lock().unwrap();
                        *count += 1;
                        *count
                    };
                    let mut answer = Response::new(Full::new(bytes::Bytes::new()));
                    if header != expected(SECRET, clock(), &body) {
                        *answer.status_mut() = StatusCode::BAD_REQUEST;
                    } else if let Some(status) = failure.filter(|_| number % 3 == 0) {
                        *answer.status_mut() = status;
                    } else {
                        let event: serde_json::Value = serde_json::from_slice(&body).unwrap();
                        received.lock().unwrap().push(event["id"].as_str().unwrap().to_owned());
                    }
                    Ok::<_, hyper::Error>(answer)
                }
            });
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    address
}

fn delivery(address: SocketAddr, secret: &str) -> Delivery {
    Delivery {
        target: Target::new(address, "/webhooks/stripe").unwrap(),
        secret: secret.to_owned(),
        connections: 4,
        attempts: 4,
        timeout: Duration::from_secs(5),
        clock,
    }
}

#[tokio::test]
async fn every_event_is_delivered_once_and_reported() {
    let received = Arc::new(Mutex::new(Vec::new()));
    let address = server(received.clone(), None).await;
    let events = world(53, 3).events();
    let progress = Mutex::new(0);
    let report = send_all(&delivery(address, SECRET), events.clone().into_iter(), |delivered| {
        assert_eq!(delivered.outcome, Outcome::Acknowledged);
        *progress.lock().unwrap() += 1;
    })
    .await;
    assert_eq!(report.acknowledged, events.len() as u64);
    assert_eq!(report.latencies.len(), events.len());
    assert!(report.percentile(99) >= report.percentile(50));
    assert_eq!(*progress.lock().unwrap(), events.len());
    let mut ids: Vec<String> = events.into_iter().map(|event| event.id).collect();
    let mut got = received.lock().unwrap().clone();
    ids.sort();
    got.sort();
    assert_eq!(got, ids);
}

#[tokio::test]
async fn a_busy_server_is_tried_again_and_a_refusal_is_counted() {
    let received = Arc::new(Mutex::new(Vec::new()));
    let address = server(received.clone(), Some(StatusCode::SERVICE_UNAVAILABLE)).await;
    let events: Vec<_> = world(53, 1).events().into_iter().take(20).collect();
    let report = send_all(&delivery(address, SECRET), events.clone().into_iter(), |_| ()).await;
    assert!(report.acknowledged >= 18, "{report:?}");
    assert!(report.retries > 0);
    let refused = send_all(&delivery(address, "whsec_wrong"), events.into_iter(), |_| ()).await;
    assert_eq!(refused.refused.get(&400), Some(&20));
    assert_eq!(refused.retries, 0);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_reported() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let events = world(53, 1).events().into_iter().take(3);
    let report = send_all(&Delivery { attempts: 2, ..delivery(address, SECRET) }, events, |_| ()).await;
    assert_eq!((report.acknowledged, report.unanswered, report.retries), (0, 3, 3));
}
