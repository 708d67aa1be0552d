//! What is owed, by whom, and what waits: receivables as invoices show them, money applied once it is accounted for, disputes that
//! are over, refunds that were promised.

use std::collections::{BTreeMap, BTreeSet};

use super::{Breach, Invariant, View};
use crate::{
    accounting::{Account, credit_note, payer},
    fact::{CreditNoteStatus, DisputeStatus, Invoice, InvoiceStatus, RefundStatus, Shown},
    id::{ObjectKind, ObjectRef},
    money::Currency,
    object::Object,
};

/// I4, I6 and I7.
pub(super) fn check(view: &View<'_>, breaches: &mut Vec<Breach>) {
    receivables(view, breaches);
    contested(view, breaches);
    in_transit(view, breaches);
    unapplied(view, breaches);
    captured(view, breaches);
    refunds(view, breaches);
    refunded(view, breaches);
}

fn receivables(view: &View<'_>, breaches: &mut Vec<Breach>) {
    for (id, object) in view.settlement.of_kind(ObjectKind::Invoice) {
        let Some(invoice) = object.invoice() else { continue };
        let (expected, why) = match invoice.status {
            InvoiceStatus::Open => (i128::from(invoice.amount_remaining), "the invoice is open; what it leaves to pay"),
            InvoiceStatus::Paid => (0, "the invoice is paid"),
            InvoiceStatus::Void => (0, "the invoice is void"),
            InvoiceStatus::Uncollectible => (0, "the invoice is written off"),
            InvoiceStatus::Draft | InvoiceStatus::Deleted => (0, "the invoice is a draft"),
            InvoiceStatus::Other(_) => continue,
        };
        let place = (Account::Receivable, id);
        view.expect(place, (invoice.currency, expected), (Invariant::Receivable, why), breaches);
    }
}

fn contested(view: &View<'_>, breaches: &mut Vec<Breach>) {
    for (id, object) in view.settlement.of_kind(ObjectKind::Dispute) {
        let Some(dispute) = object.dispute() else { continue };
        let why = match dispute.status {
            DisputeStatus::Won => "the dispute is won: its money should be back",
            DisputeStatus::Lost => "the dispute is lost",
            DisputeStatus::WarningClosed | DisputeStatus::Prevented => "the dispute is over and took no money",
            DisputeStatus::ChargeRefunded => "the dispute is over, the charge was refunded instead",
            _ => continue,
        };
        view.expect((Account::Contested, id), (dispute.currency, 0), (Invariant::Settled, why), breaches);
    }
}

/// A payout is on its way with all of its amount, until it is there or has come back.
fn in_transit(view: &View<'_>, breaches: &mut Vec<Breach>) {
    for (id, object) in view.settlement.of_kind(ObjectKind::Payout) {
        let Some(payout) = object.payout() else { continue };
        let (expected, why) = match object.milestones.first_of(&["paid", "failed", "canceled"]) {
            Some(_) => (0, "the payout is over"),
            None => (i128::from(payout.amount), "the payout is on its way"),
        };
        view.expect((Account::InTransit, id), (payout.currency, expected), (Invariant::Settled, why), breaches);
    }
}

/// Money received for something that is paid is applied to it, all of it; and nobody applies more than was received.
fn unapplied(view: &View<'_>, breaches: &mut Vec<Breach>) {
    let payers: BTreeSet<&str> = view.on(Account::Unapplied).map(|leg| leg.subject).collect();
    for id in payers {
        let waits_for = waits_for(view, id);
        for (currency, found) in view.sums(Account::Unapplied, id) {
            let why = match waits_for {
                _ if found > 0 => "more was applied or given back than was received",
                Some(why) => why,
                None => continue,
            };
            if found != 0 {
                let (invariant, object) = (Invariant::Settled, id.into());
                breaches.push(Breach { invariant, object, currency, expected: 0, found, why });
            }
        }
    }
}

/// No charge takes more than was authorized.
fn captured(view: &View<'_>, breaches: &mut Vec<Breach>) {
    for (id, object) in view.settlement.of_kind(ObjectKind::Charge) {
        let Some(charge) = payer::captured(object) else { continue };
        let (found, expected) = (i128::from(charge.amount_captured), i128::from(charge.amount));
        if let Some(currency) = charge.currency
            && found > expected
        {
            let why = "the charge shows more taken than was authorized";
            let (invariant, object) = (Invariant::Settled, id.into());
            breaches.push(Breach { invariant, object, currency, expected, found, why });
        }
    }
}

/// What this payer's money was waiting for and has got.
fn waits_for(view: &View<'_>, id: &str) -> Option<&'static str> {
    let payers = [ObjectKind::Charge, ObjectKind::PaymentIntent].map(|kind| ObjectRef::new(kind, id));
    let invoice = payers.iter().find_map(|payer| payer::invoice_of(view.settlement, payer))?;
    let invoice: &Invoice = view.settlement.get(ObjectKind::Invoice, invoice)?.invoice()?;
    (invoice.status == InvoiceStatus::Paid).then_some("the invoice it pays is paid")
}

/// What refunds and the notes that promise them leave owed. Refunds that failed are still owed until others pay them.
fn refunds(view: &View<'_>, breaches: &mut Vec<Breach>) {
    let mut sums: BTreeMap<Currency, i128> = BTreeMap::new();
    for leg in view.on(Account::RefundsPayable) {
        *sums.entry(leg.currency).or_default() += leg.amount;
    }
    let owed = owed_in_refunds(view);
    for (currency, found) in sums {
        let owed = owed.get(&currency).copied().unwrap_or_default();
        if found > 0 || -found > owed {
            breaches.push(Breach {
                invariant: Invariant::RefundsPayable,
                object: subject_of_refunds(view).into(),
                currency,
                expected: -owed,
                found,
                why: "refunds promised and not delivered",
            });
        }
    }
}

/// By currency: refunds that failed, and what credit notes promise through refunds that no event shows.
fn owed_in_refunds(view: &View<'_>) -> BTreeMap<Currency, i128> {
    let refunds = view.settlement.of_kind(ObjectKind::Refund).filter_map(|(_, object)| object.refund());
    let failed = refunds
        .filter(|refund| matches!(refund.status, RefundStatus::Failed | RefundStatus::Canceled))
        .map(|refund| (refund.currency, i128::from(refund.amount)));
    let notes = view.settlement.of_kind(ObjectKind::CreditNote).filter_map(|(_, object)| object.credit_note());
    let standing = notes.filter(|note| note.status != CreditNoteStatus::Void);
    let promised = standing.flat_map(|note| {
        let refunds = credit_note::refunds(view.settlement, note);
        refunds.into_iter().map(|(refund, amount)| (refund, (note.currency, amount)))
    });
    let is_unseen =
        |refund: &str| view.settlement.get(ObjectKind::Refund, refund).is_none_or(|object| object.refund().is_none());
    let unseen = promised.filter(|(refund, _)| is_unseen(refund)).map(|(_, owed)| owed);
    let only = view.on(Account::RefundsPayable).map(|leg| leg.currency).min();
    let mut owed = BTreeMap::new();
    for (currency, amount) in failed.chain(unseen) {
        let Some(currency) = currency.or(only) else { continue };
        *owed.entry(currency).or_default() += amount;
    }
    owed
}

fn subject_of_refunds<'a>(view: &View<'a>) -> &'a str {
    view.on(Account::RefundsPayable).map(|leg| leg.subject).min().unwrap_or_default()
}

/// A charge shows the sum of its refunds: those known until then come to just that. Where no event shows any refund, the charge
/// stands in for them and there is nothing to compare.
fn refunded(view: &View<'_>, breaches: &mut Vec<Breach>) {
    for (id, object) in view.settlement.of_kind(ObjectKind::Charge) {
        let Some((charge, newest)) = payer::captured(object).zip(object.moment()) else { continue };
        let Some(currency) = charge.currency else { continue };
        let released = match charge.invoice {
            Shown::Absent => 0,
            _ => (i128::from(charge.amount) - i128::from(charge.amount_captured)).max(0),
        };
        let refunds = view.settlement.of_kind(ObjectKind::Refund).filter_map(|(_, object)| of_charge(view, id, object));
        let known: Vec<Given> = refunds.filter(|given| given.created <= newest.at.unix()).collect();
        let all: i128 = known.iter().map(|given| given.amount).sum();
        let stand: i128 = known.iter().filter(|given| !given.failed).map(|given| given.amount).sum();
        let expected = i128::from(charge.amount_refunded);
        // What failed may have been taken off, and what a partial capture released may be among the refunds or not.
        let possible = [stand, all, stand + released, all + released];
        let several_failed = known.iter().filter(|given| given.failed).count() > 1;
        let fits = possible.contains(&expected) || (several_failed && (stand..=all + released).contains(&expected));
        if !known.is_empty() && !fits {
            let (found, why) = (stand, "its refunds and what the charge shows of them");
            breaches.push(Breach {
                invariant: Invariant::RefundsPayable,
                object: id.into(),
                currency,
                expected,
                found,
                why,
            });
        }
    }
}

/// What one refund gave back.
struct Given {
    created: i64,
    amount: i128,
    failed: bool,
}

/// What a refund of this charge gave back.
fn of_charge(view: &View<'_>, charge: &str, object: &Object) -> Option<Given> {
    let refund = object.refund()?;
    let failed = matches!(refund.status, RefundStatus::Failed | RefundStatus::Canceled);
    let of_it = view.settlement.charge_of(object) == Some(charge);
    of_it.then_some(Given { created: refund.created?.unix(), amount: i128::from(refund.amount), failed })
}
