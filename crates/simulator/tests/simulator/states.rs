//! Statuses go the ways STRIPE.md calls usual, and each story ends where its name says.

use std::collections::{BTreeMap, BTreeSet};

use daybook_simulator::{ApiShape, Story};

use crate::common::{Seen, histories, key, render, world};

fn usual(kind: &str, from: &str, to: &str) -> bool {
    let ways: &[(&str, &[&str])] = match kind {
        "subscription" => &[
            ("incomplete", &["active", "incomplete_expired"]),
            ("trialing", &["active", "paused", "past_due", "canceled"]),
            ("active", &["past_due", "canceled"]),
            ("past_due", &["active", "unpaid", "canceled"]),
            ("unpaid", &["active", "canceled"]),
            ("paused", &["active", "canceled"]),
        ],
        "invoice" => {
            &[("draft", &["open"]), ("open", &["paid", "void", "uncollectible"]), ("uncollectible", &["paid", "void"])]
        }
        "dispute" => &[
            ("needs_response", &["under_review", "won", "lost"]),
            ("under_review", &["won", "lost"]),
            ("lost", &["appeal_under_review"]),
            ("appeal_under_review", &["won", "lost"]),
            ("warning_needs_response", &["warning_under_review", "needs_response", "warning_closed"]),
            ("warning_under_review", &["warning_closed", "needs_response"]),
        ],
        "refund" => &[("pending", &["succeeded", "failed"]), ("succeeded", &["failed"])],
        _ => return true,
    };
    ways.iter().any(|(state, next)| *state == from && next.contains(&to))
}

#[test]
fn statuses_go_the_usual_ways() {
    for shape in [ApiShape::V2020, ApiShape::Endive] {
        let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for history in histories() {
            let mut last: BTreeMap<String, String> = BTreeMap::new();
            for event in render(history, shape) {
                let kind = event.object["object"].as_str().unwrap().to_owned();
                let Some(status) = event.object["status"].as_str().map(str::to_owned) else {
                    continue;
                };
                if let Some(before) = last.insert(key(&event.object), status.clone())
                    && before != status
                {
                    assert!(usual(&kind, &before, &status), "{kind}: {before} -> {status}");
                }
                all.entry(kind).or_default().insert(status);
            }
        }
        assert_eq!(all["subscription"].len(), 8, "{:?}", all["subscription"]);
        assert_eq!(all["invoice"].len(), 5, "{:?}", all["invoice"]);
        assert_eq!(all["dispute"].len(), 8, "{:?}", all["dispute"]);
    }
}

/// When the first event of this kind happened, and the trial it shows.
fn first_of(events: &[Seen], kind: &str) -> Option<(i64, i64)> {
    let event = events.iter().find(|event| event.kind == kind)?;
    Some((event.created, event.object["trial_end"].as_i64().unwrap()))
}

#[test]
fn a_trial_without_a_card_pauses_when_it_ends_and_is_announced_three_days_before() {
    let world = world(41, 0);
    let mut resumed = 0;
    for number in 0..30 {
        let events = render(&world.story_of(number, &[Story::TrialPauses]), ApiShape::Acacia);
        let created = events.iter().find(|event| event.kind == "customer.subscription.created").unwrap();
        let end = created.object["trial_end"].as_i64().unwrap();
        assert_eq!(created.object["billing_cycle_anchor"], end);
        assert_eq!(created.object["current_period_end"], end);
        let announced = first_of(&events, "customer.subscription.trial_will_end").unwrap();
        assert_eq!(announced, (end - 3 * 86_400, end));
        assert_eq!(first_of(&events, "customer.subscription.paused").unwrap(), (end, end));
        let Some((back, _)) = first_of(&events, "customer.subscription.resumed") else { continue };
        assert!(back > end);
        let paid = events.iter().rev().find(|event| event.kind == "customer.subscription.updated").unwrap();
        assert_eq!(paid.object["billing_cycle_anchor"], back);
        resumed += 1;
    }
    assert!(resumed > 10, "{resumed} resumed");
}

fn ends(story: Story) -> BTreeSet<&'static str> {
    let world = world(29, 0);
    (0..30).flat_map(|number| world.story_of(number, &[story]).truth().subscriptions.into_values()).collect()
}

#[test]
fn stories_end_where_their_names_say() {
    assert_eq!(ends(Story::Monthly), BTreeSet::from(["active"]));
    assert_eq!(ends(Story::Annual), BTreeSet::from(["active"]));
    assert_eq!(ends(Story::TrialConverts), BTreeSet::from(["active"]));
    assert_eq!(ends(Story::TrialCancels), BTreeSet::from(["canceled"]));
    assert_eq!(ends(Story::FirstPaymentAbandoned), BTreeSet::from(["active", "incomplete_expired"]));
    assert!(ends(Story::TrialPauses).contains("paused"));
    assert!(ends(Story::DunningCancels).contains("canceled"));
    assert!(ends(Story::DunningUnpaid).contains("unpaid"));
    assert!(ends(Story::Leaves).contains("canceled"));
    assert!(ends(Story::OneOff).is_empty());
}

#[test]
fn disputes_end_as_told() {
    let world = world(31, 0);
    let money = |story: Story| {
        (0..30)
            .flat_map(|number| world.story_of(number, &[story]).truth().money.into_values())
            .fold((0, 0), |(contested, lost), money| (contested + money.contested, lost + money.lost))
    };
    assert_eq!(money(Story::DisputeWon).1, 0);
    assert!(money(Story::DisputeLost).1 > 0);
    assert!(money(Story::DisputeOpen).0 > 0);
    assert_eq!(money(Story::Inquiry), (0, 0));
}

#[test]
fn an_inquiry_takes_no_money_and_a_won_dispute_gives_it_back() {
    for history in histories() {
        for event in render(history, ApiShape::Clover).iter().filter(|event| event.object["object"] == "dispute") {
            let moved: i64 = event.object["balance_transactions"]
                .as_array()
                .unwrap()
                .iter()
                .map(|transaction| transaction["amount"].as_i64().unwrap())
                .sum();
            let status = event.object["status"].as_str().unwrap();
            if status.starts_with("warning") {
                assert_eq!(moved, 0);
            } else if event.kind == "charge.dispute.funds_reinstated" {
                assert_eq!((status, moved), ("won", 0));
            } else {
                assert!(moved < 0);
            }
        }
    }
}

#[test]
fn one_change_is_sometimes_told_by_two_events() {
    let twins = histories().iter().flat_map(|history| history.events.windows(2)).filter(|pair| {
        let [first, second] = pair else { return false };
        first.kind == second.kind && first.created == second.created && first.id != second.id
    });
    assert!(twins.count() > 5);
}

#[test]
fn nothing_follows_a_deleted_customer() {
    let world = world(37, 0);
    for number in 0..20 {
        let history = world.story_of(number, &[Story::Leaves, Story::Monthly, Story::DisputeWon]);
        if history.truth().customer_deleted {
            assert_eq!(history.events.last().map(|event| event.kind), Some("customer.deleted"));
            assert!(history.truth().subscriptions.values().all(|status| *status == "canceled"));
        }
    }
}
