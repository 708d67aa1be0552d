//! Customers, their sessions, what is sold to them, and Stripe's own summaries of what they are entitled to.

use daybook_domain::{
    fact::{CheckoutSession, Customer, SessionMode, Signal},
    money::Currency,
};
use daybook_stripe::{Mention, translate};
use serde_json::{Value, json};

use crate::shape::{event, facts, facts_of, observed, reason, snapshot, subjects};

fn customer(object: &Value) -> Customer {
    snapshot!(Customer of observed("customer.updated", object))
}

#[test]
fn the_balance_is_found_under_its_old_and_its_new_name() {
    let with = |field: &str| customer(&json!({"id": "cus_1", "object": "customer", field: -500})).balance;
    assert_eq!((with("balance"), with("account_balance")), (Some(-500), Some(-500)));
    assert_eq!(customer(&json!({"id": "cus_1", "object": "customer"})).balance, None);
}

#[test]
fn the_balance_before_is_read_from_previous_attributes() {
    let mut shown = event("customer.updated", &json!({"id": "cus_1", "object": "customer", "balance": -500}));
    shown["data"]["previous_attributes"] = json!({"balance": 0});
    let found = snapshot!(Customer of facts_of(&shown).swap_remove(0).observed);
    assert_eq!((found.balance, found.previous_balance), (Some(-500), Some(0)));
}

#[test]
fn balances_stand_by_currency() {
    let found =
        customer(&json!({"id": "cus_1", "object": "customer", "invoice_credit_balance": {"usd": -1, "eur": 2}}));
    assert_eq!(found.balances.get(&Currency::parse("usd").unwrap()), Some(&-1));
    assert_eq!(found.balances.len(), 2);
}

#[test]
fn a_customer_deleted_in_full_or_as_a_tombstone_is_deleted() {
    for object in [
        json!({"id": "cus_1", "object": "customer", "balance": 0, "currency": "usd"}),
        json!({"id": "cus_1", "object": "customer", "deleted": true}),
    ] {
        let found = facts("customer.deleted", &object).swap_remove(0);
        assert_eq!(found.signal, Some(Signal::Deleted));
        assert!(snapshot!(Customer of found.observed).deleted);
    }
}

#[test]
fn a_payment_method_is_found_in_every_place_it_has_lived() {
    let has = |extra: Value| {
        let mut object = json!({"id": "cus_1", "object": "customer"});
        object.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        customer(&object).has_payment_method
    };
    assert!(has(json!({"default_source": "card_1"})));
    assert!(has(json!({"invoice_settings": {"default_payment_method": "pm_1"}})));
    assert!(!has(json!({"default_source": null, "invoice_settings": {"default_payment_method": null}})));
}

#[test]
fn a_nul_in_a_text_is_made_harmless() {
    let body = r#"{"id":"evt_1","object":"event","created":1,"livemode":true,"type":"customer.updated","data":{"object":
        {"id":"cus_1","object":"customer","metadata":{"a\u0000":"b\u0000c"}}}}"#;
    let found = facts_of(&serde_json::from_str(body).unwrap()).swap_remove(0);
    let metadata = snapshot!(Customer of found.observed).metadata;
    assert_eq!(metadata.get("a\u{fffd}").map(|value| &**value), Some("b\u{fffd}c"));
}

fn session(event_type: &str, extra: &Value) -> CheckoutSession {
    let mut object = json!({"id": "cs_1", "object": "checkout.session", "customer": "cus_1"});
    object.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    snapshot!(CheckoutSession of observed(event_type, &object))
}

#[test]
fn a_session_links_your_own_id_to_the_customer_and_says_whether_it_is_paid() {
    let found = session(
        "checkout.session.completed",
        &json!({
            "mode": "payment", "payment_status": "paid", "client_reference_id": "u1", "payment_intent": "pi_1",
            "amount_total": 1080, "total_details": {"amount_tax": 80}, "currency": "eur", "payment_link": "plink_1",
        }),
    );
    assert_eq!((found.mode, found.paid, found.client_reference.as_deref()), (SessionMode::Payment, true, Some("u1")));
    assert_eq!((found.amount_total, found.amount_tax), (Some(1080), 80));
    let unpaid = session("checkout.session.completed", &json!({"mode": "payment", "payment_status": "unpaid"}));
    assert!(!unpaid.paid);
    assert!(session("checkout.session.completed", &json!({"payment_status": "no_payment_required"})).paid);
}

#[test]
fn a_session_of_2019_has_no_mode_and_was_paid_when_it_completed() {
    let found = session("checkout.session.completed", &json!({"subscription": "sub_1"}));
    assert_eq!((found.mode, found.paid), (SessionMode::Subscription, true));
    assert!(!session("checkout.session.expired", &json!({"subscription": "sub_1"})).paid);
}

#[test]
fn a_summary_goes_by_its_customers_id_and_says_whether_it_is_cut_off() {
    let object = json!({
        "object": "entitlements.active_entitlement_summary", "customer": "cus_1",
        "entitlements": {"object": "list", "has_more": true, "data": [
            {"id": "ent_2", "feature": {"id": "feat_2", "lookup_key": "seats"}},
            {"id": "ent_1", "feature": "feat_1", "lookup_key": "export"},
        ]},
    });
    let found = facts("entitlements.active_entitlement_summary.updated", &object);
    assert_eq!(subjects(&found), ["customer cus_1"]);
    let summary = snapshot!(EntitlementSummary of found.into_iter().next().unwrap().observed);
    assert!(summary.truncated);
    assert_eq!(summary.features.iter().map(|feature| &*feature.lookup_key).collect::<Vec<_>>(), ["export", "seats"]);
}

#[test]
fn a_plan_is_a_price_and_products_can_be_deleted() {
    let price =
        snapshot!(Price of observed("plan.created", &json!({"id": "gold", "object": "plan", "product": "prod_1"})));
    assert_eq!((price.product.unwrap().as_str(), price.active, price.deleted), ("prod_1", true, false));
    let product = json!({"id": "prod_1", "object": "product", "name": "Gold", "active": true});
    let product = snapshot!(Product of observed("product.deleted", &product));
    assert!(product.deleted);
}

#[test]
fn events_of_kinds_nobody_folds_still_name_object_and_customer() {
    let mentions =
        |event_type: &str, object: Value| translate(event(event_type, &object).to_string().as_bytes()).mentions;
    let found =
        mentions("setup_intent.created", json!({"id": "seti_1", "object": "setup_intent", "customer": "cus_1"}));
    assert_eq!(found.object, Some(Mention { kind: "setup_intent".into(), id: "seti_1".into() }));
    assert_eq!(found.customer.as_deref(), Some("cus_1"));
    let found = mentions("customer.created", json!({"id": "cus_2", "object": "customer"}));
    assert_eq!(found.customer.as_deref(), Some("cus_2"));
    let found = mentions("invoice.upcoming", json!({"object": "invoice", "customer": {"id": "cus_3"}}));
    assert_eq!((found.object, found.customer.as_deref()), (None, Some("cus_3")));
    let found = mentions("x.y", json!({"id": "a\u{7}b", "object": 5, "customer": [1]}));
    assert_eq!((found.object, found.customer), (None, None));
}

#[test]
fn an_object_of_another_kind_than_its_type_says_is_quarantined_unless_the_type_is_new() {
    let object = json!({"id": "in_1", "object": "invoice"});
    assert!(reason(&event("customer.updated", &object)).starts_with("data.object.object:"));
    let found = crate::shape::translation(&event("customer.invented", &object));
    assert!(matches!(found, daybook_stripe::Translation::WithoutEffect { .. }));
    let found = facts("customer.invented", &json!({"id": "cus_1", "object": "customer"}));
    assert_eq!(subjects(&found), ["customer cus_1"]);
}
