//! Subscriptions: begun, renewed, changed, paused, ended.

use super::{Stage, Thread, entitlement, invoice};
use crate::model::{BillingReason, Discount, Item, Line, PauseCollection, Subscription};

/// Creates the subscription in this status, with the customer's first sight of it.
pub(crate) fn create(stage: &mut Stage, thread: &mut Thread, status: &'static str, trial: Option<(i64, i64)>) {
    let terms = thread.terms.clone();
    let id = stage.ids.make("sub_1", 23);
    let period = trial.unwrap_or_else(|| (terms.cycle.boundary(0), terms.cycle.boundary(1)));
    thread.next_period = i64::from(trial.is_none());
    thread.discount = terms.coupon.map(|coupon| Discount {
        id: stage.ids.make("di_1", 23),
        customer: stage.customer.id.clone(),
        subscription: id.clone(),
        start: stage.now,
        end: coupon.months.map(|months| crate::calendar::months_later(stage.now, months)),
        coupon,
    });
    let sold = std::iter::once((terms.price, terms.quantity)).chain(terms.extras.into_iter().map(|price| (price, 1)));
    let items = sold
        .map(|(price, quantity)| Item { id: stage.ids.make("si_", 14), created: stage.now, price, quantity, period })
        .collect();
    thread.subscription = Some(Subscription {
        customer: stage.customer.id.clone(),
        created: stage.now,
        status,
        items,
        anchor: terms.cycle.anchor,
        trial,
        without_card: "create_invoice",
        cancel_at_period_end: false,
        cancel_at: None,
        canceled_at: None,
        ended_at: None,
        cancellation_reason: None,
        pause_collection: None,
        latest_invoice: None,
        payment_method: None,
        collection: terms.collection,
        billing_mode: terms.billing_mode,
        discount: thread.discount.clone(),
        tax: terms.tax,
        user_id: stage.customer.user_id.clone(),
        id,
    });
}

/// Says that the subscription was created, as it now stands.
pub(crate) fn announce(stage: &mut Stage, thread: &Thread) {
    if let Some(subscription) = &thread.subscription {
        stage.happened("customer.subscription.created", subscription);
    }
    if let Some(discount) = &thread.discount {
        stage.happened("customer.discount.created", discount);
    }
}

/// Changes the subscription and says so, if anything changed.
pub(crate) fn change(stage: &mut Stage, thread: &mut Thread, change: impl FnOnce(&mut Subscription)) {
    let Some(subscription) = thread.subscription.as_mut() else {
        return;
    };
    let before = subscription.clone();
    change(subscription);
    if before != *subscription {
        stage.changed("customer.subscription.updated", &before, &*subscription);
    }
}

/// The lines of one full period of the subscription, item by item.
pub(crate) fn period_lines(stage: &mut Stage, thread: &Thread) -> Vec<Line> {
    let Some(subscription) = &thread.subscription else { return Vec::new() };
    subscription.items.iter().map(|item| period_line(stage, thread, subscription, item)).collect()
}

fn period_line(stage: &mut Stage, thread: &Thread, subscription: &Subscription, item: &Item) -> Line {
    let price = item.price.clone();
    let in_trial = subscription.status == "trialing";
    Line {
        id: stage.ids.make("il_1", 23),
        invoice_item: None,
        amount: if in_trial { 0 } else { price.unit_amount.saturating_mul(item.quantity) },
        description: if in_trial {
            format!("Free trial for {} × {}", item.quantity, price.product_name)
        } else {
            format!("{} × {} (at {} / {})", item.quantity, price.product_name, price.unit_amount, "period")
        },
        period: item.period,
        price,
        quantity: item.quantity,
        proration: false,
        subscription: Some(subscription.id.clone()),
        subscription_item: Some(item.id.clone()),
        discount_percent: if in_trial { 0 } else { thread.discount_percent(stage.now) },
        discount_amount: 0,
        tax_amount: 0,
    }
}

/// The next period begins: its invoice is drafted, the subscription moves on.
pub(crate) fn renew(stage: &mut Stage, thread: &mut Thread) {
    if thread.has_ended() {
        return;
    }
    let cycle = thread.terms.cycle;
    let period = (cycle.boundary(thread.next_period), cycle.boundary(thread.next_period + 1));
    thread.next_period += 1;
    let before = thread.subscription.clone();
    if let Some(subscription) = thread.subscription.as_mut() {
        for item in &mut subscription.items {
            item.period = period;
        }
        if subscription.status == "trialing" {
            subscription.status = "active";
        }
        if subscription.discount.as_ref().is_some_and(|discount| !discount.applies_at(stage.now)) {
            subscription.discount = None;
            thread.discount = None;
        }
    }
    let mut lines = std::mem::take(&mut thread.pending);
    lines.extend(period_lines(stage, thread));
    invoice::draft(stage, thread, BillingReason::Cycle, lines);
    let after = thread.subscription.clone();
    if let (Some(before), Some(after)) = (before, after) {
        stage.changed("customer.subscription.updated", &before, &after);
    }
}

/// Ends the subscription now.
pub(crate) fn end(stage: &mut Stage, thread: &mut Thread, reason: &'static str) {
    if thread.has_ended() {
        return;
    }
    let now = stage.now;
    if let Some(subscription) = thread.subscription.as_mut() {
        subscription.status = "canceled";
        subscription.ended_at = Some(now);
        subscription.canceled_at = Some(subscription.canceled_at.unwrap_or(now));
        subscription.cancellation_reason = Some(subscription.cancellation_reason.unwrap_or(reason));
        stage.happened("customer.subscription.deleted", &*subscription);
    }
    entitlement::close(stage, thread);
}

/// The customer asks to leave when what was paid for is over.
pub(crate) fn cancel_at_period_end(stage: &mut Stage, thread: &mut Thread) {
    stage.by_request();
    let now = stage.now;
    change(stage, thread, |subscription| {
        subscription.cancel_at_period_end = true;
        subscription.cancel_at = Some(subscription.period().1);
        subscription.canceled_at = Some(now);
        subscription.cancellation_reason = Some("cancellation_requested");
    });
}

/// The customer changes their mind.
pub(crate) fn keep(stage: &mut Stage, thread: &mut Thread) {
    stage.by_request();
    change(stage, thread, |subscription| {
        subscription.cancel_at_period_end = false;
        subscription.cancel_at = None;
        subscription.canceled_at = None;
        subscription.cancellation_reason = None;
    });
}

pub(crate) fn pause_collection(stage: &mut Stage, thread: &mut Thread, resumes_at: Option<i64>) {
    stage.by_request();
    change(stage, thread, |subscription| {
        subscription.pause_collection = Some(PauseCollection { behavior: "void", resumes_at });
    });
}

pub(crate) fn resume_collection(stage: &mut Stage, thread: &mut Thread) {
    change(stage, thread, |subscription| subscription.pause_collection = None);
}

/// A status change that has an event of its own beside `updated`: `paused` and `resumed`.
pub(crate) fn turn(stage: &mut Stage, thread: &mut Thread, status: &'static str, kind: &'static str) {
    change(stage, thread, |subscription| subscription.status = status);
    if let Some(subscription) = &thread.subscription {
        stage.happened(kind, subscription);
    }
}

/// Stripe's warning three days before a trial ends.
pub(crate) fn trial_will_end(stage: &mut Stage, thread: &mut Thread) {
    if let Some(subscription) = thread.subscription.as_ref().filter(|_| !thread.has_ended()) {
        stage.happened("customer.subscription.trial_will_end", subscription);
    }
}
