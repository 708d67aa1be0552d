//! Who may ask what.

use std::time::Duration;

use daybook_domain::scope::{Mode, Scope};
use daybook_store::key::{self, Role};
use serde_json::json;

use crate::house::{House, config, event};

#[tokio::test]
async fn nothing_but_deliveries_health_and_metrics_answers_without_a_key() {
    let house = House::build().await;
    for path in [
        "/v1/customers/cus_1/entitlements",
        "/v1/customers/cus_1/entitlements/seats",
        "/v1/accounts/u1/entitlements",
        "/v1/customers/cus_1",
        "/v1/customers/cus_1/balances",
        "/v1/subscriptions/sub_1",
        "/v1/events",
        "/v1/events/evt_1",
        "/v1/events/evt_1/body",
        "/v1/projections",
        "/openapi.json",
    ] {
        assert_eq!(house.get_openly(path).await.problem(), (401, "no_key".to_owned()), "{path}");
        let wrong = house.get(path, &"dbk_app_00".into()).await;
        assert_eq!(wrong.problem(), (401, "unknown_key".to_owned()), "{path}");
    }
    for path in ["/healthz", "/readyz", "/readyz/deliveries", "/metrics"] {
        assert_eq!(house.get_openly(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_role_may_do_what_those_below_it_may() {
    let house = House::build().await;
    house.deliver(event("evt_1", "a.b", &json!({}))).await;
    let statuses = async |role| {
        let key = house.key(role).await;
        let mut statuses = Vec::new();
        for path in ["/v1/customers/cus_1/entitlements", "/v1/events", "/v1/events/evt_1/body"] {
            statuses.push(house.get(path, &key).await.status.as_u16());
        }
        statuses
    };
    assert_eq!(statuses(Role::App).await, [200, 403, 403]);
    assert_eq!(statuses(Role::Analyst).await, [200, 200, 403]);
    assert_eq!(statuses(Role::Auditor).await, [200, 200, 200]);
    assert_eq!(statuses(Role::Operator).await, [200, 200, 200]);
}

#[tokio::test]
async fn a_key_sees_only_its_own_account_and_mode() {
    let house = House::build().await;
    house.deliver(event("evt_1", "a.b", &json!({}))).await;
    let live = house.key_in(Role::Auditor, &Scope { account: None, mode: Mode::Live }).await;
    assert_eq!(house.get("/v1/events/evt_1", &live).await.problem(), (404, "unknown".to_owned()));
    assert_eq!(house.get("/v1/events/evt_1/body", &live).await.status, 404);
    assert_eq!(house.get("/v1/events", &live).await.get("/events"), json!([]));
}

#[tokio::test]
async fn a_revoked_key_stops_working_when_it_is_looked_up_again() {
    let mut config = config();
    config.keys.longest = Duration::ZERO;
    let house = House::with(config).await;
    let key = house.key(Role::App).await;
    assert_eq!(house.get("/v1/customers/cus_1/entitlements", &key).await.status, 200);
    let mut connection = house.pool().acquire().await.unwrap();
    let id = key::list(&mut connection).await.unwrap().last().unwrap().id;
    key::revoke(&mut connection, id).await.unwrap();
    let answer = house.get("/v1/customers/cus_1/entitlements", &key).await;
    assert_eq!(answer.problem(), (401, "unknown_key".to_owned()));
}
