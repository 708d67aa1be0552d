//! Customers, subscriptions and balances.

use daybook_simulator::{ApiShape, History, Plan, ShapeChoice, Story, simulate};

use crate::harness::house::House;
use crate::harness::{now, show, tables};

#[tokio::test]
async fn a_customer_is_shown_with_its_accounts_and_subscriptions() {
    let (_house, _server, analyst) = House::with_story("analyst").await;
    insta::assert_snapshot!(show::answer(&analyst.get("/v1/customers/cus_ada").await));
}

#[tokio::test]
async fn a_subscription_is_shown_as_it_stands() {
    let (_house, _server, analyst) = House::with_story("analyst").await;
    insta::assert_snapshot!(show::answer(&analyst.get("/v1/subscriptions/sub_ada").await));
}

#[tokio::test]
async fn balances_name_the_postings_and_events_behind_them() {
    let (_house, _server, analyst) = House::with_story("analyst").await;
    insta::assert_snapshot!(show::answer(&analyst.get("/v1/customers/cus_ada/balances").await));
}

#[tokio::test]
async fn what_nobody_has_seen_is_not_known_at_this_size() {
    let (_house, _server, analyst) = House::with_story("analyst").await;
    insta::assert_snapshot!(show::answer(&analyst.get("/v1/customers/cus_nobody").await));
    insta::assert_snapshot!(show::answer(&analyst.get("/v1/subscriptions/sub_nobody").await));
    analyst.get("/v1/customers/cus_nobody/balances").await.expect(404);
    insta::assert_snapshot!(show::answer(&analyst.get(&format!("/v1/customers/{}", "c".repeat(300))).await));
}

/// Money in minor units of one account in one currency.
fn sum(balances: &serde_json::Value, account: &str, currency: &str) -> i64 {
    let all = balances["balances"].as_array().unwrap();
    let these = all.iter().filter(|one| one["account"] == account && one["currency"] == currency);
    these.filter_map(|one| one["amount"].as_i64()).sum()
}

/// Histories of all kinds, up to some weeks ago.
fn histories() -> Vec<(Story, History)> {
    let stories = [
        Story::FailureRecovers,
        Story::Monthly,
        Story::TrialConverts,
        Story::CancelNow,
        Story::DunningUnpaid,
        Story::PartialRefund,
        Story::DisputeLost,
        Story::Upgrade,
    ];
    let plan = Plan {
        seed: 11,
        customers: 0,
        start: now() - 150 * 86_400,
        months: 4,
        shape: ShapeChoice::One(ApiShape::Clover),
        livemode: false,
        account: None,
    };
    let world = simulate(&plan);
    stories.into_iter().enumerate().map(|(number, story)| (story, world.story_of(number, &[story]))).collect()
}

#[tokio::test]
async fn whole_histories_in_every_shape_end_as_the_simulator_says() {
    let (house, server) = House::with_server().await;
    let histories = histories();
    for (number, (_, history)) in histories.iter().enumerate() {
        for event in history.render(ApiShape::ALL[number % ApiShape::ALL.len()]) {
            server.client().deliver(event.body).await.expect(200);
        }
    }
    house.applied(&server).await;
    let analyst = server.client().with_key(&house.key("analyst").await);
    for (story, history) in &histories {
        let truth = history.truth();
        for (subscription, status) in &truth.subscriptions {
            let shown = analyst.get(&format!("/v1/subscriptions/{subscription}")).await.expect(200).json();
            assert_eq!(shown["status"], *status, "{story:?}: {subscription}");
        }
        let customer = history.customer.as_deref().unwrap();
        let balances = analyst.get(&format!("/v1/customers/{customer}/balances")).await.expect(200).json();
        for (currency, money) in truth.money {
            let receivable = sum(&balances, "assets:receivable", currency);
            assert_eq!(receivable, money.outstanding, "{story:?}: {currency} owed: {balances:#}");
        }
    }
}

#[tokio::test]
async fn histories_told_backwards_end_in_the_same_rows() {
    let events: Vec<_> = histories().iter().flat_map(|(_, history)| history.render(ApiShape::Clover)).collect();
    let mut ends = Vec::new();
    for order in [events.clone(), events.into_iter().rev().collect()] {
        let (house, server) = House::with_server().await;
        for event in order {
            server.client().deliver(event.body).await.expect(200);
        }
        house.applied(&server).await;
        ends.push(tables::readers(&house.database.pool).await);
    }
    tables::assert_same(&ends[0], &ends[1]);
}
