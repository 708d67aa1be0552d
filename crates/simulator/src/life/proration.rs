//! A change of plan or quantity within a period: the unused time of the old is credited, the rest of the period is charged at the new.

use std::sync::Arc;

use super::{Stage, Thread, entitlement, invoice, payment};
use crate::model::{BillingReason, Item, Line, Price};
use crate::render::prorations_are_items;

/// When the difference is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Billing {
    AtOnce,
    WithTheNextInvoice,
}

/// Moves the subscription to another price and quantity.
pub(crate) fn change_plan(stage: &mut Stage, thread: &mut Thread, to: (Arc<Price>, i64), billing: Billing) {
    let standing = thread.subscription.as_ref().filter(|subscription| subscription.status == "active").cloned();
    let Some((subscription, item)) = standing.and_then(|sub| sub.items.first().cloned().map(|item| (sub, item))) else {
        return;
    };
    stage.by_request();
    let (price, quantity) = to;
    let as_items = prorations_are_items(subscription.billing_mode);
    let new_item = Item { price: price.clone(), quantity, ..item.clone() };
    let lines = [
        proration(stage, thread, &item, Side::Unused, as_items),
        proration(stage, thread, &new_item, Side::Remaining, as_items),
    ];
    thread.terms.price = price;
    thread.terms.quantity = quantity;
    thread.pending.extend(lines);
    let before = subscription;
    if let Some(subscription) = thread.subscription.as_mut() {
        subscription.items = vec![new_item];
    }
    if billing == Billing::AtOnce {
        let lines = std::mem::take(&mut thread.pending);
        invoice::draft(stage, thread, BillingReason::Update, lines);
    }
    if let Some(after) = thread.subscription.clone() {
        stage.changed("customer.subscription.updated", &before, &after);
    }
    entitlement::open(stage, thread);
    if billing == Billing::AtOnce {
        invoice::finalize(stage, thread);
        stage.wait(1);
        payment::pay_and_recover(stage, thread);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Unused,
    Remaining,
}

/// One proration line. The credit for unused time is net of the discount that was given on it, and not discountable again.
fn proration(stage: &mut Stage, thread: &Thread, item: &Item, side: Side, as_item: bool) -> Line {
    let (start, end) = item.period;
    let left = (end - stage.now).max(0);
    let currency = item.price.currency;
    let whole = item.price.unit_amount.saturating_mul(item.quantity);
    let percent = thread.discount_percent(stage.now);
    let (amount, discount_percent, words) = match side {
        Side::Unused => {
            let net = whole - currency.share(whole, percent, 100);
            (-currency.share(net, left, end - start), 0, "Unused time on")
        }
        Side::Remaining => (currency.share(whole, left, end - start), percent, "Remaining time on"),
    };
    Line {
        id: stage.ids.make("il_1", 23),
        invoice_item: as_item.then(|| stage.ids.make("ii_1", 23)),
        amount,
        description: format!("{words} {} × {}", item.quantity, item.price.product_name),
        period: (stage.now, end),
        price: item.price.clone(),
        quantity: item.quantity,
        proration: true,
        subscription: thread.subscription.as_ref().map(|subscription| subscription.id.clone()),
        subscription_item: Some(item.id.clone()),
        discount_percent,
        discount_amount: 0,
        tax_amount: 0,
    }
}
