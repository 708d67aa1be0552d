//! `daybook event list`, `show` and `conflicts`.

use serde_json::json;

use crate::harness::event::{customer_created, story};
use crate::harness::house::House;
use crate::harness::show;

#[tokio::test]
async fn events_are_listed_for_people_and_for_programs() {
    let (house, _server, _) = House::with_story("app").await;
    insta::assert_snapshot!(house.run(&["event", "list"]).await.expect(0).out);
    insta::assert_snapshot!(house.run(&["event", "list", "-n", "2", "--before=4"]).await.expect(0).out);
    let page = house.run(&["event", "list", "--customer=cus_ada", "-n", "1", "--json"]).await.expect(0).json();
    insta::assert_snapshot!(show::json(&page));
    let of = async |words: &[&str]| {
        let mut all = vec!["event", "list", "--json"];
        all.extend(words);
        let page = house.run(&all).await.expect(0).json();
        let events = page["events"].as_array().unwrap().clone();
        events.into_iter().map(|event| event["position"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(of(&["--type=customer.*"]).await, [1, 0]);
    assert_eq!(of(&["--object=sub_ada"]).await, [1]);
    assert_eq!(of(&["--since=2025-01-01T00:00:03Z"]).await, [5, 4]);
    assert_eq!(of(&["--until=2025-01-01"]).await, [0; 0]);
}

#[tokio::test]
async fn an_event_is_shown_with_everything_around_it() {
    let (house, _server, _) = House::with_story("app").await;
    let ran = house.run(&["event", "show", "evt_subscribed"]).await.expect(0);
    insta::with_settings!({filters => vec![(r"20(26|27|28|29|[3-8][0-9])-[0-9-]+ [0-9:]+", "[now]")]}, {
        insta::assert_snapshot!(ran.out);
    });
    let by_position = house.run(&["event", "show", "1", "--json"]).await.expect(0).json();
    assert_eq!(by_position["id"], "evt_subscribed");
    let sent: serde_json::Value = serde_json::from_slice(&story()[1]).unwrap();
    assert_eq!(by_position["body"], sent);
    let covered = house.run(&["event", "show", "evt_customer", "--json"]).await.expect(0).json();
    assert_eq!(covered["body"]["data"]["object"]["email"], "[masked]");
    let raw = house.run(&["event", "show", "evt_customer", "--json", "--raw"]).await.expect(0).json();
    assert_eq!(raw["body"]["data"]["object"]["email"], "ada@example.com");
}

#[tokio::test]
async fn of_many_deliveries_the_first_are_shown_and_the_rest_is_counted() {
    let (house, server) = House::with_server().await;
    for _ in 0..103 {
        server.client().deliver(customer_created("evt_1", "cus_1")).await.expect(200);
    }
    let shown = house.run(&["event", "show", "evt_1"]).await.expect(0).out;
    assert_eq!(shown.lines().filter(|line| line.contains(" delivered ")).count(), 100, "{shown}");
    assert!(shown.contains("and 3 times more"), "{shown}");
}

#[tokio::test]
async fn an_event_nobody_sent_is_said_to_be_none() {
    let (house, _server, _) = House::with_story("app").await;
    let ran = house.run(&["event", "show", "evt_nobody"]).await.expect(3);
    insta::assert_snapshot!(ran.err);
    house.run(&["event", "show", "999"]).await.expect(3);
    let ran = house.run(&["event", "list", "--since=yesterday"]).await.expect(2);
    assert!(ran.err.contains("2026-11-21"), "an example is given: {}", ran.err);
}

#[tokio::test]
async fn what_contradicts_the_log_is_listed_and_shown_with_where_it_differs() {
    let house = House::new().await;
    house.run(&["migrate"]).await.expect(0);
    assert_eq!(house.run(&["event", "conflicts"]).await.expect(0).out, "Nothing contradicts the log.\n");
    house.run_with(&["ingest", "-"], &customer_created("evt_1", "cus_1")).await.expect(0);
    for customer in ["cus_2", "cus_3", "cus_4"] {
        house.run_with(&["ingest", "-"], &customer_created("evt_1", customer)).await.expect(3);
    }
    let first = house.run(&["event", "conflicts", "-n", "2", "--json"]).await.expect(0).json();
    let numbers: Vec<i64> =
        first["conflicts"].as_array().unwrap().iter().map(|one| one["number"].as_i64().unwrap()).collect();
    assert_eq!((numbers.len(), &first["total"], &first["next"]), (2, &json!(3), &json!(numbers[1])));
    let before = format!("--before={}", numbers[1]);
    let rest = house.run(&["event", "conflicts", &before, "--json"]).await.expect(0).json();
    assert_eq!((rest["conflicts"].as_array().unwrap().len(), &rest["next"]), (1, &json!(null)));
    let number = numbers[0].to_string();
    let shown = house.run(&["event", "conflicts", &number, "--json"]).await.expect(0).json();
    assert_eq!(shown["body"]["data"]["object"]["id"], "cus_4");
    let differs = shown["differences"].as_array().unwrap();
    let at_id = json!({"path": "/data/object/id", "record": "cus_1", "conflict": "cus_4"});
    assert!(differs.contains(&at_id), "{shown:#}");
    let event = house.run(&["event", "show", "evt_1"]).await.expect(0);
    assert!(event.out.contains("3 kept beside it: `daybook event conflicts`"), "{}", event.out);
    house.run(&["event", "conflicts", "999"]).await.expect(3);
    house.run(&["event", "conflicts", "1", "--before=1"]).await.expect(2);
}
