//! Money that is authorized first and captured later, wholly, in part, or not at all. Its checkout is completed unpaid, and no event of the session
//! says when it is paid.

use super::{Stage, Thread, one_off, payment};
use crate::model::SessionMode;

/// A one-off sale whose money is only set aside.
pub(crate) fn authorize(stage: &mut Stage, thread: &mut Thread) {
    stage.by_request();
    stage.greet();
    let mut session = one_off::sale(stage, thread);
    let mut intent = payment::new_intent(stage, session.currency, session.amount_total);
    intent.manual = true;
    stage.happened("payment_intent.created", &intent);
    let mut charge = payment::attempt(stage, &intent, None);
    charge.captured = false;
    charge.amount_captured = 0;
    charge.balance_transaction = None;
    stage.happened("charge.succeeded", &charge);
    intent.status = "requires_capture";
    intent.payment_method = Some(charge.card.id.clone());
    intent.charges.push(charge.clone());
    stage.happened("payment_intent.amount_capturable_updated", &intent);
    session.mode = SessionMode::Payment { payment_intent: Some(intent.id.clone()) };
    stage.happened("checkout.session.completed", &session);
    thread.sale = Some((intent, charge));
}

/// Takes `percent` of what was set aside; the rest is released.
pub(crate) fn capture(stage: &mut Stage, thread: &mut Thread, percent: i64) {
    let Some((intent, charge)) = thread.sale.as_mut().filter(|(_, charge)| !charge.captured) else { return };
    stage.by_request();
    let before = charge.clone();
    charge.captured = true;
    charge.amount_captured = charge.currency.share(charge.amount, percent, 100);
    charge.balance_transaction = Some(stage.ids.make("txn_3", 23));
    stage.changed("charge.captured", &before, &*charge);
    intent.status = "succeeded";
    intent.amount_received = charge.amount_captured;
    intent.charges = vec![charge.clone()];
    stage.happened("payment_intent.succeeded", &*intent);
}

/// What was set aside is released.
pub(crate) fn release(stage: &mut Stage, thread: &mut Thread) {
    let Some((intent, charge)) = thread.sale.as_mut().filter(|(_, charge)| !charge.captured) else { return };
    stage.by_request();
    let before = charge.clone();
    charge.released = true;
    stage.changed("charge.refunded", &before, &*charge);
    intent.status = "canceled";
    intent.canceled_at = Some(stage.now);
    intent.cancellation_reason = Some("requested_by_customer");
    intent.charges = vec![charge.clone()];
    stage.happened("payment_intent.canceled", &*intent);
}
