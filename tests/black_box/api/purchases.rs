//! What is bought once, by payment link, and what a full refund makes of it.

use serde_json::{Value, json};

use crate::harness::client::Client;
use crate::harness::event::{BEGIN, bytes, event};
use crate::harness::house::House;

const POLICY: &str = "[features]\nlifetime = { kind = 'switch' }\n\
                      [purchases.once]\npayment_links = ['plink_9']\nlasts = 'lifetime'\ngrants = { lifetime = true }\n";

/// Delivers an event and answers with the code of the feature after it.
async fn after(client: &Client, id: &str, kind: &str, at: i64, object: Value) -> (String, Value) {
    let position = client.record(bytes(&event(id, kind, BEGIN + at, &object))).await;
    let path = format!("/v1/customers/cus_ada/entitlements/lifetime?min_size={}", position + 1);
    let answer = client.get(&path).await.expect(200).json();
    (answer["code"].as_str().unwrap().to_owned(), answer["because"][0]["event"].clone())
}

#[tokio::test]
async fn a_purchase_by_payment_link_grants_until_all_of_it_is_given_back() {
    let (house, _server, app) = House::with_story("app").await;
    house.write("policy.toml", POLICY);
    house.run(&["policy", "apply", "policy.toml"]).await.expect(0);
    let session = json!({
        "id": "cs_9", "object": "checkout.session", "mode": "payment", "status": "complete", "payment_status": "paid",
        "customer": "cus_ada", "payment_intent": "pi_9", "payment_link": "plink_9", "currency": "usd", "amount_total": 2000,
        "metadata": {}, "livemode": false, "client_reference_id": null, "subscription": null, "invoice": null,
    });
    let bought = after(&app, "evt_once_bought", "checkout.session.completed", 10, session).await;
    assert_eq!(bought, ("purchased".to_owned(), json!("evt_once_bought")));
    let charge = json!({
        "id": "ch_once", "object": "charge", "customer": "cus_ada", "payment_intent": "pi_9", "status": "succeeded", "captured": true,
        "paid": true, "amount": 2000, "amount_captured": 2000, "amount_refunded": 0, "currency": "usd", "created": BEGIN + 10,
    });
    assert_eq!(after(&app, "evt_once_charged", "charge.succeeded", 10, charge).await.0, "purchased");
    let refund = |id: &str, amount: i64| {
        json!({
            "id": id, "object": "refund", "charge": "ch_once", "payment_intent": "pi_9", "amount": amount, "currency": "usd",
            "status": "succeeded", "created": BEGIN + 20,
        })
    };
    assert_eq!(after(&app, "evt_once_refund_1", "refund.created", 20, refund("re_1", 500)).await.0, "purchased");
    let given_back = after(&app, "evt_once_refund_2", "refund.created", 21, refund("re_2", 1500)).await;
    assert_eq!(given_back, ("refunded".to_owned(), json!("evt_once_refund_1")));
}
