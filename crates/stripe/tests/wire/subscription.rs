//! Subscriptions from plans of 2017 to items with their own periods.

use daybook_domain::{
    fact::{Item, Signal, Subscription, SubscriptionStatus, TrialEnd},
    id::{PriceId, ProductId, SubscriptionItemId},
    order::{Evidence, Rank},
    time::{Period, Timestamp},
};
use serde_json::{Value, json};

use crate::shape::{event, facts, facts_of, observed, reason, snapshot, subjects};

const UPDATED: &str = "customer.subscription.updated";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(seconds).unwrap()
}

fn period(start: i64, end: i64) -> Period {
    Period { start: at(start), end: at(end) }
}

fn subscription(object: &Value) -> Subscription {
    snapshot!(Subscription of observed(UPDATED, object))
}

#[test]
fn a_subscription_of_2017_has_its_plan_its_start_and_its_billing() {
    let found = subscription(&json!({
        "id": "sub_1", "object": "subscription", "customer": "cus_1", "status": "active", "start": 10, "created": 9,
        "billing": "send_invoice", "current_period_start": 10, "current_period_end": 20, "quantity": 2,
        "cancel_at_period_end": true, "plan": {"id": "gold", "object": "plan", "name": "Gold"},
        "items": {"object": "list", "data": [], "has_more": false},
    }));
    assert_eq!((found.started, found.period), (Some(at(10)), Some(period(10, 20))));
    assert!(found.invoiced_by_mail && found.cancel_at_period_end);
    let item = Item {
        id: None,
        price: Some(PriceId::new("gold")),
        product: None,
        lookup_key: None,
        quantity: Some(2),
        period: None,
    };
    assert_eq!(found.items, [item]);
}

#[test]
fn since_basil_the_period_is_that_of_all_items_together() {
    let found = subscription(&json!({
        "id": "sub_1", "object": "subscription", "customer": {"id": "cus_1", "object": "customer"}, "status": "active",
        "items": {"object": "list", "data": [
            {"id": "si_1", "current_period_start": 10, "current_period_end": 20, "quantity": 1,
             "price": {"id": "price_1", "object": "price", "product": "prod_1", "lookup_key": "gold"}},
            {"id": "si_2", "current_period_start": 5, "current_period_end": 15,
             "price": {"id": "price_2", "object": "price", "product": {"id": "prod_2", "object": "product"}}},
        ]},
    }));
    assert_eq!(found.period, Some(period(5, 20)));
    assert_eq!(found.customer.unwrap().as_str(), "cus_1");
    let second = found.items.last().unwrap();
    assert_eq!(second.id, Some(SubscriptionItemId::new("si_2")));
    assert_eq!((second.product.clone(), second.period), (Some(ProductId::new("prod_2")), Some(period(5, 15))));
    assert_eq!(found.items[0].lookup_key.as_deref(), Some("gold"));
}

#[test]
fn expanded_prices_products_and_customers_are_facts_of_their_own() {
    let found = facts(
        UPDATED,
        &json!({
            "id": "sub_1", "object": "subscription", "customer": {"id": "cus_1", "object": "customer", "balance": -5},
            "status": "active", "items": {"data": [
                {"id": "si_1", "price": {"id": "price_1", "object": "price", "product": {"id": "prod_1", "object": "product"}}},
                {"id": "si_2", "price": {"id": "price_1", "object": "price", "product": "prod_1"}},
            ]},
        }),
    );
    assert_eq!(subjects(&found), ["subscription sub_1", "product prod_1", "price price_1", "customer cus_1"]);
    assert!(found.iter().skip(1).all(|fact| fact.evidence == Evidence::default() && fact.signal.is_none()));
}

#[test]
fn a_deleted_subscription_keeps_the_status_shown_and_says_that_it_was_deleted() {
    let object =
        json!({"id": "sub_1", "object": "subscription", "status": "canceled", "ended_at": 30, "canceled_at": 20});
    let found = facts("customer.subscription.deleted", &object).swap_remove(0);
    assert_eq!((found.signal, found.moment.rank), (Some(Signal::Deleted), Rank::Deleted));
    let found = snapshot!(Subscription of found.observed);
    assert_eq!(found.status, SubscriptionStatus::Canceled);
    assert_eq!((found.ended, found.cancel_requested), (Some(at(30)), Some(at(20))));
}

#[test]
fn a_status_nobody_knows_is_kept_by_its_name() {
    let found = subscription(&json!({"id": "sub_1", "object": "subscription", "status": "hibernating"}));
    assert_eq!(found.status, SubscriptionStatus::Other("hibernating".into()));
}

#[test]
fn what_time_will_do_is_read_from_trial_settings_pauses_and_methods() {
    let found = subscription(&json!({
        "id": "sub_1", "object": "subscription", "status": "trialing", "trial_end": 50, "cancel_at": 60,
        "trial_settings": {"end_behavior": {"missing_payment_method": "pause"}},
        "pause_collection": {"behavior": "void", "resumes_at": 70}, "default_source": "card_1",
        "pending_update": {"expires_at": 80}, "latest_invoice": "in_1", "metadata": {"user_id": "u1"},
    }));
    assert_eq!(found.trial_end_without_method, TrialEnd::Pause);
    assert_eq!((found.trial_end, found.cancel_at), (Some(at(50)), Some(at(60))));
    let pause = found.pause_collection.unwrap();
    assert_eq!((&*pause.behavior, pause.resumes), ("void", Some(at(70))));
    assert!(found.has_payment_method && found.pending_update);
    assert_eq!(found.latest_invoice.unwrap().as_str(), "in_1");
    assert_eq!(found.metadata.get("user_id").map(|id| &**id), Some("u1"));
}

#[test]
fn the_subscriptions_old_customers_inline_are_facts_of_their_own() {
    let found = facts_of(&event(
        "customer.updated",
        &json!({
            "id": "cus_1", "object": "customer", "account_balance": 0,
            "subscriptions": {"object": "list", "data": [{"id": "sub_1", "object": "subscription", "status": "active"}]},
        }),
    ));
    assert_eq!(subjects(&found), ["customer cus_1", "subscription sub_1"]);
}

#[test]
fn a_field_of_the_wrong_kind_is_quarantined_with_its_path() {
    let wrong = |object: Value| reason(&event(UPDATED, &object));
    assert_eq!(wrong(json!({"id": "sub_1", "object": "subscription"})), "data.object.status: it is missing");
    let object = json!({"id": "sub_1", "status": "active", "items": {"data": [{"price": {"id": "p", "product": 5}}]}});
    assert_eq!(wrong(object), "data.object.items.data[0].price.product: expected a text, found a number");
    let object = json!({"id": "sub_1", "status": "active", "items": {"data": [[]]}});
    assert_eq!(wrong(object), "data.object.items.data[0]: expected an object, found a list");
    let object = json!({"id": "sub_1", "status": "active", "cancel_at": -1});
    assert_eq!(wrong(object), "data.object.cancel_at: the time is not between the years 1970 and 9999");
    let object = json!({"id": "sub_1", "status": "active", "metadata": {"a": {"b": 1}}});
    assert_eq!(wrong(object), "data.object.metadata.a: expected a text, found an object");
}

#[test]
fn a_metered_quantity_may_be_greater_than_any_amount_of_money() {
    let bytes = 9_007_199_254_740_993_i64;
    let item = json!({"id": "si_1", "object": "subscription_item", "quantity": bytes, "price": {"id": "price_1"}});
    let object = json!({"id": "sub_1", "object": "subscription", "status": "active", "items": {"data": [item]}});
    let found = snapshot!(Subscription of observed("customer.subscription.updated", &object));
    assert_eq!(found.items[0].quantity, Some(bytes));
}
