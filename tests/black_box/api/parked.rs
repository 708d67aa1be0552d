//! What is known only by name: over HTTP, at the command line, and as something that needs a person, until the event comes that was missed.

use serde_json::json;

use crate::harness::event::{BEGIN, bytes, charged, event, refunded};
use crate::harness::house::House;

#[tokio::test]
async fn what_waits_for_a_charge_is_listed_until_the_charge_comes() {
    let (house, server, analyst) = House::with_story("analyst").await;
    let none = analyst.get("/v1/parked").await.expect(200).json();
    assert_eq!((&none["parked"], &none["count"]), (&json!([]), &json!(0)));
    for body in [refunded("evt_refund", "re_late", "ch_late"), refunded("evt_other", "re_other", "ch_late")] {
        server.client().record(body).await;
    }
    house.applied(&server).await;
    let listed = analyst.get("/v1/parked").await.expect(200).json();
    let expected = json!([{
        "kind": "charge", "id": "ch_late", "since": "2025-01-01T00:00:50Z",
        "waiting": ["refund re_late", "refund re_other"], "waiting_count": 2,
    }]);
    assert_eq!((&listed["parked"], &listed["count"], &listed["size"]), (&expected, &json!(1), &json!(8)));
    let of_invoices = analyst.get("/v1/parked?kind=invoice").await.expect(200).json();
    assert_eq!((&of_invoices["parked"], &of_invoices["count"]), (&json!([]), &json!(1)), "of all kinds there is one");
    let told = house.run(&["parked", "--json"]).await.expect(0).json();
    assert_eq!((&told["parked"], &told["count"]), (&expected, &json!(1)));
    let text = house.run(&["parked", "--kind=charge"]).await.expect(0).out;
    assert!(text.contains("charge ch_late") && text.contains("refund re_late, refund re_other"), "{text}");
    let needing = analyst.get("/v1/attention?code=unrouted").await.expect(200).json();
    let items = needing["items"].as_array().unwrap();
    let shown: Vec<_> =
        items.iter().map(|item| (&item["object"], &item["detail"], &item["because"][0]["event"])).collect();
    let (waits, late, other) = (json!("waits for ch_late"), json!("re_late"), json!("re_other"));
    assert_eq!(shown, [(&other, &waits, &json!("evt_other")), (&late, &waits, &json!("evt_refund"))]);
    server.client().record(charged("evt_late", "ch_late", "cus_ada", "in_ada")).await;
    house.applied(&server).await;
    assert_eq!(analyst.get("/v1/parked").await.expect(200).json()["count"], 0);
    assert_eq!(house.run(&["parked"]).await.expect(0).out.lines().count(), 1);
    assert_eq!(analyst.get("/v1/attention?code=unrouted").await.expect(200).json()["items"], json!([]));
}

#[tokio::test]
async fn a_page_of_what_waits_goes_on_where_the_one_before_ended() {
    let (house, server, analyst) = House::with_story("analyst").await;
    for charge in ["ch_1", "ch_2", "ch_3"] {
        server.client().record(refunded(&format!("evt_{charge}"), &format!("re_{charge}"), charge)).await;
    }
    house.applied(&server).await;
    let ids = |page: &serde_json::Value| {
        page["parked"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let first = analyst.get("/v1/parked?limit=2").await.expect(200).json();
    let next = first["next"].as_str().unwrap();
    let rest = analyst.get(&format!("/v1/parked?limit=2&after={next}")).await.expect(200).json();
    assert_eq!((ids(&first), ids(&rest)), (vec!["ch_1".to_owned(), "ch_2".to_owned()], vec!["ch_3".to_owned()]));
    assert_eq!((&first["count"], &rest["next"]), (&json!(3), &json!(null)));
    let told = house.run(&["parked", "-n", "2"]).await.expect(0).out;
    assert!(told.contains(&format!("--after {next}")), "{told}");
    let told = house.run(&["parked", "--json", "--after", next]).await.expect(0).json();
    assert_eq!(ids(&told), ids(&rest));
}

#[tokio::test]
async fn a_question_about_what_waits_that_cannot_be_read_is_refused() {
    let (house, server, analyst) = House::with_story("analyst").await;
    for query in ["kind=moon", "limit=0", "limit=1001", "after=ch_1", "customer=cus_ada"] {
        assert_eq!(analyst.get(&format!("/v1/parked?{query}")).await.expect(400).reason(), "malformed", "{query}");
    }
    let app = server.client().with_key(&house.key("app").await);
    assert_eq!(app.get("/v1/parked").await.expect(403).reason(), "role_too_low");
    house.run(&["parked", "--kind=moon"]).await.expect(2);
}

#[tokio::test]
async fn the_policy_says_how_long_things_may_wait_before_a_person_is_told() {
    let (house, server, analyst) = House::with_story("analyst").await;
    let again = |event_id: &str, id: &str, after: i64| {
        let object = json!({
            "id": id, "object": "charge", "customer": "cus_ada", "amount": 900, "amount_captured": 900, "amount_refunded": 0,
            "captured": true, "paid": true, "status": "succeeded", "currency": "usd", "created": BEGIN + after, "metadata": {},
        });
        bytes(&event(event_id, "charge.succeeded", BEGIN + after, &object))
    };
    for body in [again("evt_a", "ch_a", 1_000), again("evt_b", "ch_b", 2_200)] {
        server.client().record(body).await;
    }
    house.applied(&server).await;
    let twice = async || {
        let page = analyst.get("/v1/attention?code=possible_duplicate&since=2025-01-01").await.expect(200).json();
        page["items"].as_array().unwrap().len()
    };
    assert_eq!(twice().await, 0, "twenty minutes are between them");
    house.write("policy.toml", "[attention]\nduplicate_within = \"1 hour\"\n");
    house.run(&["policy", "apply", "policy.toml"]).await.expect(0);
    house.applied(&server).await;
    assert_eq!(twice().await, 1);
}
