//! `daybook ingest`: good lines go in whatever the others are, and each bad one is listed.

use crate::harness::event::{customer_created, story};
use crate::harness::house::House;
use crate::harness::{log, show};

fn lines(bodies: &[Vec<u8>]) -> Vec<u8> {
    bodies.join(&b"\n"[..])
}

async fn migrated() -> House {
    let house = House::new().await;
    house.run(&["migrate"]).await.expect(0);
    house
}

#[tokio::test]
async fn a_file_of_events_goes_in_and_again_changes_nothing() {
    let house = migrated().await;
    house.write("events.jsonl", lines(&story()));
    insta::assert_snapshot!(house.run(&["ingest", "events.jsonl"]).await.expect(0).out);
    insta::assert_snapshot!(house.run(&["ingest", "events.jsonl"]).await.expect(0).out);
    let records = log::assert_whole(&house.database.pool).await;
    let bodies: Vec<Vec<u8>> = records.into_iter().map(|record| record.body).collect();
    assert_eq!(bodies, story());
}

#[tokio::test]
async fn bad_lines_are_listed_with_their_number_and_the_good_ones_go_in() {
    let house = migrated().await;
    let mut file = customer_created("evt_1", "cus_1");
    file.extend_from_slice(b"\n{\"id\": \"evt_2\", \"object\": \"event\"\n\nnot json at all\n\xff\xfe\n[1, 2]\n");
    file.extend_from_slice(b"{\"id\": \"cus_1\", \"object\": \"customer\"}\n");
    file.extend_from_slice(
        b"{\"id\":\"evt_3\",\"object\":\"event\",\"type\":\"invoice.paid\",\"livemode\":false,\"created\":\"soon\"}\n",
    );
    file.extend_from_slice(&customer_created(&"e".repeat(10_000), "cus_1"));
    file.extend_from_slice(b"\r\n");
    file.extend_from_slice(&vec![b'x'; 17 * 1024 * 1024]);
    file.extend_from_slice(b"\n");
    file.extend_from_slice(&customer_created("evt_4", "cus_2"));
    let ran = house.run_with(&["ingest", "-"], &file).await.expect(3);
    insta::assert_snapshot!(ran.out);
    let records = log::assert_whole(&house.database.pool).await;
    let ids: Vec<String> = records.into_iter().map(|record| record.event_id).collect();
    assert_eq!(ids, ["evt_1", "evt_3", "evt_4"]);
}

fn event(id: &str, object: &str) -> Vec<u8> {
    format!(r#"{{"id":"{id}","object":"event","type":"customer.updated","livemode":false,"created":1790000000,"data":{{"object":{object}}}}}"#)
        .into_bytes()
}

#[tokio::test]
async fn lines_that_go_in_and_cannot_be_read_are_listed_as_quarantined() {
    let house = migrated().await;
    let (open, close) = (r#"{"a":"#.repeat(50_000), "}".repeat(50_000));
    let deep = format!(r#"{{"id":"cus_1","object":"customer","metadata":{open}1{close}}}"#);
    let file = lines(&[
        customer_created("evt_1", "cus_1"),
        event("evt_2", "[1, 2]"),
        event("evt_3", r#"{"object":"customer"}"#),
        event("evt_4", &deep),
        event("evt_5", r#"{"id":"cus_1","id":"cus_2","object":"customer"}"#),
        event("evt_6", r#"{"id":"cus_\u0000","object":"customer"}"#),
        event("evt_7", r#"{"id":"cus_1","object":"customer","balance":92233720368547758080}"#),
        event("evt_8", r#"{"id":"cus_1","object":"customer","created":92233720368547758080}"#),
    ]);
    house.write("events.jsonl", file);
    insta::assert_snapshot!(house.run(&["ingest", "events.jsonl"]).await.expect(3).out);
    let told = house.run(&["ingest", "events.jsonl", "--json"]).await.expect(3).json_lines();
    insta::assert_snapshot!(told.iter().map(show::json).collect::<Vec<_>>().join("\n"));
    assert_eq!(log::assert_whole(&house.database.pool).await.len(), 8, "nothing is lost");
}

#[tokio::test]
async fn other_content_under_a_known_id_is_a_conflict_and_kept() {
    let house = migrated().await;
    house.run_with(&["ingest", "-"], &customer_created("evt_1", "cus_1")).await.expect(0);
    let ran = house.run_with(&["ingest", "-"], &customer_created("evt_1", "cus_2")).await.expect(3);
    insta::assert_snapshot!(ran.out);
    let kept: i64 = sqlx::query_scalar("select count(*) from conflict").fetch_one(&house.database.pool).await.unwrap();
    assert_eq!(kept, 1);
}

#[tokio::test]
async fn programs_get_a_json_object_a_line() {
    let house = migrated().await;
    let mut file = customer_created("evt_1", "cus_1");
    file.extend_from_slice(b"\nnonsense\n");
    let told = house.run_with(&["ingest", "-", "--json"], &file).await.expect(3).json_lines();
    insta::assert_snapshot!(told.iter().map(show::json).collect::<Vec<_>>().join("\n"));
}

#[tokio::test]
async fn an_import_goes_on_when_nobody_reads_what_it_says() {
    let house = migrated().await;
    let mut file = b"junk\n".repeat(20_000);
    file.extend_from_slice(&customer_created("evt_last", "cus_1"));
    house.write("events.jsonl", file);
    let mut child = house.command(&["ingest", "events.jsonl"]).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().await.unwrap().code(), Some(3));
    house.run(&["event", "show", "evt_last"]).await.expect(0);
}

#[tokio::test]
async fn a_file_that_holds_no_event_a_line_is_told_how_to_become_one() {
    let house = migrated().await;
    let ran = house.run_with(&["ingest", "-"], b"[\n{\n\"id\": \"evt_1\"\n}\n]\n").await.expect(3);
    assert!(ran.out.contains("jq -c '.[]'"), "{}", ran.out);
    let marked = [b"\xef\xbb\xbf".to_vec(), customer_created("evt_1", "cus_1")].concat();
    house.run_with(&["ingest", "-"], &marked).await.expect(0);
}

#[tokio::test]
async fn a_file_that_is_not_there_is_named() {
    let house = migrated().await;
    let ran = house.run(&["ingest", "nowhere.jsonl"]).await.expect(1);
    assert!(ran.err.contains("nowhere.jsonl") && ran.out.is_empty(), "{}", ran.err);
    house.run(&["ingest", "."]).await.expect(1);
}

#[tokio::test]
async fn what_is_imported_beside_a_running_server_is_answered_by_it() {
    let (house, server) = House::with_server().await;
    house.run_with(&["ingest", "-"], &lines(&story())).await.expect(0);
    house.applied(&server).await;
    let app = server.client().with_key(&house.key("app").await);
    assert_eq!(app.get("/v1/customers/cus_ada/entitlements/pro").await.expect(200).json()["allowed"], true);
}

#[tokio::test]
async fn an_imported_event_that_stripe_delivers_later_is_a_duplicate_known_to_be_verified() {
    let (house, server) = House::with_server().await;
    let body = customer_created("evt_1", "cus_1");
    house.run_with(&["ingest", "-"], &body).await.expect(0);
    assert_eq!(server.client().deliver(body).await.expect(200).json()["outcome"], "duplicate");
    let seen: Vec<(String, String)> =
        sqlx::query_as("select record.source, delivery.outcome from record join delivery using (position)")
            .fetch_all(&house.database.pool)
            .await
            .unwrap();
    assert_eq!(seen, [("import".to_owned(), "duplicate".to_owned())]);
}
