//! Credit notes on the newest invoice: before it is paid they reduce what is due, after it they become a refund, credit or cash.

use super::{Bill, Stage, Thread, invoice, refund};
use crate::model::{CreditNote, CreditNoteLine, InvoiceStatus};

/// How a credit note on a paid invoice reaches the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Payout {
    Refund,
    Balance,
    OutOfBand,
}

/// A credit note for `percent` of the invoice's total (10 to 90), with the tax in it pro rata.
fn note(stage: &mut Stage, bill: &Bill, percent: i64) -> Option<CreditNote> {
    let invoice = &bill.invoice;
    let line = invoice.lines.iter().find(|line| line.amount > 0)?;
    let total = invoice.currency.share(invoice.total(), percent, 100);
    let tax_amount = invoice.currency.share(invoice.tax_total(), percent, 100);
    let exclusive = invoice.total() != invoice.subtotal() - invoice.discounted();
    Some(CreditNote {
        id: stage.ids.make("cn_1", 23),
        created: stage.now,
        number: format!("{}-CN-01", invoice.number.as_deref().unwrap_or_default()),
        customer: stage.customer.id.clone(),
        invoice: invoice.id.clone(),
        currency: invoice.currency,
        status: "issued",
        reason: "product_unsatisfactory",
        line: CreditNoteLine {
            id: stage.ids.make("cnli_1", 23),
            invoice_line: line.id.clone(),
            description: line.description.clone(),
            quantity: 1,
            amount: if exclusive { total - tax_amount } else { total },
            tax_amount,
        },
        tax: invoice.tax.clone(),
        pre_payment: 0,
        post_payment: 0,
        refund: None,
        balance_transaction: None,
        out_of_band: None,
        voided_at: None,
    })
    .map(|mut note| {
        note.pre_payment = total;
        note
    })
    .filter(|note| note.pre_payment > 0)
}

/// Reduces what is due on the newest invoice, while it is open.
pub(crate) fn before_payment(stage: &mut Stage, thread: &mut Thread, percent: i64) {
    let Some(bill) = thread.bills.last_mut().filter(|bill| bill.invoice.status == InvoiceStatus::Open) else {
        return;
    };
    let Some(note) = note(stage, bill, percent).filter(|note| note.pre_payment < bill.invoice.amount_remaining())
    else {
        return;
    };
    stage.by_request();
    stage.happened("credit_note.created", &note);
    reduce(stage, bill, note.pre_payment);
    thread.credit_note = Some(note);
}

/// Moves what the open invoice, and its payment intent, ask for; a negative amount raises it again.
fn reduce(stage: &mut Stage, bill: &mut Bill, amount: i64) {
    invoice::change(stage, &mut bill.invoice, None, |invoice| {
        invoice.amount_due -= amount;
        invoice.pre_payment_credit += amount;
    });
    if let Some(intent) = bill.intent.as_mut() {
        intent.amount = bill.invoice.amount_due;
    }
}

/// The credit note before payment was a mistake.
pub(crate) fn void(stage: &mut Stage, thread: &mut Thread) {
    let (Some(note), Some(bill)) = (thread.credit_note.as_mut(), thread.bills.last_mut()) else {
        return;
    };
    if bill.invoice.status != InvoiceStatus::Open || note.status == "void" {
        return;
    }
    stage.by_request();
    note.status = "void";
    note.voided_at = Some(stage.now);
    stage.happened("credit_note.voided", &*note);
    reduce(stage, bill, -note.pre_payment);
}

/// Gives back a part of the newest invoice after it was paid.
pub(crate) fn after_payment(stage: &mut Stage, thread: &mut Thread, percent: i64, payout: Payout) {
    let Some(bill) = thread.bills.last_mut().filter(|bill| bill.invoice.status == InvoiceStatus::Paid) else {
        return;
    };
    let Some(mut note) = note(stage, bill, percent) else {
        return;
    };
    let amount = std::mem::take(&mut note.pre_payment);
    note.post_payment = amount;
    let refundable =
        bill.charge.as_ref().filter(|charge| charge.failure.is_none()).map_or(0, crate::model::Charge::refundable);
    stage.by_request();
    match payout {
        Payout::Refund if amount <= refundable => {
            let Some(refund) = bill.charge.as_mut().and_then(|charge| refund::refund_charge(stage, charge, amount))
            else {
                return;
            };
            note.refund = Some((refund.id.clone(), refund.amount));
            thread.refund = Some(refund);
        }
        Payout::OutOfBand => note.out_of_band = Some(amount),
        Payout::Refund | Payout::Balance => {
            note.balance_transaction = Some(stage.ids.make("cbtxn_1", 23));
            stage.set_balance(stage.customer.balance - amount);
            note.created = stage.now;
        }
    }
    stage.happened("credit_note.created", &note);
    invoice::change(stage, &mut bill.invoice, None, |invoice| invoice.post_payment_credit += amount);
    thread.credit_note = Some(note);
}
