//! What needs a person: each reason by itself, filters, pages, and the clock.

use daybook_store::key::Role;
use serde_json::Value;

use crate::house::{House, NOW, delivery, event, signed};

fn at(seconds: i64) -> String {
    format!("to_timestamp({})", NOW + seconds)
}

const DAY: i64 = 86_400;

fn subscription(id: &str, customer: &str, status: &str, trial_end: Option<i64>, period_end: i64) -> String {
    let trial = trial_end.map_or("null".to_owned(), at);
    format!(
        "insert into subscription (scope, id, customer, status, disputed, since, period_end, trial_end, ended_at, standing)
         values (1, '{id}', '{customer}', '{status}', false, {}, {}, {trial}, {}, '{{\"cause\": \"evt_sub\"}}')",
        at(-40 * DAY),
        at(period_end),
        if status == "canceled" { at(-DAY) } else { "null".to_owned() }
    )
}

fn linked(customer: &str) -> String {
    format!(
        "insert into account_link (scope, kind, id, source, account, customer, effective_at, cause)
         values (1, 0, '{customer}', 'metadata.user_id', 'user', '{customer}', {}, 'evt_link')",
        at(-DAY)
    )
}

fn payment(id: &str, kind: i16, customer: &str, status: &str, seconds: i64, refunded: i64) -> String {
    let customer = if customer.is_empty() { "null".to_owned() } else { format!("'{customer}'") };
    format!(
        "insert into payment (scope, kind, id, customer, status, amount, currency, created_at, details)
         values (1, {kind}, '{id}', {customer}, '{status}', 1200, 'usd', {}, '{}')",
        at(seconds),
        serde_json::json!({
            "cause": format!("evt_{id}"), "refunded": refunded, "since": {"at": NOW + seconds, "event": "evt_1"},
            "next_action": "use_stripe_sdk", "place": {"charge": "ch_lost"},
        })
    )
}

fn everything() -> Vec<String> {
    let bill = serde_json::json!({
        "failed": {"at": NOW - 2 * DAY, "event": "evt_failed"}, "next_attempt": NOW + DAY, "attempts": 3, "cause": "evt_failed",
    });
    vec![
        format!(
            "insert into dispute (scope, id, customer, status, is_open, amount, currency, created_at, due_at, details)
             values (1, 'dp_1', 'cus_1', 'needs_response', true, 1200, 'usd', {}, {}, '{{\"cause\": \"evt_dp\", \"reason\": \"fraudulent\"}}')",
            at(-DAY),
            at(5 * DAY)
        ),
        format!(
            "insert into invoice (scope, id, customer, status, currency, total, amount_due, amount_remaining, created_at, bill, lines)
             values (1, 'in_1', 'cus_1', 'open', 'usd', 500, 500, 500, {}, '{bill}', '[]')",
            at(-3 * DAY)
        ),
        payment("pi_1", 4, "cus_1", "requires_action", -60, 0),
        payment("ch_1", 5, "cus_2", "succeeded", -400, 0),
        payment("ch_2", 5, "cus_2", "succeeded", -100, 0),
        payment("ch_3", 5, "cus_3", "succeeded", -400, 1200),
        payment("ch_4", 5, "cus_3", "succeeded", -100, 0),
        payment("ch_5", 5, "cus_4", "succeeded", -2000, 0),
        payment("ch_6", 5, "cus_4", "succeeded", -100, 0),
        payment("re_1", 6, "", "succeeded", -50, 0),
        format!(
            "insert into parked (scope, kind, id, since, waiting, waiting_count) values (1, 5, 'ch_lost', {}, '{{refund re_1}}', 1)",
            at(-50)
        ),
        subscription("sub_trial", "cus_5", "trialing", Some(2 * DAY), 2 * DAY),
        subscription("sub_later", "cus_5", "trialing", Some(9 * DAY), 9 * DAY),
        subscription("sub_late", "cus_5", "active", None, -DAY),
        subscription("sub_fine", "cus_6", "active", None, DAY),
        subscription("sub_gone", "cus_7", "canceled", None, -DAY),
        linked("cus_5"),
        "insert into customer (scope, id, balance, has_payment_method, metadata, cause)
         values (1, 'cus_7', -700, false, '{}', 'evt_cus'), (1, 'cus_6', -700, false, '{}', 'evt_cus')"
            .to_owned(),
        "insert into balance (scope, customer, currency, account, amount, postings) values (1, 'cus_8', 'usd', 'liabilities:unapplied', -300, 3), (1, '', 'usd', 'suspense', 5, 1)".to_owned(),
        posting(1, -100, -9 * DAY),
        posting(2, 100, -8 * DAY),
        posting(3, -300, -7 * DAY),
        format!(
            "insert into attention (scope, kind, id, code, customer, since, detail, cause)
             values (1, 13, 'prv_1', 'review_open', 'cus_1', {}, 'rule', 'evt_prv')",
            at(-10)
        ),
    ]
}

fn posting(number: i32, amount: i64, seconds: i64) -> String {
    format!(
        "insert into posting (scope, transaction_key, line, kind, id, account, customer, subject, currency, amount, effective_at, causes)
         values (1, 't{number}', 0, 5, 'ch_{number}', 'liabilities:unapplied', 'cus_8', 'ch', 'usd', {amount}, {}, '{{evt_p{number}}}')",
        at(seconds)
    )
}

async fn needing(house: &House, query: &str) -> Vec<(String, String)> {
    let key = house.key(Role::Analyst).await;
    let page = house.get(&format!("/v1/attention?{query}"), &key).await;
    assert_eq!(page.status, 200, "{query}: {}", page.json());
    let items = page.get("/items");
    let text = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
    items.as_array().unwrap().iter().map(|item| (text(item, "code"), text(item, "object"))).collect()
}

async fn only(house: &House, code: &str) -> Vec<String> {
    needing(house, &format!("code={code}")).await.into_iter().map(|(_, object)| object).collect()
}

async fn full() -> House {
    let house = House::build().await;
    house.apply(1, &[], &everything()).await;
    house
}

#[tokio::test]
async fn each_reason_finds_what_it_is_about_and_nothing_else() {
    let house = full().await;
    for (code, objects) in [
        ("evidence_due", vec!["dp_1"]),
        ("payment_failing", vec!["in_1"]),
        ("payment_waiting", vec!["pi_1"]),
        ("possible_duplicate", vec!["ch_2"]),
        ("review_open", vec!["prv_1"]),
        ("fraud_warning", vec![]),
        ("canceled_with_credit", vec!["cus_7"]),
        ("trial_ending", vec!["sub_trial"]),
        ("renewal_unconfirmed", vec!["sub_late"]),
        ("unlinked_account", vec!["sub_fine"]),
        ("unapplied_money", vec!["cus_8/usd"]),
        ("suspense", vec!["nobody/usd"]),
        ("unrouted", vec!["re_1"]),
        ("quarantined", vec![]),
        ("wrong_mode", vec![]),
        ("silence", vec![]),
    ] {
        assert_eq!(only(&house, code).await, objects, "{code}");
    }
}

#[tokio::test]
async fn an_item_says_why_since_when_and_until_when() {
    let house = full().await;
    let key = house.key(Role::Analyst).await;
    let failing = house.get("/v1/attention?code=payment_failing", &key).await;
    assert_eq!(failing.get("/items/0/attempts"), 3);
    assert_eq!(failing.get("/items/0/since"), "2026-01-13T12:00:00Z");
    assert_eq!(failing.get("/items/0/until"), "2026-01-16T12:00:00Z");
    assert_eq!(failing.get("/items/0/amount/display"), "5.00 usd");
    assert_eq!(failing.get("/items/0/because/0/event"), "evt_failed");
    let unapplied = house.get("/v1/attention?code=unapplied_money", &key).await;
    assert_eq!(unapplied.get("/items/0/since"), "2026-01-08T12:00:00Z", "since it was last empty");
    assert_eq!(unapplied.get("/items/0/because/0/event"), "evt_p3");
    let lost = house.get("/v1/attention?code=unrouted", &key).await;
    assert_eq!(lost.get("/items/0/detail"), "waits for ch_lost");
    assert_eq!(lost.get("/items/0/amount/display"), "12.00 usd");
    let twice = house.get("/v1/attention?code=possible_duplicate", &key).await;
    assert_eq!(twice.get("/items/0/detail"), "like ch_1");
}

#[tokio::test]
async fn an_operators_link_is_as_good_as_an_events_and_a_refused_one_is_none() {
    let house = full().await;
    let said = |source: &str, account: &str, customer: &str| {
        format!(
            "insert into account_link (scope, kind, id, source, account, customer, effective_at, cause)
             values (1, 0, '{customer}', '{source}', '{account}', '{customer}', {}, 'op_1')",
            at(-DAY)
        )
    };
    house.apply(2, &[], &[said("operator", "user_6", "cus_6"), said("operator.unlinked", "user", "cus_5")]).await;
    let mut found = only(&house, "unlinked_account").await;
    found.sort_unstable();
    assert_eq!(found, ["sub_late", "sub_later", "sub_trial"]);
}

#[tokio::test]
async fn filters_narrow_and_pages_follow_each_other_across_reasons() {
    let house = full().await;
    let of_one = needing(&house, "customer=cus_1").await;
    let codes: Vec<&str> = of_one.iter().map(|(code, _)| code.as_str()).collect();
    assert_eq!(codes, ["review_open", "payment_waiting", "evidence_due", "payment_failing"]);
    assert_eq!(needing(&house, &format!("customer=cus_1&since={}", NOW - 3600)).await.len(), 2);
    let all = needing(&house, "").await;
    let key = house.key(Role::Analyst).await;
    let (mut found, mut next) = (Vec::new(), String::new());
    while found.len() <= all.len() {
        let page = house.get(&format!("/v1/attention?limit=3{next}"), &key).await;
        let items = page.get("/items");
        found.extend(items.as_array().unwrap().iter().map(|item| item["object"].as_str().unwrap().to_owned()));
        match page.get("/next").as_str() {
            Some(end) => next = format!("&before={end}"),
            None => break,
        }
    }
    assert_eq!(found, all.into_iter().map(|(_, object)| object).collect::<Vec<_>>());
}

#[tokio::test]
async fn events_that_cannot_be_read_and_events_of_the_other_mode_are_named() {
    let house = House::build().await;
    house.deliver(event("evt_odd", "invoice.paid", &serde_json::json!({"id": "in_1"}))).await;
    let mut live: Value =
        serde_json::from_slice(&event("evt_live", "customer.created", &serde_json::json!({"id": "cus_1"}))).unwrap();
    live["livemode"] = true.into();
    let body = live.to_string().into_bytes();
    house.send(delivery("/webhooks/stripe", &signed(crate::house::SECRET, NOW, &body), body)).await;
    let outcome = "insert into record_outcome (position, scope, object_id, outcome, reason)
                   values (0, 1, 'in_1', 'quarantined', 'data.object.total: it is missing')";
    house.apply(2, &[], &[outcome.to_owned()]).await;
    assert_eq!(only(&house, "quarantined").await, ["evt_odd"]);
    assert_eq!(only(&house, "wrong_mode").await, ["default"]);
}

#[tokio::test]
async fn a_reason_nobody_knows_is_refused_with_those_there_are() {
    let house = House::build().await;
    let key = house.key(Role::Analyst).await;
    let refused = house.get("/v1/attention?code=boredom", &key).await;
    assert_eq!(refused.problem(), (400, "malformed".to_owned()));
    assert!(refused.get("/detail").as_str().unwrap().contains("evidence_due"));
    let app = house.key(Role::App).await;
    assert_eq!(house.get("/v1/attention", &app).await.problem().1, "role_too_low");
}

#[tokio::test]
async fn open_items_are_counted_by_reason() {
    let house = full().await;
    let metrics = String::from_utf8(house.get_openly("/metrics").await.bytes).unwrap();
    assert!(metrics.contains("daybook_attention_items{code=\"evidence_due\"} 1"), "{metrics}");
    assert!(metrics.contains("daybook_attention_items{code=\"silence\"} 0"), "{metrics}");
}
