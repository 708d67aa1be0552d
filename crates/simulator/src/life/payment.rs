//! Payment of invoices: by card, declined, out of band, or not needed at all.

use super::{Bill, Stage, Thread, invoice, subscription};
use crate::model::{Charge, Failure, Invoice, InvoicePayment, InvoiceStatus, PaymentIntent};

const DECLINED: Failure =
    Failure { code: "card_declined", decline_code: "insufficient_funds", message: "Your card has insufficient funds." };

/// Makes the payment intent of an invoice; the invoice points at it in the shapes that say so.
pub(crate) fn intent_for(stage: &mut Stage, invoice: &mut Invoice) -> PaymentIntent {
    let mut intent = new_intent(stage, invoice.currency, invoice.amount_due);
    intent.description = if invoice.attempt_count == 0 && invoice.reason == crate::model::BillingReason::Create {
        "Subscription creation"
    } else {
        "Subscription update"
    };
    intent.invoice = Some(invoice.id.clone());
    intent.off_session = true;
    invoice.payment_intent = Some(intent.id.clone());
    intent
}

/// A payment intent that waits for its payment method.
pub(crate) fn new_intent(stage: &mut Stage, currency: crate::currency::Currency, amount: i64) -> PaymentIntent {
    PaymentIntent {
        id: stage.ids.make("pi_3", 23),
        created: stage.now,
        amount,
        amount_received: 0,
        currency,
        customer: stage.customer.id.clone(),
        email: stage.customer.email.clone(),
        invoice: None,
        description: "One-off purchase",
        status: "requires_payment_method",
        payment_method: None,
        secret: stage.random.letters(25),
        charges: Vec::new(),
        failure: None,
        canceled_at: None,
        cancellation_reason: None,
        off_session: false,
        manual: false,
        transfer_data: None,
    }
}

/// One attempt to charge what the intent asks for.
pub(crate) fn attempt(stage: &mut Stage, intent: &PaymentIntent, failure: Option<Failure>) -> Charge {
    let succeeded = failure.is_none();
    Charge {
        id: stage.ids.make("ch_3", 23),
        created: stage.now,
        amount: intent.amount,
        amount_captured: if succeeded { intent.amount } else { 0 },
        amount_refunded: 0,
        currency: intent.currency,
        customer: stage.customer.clone(),
        card: stage.customer.card.clone(),
        invoice: intent.invoice.clone(),
        payment_intent: intent.id.clone(),
        description: intent.description,
        failure,
        balance_transaction: succeeded.then(|| stage.ids.make("txn_3", 23)),
        dispute: None,
        refunds: Vec::new(),
        receipt: stage.random.letters(32),
        risk_score: stage.random.between(1, 64),
        captured: succeeded,
        released: false,
        transfer_data: intent.transfer_data.clone(),
        movement: None,
    }
}

/// The charge succeeds; in some histories its balance transaction is only known a little later, as with newer versions.
pub(crate) fn charge(stage: &mut Stage, intent: &mut PaymentIntent) -> Charge {
    let mut charge = attempt(stage, intent, None);
    let transaction = charge.balance_transaction.take_if(|_| stage.random.chance(20));
    stage.happened("charge.succeeded", &charge);
    if transaction.is_some() {
        let before = charge.clone();
        charge.balance_transaction = transaction;
        stage.wait(1);
        stage.changed("charge.updated", &before, &charge);
    }
    intent.status = "succeeded";
    intent.amount_received = intent.amount;
    intent.payment_method = Some(charge.card.id.clone());
    intent.failure = None;
    intent.charges.push(charge.clone());
    stage.happened("payment_intent.succeeded", &*intent);
    charge
}

/// The newest open invoice is paid by card.
pub(crate) fn pay(stage: &mut Stage, thread: &mut Thread) {
    let Some(bill) = thread.bills.last_mut() else {
        return;
    };
    let payable = matches!(bill.invoice.status, InvoiceStatus::Open | InvoiceStatus::Uncollectible);
    let Some(intent) = bill.intent.as_mut().filter(|_| payable) else {
        return;
    };
    let charge = charge(stage, intent);
    let (now, amount) = (stage.now, charge.amount);
    invoice::change(stage, &mut bill.invoice, Some("invoice.paid"), |invoice| {
        invoice.status = InvoiceStatus::Paid;
        invoice.amount_paid += amount;
        invoice.attempted = true;
        invoice.attempt_count += 1;
        invoice.next_payment_attempt = None;
        invoice.auto_advance = false;
        invoice.paid_at = Some(now);
        invoice.charge = Some(charge.id.clone());
    });
    stage.happened("invoice.payment_succeeded", &bill.invoice);
    let payment = invoice_payment(stage, &bill.invoice, &charge);
    stage.happened("invoice_payment.paid", &payment);
    bill.charge = Some(charge);
    stage.change_customer(|customer| customer.delinquent = false);
}

/// A part of the newest open invoice is paid by a payment of its own; the rest is left to the invoice's own intent.
pub(crate) fn pay_part(stage: &mut Stage, thread: &mut Thread, percent: i64) {
    let Some(bill) = thread.bills.last_mut().filter(|bill| bill.invoice.status == InvoiceStatus::Open) else {
        return;
    };
    let Some(amount) = bill.intent.as_ref().map(|intent| intent.currency.share(intent.amount, percent, 100)) else {
        return;
    };
    stage.by_request();
    let mut intent = new_intent(stage, bill.invoice.currency, amount);
    intent.invoice = Some(bill.invoice.id.clone());
    intent.description = "Subscription update";
    stage.happened("payment_intent.created", &intent);
    let charge = charge(stage, &mut intent);
    invoice::change(stage, &mut bill.invoice, None, |invoice| {
        invoice.amount_paid += amount;
        invoice.charge = Some(charge.id.clone());
    });
    let payment = invoice_payment(stage, &bill.invoice, &charge);
    stage.happened("invoice_payment.paid", &payment);
    if let Some(rest) = bill.intent.as_mut() {
        rest.amount -= amount;
    }
}

fn invoice_payment(stage: &mut Stage, invoice: &Invoice, charge: &Charge) -> InvoicePayment {
    InvoicePayment {
        id: stage.ids.make("inpay_1", 23),
        created: invoice.finalized_at.unwrap_or(stage.now),
        invoice: invoice.id.clone(),
        payment_intent: charge.payment_intent.clone(),
        currency: charge.currency,
        amount_requested: charge.amount,
        amount_paid: charge.amount,
        paid_at: stage.now,
    }
}

/// The newest open invoice is paid, and a subscription that waited for it is active again.
pub(crate) fn pay_and_recover(stage: &mut Stage, thread: &mut Thread) {
    pay(stage, thread);
    let waits = |status| matches!(status, "past_due" | "unpaid" | "incomplete");
    subscription::change(stage, thread, |subscription| {
        if waits(subscription.status) {
            subscription.status = "active";
        }
    });
}

/// The card is declined. `next_attempt` is when Stripe will try again, if it will.
pub(crate) fn decline(stage: &mut Stage, thread: &mut Thread, next_attempt: Option<i64>) {
    let Some(bill) = thread.bills.last_mut().filter(|bill| bill.invoice.status == InvoiceStatus::Open) else {
        return;
    };
    let Some(intent) = bill.intent.as_mut() else {
        return;
    };
    let charge = attempt(stage, intent, Some(DECLINED));
    stage.happened("charge.failed", &charge);
    intent.failure = Some(DECLINED);
    intent.charges.push(charge.clone());
    stage.happened("payment_intent.payment_failed", &*intent);
    invoice::change(stage, &mut bill.invoice, Some("invoice.payment_failed"), |invoice| {
        invoice.attempted = true;
        invoice.attempt_count += 1;
        invoice.next_payment_attempt = next_attempt;
        invoice.charge = Some(charge.id.clone());
    });
    bill.charge = Some(charge);
    stage.change_customer(|customer| customer.delinquent = true);
    subscription::change(stage, thread, |subscription| {
        if subscription.status == "active" {
            subscription.status = "past_due";
        }
    });
}

/// An invoice of nothing is paid at once: free trials, balances that cover everything, net credits.
pub(crate) fn nothing_due(stage: &mut Stage, thread: &mut Thread) {
    let Some(bill) = thread.bills.last_mut() else {
        return;
    };
    let now = stage.now;
    invoice::change(stage, &mut bill.invoice, Some("invoice.paid"), |invoice| {
        invoice.status = InvoiceStatus::Paid;
        invoice.attempted = true;
        invoice.auto_advance = false;
        invoice.paid_at = Some(now);
    });
    stage.happened("invoice.payment_succeeded", &bill.invoice);
}

/// A person marks the newest invoice as paid by other means.
pub(crate) fn pay_out_of_band(stage: &mut Stage, thread: &mut Thread) {
    let Some(bill) = thread.bills.last_mut().filter(|bill| bill.invoice.status == InvoiceStatus::Open) else {
        return;
    };
    stage.by_request();
    let now = stage.now;
    invoice::change(stage, &mut bill.invoice, Some("invoice.paid"), |invoice| {
        invoice.status = InvoiceStatus::Paid;
        invoice.amount_paid = invoice.amount_due;
        invoice.paid_out_of_band = true;
        invoice.auto_advance = false;
        invoice.paid_at = Some(now);
    });
    stage.happened("invoice.payment_succeeded", &bill.invoice);
    abandon(stage, bill);
    stage.change_customer(|customer| customer.delinquent = false);
}

/// The bank wants to see the customer before it pays.
pub(crate) fn require_action(stage: &mut Stage, thread: &mut Thread) {
    let Some(bill) = thread.bills.last_mut() else {
        return;
    };
    if let Some(intent) = bill.intent.as_mut() {
        intent.status = "requires_action";
        intent.payment_method = Some(stage.customer.card.id.clone());
        stage.happened("payment_intent.requires_action", &*intent);
    }
    invoice::change(stage, &mut bill.invoice, Some("invoice.payment_action_required"), |invoice| {
        invoice.attempted = true;
        invoice.attempt_count += 1;
    });
}

/// The intent of an invoice that will not be paid by it is canceled.
pub(crate) fn abandon(stage: &mut Stage, bill: &mut Bill) {
    let now = stage.now;
    let Some(intent) = bill.intent.as_mut().filter(|intent| intent.canceled_at.is_none()) else {
        return;
    };
    if intent.status == "succeeded" {
        return;
    }
    intent.status = "canceled";
    intent.canceled_at = Some(now);
    intent.cancellation_reason = Some("void_invoice");
    stage.happened("payment_intent.canceled", &*intent);
}
