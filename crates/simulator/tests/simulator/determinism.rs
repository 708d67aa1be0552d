//! One plan, the same bytes, always; ids that never collide.

use std::collections::{BTreeMap, BTreeSet};

use daybook_simulator::{ApiShape, Plan, ShapeChoice, Story, simulate};
use proptest::prelude::*;

use crate::common::{START, histories, plan, world};

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let first: Vec<_> = world(3, 10).events();
    let second: Vec<_> = world(3, 10).events();
    assert_eq!(first, second);
    assert_ne!(first, world(4, 10).events());
}

#[test]
fn a_customers_history_does_not_depend_on_how_many_others_there_are() {
    assert_eq!(world(5, 3).customer(2).render(ApiShape::Basil), world(5, 300).customer(2).render(ApiShape::Basil));
}

#[test]
fn no_two_events_of_a_world_share_an_id() {
    let world = world(11, 120);
    let mut ids = BTreeSet::new();
    for history in world.histories().chain([world.catalogue()]) {
        for event in history.events {
            assert!(ids.insert(event.id), "an id was given twice");
        }
    }
    assert!(ids.len() > 5_000);
}

#[test]
fn the_stream_and_the_whole_world_hold_the_same_events() {
    let world = simulate(&Plan { months: 3, ..plan(13, 40) });
    let whole: BTreeMap<_, _> = world.events().into_iter().map(|event| (event.id.clone(), event)).collect();
    let streamed: BTreeMap<_, _> = world.stream().map(|event| (event.id.clone(), event)).collect();
    assert_eq!(whole, streamed);
}

#[test]
fn times_never_go_back_within_a_history_and_many_events_share_a_second() {
    let (mut ties, mut all) = (0, 0);
    for history in histories() {
        for pair in history.events.windows(2) {
            assert!(pair[0].created <= pair[1].created);
            all += 1;
            ties += usize::from(pair[0].created == pair[1].created);
        }
    }
    assert!(ties * 2 > all, "{ties} ties in {all} pairs");
}

#[test]
fn events_are_about_three_kilobytes() {
    for shape in ApiShape::ALL {
        let plan = Plan { shape: ShapeChoice::One(shape), ..plan(17, 20) };
        let events = simulate(&plan).events();
        let bytes: usize = events.iter().map(|event| event.body.len()).sum();
        let mean = bytes / events.len();
        assert!((2_000..5_000).contains(&mean), "{shape:?}: {mean} bytes over {} events", events.len());
    }
}

#[test]
fn a_mixed_world_upgrades_its_customers_and_never_goes_back() {
    let plan = Plan { shape: ShapeChoice::Mixed, ..plan(19, 40) };
    let world = simulate(&plan);
    let mut shapes = BTreeSet::new();
    for history in world.histories() {
        let events = history.render_as_planned();
        assert!(events.is_sorted_by_key(|event| event.shape));
        shapes.extend(events.iter().map(|event| event.shape));
    }
    assert_eq!(shapes.len(), ApiShape::ALL.len());
}

#[test]
fn mode_and_account_are_in_every_event() {
    let plan = Plan { livemode: true, account: Some("acct_1Example".to_owned()), ..plan(23, 3) };
    for event in simulate(&plan).events() {
        let body: serde_json::Value = serde_json::from_slice(&event.body).unwrap();
        assert_eq!(body["livemode"], true);
        assert_eq!(body["account"], "acct_1Example");
        assert_ne!(body["data"]["object"].get("livemode"), Some(&serde_json::Value::Bool(false)));
    }
}

#[test]
fn a_small_history_reads_as_a_story() {
    let history = world(1, 1).story_of(1, &[Story::FailureRecovers]);
    let lines: Vec<String> = history
        .render(ApiShape::Basil)
        .iter()
        .take(45)
        .map(|event| format!("{:>9} {}", event.created - START, event.kind))
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn any_plan_can_be_simulated(seed: u64, start in -1_000_000_000_i64..4_000_000_000, months in 0_u32..30) {
        let plan = Plan { seed, customers: 2, start, months, ..plan(0, 0) };
        let events = simulate(&plan).events();
        prop_assert!(events.is_sorted_by_key(|event| event.created));
    }
}
