//! `POST /webhooks/stripe`: what is recorded, what is refused and why.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use bytes::Bytes;
use daybook_store::recorder::Limits;
use daybook_store::{Database, Recorder};
use futures::stream;
use serde_json::{Value, json};
use sqlx::postgres::PgPoolOptions;
use sqlx::{PgPool, Row};

use crate::house::{House, NEXT_SECRET, NOW, SECRET, config, delivery, event, prepared, signed, until};

async fn records(pool: &PgPool) -> i64 {
    sqlx::query_scalar("select count(*) from record").fetch_one(pool).await.unwrap()
}

/// One column of the only record, as text.
async fn column(pool: &PgPool, column: &str) -> Option<String> {
    let statement = format!("select {column}::text as value from record join scope on scope.id = record.scope");
    sqlx::query(&statement).fetch_one(pool).await.unwrap().get("value")
}

#[tokio::test]
async fn a_signed_event_is_recorded_with_its_evidence_and_acknowledged() {
    let house = House::build().await;
    let body = event("evt_1", "invoice.paid", &json!({"id": "in_1"}));
    let answer = house.deliver(body.clone()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json(), json!({"received": true, "outcome": "appended", "position": 0}));
    let pool = house.pool();
    for (name, expected) in [
        ("event_id", "evt_1"),
        ("kind", "invoice.paid"),
        ("livemode", "false"),
        ("account", ""),
        ("source", "webhook"),
        ("endpoint", "default"),
        ("secret_label", "first"),
        ("api_version", "2025-03-31.basil"),
    ] {
        assert_eq!(column(pool, name).await.as_deref(), Some(expected), "{name}");
    }
    assert_eq!(column(pool, "signature").await.unwrap(), signed(SECRET, NOW, &body));
    let stored: Vec<u8> = sqlx::query_scalar("select body from body").fetch_one(pool).await.unwrap();
    assert_eq!(stored, body);
}

#[tokio::test]
async fn the_same_event_again_and_one_that_contradicts_it_are_acknowledged_too() {
    let house = House::build().await;
    house.deliver(event("evt_1", "invoice.paid", &json!({"id": "in_1"}))).await;
    let again = house.deliver(event("evt_1", "invoice.paid", &json!({"id": "in_1"}))).await;
    assert_eq!(again.json(), json!({"received": true, "outcome": "duplicate", "position": 0}));
    let other = house.deliver(event("evt_1", "invoice.paid", &json!({"id": "in_2"}))).await;
    assert_eq!(other.json(), json!({"received": true, "outcome": "conflict", "position": 0}));
    assert_eq!(records(house.pool()).await, 1);
}

#[tokio::test]
async fn an_event_is_stored_in_its_own_account_and_mode_whatever_the_endpoint_says() {
    let house = House::build().await;
    let body = json!({"id": "evt_1", "object": "event", "type": "invoice.paid", "created": 1, "livemode": true, "account": "acct_other",
        "data": {"object": {}}})
    .to_string();
    let signature = signed(NEXT_SECRET, NOW, body.as_bytes());
    let answer = house.send(delivery("/webhooks/stripe/connect", &signature, body)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(column(house.pool(), "account").await.as_deref(), Some("acct_other"));
    assert_eq!(column(house.pool(), "livemode").await.as_deref(), Some("true"));
    assert_eq!(column(house.pool(), "secret_label").await.as_deref(), Some("next"));
}

#[tokio::test]
async fn an_event_that_names_no_account_belongs_to_the_endpoints() {
    let house = House::build().await;
    let body = event("evt_1", "invoice.paid", &json!({}));
    house.send(delivery("/webhooks/stripe/connect", &signed(SECRET, NOW, &body), body)).await;
    assert_eq!(column(house.pool(), "account").await.as_deref(), Some("acct_own"));
}

#[tokio::test]
async fn what_is_not_verified_is_refused_with_a_reason_and_leaves_nothing() {
    let house = House::build().await;
    let body = event("evt_1", "invoice.paid", &json!({}));
    let hundred = vec![format!("v1={}", "0".repeat(64)); 100].join(",");
    for (signature, reason) in [
        (signed("whsec_other", NOW, &body), "signature_mismatch"),
        (signed(SECRET, NOW, b"another body"), "signature_mismatch"),
        (signed(SECRET, NOW - 3600, &body), "signature_too_old"),
        (signed(SECRET, NOW + 3600, &body), "signature_too_new"),
        (format!("t={NOW},{hundred}"), "signature_too_many"),
        (format!("t={NOW},v0={}", "0".repeat(64)), "signature_without_v1"),
        ("nonsense".to_owned(), "signature_malformed"),
        ("v1=".repeat(4000), "signature_malformed"),
    ] {
        let answer = house.send(delivery("/webhooks/stripe", &signature, body.clone())).await;
        assert_eq!(answer.problem(), (400, reason.to_owned()), "{signature:.60}");
    }
    let mut twice = delivery("/webhooks/stripe", &signed(SECRET, NOW, &body), body.clone());
    twice.headers_mut().append("stripe-signature", signed(NEXT_SECRET, NOW, &body).parse().unwrap());
    assert_eq!(house.send(twice).await.problem(), (400, "signature_twice".to_owned()));
    let unsigned = Request::post("/webhooks/stripe").header("content-type", "application/json");
    let answer = house.send(unsigned.body(Body::from(body)).unwrap()).await;
    assert_eq!(answer.problem(), (400, "signature_missing".to_owned()));
    assert_eq!(records(house.pool()).await, 0);
}

#[tokio::test]
async fn another_media_type_and_an_unknown_endpoint_are_refused() {
    let house = House::build().await;
    let body = event("evt_1", "invoice.paid", &json!({}));
    let mut request = delivery("/webhooks/stripe", &signed(SECRET, NOW, &body), body.clone());
    request.headers_mut().insert("content-type", "text/plain".parse().unwrap());
    assert_eq!(house.send(request).await.problem(), (415, "media_type".to_owned()));
    let request = delivery("/webhooks/stripe/nobody", &signed(SECRET, NOW, &body), body);
    assert_eq!(house.send(request).await.problem(), (404, "no_such_endpoint".to_owned()));
}

#[tokio::test]
async fn a_body_of_five_megabytes_is_refused_whether_or_not_it_says_so_first() {
    let house = House::build().await;
    let body = vec![b' '; 5_000_000];
    let mut request = delivery("/webhooks/stripe", "t=1,v1=00", body.clone());
    request.headers_mut().insert("content-length", body.len().into());
    assert_eq!(house.send(request).await.problem(), (413, "too_large".to_owned()));
    let chunks = body.chunks(64 * 1024).map(|chunk| Ok::<_, Infallible>(Bytes::copy_from_slice(chunk)));
    let streamed = Body::from_stream(stream::iter(chunks.collect::<Vec<_>>()));
    let answer = house.send(delivery("/webhooks/stripe", "t=1,v1=00", streamed)).await;
    assert_eq!(answer.problem(), (413, "too_large".to_owned()));
}

#[tokio::test]
async fn a_body_that_trickles_in_is_not_waited_for() {
    let mut config = config();
    config.webhook.body_patience = Duration::from_millis(30);
    let house = House::with(config).await;
    let trickle = stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        Some((Ok::<_, Infallible>(Bytes::from_static(b" ")), ()))
    });
    let answer = house.send(delivery("/webhooks/stripe", "t=1,v1=00", Body::from_stream(trickle))).await;
    assert_eq!(answer.problem(), (408, "too_slow".to_owned()));
}

#[tokio::test]
async fn verified_bytes_that_are_no_readable_event_are_stored_and_acknowledged() {
    let house = House::build().await;
    let long_id = event(&"x".repeat(10_000), "invoice.paid", &json!({}));
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let bodies: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"{\"id\":\"evt_1\",\"obj".to_vec(),
        b"\xff\xfe".to_vec(),
        b"[1, 2]".to_vec(),
        long_id,
        deep.into_bytes(),
        br#"{"id":"evt_2","object":"event","type":"a.b","created":99999999999999999999999,"livemode":false}"#.to_vec(),
        br#"{"id":"evt_\u0000","object":"event","type":"a.b","created":1,"livemode":false}"#.to_vec(),
        br#"{"id":"evt_3","id":"evt_4","object":"event","type":"a.b","created":1,"livemode":false}"#.to_vec(),
        br#"{"id":"evt_5","object":"event","type":["a"],"created":1,"livemode":"no"}"#.to_vec(),
    ];
    for (position, body) in bodies.into_iter().enumerate() {
        let answer = house.deliver(body.clone()).await;
        let shown = String::from_utf8_lossy(&body);
        assert_eq!(answer.get("/outcome"), "appended", "{shown:.80}: {}", answer.json());
        assert_eq!(answer.get("/position"), position, "{shown:.80}");
    }
    let kept = "select count(*) from record where event_id like 'body:%'";
    assert_eq!(sqlx::query_scalar::<_, i64>(kept).fetch_one(house.pool()).await.unwrap(), 8);
}

#[tokio::test]
async fn a_thin_event_is_recorded() {
    let house = House::build().await;
    let body = json!({"id": "evt_thin", "object": "v2.core.event", "type": "v1.invoice.paid", "created": "2026-01-15T11:59:00Z",
        "livemode": false, "related_object": {"id": "in_1", "type": "invoice", "url": "/v1/invoices/in_1"}});
    assert_eq!(house.deliver(body.to_string()).await.get("/outcome"), "appended");
    assert_eq!(column(house.pool(), "event_id").await.as_deref(), Some("evt_thin"));
}

#[tokio::test]
async fn a_full_queue_and_a_database_that_is_away_ask_for_another_delivery() {
    let database = prepared().await;
    let nowhere = PgPoolOptions::new().connect_lazy("postgres://nobody@127.0.0.1:1/nothing").unwrap();
    let limits = Limits { queue_entries: 1, patience: Duration::ZERO, ..Limits::default() };
    let (recorder, task) = Recorder::new(&Database::from_pool(nowhere), limits);
    let house = House::of(database, config(), recorder);
    let deliver = |id: &'static str| house.deliver(event(id, "invoice.paid", &json!({})));
    let (first, second, ()) = tokio::join!(deliver("evt_1"), deliver("evt_2"), async {
        tokio::spawn(task.run(std::future::pending()));
    });
    let mut reasons = [first.problem(), second.problem()];
    reasons.sort();
    assert_eq!(reasons, [(503, "busy".to_owned()), (503, "not_recorded".to_owned())]);
    assert!(first.headers.contains_key("retry-after") && second.headers.contains_key("retry-after"));
    assert!(!first.get("/detail").as_str().unwrap().contains("127.0.0.1"));
}

#[tokio::test]
async fn a_client_that_hangs_up_does_not_cancel_the_append() {
    let database = prepared().await;
    let (recorder, task) = Recorder::new(&Database::from_pool(database.pool.clone()), Limits::default());
    let house = House::of(database, config(), recorder);
    let hung_up =
        tokio::time::timeout(Duration::from_millis(50), house.deliver(event("evt_1", "a.b", &json!({})))).await;
    assert!(hung_up.is_err());
    tokio::spawn(task.run(std::future::pending()));
    until(house.pool(), "select count(*) from record where event_id = 'evt_1'").await;
}

#[tokio::test]
async fn what_became_of_deliveries_is_counted_by_endpoint() {
    let house = House::build().await;
    house.deliver(event("evt_1", "a.b", &json!({}))).await;
    house.send(delivery("/webhooks/stripe/nobody", "t=1", "")).await;
    let metrics = String::from_utf8(house.get_openly("/metrics").await.bytes).unwrap();
    for line in [
        r#"daybook_webhook_deliveries_total{endpoint="default",outcome="appended"} 1"#,
        r#"daybook_webhook_deliveries_total{endpoint="none",outcome="no_such_endpoint"} 1"#,
    ] {
        assert!(metrics.contains(line), "{line} is not in\n{metrics}");
    }
    assert_eq!(Value::Null, house.get_openly("/metrics").await.json());
}
