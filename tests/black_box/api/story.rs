//! What happened, when, when we learned of it, and what it changed.

use crate::harness::event::{BEGIN, bytes, canceled, event, subscribed, subscription};
use crate::harness::house::House;
use crate::harness::show;

#[tokio::test]
async fn a_customers_story_tells_what_happened_and_what_it_changed() {
    let (house, _server, analyst) = House::with_story("analyst").await;
    insta::assert_snapshot!(show::answer(&analyst.get("/v1/customers/cus_ada/story?as_of=2025-06-01").await));
    let told = house.run(&["story", "cus_ada", "--as-of=2025-06-01"]).await.expect(0);
    insta::with_settings!({filters => show::filters()}, { insta::assert_snapshot!(told.out) });
}

#[tokio::test]
async fn late_news_stand_where_they_happened_and_time_alone_has_its_place() {
    let (house, server) = House::with_server().await;
    let client = server.client();
    client.deliver(subscribed("evt_1", "sub_1", "cus_1", "pro")).await.expect(200);
    client.deliver(canceled("evt_2", "sub_1", "cus_1", "pro")).await.expect(200);
    let mut leaving = subscription("sub_1", "cus_1", "trialing", "pro");
    leaving["trial_end"] = (BEGIN + 60).into();
    leaving["cancel_at"] = (BEGIN + 60).into();
    client.deliver(bytes(&event("evt_3", "customer.subscription.updated", BEGIN + 10, &leaving))).await.expect(200);
    house.applied(&server).await;
    let analyst = client.with_key(&house.key("analyst").await);
    let story = analyst.get("/v1/customers/cus_1/story").await.expect(200).json();
    let steps: Vec<(String, String)> = story["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| {
            let change = &step["entitlements"][0]["after"]["code"];
            (step["event"].as_str().unwrap_or("time").to_owned(), change.as_str().unwrap_or("-").to_owned())
        })
        .collect();
    let expected = [("evt_1", "active"), ("evt_3", "trialing"), ("time", "canceled"), ("evt_2", "-")];
    let found: Vec<(&str, &str)> = steps.iter().map(|(event, code)| (event.as_str(), code.as_str())).collect();
    assert_eq!(found[..2], expected[..2], "{story:#}");
    assert_eq!(found.iter().map(|(event, _)| *event).collect::<Vec<_>>(), ["evt_1", "evt_3", "time", "evt_2"]);
    let last = analyst.get("/v1/customers/cus_1/story?limit=1").await.expect(200).json();
    assert_eq!((last["earlier"].as_i64(), last["steps"].as_array().map(Vec::len)), (Some(2), Some(1)), "{last:#}");
}

#[tokio::test]
async fn every_moment_is_judged_by_the_policy_of_its_time_and_another_policy_is_told() {
    let (house, server, analyst) = House::with_story("analyst").await;
    let policy =
        b"[features]\ngold = { kind = 'switch' }\n[plans.gold]\nlookup_keys = ['pro']\ngrants = { gold = true }\n";
    house.run_with(&["policy", "apply", "-"], policy).await.expect(0);
    house.applied(&server).await;
    let story = analyst.get("/v1/customers/cus_ada/story").await.expect(200).json();
    let steps = story["steps"].as_array().unwrap();
    let changes = |step: &serde_json::Value| -> Vec<String> {
        let changes = step["entitlements"].as_array().unwrap().iter();
        changes.map(|change| change["feature"].as_str().unwrap().to_owned()).collect()
    };
    let (last, before) = steps.split_last().unwrap();
    assert_eq!(
        (last["type"].as_str(), changes(last)),
        (Some("daybook.policy_applied"), ["gold", "pro", "prod_pro"].map(String::from).to_vec())
    );
    assert!(before.iter().flat_map(changes).all(|feature| feature != "gold"), "{story:#}");
    let then = analyst.get("/v1/customers/cus_ada/entitlements?as_of=2025-06-01").await.expect(200).json();
    assert!(!then.to_string().contains("\"gold\""), "the two agree: {then:#}");
}

#[tokio::test]
async fn nobodys_story_is_not_told() {
    let (house, server, analyst) = House::with_story("analyst").await;
    assert_eq!(analyst.get("/v1/customers/cus_nobody/story").await.expect(404).reason(), "unknown");
    house.run(&["story", "cus_nobody"]).await.expect(3);
    let app = server.client().with_key(&house.key("app").await);
    app.get("/v1/customers/cus_ada/story").await.expect(403);
}
