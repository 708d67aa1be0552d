//! `daybook policy`.

use crate::harness::house::House;
use crate::harness::program::{command, run};
use crate::harness::{show, until};

const GOOD: &str = "[features]\nexports = { kind = 'switch' }\nseats = { kind = 'limit' }\n\
                    [plans.pro]\nlookup_keys = ['pro']\ngrants = { exports = true, seats = 5 }\n";
const BAD: &str = "[rules]\ngrace = '7 weeks or so'\n\n[features]\nseats = { kind = 'limit' }\n\n[plans.pro]\nlookup_keys = ['pro']\n\
                   grants = { seets = 5 }\n";

#[tokio::test]
async fn a_policy_is_checked_without_a_database_and_errors_have_line_and_column() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("good.toml"), GOOD).unwrap();
    std::fs::write(folder.path().join("bad.toml"), BAD).unwrap();
    std::fs::write(folder.path().join("no.toml"), "[rules\ngrace = 1").unwrap();
    std::fs::write(folder.path().join("binary.toml"), b"[rules]\xff").unwrap();
    let check = async |words: &[&str]| run(command(folder.path(), words), GOOD.as_bytes()).await;
    insta::assert_snapshot!(check(&["policy", "check", "good.toml"]).await.expect(0).out);
    insta::assert_snapshot!(check(&["policy", "check", "bad.toml"]).await.expect(3).out);
    insta::assert_snapshot!(check(&["policy", "check", "no.toml"]).await.expect(3).out);
    insta::assert_snapshot!(show::json(&check(&["policy", "check", "bad.toml", "--json"]).await.expect(3).json()));
    insta::assert_snapshot!(check(&["policy", "check", "binary.toml"]).await.expect(2).err);
    check(&["policy", "check", "-"]).await.expect(0);
    check(&["policy", "check", "nowhere.toml"]).await.expect(1);
    assert!(!folder.path().join("data").exists(), "no database was started");
}

#[tokio::test]
async fn an_applied_policy_is_a_record_that_answers_at_once_without_a_rebuild() {
    let (house, server, app) = House::with_story("app").await;
    let ran = house.run(&["policy", "show"]).await.expect(0);
    insta::assert_snapshot!(ran.out);
    let path = "/v1/customers/cus_ada/entitlements/seats";
    assert_eq!(app.get(path).await.expect(200).json()["allowed"], false);
    let generations = "select count(*) from generation";
    let before: i64 = sqlx::query_scalar(generations).fetch_one(&house.database.pool).await.unwrap();
    house.write("policy.toml", GOOD);
    let ran = house.run(&["policy", "apply", "policy.toml"]).await.expect(0);
    insta::with_settings!({filters => show::filters()}, { insta::assert_snapshot!(ran.out) });
    let answer = until("the policy answers", async || {
        let answer = app.get(path).await.expect(200).json();
        (answer["allowed"] == true).then_some(answer)
    })
    .await;
    assert_eq!((&answer["value"], &answer["size"]), (&5.into(), &7.into()), "{answer:#}");
    let after: i64 = sqlx::query_scalar(generations).fetch_one(&house.database.pool).await.unwrap();
    assert_eq!(before, after, "nothing was rebuilt");
    let ran = house.run(&["policy", "show"]).await.expect(0);
    insta::with_settings!({filters => show::filters()}, { insta::assert_snapshot!(ran.out) });
    let again = house.run(&["policy", "apply", "policy.toml", "--json"]).await.expect(0).json();
    assert_eq!((&again["outcome"], &again["position"]), (&"unchanged".into(), &6.into()));
    assert_eq!(house.applied(&server).await, 7, "the same policy is no second record");
}

#[tokio::test]
async fn a_policy_with_errors_is_never_applied() {
    let (house, server, _) = House::with_story("app").await;
    house.write("policy.toml", BAD);
    let ran = house.run(&["policy", "apply", "policy.toml"]).await.expect(3);
    assert!(ran.out.contains("line 2") && ran.out.contains("line 9"), "{}", ran.out);
    assert_eq!(house.applied(&server).await, 6);
}

#[tokio::test]
async fn a_rebuild_keeps_the_policy_in_force() {
    let (house, _server, app) = House::with_story("app").await;
    let ran = house.run_with(&["policy", "apply", "-", "--by=ada"], GOOD.as_bytes()).await.expect(0);
    assert!(ran.out.contains("record 6"), "{}", ran.out);
    house.run(&["rebuild", "--all", "--yes"]).await.expect(0);
    let answer = app.get("/v1/customers/cus_ada/entitlements/exports?min_size=7").await.expect(200).json();
    assert_eq!(answer["allowed"], true, "{answer:#}");
    assert!(house.run(&["policy", "show"]).await.expect(0).out.contains("applied by ada"));
}

const SLIPS: &str = "[features]\nexports = { kind = 'switch' }\n[plans.pro]\nlookup_keys = ['proo']\nprices = ['price_pro']\n\
                     grants = { exports = true }\n[purchases.once]\npayment_links = ['plink_1']\nlasts = 'lifetime'\n";

#[tokio::test]
async fn what_no_event_has_shown_is_named_and_a_strict_server_refuses_it() {
    let (house, mut server, _) = House::with_story("app").await;
    house.write("good.toml", GOOD);
    house.write("slips.toml", SLIPS);
    insta::assert_snapshot!(house.run(&["policy", "check", "good.toml"]).await.expect(0).out);
    insta::assert_snapshot!(house.run(&["policy", "check", "slips.toml"]).await.expect(3).out);
    house.run(&["policy", "check", "slips.toml", "--offline"]).await.expect(0);
    let applied = house.run(&["policy", "apply", "slips.toml", "--json"]).await.expect(0).json();
    assert_eq!(applied["unseen"].as_array().unwrap().len(), 2, "{applied:#}");
    server.stop().await;
    let mut strict = house.command(&["serve", "--strict-policy", "--listen=127.0.0.1:0", "--mode=test"]);
    strict.env("DAYBOOK_WEBHOOK_SECRET", crate::harness::house::SECRET);
    let ran = run(strict, b"").await.expect(3);
    assert!(ran.err.contains("plans.pro.lookup_keys: no event has shown proo; did you mean `pro`?"), "{}", ran.err);
    let server = house.serve(&[]).await;
    assert!(server.log().contains("no event has shown proo"), "{}", server.log());
}

#[tokio::test]
async fn applying_a_policy_says_whose_answers_change() {
    let (house, _server, _) = House::with_story("app").await;
    house.write("good.toml", GOOD);
    let checked = house.run(&["policy", "check", "good.toml", "--json"]).await.expect(0).json();
    let applied = house.run(&["policy", "apply", "good.toml", "--json"]).await.expect(0).json();
    assert_eq!(checked["effect"], applied["effect"], "it can be known before: {checked:#}");
    let features = &applied["effect"]["features"];
    assert_eq!(features["exports"]["gain"], serde_json::json!({"count": 1, "customers": ["cus_ada"]}), "{applied:#}");
    assert_eq!(features["pro"]["lose"]["count"], 1, "the lookup key is no feature any more: {applied:#}");
}
