//! Invoices: drafted, finalized, voided, written off. Payment stands in its own file.

use super::{Bill, Stage, Thread, payment, subscription};
use crate::calendar::DAY;
use crate::model::{BillingReason, Collection, Invoice, InvoiceStatus, Line, Object};

fn blank(stage: &mut Stage, thread: &Thread, reason: BillingReason, lines: Vec<Line>) -> Option<Invoice> {
    let subscription = thread.subscription.as_ref()?;
    let mut invoice = Invoice {
        id: stage.ids.make("in_1", 23),
        created: stage.now,
        customer: stage.customer.clone(),
        subscription: subscription.id.clone(),
        currency: thread.terms.price.currency,
        status: InvoiceStatus::Draft,
        reason,
        number: None,
        secret: stage.random.letters(24),
        collection: subscription.collection,
        period: billed_period(stage, thread, reason),
        lines,
        discount: thread.discount.clone(),
        tax: thread.terms.tax.clone(),
        starting_balance: stage.customer.balance,
        ending_balance: None,
        amount_due: 0,
        amount_paid: 0,
        pre_payment_credit: 0,
        post_payment_credit: 0,
        attempt_count: 0,
        attempted: false,
        auto_advance: true,
        next_payment_attempt: None,
        due_date: None,
        paid_out_of_band: false,
        payment_intent: None,
        charge: None,
        finalized_at: None,
        paid_at: None,
        voided_at: None,
        uncollectible_at: None,
    };
    if reason == BillingReason::Cycle && invoice.collection == Collection::Automatic {
        invoice.next_payment_attempt = Some(stage.now + crate::calendar::HOUR);
    }
    invoice.assess();
    invoice.amount_due = invoice.balance_applied(invoice.starting_balance).0;
    Some(invoice)
}

/// An invoice's own period looks back: it is the time in which its items were added.
fn billed_period(stage: &Stage, thread: &Thread, reason: BillingReason) -> (i64, i64) {
    let start = match (reason, thread.bills.last()) {
        (BillingReason::Cycle, Some(last)) => last.invoice.period.1,
        _ => stage.now,
    };
    (start.min(stage.now), stage.now)
}

/// Drafts an invoice; the subscription points at it from now on (the caller says so in an event).
pub(crate) fn draft(stage: &mut Stage, thread: &mut Thread, reason: BillingReason, lines: Vec<Line>) {
    let Some(invoice) = blank(stage, thread, reason, lines) else {
        return;
    };
    stage.happened("invoice.created", &invoice);
    if stage.customer.currency.is_none() {
        let currency = invoice.currency;
        stage.change_customer(|customer| customer.currency = Some(currency));
    }
    if let Some(subscription) = thread.subscription.as_mut() {
        subscription.latest_invoice = Some(invoice.id.clone());
    }
    thread.bills.push(Bill { invoice, intent: None, charge: None });
}

/// A preview of the next invoice, some days before it.
pub(crate) fn preview(stage: &mut Stage, thread: &mut Thread) {
    if thread.has_ended() {
        return;
    }
    let cycle = thread.terms.cycle;
    let period = (cycle.boundary(thread.next_period), cycle.boundary(thread.next_period + 1));
    let mut lines = thread.pending.clone();
    lines.extend(subscription::period_lines(stage, thread).into_iter().map(|line| Line { period, ..line }));
    if let Some(mut invoice) = blank(stage, thread, BillingReason::Cycle, lines) {
        invoice.id = String::new();
        invoice.created = cycle.boundary(thread.next_period);
        stage.happened("invoice.upcoming", Object::Upcoming(Box::new(invoice)));
    }
}

/// Finalizes the newest draft: it gets its number, takes the customer's balance and, if money is due, a payment intent.
pub(crate) fn finalize(stage: &mut Stage, thread: &mut Thread) {
    let Some(bill) = thread.bills.last_mut().filter(|bill| bill.invoice.status == InvoiceStatus::Draft) else {
        return;
    };
    let invoice = &mut bill.invoice;
    let (due, balance) = invoice.balance_applied(stage.customer.balance);
    let starting_balance = stage.customer.balance;
    stage.set_balance(balance);
    let before = invoice.clone();
    invoice.status = InvoiceStatus::Open;
    invoice.number = Some(stage.next_invoice_number());
    invoice.finalized_at = Some(stage.now);
    invoice.starting_balance = starting_balance;
    invoice.ending_balance = Some(balance);
    invoice.amount_due = due;
    invoice.next_payment_attempt = None;
    match invoice.collection {
        Collection::Invoice { days_until_due } => invoice.due_date = Some(stage.now + days_until_due * DAY),
        Collection::Automatic if due > 0 => bill.intent = Some(payment::intent_for(stage, invoice)),
        Collection::Automatic => {}
    }
    stage.happened("invoice.finalized", &bill.invoice);
    stage.changed("invoice.updated", &before, &bill.invoice);
    if let Some(intent) = &bill.intent {
        stage.happened("payment_intent.created", intent);
    }
    if matches!(bill.invoice.collection, Collection::Invoice { .. }) {
        stage.happened("invoice.sent", &bill.invoice);
    }
    if due == 0 {
        payment::nothing_due(stage, thread);
    }
}

/// Changes an invoice and writes `kind` (if any) and `invoice.updated`, if anything changed.
pub(crate) fn change(
    stage: &mut Stage,
    invoice: &mut Invoice,
    kind: Option<&'static str>,
    change: impl FnOnce(&mut Invoice),
) {
    let before = invoice.clone();
    change(invoice);
    if before == *invoice {
        return;
    }
    if let Some(kind) = kind {
        stage.happened(kind, &*invoice);
    }
    stage.changed("invoice.updated", &before, &*invoice);
}

/// Voids the newest invoice while it is open; what it took of the balance is given back.
pub(crate) fn void(stage: &mut Stage, thread: &mut Thread) {
    let Some(bill) = thread.bills.last_mut() else {
        return;
    };
    if !matches!(bill.invoice.status, InvoiceStatus::Open | InvoiceStatus::Uncollectible) {
        return;
    }
    let now = stage.now;
    let taken = bill.invoice.ending_balance.map_or(0, |ending| ending - bill.invoice.starting_balance);
    change(stage, &mut bill.invoice, Some("invoice.voided"), |invoice| {
        invoice.status = InvoiceStatus::Void;
        invoice.voided_at = Some(now);
        invoice.auto_advance = false;
        invoice.next_payment_attempt = None;
    });
    payment::abandon(stage, bill);
    stage.set_balance(stage.customer.balance - taken);
}

/// Gives up on the newest invoice.
pub(crate) fn write_off(stage: &mut Stage, thread: &mut Thread) {
    let Some(bill) = thread.bills.last_mut().filter(|bill| bill.invoice.status == InvoiceStatus::Open) else {
        return;
    };
    let now = stage.now;
    change(stage, &mut bill.invoice, Some("invoice.marked_uncollectible"), |invoice| {
        invoice.status = InvoiceStatus::Uncollectible;
        invoice.uncollectible_at = Some(now);
        invoice.auto_advance = false;
        invoice.next_payment_attempt = None;
    });
}
