//! Disputes and inquiries. Money moves by the embedded balance transactions, statuses by the events.

use super::{Stage, Thread, money};
use crate::calendar::DAY;
use crate::model::Dispute;

/// The fee Stripe takes for a dispute, in the settlement currency's smallest unit.
const FEE: i64 = 1_500;

/// The customer's bank disputes the newest charge: `needs_response` takes the money, `warning_needs_response` only asks.
pub(crate) fn open(stage: &mut Stage, thread: &mut Thread, status: &'static str) {
    let Some(charge) = thread.charge().filter(|charge| charge.dispute.is_none() && charge.amount_refunded == 0) else {
        return;
    };
    let mut dispute = Dispute {
        id: stage.ids.make("du_1", 23),
        created: stage.now,
        amount: charge.amount_captured,
        currency: charge.currency,
        charge: charge.id.clone(),
        payment_intent: charge.payment_intent.clone(),
        status,
        reason: stage.random.pick("fraudulent", &["product_not_received", "subscription_canceled", "duplicate"]),
        due_by: stage.now + 9 * DAY,
        submissions: 0,
        evidence: None,
        email: charge.customer.email.clone(),
        transactions: Vec::new(),
        brand: charge.card.brand,
    };
    let before = charge.clone();
    charge.dispute = Some(dispute.id.clone());
    let disputed = charge.clone();
    let takes_money = !status.starts_with("warning");
    if takes_money {
        withdraw(stage, &mut dispute);
    }
    stage.happened("charge.dispute.created", &dispute);
    stage.changed("charge.updated", &before, &disputed);
    if takes_money {
        stage.happened("charge.dispute.funds_withdrawn", &dispute);
    }
    thread.dispute = Some(dispute);
}

fn withdraw(stage: &mut Stage, dispute: &mut Dispute) {
    let taken =
        money::movement(stage, (dispute.currency, -dispute.amount), FEE, &dispute.id, ("dispute", "adjustment"));
    dispute.transactions.push(taken);
}

/// An inquiry becomes a dispute.
pub(crate) fn escalate(stage: &mut Stage, thread: &mut Thread) {
    let Some(dispute) = thread.dispute.as_mut().filter(|dispute| dispute.status.starts_with("warning")) else {
        return;
    };
    let before = dispute.clone();
    dispute.status = "needs_response";
    withdraw(stage, dispute);
    stage.changed("charge.dispute.updated", &before, &*dispute);
    stage.happened("charge.dispute.funds_withdrawn", &*dispute);
}

/// The seller answers.
pub(crate) fn answer(stage: &mut Stage, thread: &mut Thread) {
    let Some(dispute) = thread.dispute.as_mut().filter(|dispute| dispute.status.ends_with("needs_response")) else {
        return;
    };
    stage.by_request();
    let before = dispute.clone();
    dispute.status = if dispute.status.starts_with("warning") { "warning_under_review" } else { "under_review" };
    dispute.submissions += 1;
    dispute.evidence = Some("The customer used the service until yesterday.".to_owned());
    stage.changed("charge.dispute.updated", &before, &*dispute);
}

/// The seller appeals against a lost dispute.
pub(crate) fn appeal(stage: &mut Stage, thread: &mut Thread) {
    let Some(dispute) = thread.dispute.as_mut().filter(|dispute| dispute.status == "lost") else {
        return;
    };
    stage.by_request();
    let before = dispute.clone();
    dispute.status = "appeal_under_review";
    dispute.submissions += 1;
    stage.changed("charge.dispute.updated", &before, &*dispute);
}

/// The bank decides: `won`, `lost` or, for an inquiry, `warning_closed`.
pub(crate) fn close(stage: &mut Stage, thread: &mut Thread, status: &'static str) {
    let Some(dispute) = thread.dispute.as_mut() else {
        return;
    };
    if matches!(dispute.status, "won" | "lost" | "warning_closed") {
        return;
    }
    dispute.status = status;
    stage.happened("charge.dispute.closed", &*dispute);
    if status == "won" {
        stage.wait(1);
        let kind = ("dispute_reversal", "adjustment");
        let back = money::movement(stage, (dispute.currency, dispute.amount), 0, &dispute.id, kind);
        dispute.transactions.push(back);
        stage.happened("charge.dispute.funds_reinstated", &*dispute);
    }
}
