//! `daybook rebuild`: the same rows from the log, while readers see the old ones or the new ones and nothing between.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::harness::event::customer_created;
use crate::harness::house::House;
use crate::harness::{show, tables, until};

#[tokio::test]
async fn everything_is_rebuilt_to_the_same_rows() {
    let (house, _server, app) = House::with_story("app").await;
    let live = tables::live(&house.database.pool).await;
    let path = "/v1/customers/cus_ada/entitlements";
    let before = show::answer(&app.get(path).await);
    let ran = house.run(&["rebuild", "--all", "--yes"]).await.expect(0);
    insta::with_settings!({filters => show::filters()}, { insta::assert_snapshot!(ran.out) });
    tables::assert_same(&live, &tables::live(&house.database.pool).await);
    assert_eq!(show::answer(&app.get(path).await), before);
}

#[tokio::test]
async fn without_a_server_a_log_is_built_from_nothing() {
    let (house, mut server, _) = House::with_story("app").await;
    let live = tables::live(&house.database.pool).await;
    server.kill_and_wait().await;
    house.run(&["rebuild", "--yes"]).await.expect(0);
    tables::assert_same(&live, &tables::live(&house.database.pool).await);
}

#[tokio::test]
async fn each_read_model_can_be_rebuilt_by_its_name_and_moves_on_with_the_others() {
    let (house, server, _) = House::with_story("app").await;
    let live = tables::live(&house.database.pool).await;
    for name in [
        "entitlements",
        "subscriptions",
        "customers",
        "journal",
        "disputes",
        "invoices",
        "payments",
        "attention",
        "parked",
    ] {
        let done = house.run(&["rebuild", name, "--yes", "--json"]).await.expect(0).json();
        assert_eq!((&done["rebuilt"], &done["size"]), (&name.into(), &6.into()), "{done:#}");
        tables::assert_same(&live, &tables::live(&house.database.pool).await);
    }
    server.client().record(customer_created("evt_after", "cus_after")).await;
    house.applied(&server).await;
    let live = tables::live(&house.database.pool).await;
    house.run(&["rebuild", "--all", "--yes"]).await.expect(0);
    tables::assert_same(&live, &tables::live(&house.database.pool).await);
}

#[tokio::test]
async fn a_read_model_nobody_knows_is_named_with_those_there_are() {
    let house = House::new().await;
    house.run(&["migrate"]).await.expect(0);
    let ran = house.run(&["rebuild", "jurnal", "--yes"]).await.expect(2);
    insta::assert_snapshot!(ran.err);
    house.run(&["rebuild", "journal", "--all"]).await.expect(2);
}

#[tokio::test]
async fn readers_never_see_half_of_it() {
    let (house, server, app) = House::with_story("app").await;
    let analyst = server.client().with_key(&house.key("analyst").await);
    let over = AtomicBool::new(false);
    let reading = async {
        let mut read = 0;
        while !over.load(Ordering::Relaxed) {
            let answer = app.get("/v1/customers/cus_ada/entitlements/pro?explain=1").await.expect(200).json();
            assert_eq!((&answer["allowed"], &answer["size"]), (&true.into(), &6.into()), "{answer:#}");
            let balances = analyst.get("/v1/customers/cus_ada/balances").await.expect(200).json();
            assert_eq!(balances["postings"].as_array().map(Vec::len), Some(6), "{balances:#}");
            read += 1;
        }
        read
    };
    let rebuilding = async {
        for _ in 0..4 {
            house.run(&["rebuild", "--all", "--yes"]).await.expect(0);
        }
        over.store(true, Ordering::Relaxed);
    };
    let (read, ()) = tokio::join!(reading, rebuilding);
    assert!(read > 20, "{read}");
}

#[tokio::test]
async fn a_rebuild_that_is_killed_changes_nothing_and_the_next_one_succeeds() {
    let (house, server, app) = House::with_story("app").await;
    let live = tables::live(&house.database.pool).await;
    let begun = "select count(*) from generation";
    for round in 0..5 {
        let mut child = house.command(&["rebuild", "--all", "--yes"]).spawn().unwrap();
        until("a generation is begun", async || {
            let count: i64 = sqlx::query_scalar(begun).fetch_one(&house.database.pool).await.unwrap();
            (count > 1 || child.try_wait().unwrap().is_some()).then_some(())
        })
        .await;
        child.kill().await.unwrap();
        tables::assert_same(&live, &tables::live(&house.database.pool).await);
        app.get("/v1/customers/cus_ada/entitlements/pro?explain=1").await.expect(200);
        if round == 4 {
            house.run(&["rebuild", "--all", "--yes"]).await.expect(0);
        }
    }
    tables::assert_same(&live, &tables::live(&house.database.pool).await);
    server.client().record(customer_created("evt_after", "cus_after")).await;
    house.applied(&server).await;
}
