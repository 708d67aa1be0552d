//! Refunds: each has its own object and events, and each moves the charge's cumulative amount.

use super::{Stage, Thread, money};
use crate::model::{Charge, Refund};

/// Gives back a part of the newest charge that brought money: `part` of `whole` of what is still refundable. Returns the refund.
pub(crate) fn give_back(stage: &mut Stage, thread: &mut Thread, (part, whole): (i64, i64)) -> Option<Refund> {
    let charge = thread.charge()?;
    let amount = charge.currency.share(charge.refundable(), part, whole);
    refund_charge(stage, charge, amount).inspect(|refund| thread.refund = Some(refund.clone()))
}

/// Gives back this amount of the charge; nothing happens when that much is not left.
pub(crate) fn refund_charge(stage: &mut Stage, charge: &mut Charge, amount: i64) -> Option<Refund> {
    if amount <= 0 || amount > charge.refundable() {
        return None;
    }
    stage.by_request();
    let refund = Refund {
        id: stage.ids.make("re_3", 23),
        created: stage.now,
        amount,
        currency: charge.currency,
        charge: charge.id.clone(),
        payment_intent: charge.payment_intent.clone(),
        status: stage.random.pick("succeeded", &["succeeded", "pending"]),
        reason: Some("requested_by_customer"),
        balance_transaction: Some(stage.ids.make("txn_3", 23)),
        reference: None,
        failure_reason: None,
        failure_balance_transaction: None,
        movement: None,
    };
    let before = charge.clone();
    charge.amount_refunded += amount;
    charge.refunds.insert(0, refund.clone());
    stage.happened("refund.created", &refund);
    stage.changed("charge.refunded", &before, &*charge);
    Some(refund)
}

/// The bank has taken the refund: it is done, and has a reference.
pub(crate) fn arrive(stage: &mut Stage, thread: &mut Thread) {
    let reference = format!("{}", stage.random.between(10_000_000, 99_999_999));
    update(stage, thread, |refund| {
        refund.status = "succeeded";
        refund.reference = Some(reference);
    });
}

/// The bank sends the refund back.
pub(crate) fn bounce(stage: &mut Stage, thread: &mut Thread) {
    let Some(refund) = thread.refund.clone() else {
        return;
    };
    let returned =
        money::movement(stage, (refund.currency, refund.amount), 0, &refund.id, ("refund_failure", "refund_failure"));
    update(stage, thread, |refund| {
        refund.status = "failed";
        refund.failure_reason = Some("lost_or_stolen_card");
        refund.failure_balance_transaction = Some(returned.id);
    });
    if let Some(refund) = &thread.refund {
        stage.happened("refund.failed", refund);
    }
}

/// Changes the newest refund and says so, if anything changed.
pub(crate) fn update(stage: &mut Stage, thread: &mut Thread, change: impl FnOnce(&mut Refund)) {
    let Some(mut refund) = thread.refund.take() else {
        return;
    };
    let before = refund.clone();
    change(&mut refund);
    if before != refund {
        stage.changed("refund.updated", &before, &refund);
        stage.changed("charge.refund.updated", &before, &refund);
    }
    if let Some(charge) = thread.charge().filter(|charge| charge.id == refund.charge) {
        for held in charge.refunds.iter_mut().filter(|held| held.id == refund.id) {
            *held = refund.clone();
        }
    }
    thread.refund = Some(refund);
}
