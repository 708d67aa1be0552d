//! The log as it is listed and shown.

use serde_json::{Value, json};

use crate::harness::client::Client;
use crate::harness::event::{BEGIN, customer_created, story};
use crate::harness::house::House;
use crate::harness::show;

#[tokio::test]
async fn events_are_listed_newest_first_with_what_came_of_them() {
    let (_house, _server, analyst) = House::with_story("analyst").await;
    insta::assert_snapshot!(show::answer(&analyst.get("/v1/events").await));
}

async fn ids(client: &Client, query: &str) -> Vec<String> {
    let page = client.get(&format!("/v1/events?{query}")).await.expect(200).json();
    let events = page["events"].as_array().unwrap();
    events.iter().map(|event| event["id"].as_str().unwrap().trim_start_matches("evt_").to_owned()).collect()
}

#[tokio::test]
async fn events_are_found_by_type_customer_object_time_and_position() {
    let (_house, _server, analyst) = House::with_story("analyst").await;
    assert_eq!(ids(&analyst, "type=invoice.paid").await, ["paid"]);
    assert_eq!(ids(&analyst, "type=customer.*").await, ["subscribed", "customer"]);
    assert_eq!(ids(&analyst, "customer=cus_ada").await, ["paid", "checkout", "charged", "subscribed", "customer"]);
    assert_eq!(ids(&analyst, "customer=cus_ada&type=charge.succeeded").await, ["charged"]);
    assert_eq!(ids(&analyst, "object=in_ada").await, ["paid"]);
    assert_eq!(ids(&analyst, "customer=cus_nobody").await, [""; 0]);
    assert_eq!(ids(&analyst, &format!("created_from={}", BEGIN + 3)).await, ["unheard", "paid"]);
    assert_eq!(ids(&analyst, "created_to=2025-01-01T00:00:01Z").await, ["customer"]);
    assert_eq!(ids(&analyst, "from_position=1&to_position=3").await, ["charged", "subscribed"]);
    assert_eq!(ids(&analyst, "limit=2").await, ["unheard", "paid"]);
}

#[tokio::test]
async fn a_filter_that_cannot_be_read_is_told() {
    let (_house, _server, analyst) = House::with_story("analyst").await;
    insta::assert_snapshot!(show::answer(&analyst.get("/v1/events?created_from=yesterday").await));
    for wrong in [
        "limit=many",
        "from_position=x",
        "before=1.5",
        "customer=",
        "min_size=x",
        "outcome=pending",
        "outcome=quarantined&type=invoice.paid",
    ] {
        assert_eq!(analyst.get(&format!("/v1/events?{wrong}")).await.expect(400).reason(), "malformed", "{wrong}");
    }
}

#[tokio::test]
async fn pages_stay_what_they_are_while_new_events_arrive() {
    let (house, server) = House::with_server().await;
    for number in 0..25 {
        server.client().deliver(customer_created(&format!("evt_{number:03}"), "cus_1")).await.expect(200);
    }
    house.applied(&server).await;
    let analyst = server.client().with_key(&house.key("analyst").await);
    for filter in ["", "&customer=cus_1", "&type=customer.created"] {
        let (mut seen, mut before) = (Vec::new(), String::new());
        let first = ids(&analyst, &format!("limit=1{filter}")).await;
        loop {
            let page = analyst.get(&format!("/v1/events?limit=7{before}{filter}")).await.expect(200).json();
            let events = page["events"].as_array().unwrap();
            seen.extend(events.iter().map(|event| event["position"].as_i64().unwrap()));
            server.client().record(customer_created(&format!("evt_new_{}{filter}", seen.len()), "cus_1")).await;
            match page["next"].as_i64() {
                Some(next) => before = format!("&before={next}"),
                None => break,
            }
        }
        let newest = seen[0];
        assert_eq!(seen, (0..=newest).rev().collect::<Vec<_>>(), "each once, in order, after {first:?}");
    }
}

#[tokio::test]
async fn an_event_is_shown_with_its_evidence_its_deliveries_and_what_it_led_to() {
    let (_house, _server, auditor) = House::with_story("auditor").await;
    insta::assert_snapshot!(show::answer(&auditor.get("/v1/events/evt_subscribed").await));
    insta::assert_snapshot!(show::answer(&auditor.get("/v1/events/evt_nobody").await));
}

#[tokio::test]
async fn an_invoice_names_its_postings() {
    let (_house, _server, auditor) = House::with_story("auditor").await;
    let shown = auditor.get("/v1/events/evt_paid").await.expect(200).json();
    let postings = shown["led_to"]["postings"].as_array().unwrap();
    let total: i64 = postings.iter().map(|posting| posting["amount"].as_i64().unwrap()).sum();
    assert!(!postings.is_empty() && total == 0, "{shown:#}");
}

#[tokio::test]
async fn client_secrets_never_leave_and_persons_only_for_auditors() {
    let (house, server, auditor) = House::with_story("auditor").await;
    let analyst = server.client().with_key(&house.key("analyst").await);
    for client in [&auditor, &analyst] {
        let shown = client.get("/v1/events/evt_checkout").await.expect(200);
        assert!(!shown.text().contains("secret_of_the_checkout"), "{}", shown.text());
        assert_eq!(shown.json()["body_masked"], true);
    }
    let body = auditor.get("/v1/events/evt_checkout/body").await.expect(200);
    assert!(!body.text().contains("secret_of_the_checkout"), "{}", body.text());
    assert_eq!(body.header("daybook-masked"), Some("client_secret"));
    let of = |answer: Value| answer["body"]["data"]["object"]["email"].clone();
    assert_eq!(of(auditor.get("/v1/events/evt_customer").await.json()), "ada@example.com");
    assert_ne!(of(analyst.get("/v1/events/evt_customer").await.json()), "ada@example.com");
    let shown = house.run(&["event", "show", "evt_checkout"]).await.expect(0);
    assert!(!shown.out.contains("secret_of_the_checkout"), "{}", shown.out);
}

#[tokio::test]
async fn an_auditor_gets_the_exact_bytes() {
    let (_house, _server, auditor) = House::with_story("auditor").await;
    let answer = auditor.get("/v1/events/evt_paid/body").await.expect(200);
    assert_eq!(answer.body, story()[4]);
    assert_eq!((answer.header("daybook-position"), answer.header("daybook-masked")), (Some("4"), None));
}

#[tokio::test]
async fn an_event_that_is_not_applied_yet_is_listed_as_pending() {
    let (house, mut server, analyst) = House::with_story("analyst").await;
    let listed = analyst.get("/v1/events?limit=1").await.expect(200).json();
    assert_eq!(listed["events"][0]["outcome"], "without_effect");
    // Nobody works: a lease of somebody who is not there.
    server.kill_and_wait().await;
    sqlx::query(
        "update lease set holder = gen_random_uuid(), epoch = epoch + 1, expires_at = now() + interval '1 hour'",
    )
    .execute(&house.database.pool)
    .await
    .unwrap();
    let server = house.serve(&[]).await;
    let analyst = server.client().with_key(&house.key("analyst").await);
    server.client().deliver(customer_created("evt_late", "cus_late")).await.expect(200);
    let listed = analyst.get("/v1/events?limit=1").await.expect(200).json();
    assert_eq!((&listed["events"][0]["id"], &listed["events"][0]["outcome"]), (&json!("evt_late"), &json!("pending")));
}
