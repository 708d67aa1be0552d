//! `daybook grant`, `revoke`, `end`, `grants`, `link`, `unlink`, `release` and `settle`.

use serde_json::json;

use crate::harness::event::{customer_created, story};
use crate::harness::house::House;
use crate::harness::show;

const WHY: &str = "--reason=a pilot";

fn filters() -> Vec<(&'static str, &'static str)> {
    let mut filters = show::filters();
    filters.insert(0, (r"op_[0-9a-f]{32}", "op_..."));
    filters
}

#[tokio::test]
async fn an_act_is_told_recorded_and_listed() {
    let (house, _server, _) = House::with_story("app").await;
    let words = ["grant", "cus_ada", "seats", "--value=500", "--until=30 days", WHY, "--ticket=T-7", "--actor=anna"];
    let granted = house.run(&words).await.expect(0);
    insta::with_settings!({filters => filters()}, { insta::assert_snapshot!(granted.out) });
    house.run(&["revoke", "cus_ada", "pro", WHY, "--from=2027-01-01"]).await.expect(0);
    house.run(&["link", "cus_ada", "tenant 7", WHY]).await.expect(0);
    let listed = house.run(&["grants", "cus_ada"]).await.expect(0);
    insta::with_settings!({filters => filters()}, { insta::assert_snapshot!(listed.out) });
    let told = house.run(&["grants", "cus_ada", "--json"]).await.expect(0).json();
    let record = told["grants"][1]["record"]["event"].as_str().unwrap();
    assert_eq!(told["links"][0]["account"], "tenant 7");
    house.run(&["end", "cus_ada", record, WHY]).await.expect(0);
    let answer = house.run(&["entitlements", "cus_ada", "seats"]).await.expect(3);
    assert!(answer.out.contains("grant_ended"), "{}", answer.out);
    let events = house.run(&["event", "list", "--type=daybook.*", "--json"]).await.expect(0).json();
    let kinds: Vec<_> = events["events"].as_array().unwrap().iter().map(|event| &event["type"]).collect();
    let expected =
        ["daybook.grant_ended", "daybook.account_linked", "daybook.feature_revoked", "daybook.feature_granted"];
    assert_eq!(json!(kinds), json!(expected));
}

#[tokio::test]
async fn what_is_refused_says_why_and_the_same_again_is_so_already() {
    let (house, _server, _) = House::with_story("app").await;
    let refused = house.run(&["grant", "cus_nobody", "pro", WHY]).await.expect(3);
    insta::assert_snapshot!(refused.err);
    let refused = house.run(&["release", "cus_ada", "dp_none", WHY]).await.expect(3);
    insta::assert_snapshot!(refused.err);
    house.run(&["grant", "cus_ada", "pro", "--until=yesterday", WHY]).await.expect(2);
    house.run(&["grant", "cus_ada", "pro"]).await.expect(2);
    let words = ["link", "cus_ada", "tenant 7", WHY, "--json"];
    assert_eq!(house.run(&words).await.expect(0).json()["outcome"], "recorded");
    assert_eq!(house.run(&words).await.expect(0).json()["outcome"], "so_already");
    let keyed = ["grant", "cus_ada", "pro", WHY, "--idempotency-key=k", "--json"];
    let first = house.run(&keyed).await.expect(0).json();
    let again = house.run(&keyed).await.expect(0).json();
    assert_eq!((&again["outcome"], &again["record"]), (&json!("repeated"), &first["record"]));
}

#[tokio::test]
async fn what_has_ended_is_told_with_its_end_and_no_end_lies_before_the_beginning() {
    let (house, _server, _) = House::with_story("app").await;
    let granted = house.run(&["grant", "cus_ada", "exports", WHY, "--json"]).await.expect(0).json();
    let record = granted["record"].as_str().unwrap();
    let refused = house.run(&["end", "cus_ada", record, WHY, "--at=2020-01-01"]).await.expect(3);
    assert!(refused.err.contains("has held since 20") && refused.err.contains("cannot end before"), "{}", refused.err);
    house.run(&["entitlements", "cus_ada", "exports"]).await.expect(0);
    house.run(&["end", "cus_ada", record, WHY]).await.expect(0);
    let again = house.run(&["end", "cus_ada", record, WHY]).await.expect(0);
    assert!(again.out.contains("ended at 20") && again.out.contains("it is so already"), "{}", again.out);
    let later = house.run(&["end", "cus_ada", record, WHY, "--at=2099-01-01"]).await.expect(3);
    assert!(later.err.contains("is over already, since 20"), "{}", later.err);
}

#[tokio::test]
async fn without_a_server_the_command_applies_what_waits_itself() {
    let house = House::new().await;
    house.run(&["migrate"]).await.expect(0);
    let lines: Vec<u8> = story()
        .into_iter()
        .flat_map(|mut body| {
            body.push(b'\n');
            body
        })
        .collect();
    house.run_with(&["ingest", "-", "--mode=test"], &lines).await.expect(0);
    let acted = house.run(&["grant", "cus_ada", "exports", WHY, "--json"]).await.expect(0).json();
    assert_eq!((&acted["outcome"], &acted["applied"]), (&json!("recorded"), &json!(true)), "{acted:#}");
    house.run(&["entitlements", "cus_ada", "exports"]).await.expect(0);
}

#[tokio::test]
async fn what_was_settled_is_counted_no_more() {
    let (house, server, _) = House::with_story("app").await;
    let first = story();
    let id = serde_json::from_slice::<serde_json::Value>(&first[0]).unwrap()["id"].as_str().unwrap().to_owned();
    server.client().deliver(customer_created(&id, "cus_other")).await.expect(200);
    server.client().deliver(r#"{"id":"evt_broken","object":"event","type":"invoice.paid","data":7}"#).await.expect(200);
    let size = house.applied(&server).await;
    let level = async |name: &str| {
        let findings = house.doctor(&[]).await;
        findings.into_iter().find(|one| one["name"] == name).unwrap()["level"].clone()
    };
    let analyst = server.client().with_key(&house.key("analyst").await);
    let listed = async || analyst.get("/v1/attention?code=quarantined").await.expect(200).json()["items"].clone();
    assert_eq!((level("conflicts").await, level("quarantine").await), (json!("wrong"), json!("wrong")));
    assert_eq!(listed().await[0]["object"], "evt_broken");
    house.run(&["settle", "conflict", "1", "--stands=record", WHY]).await.expect(0);
    house.run(&["settle", "record", &(size - 1).to_string(), WHY]).await.expect(0);
    house.run(&["settle", "record", "0", WHY]).await.expect(3);
    assert_eq!((level("conflicts").await, level("quarantine").await), (json!("ok"), json!("ok")));
    assert_eq!(listed().await, json!([]));
    let listed = house.run(&["event", "conflicts", "--json"]).await.expect(0).json();
    assert_eq!(listed["conflicts"][0]["stands"], "record");
}
