//! The seller's balance: payouts, transfers, application fees and balance transactions agree with what they are about.

use std::collections::BTreeMap;

use daybook_simulator::{ApiShape, History, Story};
use serde_json::Value;

use crate::common::{histories, key, render, world};

fn int(object: &Value, field: &str) -> i64 {
    object[field].as_i64().unwrap_or_else(|| panic!("{field} of {object}"))
}

/// Every balance transaction that stands whole anywhere inside a value.
fn whole<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(fields) => {
            if fields.get("object").and_then(Value::as_str) == Some("balance_transaction") {
                found.push(value);
            }
            fields.values().for_each(|inner| whole(inner, found));
        }
        Value::Array(entries) => entries.iter().for_each(|entry| whole(entry, found)),
        _ => {}
    }
}

#[test]
fn a_balance_transaction_is_the_same_wherever_it_stands_and_its_net_is_amount_less_fee() {
    let world = world(49, 0);
    let stories = [Story::PayoutFails, Story::SeenWhole, Story::DisputeAppealed];
    let told: Vec<History> = (0..30).map(|number| world.story_of(number, &[stories[number % 3]])).collect();
    for shape in ApiShape::ALL {
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        for history in histories().iter().chain(&told) {
            let mut known: BTreeMap<String, Value> = BTreeMap::new();
            for event in render(history, shape) {
                let mut found = Vec::new();
                whole(&event.object, &mut found);
                for transaction in found {
                    assert_eq!(int(transaction, "net"), int(transaction, "amount") - int(transaction, "fee"));
                    let first = known.entry(key(transaction)).or_insert_with(|| transaction.clone());
                    assert_eq!(first, transaction);
                    *kinds.entry(transaction["type"].as_str().unwrap().to_owned()).or_default() += 1;
                }
            }
        }
        for kind in ["adjustment", "charge", "payout", "payout_failure", "refund"] {
            assert!(kinds.contains_key(kind), "{shape:?}: no {kind} in {kinds:?}");
        }
    }
}

#[test]
fn a_payout_that_fails_says_why_and_shows_or_names_what_comes_back() {
    let world = world(51, 0);
    let mut late = 0;
    for number in 0..40 {
        let mut paid = false;
        for event in render(&world.story_of(number, &[Story::PayoutFails]), ApiShape::Endive) {
            paid |= event.kind == "payout.paid";
            if event.kind == "payout.failed" {
                assert_eq!(event.object["status"], "failed");
                assert!(event.object["failure_code"].is_string());
                assert!(!event.object["failure_balance_transaction"].is_null());
                late += i32::from(paid);
            }
        }
    }
    assert!(late > 5, "{late} failed after they were paid");
}

#[test]
fn cumulative_amounts_are_the_sums_of_what_they_list() {
    for shape in ApiShape::ALL {
        let mut partial = 0;
        for history in histories() {
            for event in render(history, shape) {
                let (list, field, all) = match event.object["object"].as_str().unwrap() {
                    "transfer" => ("reversals", "amount_reversed", "reversed"),
                    "application_fee" => ("refunds", "amount_refunded", "refunded"),
                    _ => continue,
                };
                let object = &event.object;
                let sum: i64 = object[list]["data"].as_array().unwrap().iter().map(|one| int(one, "amount")).sum();
                assert_eq!(int(object, field), sum);
                assert_eq!(object[all], sum == int(object, "amount"));
                partial += usize::from(sum > 0 && sum < int(object, "amount"));
            }
        }
        assert!(partial > 0);
    }
}

#[test]
fn a_destination_charge_names_its_seller_its_transfer_and_its_fee() {
    let world = world(53, 0);
    let (mut with_fee, mut with_share) = (0, 0);
    for number in 0..20 {
        let events = render(&world.story_of(number, &[Story::Marketplace]), ApiShape::Acacia);
        let find = |kind: &str| events.iter().find(|event| event.kind == kind).map(|event| &event.object);
        let (charge, transfer) = (find("charge.succeeded").unwrap(), find("transfer.created").unwrap());
        assert_eq!(charge["transfer_data"]["destination"], transfer["destination"]);
        assert_eq!((&charge["transfer"], &transfer["source_transaction"]), (&transfer["id"], &charge["id"]));
        match find("application_fee.created") {
            Some(fee) => {
                assert_eq!((&charge["application_fee"], &fee["originating_transaction"]), (&fee["id"], &charge["id"]));
                with_fee += 1;
            }
            None => with_share += usize::from(charge["transfer_data"]["amount"].is_i64()),
        }
    }
    assert!(with_fee > 0 && with_share > 0);
}

#[test]
fn what_a_partial_capture_releases_counts_as_refunded_only_before_basil() {
    let world = world(55, 0);
    let mut released = 0;
    for number in 0..40 {
        let history = world.story_of(number, &[Story::CapturedLater]);
        for shape in ApiShape::ALL {
            for event in render(&history, shape).iter().filter(|event| event.kind == "charge.captured") {
                let free = int(&event.object, "amount") - int(&event.object, "amount_captured");
                let shown = if shape.is_basil_or_later() { 0 } else { free };
                assert_eq!(int(&event.object, "amount_refunded"), shown);
                released += usize::from(free > 0);
            }
        }
    }
    assert!(released > 10);
}
