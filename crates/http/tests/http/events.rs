//! The log over HTTP: pages, single records, bodies; and the books beside it.

use daybook_store::key::Role;
use serde_json::{Value, json};

use crate::house::{House, event, outcome, subscription, with_source};

/// Six events, of which the first four are applied.
async fn log() -> House {
    let house = House::build().await;
    for (index, kind) in
        ["invoice.paid", "invoice.created", "charge.succeeded", "invoice.paid", "charge.failed", "invoice.paid"]
            .into_iter()
            .enumerate()
    {
        let object =
            json!({"id": format!("obj_{}", index % 2), "email": "person@example.com", "client_secret": "pi_secret"});
        house.deliver(event(&format!("evt_{index}"), kind, &object)).await;
    }
    let outcomes: Vec<String> =
        (0..4).map(|position| outcome(position, &format!("obj_{}", position % 2), "cus_1")).collect();
    house.apply(4, &["cus_1"], &outcomes).await;
    house
}

async fn positions(house: &House, query: &str) -> Vec<i64> {
    let key = house.key(Role::Analyst).await;
    let page = house.get(&format!("/v1/events?{query}"), &key).await;
    assert_eq!(page.status, 200, "{query}: {}", page.json());
    let events = page.get("/events");
    events.as_array().unwrap().iter().map(|event| event["position"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn events_are_found_by_type_family_customer_object_position_and_time() {
    let house = log().await;
    assert_eq!(positions(&house, "").await, [5, 4, 3, 2, 1, 0]);
    assert_eq!(positions(&house, "type=invoice.paid").await, [5, 3, 0]);
    assert_eq!(positions(&house, "type=charge.*").await, [4, 2]);
    assert_eq!(positions(&house, "customer=cus_1").await, [3, 2, 1, 0]);
    assert_eq!(positions(&house, "object=obj_1").await, [3, 1]);
    assert_eq!(positions(&house, "object=obj_1&customer=cus_1&type=invoice.paid").await, [3]);
    assert_eq!(positions(&house, "from_position=1&to_position=3").await, [2, 1]);
    assert_eq!(positions(&house, "created_from=2026-01-15T12:00:00Z").await, Vec::<i64>::new());
    assert_eq!(positions(&house, "created_to=2026-01-15T12:00:00Z&limit=2").await, [5, 4]);
}

#[tokio::test]
async fn pages_go_on_by_position_whatever_comes_in_meanwhile() {
    let house = log().await;
    let key = house.key(Role::Analyst).await;
    for filter in ["", "&customer=cus_1"] {
        let first = house.get(&format!("/v1/events?limit=2{filter}"), &key).await;
        house.deliver(event(&format!("evt_late{filter}"), "invoice.paid", &json!({}))).await;
        let next = first.get("/next").as_i64().unwrap();
        let second = house.get(&format!("/v1/events?limit=2&before={next}{filter}"), &key).await;
        let last_of_first = first.get("/events/1/position").as_i64().unwrap();
        assert_eq!(second.get("/events/0/position"), last_of_first - 1);
    }
    assert_eq!(house.get("/v1/events?customer=cus_1&limit=4", &key).await.get("/next"), Value::Null);
}

#[tokio::test]
async fn a_record_tells_how_it_came_what_became_of_it_and_what_it_led_to() {
    let house = log().await;
    house.deliver(event("evt_0", "invoice.paid", &json!({"id": "another"}))).await;
    let posting = "insert into posting (scope, transaction_key, line, kind, id, account, customer, subject, currency, amount, effective_at,
         causes) values (1, 'in:paid', 0, 2, 'obj_0', 'assets:receivable', 'cus_1', 'obj_0', 'usd', -1250, now(), array['evt_0'])";
    let led = "insert into event (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, position)
         values ('Customer', '1/cus_1', 1, 'CustomerObserved', '1', '{}', '{}', 0)";
    house.apply(5, &[], &[posting.to_owned(), led.to_owned()]).await;
    let answer = house.get("/v1/events/evt_0", &house.key(Role::Analyst).await).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    assert_eq!(answer.get("/outcome"), "translated");
    assert_eq!(answer.get("/deliveries/1/outcome"), "conflict");
    assert_eq!(answer.get("/conflicts/0/source"), "webhook");
    assert_eq!(answer.get("/led_to/domain_events/0/id"), "cus_1");
    assert_eq!(answer.get("/led_to/postings/0/display"), "-12.50 usd");
    assert_eq!(answer.get("/led_to/postings/0/because/0/position"), 0);
    assert_eq!(answer.get("/evidence/livemode"), false);
    let pending = house.get("/v1/events/evt_5", &house.key(Role::Analyst).await).await;
    assert_eq!(pending.get("/outcome"), "pending");
}

#[tokio::test]
async fn analysts_read_bodies_without_persons_auditors_with_them_and_nobody_client_secrets() {
    let house = log().await;
    let shown = async |role| {
        let answer = house.get("/v1/events/evt_0", &house.key(role).await).await;
        let object = answer.get("/body/data/object");
        (object["email"].clone(), object["client_secret"].clone(), answer.get("/evidence/signature").is_string())
    };
    assert_eq!(shown(Role::Analyst).await, (json!("[masked]"), json!("*********"), false));
    assert_eq!(shown(Role::Auditor).await, (json!("person@example.com"), json!("*********"), true));
}

#[tokio::test]
async fn an_auditor_reads_the_exact_bytes() {
    let house = House::build().await;
    let exact = br#"{ "id":"evt_1",  "object":"event","type":"a.b","created":1,"livemode":false, "n": 1.0e2 }"#;
    house.deliver(exact.to_vec()).await;
    let answer = house.get("/v1/events/evt_1/body", &house.key(Role::Auditor).await).await;
    assert_eq!(answer.bytes, exact);
    assert!(!answer.headers.contains_key("daybook-masked"));
    house.deliver(event("evt_2", "a.b", &json!({"client_secret": "s"}))).await;
    let masked = house.get("/v1/events/evt_2/body", &house.key(Role::Auditor).await).await;
    assert_eq!(masked.headers.get("daybook-masked").unwrap(), "client_secret");
    assert!(!String::from_utf8_lossy(&masked.bytes).contains("\"s\""));
}

#[tokio::test]
async fn customers_subscriptions_and_balances_are_shown_with_their_causes() {
    let house = log().await;
    let mut rows = with_source("cus_1", &subscription("cus_1", "active", "seats"));
    let daybook_domain::entitlement::Source::Subscription { standing, .. } = subscription("cus_1", "active", "seats")
    else {
        panic!("it is a subscription");
    };
    rows.push(format!(
        "insert into subscription (scope, id, customer, status, disputed, since, standing)
         values (1, 'sub_1', 'cus_1', 'active', false, now(), '{}')",
        serde_json::to_string(&standing).unwrap()
    ));
    rows.push(
        "insert into customer (scope, id, has_payment_method, metadata, cause, balance)
         values (1, 'cus_1', true, '{\"plan\": \"x\"}', 'evt_1', -500)"
            .to_owned(),
    );
    rows.push(
        "insert into posting (scope, transaction_key, line, kind, id, account, customer, subject, currency, amount,
             effective_at, causes)
         values (1, 'in_1:finalized', 0, 2, 'in_1', 'assets:receivable', 'cus_1', 'in_1', 'usd', 1250,
             '2026-01-01', '{evt_1}')"
            .to_owned(),
    );
    house.apply(5, &["cus_1"], &rows).await;
    let key = house.key(Role::Analyst).await;
    let customer = house.get("/v1/customers/cus_1", &key).await;
    assert_eq!(customer.get("/shown/because"), json!({"event": "evt_1", "position": 1}));
    assert_eq!(customer.get("/subscriptions/0/status"), "active");
    let one = house.get("/v1/subscriptions/sub_1", &key).await;
    assert_eq!(
        (one.get("/customer"), one.get("/items/0/lookup_key"), one.get("/size")),
        (json!("cus_1"), json!("seats"), json!(5))
    );
    let balances = house.get("/v1/customers/cus_1/balances", &key).await;
    assert_eq!(balances.get("/balances/0/display"), "12.50 usd");
    for path in ["/v1/customers/cus_0", "/v1/customers/cus_0/balances", "/v1/subscriptions/sub_0"] {
        let unknown = house.get(path, &key).await;
        assert_eq!((unknown.problem(), unknown.get("/size")), ((404, "unknown".to_owned()), json!(5)), "{path}");
    }
}
