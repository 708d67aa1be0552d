//! What needs a person: told over HTTP and at the command line, from signed events on.

use serde_json::{Value, json};

use crate::harness::event::{BEGIN, bytes, event, subscribed};
use crate::harness::house::House;
use crate::harness::{now, show};

fn review(event_id: &str, open: bool, created: i64) -> Vec<u8> {
    let object = json!({
        "id": "prv_ada", "object": "review", "open": open, "reason": "rule", "closed_reason": (!open).then_some("approved"),
        "charge": "ch_ada", "payment_intent": "pi_in_ada", "created": BEGIN + 10, "livemode": false, "ip_address": "10.0.0.1",
    });
    bytes(&event(event_id, if open { "review.opened" } else { "review.closed" }, created, &object))
}

fn seller() -> Vec<u8> {
    let object = json!({
        "id": "acct_shop", "object": "account", "charges_enabled": true, "payouts_enabled": false, "email": "shop@example.com",
        "requirements": {"currently_due": ["external_account"], "past_due": [], "disabled_reason": null, "current_deadline": 4_102_444_800_i64},
    });
    bytes(&event("evt_seller", "account.updated", BEGIN + 20, &object))
}

fn trial() -> Vec<u8> {
    let mut object = crate::harness::event::subscription("sub_trial", "cus_ada", "trialing", "pro");
    object["trial_end"] = json!(now() + 86_400);
    bytes(&event("evt_trial", "customer.subscription.created", BEGIN + 30, &object))
}

async fn codes(client: &crate::harness::client::Client, query: &str) -> Vec<String> {
    let page = client.get(&format!("/v1/attention?{query}")).await.expect(200).json();
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| format!("{} {}", item["code"].as_str().unwrap(), item["object"].as_str().unwrap()))
        .collect()
}

#[tokio::test]
async fn what_needs_a_person_is_told_and_no_more_once_it_is_done() {
    let (house, server, analyst) = House::with_story("analyst").await;
    for body in [
        review("evt_opened", true, BEGIN + 10),
        seller(),
        trial(),
        subscribed("evt_lone", "sub_lone", "cus_lone", "pro"),
    ] {
        server.client().record(body).await;
    }
    house.applied(&server).await;
    assert_eq!(codes(&analyst, "code=review_open").await, ["review_open prv_ada"]);
    assert_eq!(codes(&analyst, "code=trial_ending").await, ["trial_ending sub_trial"]);
    assert_eq!(codes(&analyst, "code=unlinked_account").await, ["unlinked_account sub_lone"]);
    insta::assert_snapshot!(show::answer(&analyst.get("/v1/attention?code=seller_requirements").await));
    let about = analyst.get("/v1/attention?customer=cus_ada&code=review_open").await.expect(200).json();
    assert_eq!(
        (&about["items"][0]["customer"], &about["items"][0]["subscription"]),
        (&"cus_ada".into(), &"sub_ada".into())
    );
    insta::assert_snapshot!(house.run(&["attention", "--code=review_open"]).await.expect(0).out);
    insta::assert_snapshot!(house.run(&["attention", "--code=boredom"]).await.expect(2).err);
    server.client().record(review("evt_closed", false, BEGIN + 11)).await;
    house.applied(&server).await;
    assert_eq!(codes(&analyst, "code=review_open").await, [""; 0]);
    let told: Value = house.run(&["attention", "--code=unlinked_account", "--json"]).await.expect(0).json();
    assert_eq!(told["items"][0]["because"][0]["event"], "evt_lone");
    let metrics = server.client().get("/metrics").await.text();
    assert!(metrics.contains("daybook_attention_items{code=\"unlinked_account\"} 1"), "{metrics}");
}
