//! Payouts of what a charge brought, and balance transactions as objects fetched from the API show them: whole.

use super::{Stage, Thread, money, refund};
use crate::calendar::DAY;
use crate::model::Payout;

/// Stripe's fee for a charge, in the settlement currency's smallest unit.
fn fee(amount: i64) -> i64 {
    amount * 29 / 1_000 + 30
}

/// The newest charge is seen with its balance transaction whole.
pub(crate) fn show_charge(stage: &mut Stage, thread: &mut Thread) {
    let Some(charge) = thread.charge().filter(|charge| charge.movement.is_none()) else {
        return;
    };
    let before = charge.clone();
    let sum = (charge.currency, charge.amount_captured);
    let mut shown = money::movement(stage, sum, 0, &charge.id, ("charge", "charge"));
    shown.fee = fee(shown.amount);
    if let Some(id) = &charge.balance_transaction {
        shown.id.clone_from(id);
    }
    charge.balance_transaction = Some(shown.id.clone());
    charge.movement = Some(shown);
    stage.changed("charge.updated", &before, &*charge);
}

/// The newest refund is seen with its balance transaction whole.
pub(crate) fn show_refund(stage: &mut Stage, thread: &mut Thread) {
    let Some(known) = thread.refund.clone().filter(|refund| refund.movement.is_none()) else {
        return;
    };
    let mut shown = money::movement(stage, (known.currency, -known.amount), 0, &known.id, ("refund", "refund"));
    if let Some(id) = &known.balance_transaction {
        shown.id.clone_from(id);
    }
    refund::update(stage, thread, |refund| refund.movement = Some(shown));
}

/// Pays out what the newest charge brought. `expanded` payouts show their balance transactions whole.
pub(crate) fn begin(stage: &mut Stage, thread: &mut Thread, expanded: Expanded) {
    let Some((currency, amount)) = thread.charge().map(|charge| (charge.currency, charge.amount_captured)) else {
        return;
    };
    let id = stage.ids.make("po_1", 23);
    let movement = money::movement(stage, (currency, -amount), 0, &id, ("payout", "payout"));
    let payout = Payout {
        id,
        created: stage.now,
        arrival: stage.now + 2 * DAY,
        currency: movement.currency,
        amount: -movement.amount,
        status: "pending",
        failure: None,
        movement: Some(movement),
        failure_movement: None,
        expanded: expanded == Expanded::Yes,
    };
    stage.happened("payout.created", &payout);
    thread.payout = Some(payout);
}

/// Whether objects show their balance transactions whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expanded {
    Yes,
    No,
}

/// It goes on its way.
pub(crate) fn leave(stage: &mut Stage, thread: &mut Thread) {
    change(stage, thread, "payout.updated", |payout| payout.status = "in_transit");
}

/// It has arrived.
pub(crate) fn arrive(stage: &mut Stage, thread: &mut Thread) {
    finish(stage, thread, "payout.paid", "paid");
}

/// The seller calls it back.
pub(crate) fn cancel(stage: &mut Stage, thread: &mut Thread) {
    stage.by_request();
    finish(stage, thread, "payout.canceled", "canceled");
}

/// The bank sends it back, sometimes after it was shown as paid.
pub(crate) fn fail(stage: &mut Stage, thread: &mut Thread) {
    let Some(payout) = thread.payout.as_mut() else { return };
    let mut back = money::movement(stage, (payout.currency, 0), 0, &payout.id, ("payout_reversal", "payout_failure"));
    back.amount = payout.amount;
    payout.failure = Some("account_closed");
    payout.failure_movement = Some(back);
    finish(stage, thread, "payout.failed", "failed");
}

fn finish(stage: &mut Stage, thread: &mut Thread, kind: &'static str, status: &'static str) {
    if let Some(payout) = thread.payout.as_mut() {
        payout.status = status;
        stage.happened(kind, &*payout);
    }
}

fn change(stage: &mut Stage, thread: &mut Thread, kind: &'static str, change: impl FnOnce(&mut Payout)) {
    if let Some(payout) = thread.payout.as_mut() {
        let before = payout.clone();
        change(payout);
        stage.changed(kind, &before, &*payout);
    }
}
