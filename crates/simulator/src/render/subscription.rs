//! Subscriptions: the shape that changed most. Until acacia the period, the plan and the discount stand on the subscription; from
//! basil on the period stands on each item.

use super::node::{Node, json};
use super::{View, catalogue, discount, invoice_line, list};
use crate::model::{BillingMode, Collection, Item, Subscription};

fn item(view: View, subscription: &Subscription, item: &Item) -> Node {
    let mut body = json!({
        "id": &item.id, "object": "subscription_item", "billing_thresholds": null, "created": item.created, "discounts": [],
        "metadata": {}, "plan": catalogue::plan(view, &item.price), "price": catalogue::price(view, &item.price),
        "quantity": item.quantity, "subscription": &subscription.id, "tax_rates": [],
    });
    if view.shape.is_basil_or_later() {
        let (start, end) = item.period;
        body.merge(json!({"current_period_start": start, "current_period_end": end}));
    }
    body
}

pub(super) fn subscription(view: View, subscription: &Subscription) -> Node {
    let mut body = main_fields(view, subscription);
    body.merge(settings(subscription));
    if view.shape.is_basil_or_later() {
        body.merge(since_basil(subscription));
    } else {
        body.merge(before_basil(view, subscription));
    }
    if view.shape.has_status_details() {
        body.merge(json!({"status_details": status_details(subscription)}));
    }
    body
}

fn main_fields(view: View, subscription: &Subscription) -> Node {
    let items = subscription.items.iter().map(|each| item(view, subscription, each)).collect();
    let url = format!("/v1/subscription_items?subscription={}", subscription.id);
    let tax_rates: Vec<Node> = subscription.tax.iter().map(|tax| invoice_line::tax_rate(view, tax)).collect();
    let first = subscription.items.first();
    json!({
        "id": &subscription.id, "object": "subscription", "created": subscription.created,
        "customer": &subscription.customer, "status": subscription.status, "items": list(items, &url),
        "start_date": subscription.created, "billing_cycle_anchor": subscription.anchor,
        "trial_start": subscription.trial.map(|trial| trial.0), "trial_end": subscription.trial.map(|trial| trial.1),
        "cancel_at_period_end": subscription.cancel_at_period_end, "cancel_at": subscription.cancel_at,
        "canceled_at": subscription.canceled_at, "ended_at": subscription.ended_at,
        "cancellation_details": {"comment": null, "feedback": null, "reason": subscription.cancellation_reason},
        "pause_collection": subscription.pause_collection.map(|pause| {
            json!({"behavior": pause.behavior, "resumes_at": pause.resumes_at})
        }),
        "latest_invoice": &subscription.latest_invoice, "default_payment_method": &subscription.payment_method,
        "default_tax_rates": tax_rates, "livemode": view.livemode, "metadata": {"user_id": &subscription.user_id},
        "plan": first.map(|item| catalogue::plan(view, &item.price)), "quantity": first.map(|item| item.quantity),
    })
}

fn settings(subscription: &Subscription) -> Node {
    let (method, days) = match subscription.collection {
        Collection::Automatic => ("charge_automatically", None),
        Collection::Invoice { days_until_due } => ("send_invoice", Some(days_until_due)),
    };
    json!({
        "application": null, "application_fee_percent": null, "automatic_tax": {"disabled_reason": null, "enabled": false, "liability": null},
        "billing_thresholds": null, "collection_method": method, "currency": subscription.items.first().map(|item| item.price.currency.code()),
        "days_until_due": days, "default_source": null, "description": null,
        "invoice_settings": {"account_tax_ids": null, "issuer": {"type": "self"}}, "next_pending_invoice_item_invoice": null,
        "on_behalf_of": null,
        "payment_settings": {
            "payment_method_options": null, "payment_method_types": null, "save_default_payment_method": "on_subscription",
        },
        "pending_invoice_item_interval": null, "pending_setup_intent": null, "pending_update": null, "schedule": null,
        "test_clock": null, "transfer_data": null,
        "trial_settings": {"end_behavior": {"missing_payment_method": subscription.without_card}},
    })
}

fn before_basil(view: View, subscription: &Subscription) -> Node {
    let (start, end) = subscription.period();
    let mut body = json!({
        "current_period_start": start, "current_period_end": end,
        "discount": subscription.discount.as_ref().map(|item| discount::discount(view, item)),
    });
    if !view.shape.inlines_refunds() {
        let ids: Vec<&String> = subscription.discount.iter().map(|item| &item.id).collect();
        body.merge(json!({"discounts": ids}));
    }
    body
}

fn since_basil(subscription: &Subscription) -> Node {
    let ids: Vec<&String> = subscription.discount.iter().map(|item| &item.id).collect();
    let mode = match subscription.billing_mode {
        BillingMode::Classic => json!({"flexible": null, "type": "classic"}),
        BillingMode::Flexible => json!({
            "flexible": {"proration_discounts": "included"}, "type": "flexible", "updated_at": subscription.created,
        }),
    };
    json!({"billing_mode": mode, "discounts": ids})
}

/// What endive says about a pause; null for every other status.
fn status_details(subscription: &Subscription) -> Node {
    if subscription.status == "paused" {
        json!({"paused": {"reason": "trial_end_without_payment_method", "resumes_at": null}})
    } else {
        Node::Null
    }
}
