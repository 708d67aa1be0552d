//! `daybook entitlements` and `daybook balances`: the answers of the API, at the command line.

use crate::harness::event::{BEGIN, bytes, customer, event};
use crate::harness::house::House;
use crate::harness::show;

#[tokio::test]
async fn entitlements_are_told_with_their_reasons() {
    let (house, _server, app) = House::with_story("app").await;
    let ran = house.run(&["entitlements", "cus_ada"]).await.expect(0);
    insta::with_settings!({filters => show::filters()}, { insta::assert_snapshot!(ran.out) });
    let ran = house.run(&["entitlements", "ada", "--account", "--json"]).await.expect(0).json();
    insta::assert_snapshot!(show::json(&ran));
    let asked = app.get("/v1/customers/cus_ada/entitlements?explain=1").await.expect(200).json();
    let told = house.run(&["entitlements", "cus_ada", "--json"]).await.expect(0).json();
    assert_eq!(told["entitlements"], asked["entitlements"], "the same answers as over HTTP");
}

#[tokio::test]
async fn the_exit_code_tells_the_answer_about_one_feature() {
    let (house, _server, _) = House::with_story("app").await;
    house.run(&["entitlements", "cus_ada", "pro"]).await.expect(0);
    house.run(&["entitlements", "cus_ada", "teleport"]).await.expect(3);
    house.run(&["entitlements", "cus_nobody", "pro"]).await.expect(3);
}

#[tokio::test]
async fn balances_say_what_they_mean() {
    let (house, _server, _) = House::with_story("app").await;
    insta::assert_snapshot!(house.run(&["balances", "cus_ada"]).await.expect(0).out);
    insta::assert_snapshot!(show::json(&house.run(&["balances", "cus_ada", "--json"]).await.expect(0).json()));
    insta::assert_snapshot!(house.run(&["balances", "cus_nobody"]).await.expect(3).err);
}

#[tokio::test]
async fn with_two_modes_in_one_log_the_mode_has_to_be_said() {
    let (house, server, _) = House::with_story("app").await;
    let mut live = event("evt_live", "customer.created", BEGIN, &customer("cus_ada"));
    live["livemode"] = true.into();
    server.client().deliver(bytes(&live)).await.expect(200);
    house.applied(&server).await;
    insta::assert_snapshot!(house.run(&["entitlements", "cus_ada", "pro"]).await.expect(2).err);
    house.run(&["entitlements", "cus_ada", "pro", "--mode=test"]).await.expect(0);
    house.run(&["entitlements", "cus_ada", "pro", "--mode=live"]).await.expect(3);
}
