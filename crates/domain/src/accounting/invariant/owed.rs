//! What is owed to us, and what waits: receivables as invoices show them, money applied once it is accounted for, disputes that are
//! over.

use std::collections::BTreeSet;

use super::{Breach, Invariant, View};
use crate::{
    accounting::{Account, payer},
    fact::{DisputeStatus, Invoice, InvoiceStatus},
    id::{ObjectKind, ObjectRef},
};

/// I4 and I6.
pub(super) fn check(view: &View<'_>, breaches: &mut Vec<Breach>) {
    receivables(view, breaches);
    contested(view, breaches);
    in_transit(view, breaches);
    unapplied(view, breaches);
    captured(view, breaches);
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
