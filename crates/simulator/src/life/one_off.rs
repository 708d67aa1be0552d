//! A purchase without a subscription and without an invoice: a checkout session in mode `payment`.

use super::{Stage, Thread, checkout, payment};
use crate::model::{Session, SessionMode, TaxBehavior};

/// The completed checkout of one, whose money is still to come.
pub(super) fn sale(stage: &mut Stage, thread: &Thread) -> Session {
    let total = thread.terms.price.unit_amount.saturating_mul(thread.terms.quantity);
    let mut session = checkout::session(stage, thread, SessionMode::Payment { payment_intent: None });
    session.status = "complete";
    let tax = thread.terms.tax.as_ref().map(|tax| (tax.behavior, tax.on(total, session.currency)));
    session.amount_subtotal = total;
    session.amount_tax = tax.map_or(0, |(_, amount)| amount);
    session.amount_total = match tax {
        Some((TaxBehavior::Exclusive, amount)) => total + amount,
        Some((TaxBehavior::Inclusive, _)) | None => total,
    };
    session.customer = stage.customer.clone();
    session
}

/// Paid by card on the spot.
pub(crate) fn buy(stage: &mut Stage, thread: &mut Thread) {
    stage.by_request();
    stage.greet();
    let mut session = sale(stage, thread);
    let mut intent = payment::new_intent(stage, session.currency, session.amount_total);
    stage.happened("payment_intent.created", &intent);
    let charge = payment::charge(stage, &mut intent);
    session.mode = SessionMode::Payment { payment_intent: Some(intent.id.clone()) };
    session.payment_status = "paid";
    stage.happened("checkout.session.completed", &session);
    thread.sale = Some((intent, charge));
}

/// Completed now, to be paid by a slow method.
pub(crate) fn order(stage: &mut Stage, thread: &mut Thread) {
    stage.by_request();
    stage.greet();
    let mut session = sale(stage, thread);
    let mut intent = payment::new_intent(stage, session.currency, session.amount_total);
    stage.happened("payment_intent.created", &intent);
    intent.status = "processing";
    stage.happened("payment_intent.processing", &intent);
    session.mode = SessionMode::Payment { payment_intent: Some(intent.id.clone()) };
    stage.happened("checkout.session.completed", &session);
    thread.order = Some((session, intent));
}

/// The money of an order has come.
pub(crate) fn settle(stage: &mut Stage, thread: &mut Thread) {
    let Some((mut session, mut intent)) = thread.order.take() else {
        return;
    };
    let charge = payment::charge(stage, &mut intent);
    session.payment_status = "paid";
    stage.happened("checkout.session.async_payment_succeeded", &session);
    thread.sale = Some((intent, charge));
}
