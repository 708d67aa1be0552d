//! Entitlement answers: from the read models, from the cache, for accounts, and many at once.

use std::time::Duration;

use chrono::SecondsFormat;
use daybook_store::Source;
use daybook_store::key::Role;
use daybook_store::policy::{POLICY_APPLIED, PolicyApplied};
use serde_json::json;

use crate::house::{House, NOW, config, event, now, outcome, subscription, with_source};

const SEATS: &str = "/v1/customers/cus_1/entitlements/seats";

/// The log has one event, and it gave the customer a subscription that grants `seats`.
async fn granted() -> House {
    let house = House::build().await;
    grant(&house).await;
    house
}

async fn grant(house: &House) {
    house.deliver(event("evt_1", "customer.subscription.created", &json!({"id": "sub_cus_1"}))).await;
    house.apply(1, &["cus_1"], &with_source("cus_1", &subscription("cus_1", "active", "seats"))).await;
}

#[tokio::test]
async fn an_answer_names_its_code_its_source_its_causes_and_its_size() {
    let house = granted().await;
    let key = house.key(Role::App).await;
    let answer = house.get(SEATS, &key).await;
    assert_eq!(answer.status, 200);
    let as_of = now().to_rfc3339_opts(SecondsFormat::Secs, true);
    assert_eq!(
        answer.json(),
        json!({
            "customer": "cus_1", "feature": "seats", "allowed": true, "code": "active", "value": null,
            "source": {"kind": "subscription", "id": "sub_cus_1"}, "because": [{"event": "evt_1", "position": 0}],
            "next_change": null, "warnings": [], "size": 1, "as_of": as_of, "stale": false
        })
    );
    let all = house.get("/v1/customers/cus_1/entitlements", &key).await;
    assert_eq!(all.get("/entitlements/0/feature"), "seats");
    assert_eq!(all.get("/size"), 1);
}

#[tokio::test]
async fn an_unknown_customer_or_feature_is_a_no_with_a_code() {
    let house = granted().await;
    let key = house.key(Role::App).await;
    let unknown = house.get("/v1/customers/cus_nobody/entitlements/seats", &key).await;
    assert_eq!((unknown.get("/allowed"), unknown.get("/code")), (json!(false), json!("unknown_customer")));
    let feature = house.get("/v1/customers/cus_1/entitlements/rockets", &key).await;
    assert_eq!((feature.get("/allowed"), feature.get("/code")), (json!(false), json!("unknown_feature")));
    let account = house.get("/v1/accounts/nobody/entitlements/seats", &key).await;
    assert_eq!((account.get("/allowed"), account.get("/code")), (json!(false), json!("unknown_customer")));
}

#[tokio::test]
async fn a_customer_that_events_only_name_is_known_and_has_no_subscription() {
    let house = granted().await;
    let key = house.key(Role::App).await;
    house.apply(1, &[], &[outcome(7, "in_1", "cus_named")]).await;
    let named = house.get("/v1/customers/cus_named/entitlements/seats", &key).await;
    assert_eq!((named.get("/allowed"), named.get("/code")), (json!(false), json!("no_subscription")));
}

#[tokio::test]
async fn a_kept_answer_is_served_until_its_customer_changes_and_never_after() {
    let house = granted().await;
    house.follow().await;
    let key = house.key(Role::App).await;
    let first = house.get(SEATS, &key).await;
    // Another customer changes: the answer stays, at the new size.
    house.apply(2, &["cus_2"], &[]).await;
    house.follow().await;
    let second = house.get(SEATS, &key).await;
    assert_eq!((first.get("/size"), second.get("/size")), (json!(1), json!(2)));
    // The customer itself changes; until this process knows, it answers as of the size it knows.
    house.apply(3, &["cus_1"], &with_source("cus_1", &subscription("cus_1", "canceled", "seats"))).await;
    let before = house.get(SEATS, &key).await;
    assert_eq!((before.get("/allowed"), before.get("/size")), (json!(true), json!(2)));
    house.follow().await;
    let after = house.get(SEATS, &key).await;
    assert_eq!((after.get("/allowed"), after.get("/size")), (json!(false), json!(3)));
    let metrics = String::from_utf8(house.get_openly("/metrics").await.bytes).unwrap();
    assert!(metrics.contains(r#"daybook_entitlement_checks_total{by="cached"} 2"#), "{metrics}");
}

#[tokio::test]
async fn what_was_judged_while_the_clock_ran_ahead_is_judged_again_when_it_is_set_right() {
    let house = House::build().await;
    let mut leaving = subscription("cus_1", "active", "seats");
    if let daybook_domain::entitlement::Source::Subscription { standing, .. } = &mut leaving {
        standing.cancel_at = daybook_domain::time::Timestamp::from_unix(NOW + 50);
    }
    house.deliver(event("evt_1", "customer.subscription.created", &json!({"id": "sub_cus_1"}))).await;
    house.apply(1, &["cus_1"], &with_source("cus_1", &leaving)).await;
    house.follow().await;
    let key = house.key(Role::App).await;
    house.set_clock(NOW + 100);
    assert_eq!(house.get(SEATS, &key).await.get("/allowed"), json!(false), "it has ended by then");
    house.set_clock(NOW);
    for _ in 0..2 {
        assert_eq!(house.get(SEATS, &key).await.get("/allowed"), json!(true), "it has not ended yet");
    }
}

#[tokio::test]
async fn a_kept_answer_reads_like_one_that_is_worked_out() {
    let house = granted().await;
    house.follow().await;
    let key = house.key(Role::App).await;
    let worked_out = house.get(SEATS, &key).await;
    let kept = house.get(SEATS, &key).await;
    assert_eq!(worked_out.json(), kept.json());
    assert_eq!(worked_out.headers.get("content-type"), kept.headers.get("content-type"));
}

#[tokio::test]
async fn a_change_of_a_whole_scope_forgets_every_answer_of_it() {
    let house = granted().await;
    house.follow().await;
    let key = house.key(Role::App).await;
    assert_eq!(house.get(SEATS, &key).await.get("/allowed"), true);
    let policy = "[rules]\nunlisted = \"nothing\"\n".to_owned();
    apply_policy(&house, policy).await;
    house.follow().await;
    assert_eq!(house.get(SEATS, &key).await.get("/allowed"), false);
}

#[tokio::test]
async fn a_policy_that_an_older_version_took_answers_although_nobody_could_ask_for_one_of_its_features() {
    let house = granted().await;
    house.follow().await;
    let key = house.key(Role::App).await;
    let long = "x".repeat(300);
    let policy = format!(
        "[features]\nseats = {{ kind = \"switch\" }}\n\"{long}\" = {{ kind = \"switch\" }}\n[defaults]\nseats = true\n"
    );
    apply_policy(&house, policy).await;
    house.follow().await;
    let answer = house.get(SEATS, &key).await;
    assert_eq!((answer.status.as_u16(), answer.get("/code")), (200, "active".into()));
}

#[tokio::test]
async fn without_confirmation_answers_say_that_they_are_stale_and_end_after_a_while() {
    let mut config = config();
    config.cache.stale_after = Duration::ZERO;
    let house = House::with(config).await;
    grant(&house).await;
    house.follow().await;
    let key = house.key(Role::App).await;
    assert_eq!(house.get(SEATS, &key).await.get("/stale"), false);
    assert_eq!(house.get(SEATS, &key).await.get("/stale"), true);
}

#[tokio::test]
async fn an_explained_answer_tells_what_it_considered() {
    let house = granted().await;
    let key = house.key(Role::App).await;
    let answer = house.get(&format!("{SEATS}?explain=true"), &key).await;
    assert_eq!(answer.get("/considered/0/source/id"), "sub_cus_1");
    assert_eq!(answer.get("/considered/0/because/0/position"), 0);
}

#[tokio::test]
async fn an_account_is_answered_for_by_the_customers_it_was_seen_beside() {
    let house = granted().await;
    let link = |id: &str, account: &str, customer: &str| {
        format!(
            "insert into account_link (scope, kind, id, source, account, customer, effective_at, cause)
             values (1, 9, '{id}', 'client_reference_id', '{account}', '{customer}', now(), 'evt_1')"
        )
    };
    let mut rows = with_source("cus_2", &subscription("cus_2", "canceled", "seats"));
    rows.extend([link("cs_1", "user 1", "cus_1"), link("cs_2", "user 1", "cus_2"), link("cs_3", "user 2", "cus_2")]);
    house.apply(2, &["cus_2"], &rows).await;
    let key = house.key(Role::App).await;
    let answer = house.get("/v1/accounts/user%201/entitlements/seats", &key).await;
    assert_eq!(answer.get("/allowed"), true);
    assert_eq!(answer.get("/customer"), "cus_1");
    let all = house.get("/v1/accounts/user%201/entitlements", &key).await;
    assert_eq!(all.get("/entitlements/0/allowed"), true);
}

#[tokio::test]
async fn many_checks_are_answered_at_one_size_and_fail_one_by_one() {
    let house = granted().await;
    let key = house.key(Role::App).await;
    let checks = json!({"checks": [
        {"customer": "cus_1", "features": ["seats", "rockets"]},
        {"customer": "cus_nobody", "features": ["seats"]},
        {"customer": "cus_1", "account": "user"},
        {"customer": "bad\u{0}id"},
        {"account": "user", "features": ["seats"]},
        {"customer": "cus_1"}
    ]});
    let answer = house.post("/v1/entitlements/check", &key, &checks).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    assert_eq!(answer.get("/size"), 1);
    assert_eq!(answer.get("/results/0/entitlements/0/allowed"), true);
    assert_eq!(answer.get("/results/0/entitlements/1/code"), "unknown_feature");
    assert_eq!(answer.get("/results/1/entitlements/0/code"), "unknown_customer");
    assert_eq!(answer.get("/results/2/error/reason"), "malformed");
    assert_eq!(answer.get("/results/3/error/reason"), "malformed");
    assert_eq!(answer.get("/results/4/entitlements/0/code"), "unknown_customer");
    assert_eq!(answer.get("/results/5/entitlements/0/feature"), "seats");
}

#[tokio::test]
async fn a_check_that_is_no_json_or_too_much_is_refused_with_a_reason() {
    let house = House::build().await;
    let key = house.key(Role::App).await;
    let unknown = house.post("/v1/entitlements/check", &key, &json!({"cheques": []})).await;
    assert_eq!(unknown.problem(), (400, "malformed".to_owned()));
    let many = vec![json!({"customer": "cus_1"}); 501];
    let answer = house.post("/v1/entitlements/check", &key, &json!({ "checks": many })).await;
    assert_eq!(answer.problem(), (400, "malformed".to_owned()));
    let long = format!("/v1/customers/{}/entitlements/seats", "x".repeat(10_000));
    assert_eq!(house.get(&long, &key).await.problem(), (400, "malformed".to_owned()));
    let nul = house.get("/v1/customers/a%00b/entitlements/seats", &key).await;
    assert_eq!(nul.problem(), (400, "malformed".to_owned()));
}

/// Applies a policy as the next record, and plays the worker for it.
async fn apply_policy(house: &House, policy: String) {
    let body = serde_json::to_vec(&PolicyApplied { policy, applied_by: None }).unwrap();
    let statements = [
        format!(
            "insert into public.record (position, received_at, scope, event_id, source, kind, leaf_hash)
             values (1, now(), 1, 'policy_1', '{}', '{POLICY_APPLIED}', '')",
            Source::Operator
        ),
        format!(
            "insert into public.body (position, salt, body) values (1, decode(repeat('00', 32), 'hex'), decode('{}', 'hex'))",
            hex::encode(body)
        ),
    ];
    house.apply(2, &["*"], &statements).await;
}

/// How many answers were found so, by the metrics.
async fn found(house: &House, by: &str) -> u64 {
    let metrics = String::from_utf8(house.get_openly("/metrics").await.bytes).unwrap();
    let begin = format!("daybook_entitlement_checks_total{{by=\"{by}\"}} ");
    let line = metrics.lines().find_map(|line| line.strip_prefix(begin.as_str()));
    line.unwrap_or_else(|| panic!("{metrics}")).parse().unwrap()
}

/// A statement that shows an account's id beside a customer.
fn linked(customer: &str, account: &str, at: i64) -> String {
    format!(
        "insert into account_link (scope, kind, id, source, account, customer, effective_at, cause)
         values (1, 1, '{customer}_{account}', 'metadata.user_id', '{account}', '{customer}', to_timestamp({at}), 'evt_1')"
    )
}

#[tokio::test]
async fn every_way_to_ask_is_answered_from_memory_the_second_time_and_in_the_same_words() {
    let house = granted().await;
    house.apply(2, &["cus_1"], &[linked("cus_1", "user", 1)]).await;
    house.follow().await;
    let key = house.key(Role::App).await;
    let checks = json!({"checks": [
        {"customer": "cus_1", "features": ["seats", "rockets"]}, {"customer": "cus_1"}, {"account": "user"},
        {"account": "user", "features": ["seats"]}, {"customer": "cus_1", "features": []}, {"customer": ""}
    ]});
    let ask = async || {
        let mut answers = Vec::new();
        for path in [
            SEATS,
            "/v1/customers/cus_1/entitlements",
            "/v1/accounts/user/entitlements",
            "/v1/accounts/user/entitlements/seats",
            "/v1/accounts/nobody/entitlements/seats",
        ] {
            answers.push(house.get(path, &key).await.json());
        }
        answers.push(house.post("/v1/entitlements/check", &key, &checks).await.json());
        answers
    };
    let first = ask().await;
    let read = found(&house, "read").await;
    let second = ask().await;
    assert_eq!(found(&house, "read").await, read, "nothing was read");
    assert_eq!(first, second);
    let check = first.last().unwrap();
    assert_eq!(check["results"][0]["entitlements"][1]["code"], "unknown_feature", "{check}");
    assert_eq!(check["results"][2]["customers"], json!(["cus_1"]));
    assert_eq!(check["results"][3]["entitlements"][0]["customer"], "cus_1");
    assert_eq!(check["results"][4], json!({"customer": "cus_1", "entitlements": []}));
    assert_eq!(check["results"][5]["error"]["reason"], "malformed");
}

#[tokio::test]
async fn an_account_is_answered_anew_when_it_gains_or_loses_a_customer() {
    let house = granted().await;
    house.follow().await;
    let key = house.key(Role::App).await;
    let customers = async |account: &str| {
        let answer = house.get(&format!("/v1/accounts/{account}/entitlements/seats"), &key).await;
        (answer.get("/customers"), answer.get("/allowed"))
    };
    assert_eq!(customers("user").await, (json!([]), json!(false)));
    house.apply(2, &["cus_1"], &[linked("cus_1", "user", 1)]).await;
    house.follow().await;
    assert_eq!(customers("user").await, (json!(["cus_1"]), json!(true)));
    assert_eq!(customers("another").await, (json!([]), json!(false)));
    house.apply(3, &["cus_1"], &[linked("cus_1", "another", 2)]).await;
    house.follow().await;
    assert_eq!(customers("user").await, (json!([]), json!(false)));
    assert_eq!(customers("another").await, (json!(["cus_1"]), json!(true)));
}

#[tokio::test]
async fn of_many_who_ask_at_once_each_gets_the_own_answer() {
    let house = granted().await;
    house.follow().await;
    let key = house.key(Role::App).await;
    let ask = |customer: usize| {
        let (house, key) = (&house, &key);
        async move {
            let path = format!("/v1/customers/cus_{customer}/entitlements/seats");
            house.get(&path, key).await.get("/allowed")
        }
    };
    let answers = futures::future::join_all((0..200).map(ask)).await;
    assert_eq!(answers.iter().filter(|allowed| **allowed == json!(true)).count(), 1);
}

#[tokio::test]
async fn a_switch_of_generations_is_noticed_by_the_next_question() {
    let house = granted().await;
    let key = house.key(Role::App).await;
    assert_eq!(house.get(SEATS, &key).await.get("/allowed"), true);
    let mut connection = house.pool().acquire().await.unwrap();
    let next = daybook_store::generation::create(&mut connection, "next").await.unwrap();
    let mut transaction = house.pool().begin().await.unwrap();
    daybook_store::generation::use_generation(&mut transaction, next.id).await.unwrap();
    for part in daybook_projections::generation::PARTS {
        part.create(&mut transaction).await.unwrap();
        part.index(&mut transaction).await.unwrap();
    }
    let names: Vec<&str> = daybook_projections::generation::PARTS.iter().map(|part| part.name).collect();
    sqlx::query("update checkpoint set size = 1").execute(&mut *transaction).await.unwrap();
    daybook_store::generation::switch(&mut transaction, &names, next.id).await.unwrap();
    transaction.commit().await.unwrap();
    house.follow().await;
    let answer = house.get(SEATS, &key).await;
    assert_eq!((answer.get("/code"), answer.get("/size")), (json!("unknown_customer"), json!(1)), "it is empty");
}
