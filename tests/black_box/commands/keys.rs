//! `daybook key`.

use crate::harness::house::House;
use crate::harness::show;

async fn migrated() -> House {
    let house = House::new().await;
    house.run(&["migrate"]).await.expect(0);
    house
}

#[tokio::test]
async fn a_key_is_shown_once_and_kept_as_a_hash() {
    let house = migrated().await;
    let ran = house.run(&["key", "create", "web app", "--mode=test"]).await.expect(0);
    insta::with_settings!({filters => show::filters()}, { insta::assert_snapshot!(ran.out) });
    let secret = ran.out.lines().next().unwrap();
    let listed = house.run(&["key", "list"]).await.expect(0);
    assert!(!listed.out.contains(secret), "{}", listed.out);
    let row: String =
        sqlx::query_scalar("select k::text from api_key k").fetch_one(&house.database.pool).await.unwrap();
    assert!(!row.contains(secret), "{row}");
}

#[tokio::test]
async fn keys_are_listed_with_role_scope_and_revocation() {
    let house = migrated().await;
    insta::assert_snapshot!(house.run(&["key", "list"]).await.expect(0).out);
    for role in ["app", "analyst", "auditor", "operator"] {
        house.run(&["key", "create", &format!("for the {role}"), "--role", role, "--mode=test"]).await.expect(0);
    }
    insta::assert_snapshot!(house.run(&["key", "revoke", "2"]).await.expect(0).out);
    let ran = house.run(&["key", "list"]).await.expect(0);
    insta::with_settings!({filters => show::filters()}, { insta::assert_snapshot!(ran.out) });
    let listed = house.run(&["key", "list", "--json"]).await.expect(0).json();
    assert_eq!(listed.as_array().map(Vec::len), Some(4));
    assert!(listed[1]["revoked_at"].is_string() && listed[0]["revoked_at"].is_null(), "{listed:#}");
}

#[tokio::test]
async fn what_cannot_be_created_or_revoked_is_told() {
    let house = migrated().await;
    insta::assert_snapshot!(house.run(&["key", "create", "web app"]).await.expect(2).err);
    insta::assert_snapshot!(house.run(&["key", "revoke", "99"]).await.expect(3).err);
    house.run(&["key", "revoke", "mine"]).await.expect(2);
    let ran = house.run(&["key", "create", "web app", "--role=king", "--mode=test"]).await.expect(2);
    assert!(ran.err.contains("analyst"), "the roles are named: {}", ran.err);
    house.run(&["key", "create", "", "--mode=test"]).await.expect(2);
    let ran = house.run(&["key", "create", "web app", "--mode=test", "--stripe-account=cus_1"]).await.expect(2);
    assert!(ran.err.contains("begins with acct_"), "{}", ran.err);
    let slip = ["key", "create", "web app", "--mode=test", "--stripe-account=acct_1"];
    insta::assert_snapshot!(house.run(&slip).await.expect(2).err);
    let scopes: i64 = sqlx::query_scalar("select count(*) from scope").fetch_one(&house.database.pool).await.unwrap();
    assert_eq!(scopes, 0, "a scope that was made stands there for ever");
    let keys: i64 = sqlx::query_scalar("select count(*) from api_key").fetch_one(&house.database.pool).await.unwrap();
    assert_eq!(keys, 0);
}

/// The key for live mode is needed before its first event comes.
#[tokio::test]
async fn a_key_can_be_made_for_a_mode_of_which_nothing_was_received_yet() {
    let (house, _server, _) = House::with_story("app").await;
    let created = house.run(&["key", "create", "web app", "--mode=live", "--json"]).await.expect(0).json();
    assert_eq!(created["scope"], "own account (live)");
    let meant = ["key", "create", "web app", "--mode=live", "--stripe-account=acct_1", "--unseen-account", "--json"];
    assert_eq!(house.run(&meant).await.expect(0).json()["scope"], "acct_1 (live)");
    let ran = house.run(&["entitlements", "cus_1"]).await;
    assert!(!ran.err.contains("several"), "a scope that only a key names makes nobody choose: {}", ran.err);
}
