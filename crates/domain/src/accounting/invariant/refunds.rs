//! What is owed back: refunds promised and not delivered, and what charges show of theirs.

use std::collections::BTreeMap;

use super::{Breach, Invariant, View};
use crate::{
    accounting::{Account, credit_note, payer},
    fact::{CreditNoteStatus, Refund, RefundStatus, Shown},
    id::{ObjectKind, ObjectRef},
    money::Currency,
    object::Object,
    time::Timestamp,
};

/// I7.
pub(super) fn check(view: &View<'_>, breaches: &mut Vec<Breach>) {
    promised(view, breaches);
    refunded(view, breaches);
}

/// What refunds and the notes that promise them leave owed. A refund that failed is still owed until another pays it.
fn promised(view: &View<'_>, breaches: &mut Vec<Breach>) {
    let mut sums: BTreeMap<Currency, i128> = BTreeMap::new();
    for leg in view.on(Account::RefundsPayable) {
        *sums.entry(leg.currency).or_default() += leg.amount;
    }
    let owed = Owed::of(view);
    // Where a charge stands in for refunds that no event shows, nothing says when they were made and what they paid: all of it may be paid by now.
    let stands_in = view.legs.iter().any(|leg| leg.key.ends_with(":refunded"));
    for (currency, found) in sums {
        let of = |amounts: &BTreeMap<Currency, i128>| amounts.get(&currency).copied().unwrap_or_default();
        let most = of(&owed.by_notes) + of(&owed.failed);
        let least = if stands_in { 0 } else { most };
        if !(least..=most).contains(&-found) {
            breaches.push(Breach {
                invariant: Invariant::RefundsPayable,
                object: view.on(Account::RefundsPayable).map(|leg| leg.subject).min().unwrap_or_default().into(),
                currency,
                expected: -most,
                found,
                why: "refunds promised and not delivered",
            });
        }
    }
}

/// What is still owed, by currency.
struct Owed {
    /// Refunds that failed and that no later one has paid.
    failed: BTreeMap<Currency, i128>,
    /// What credit notes promise beyond the refunds that events show.
    by_notes: BTreeMap<Currency, i128>,
}

impl Owed {
    fn of(view: &View<'_>) -> Self {
        let mut owed = Self { failed: BTreeMap::new(), by_notes: BTreeMap::new() };
        let only = view.on(Account::RefundsPayable).map(|leg| leg.currency).min();
        let mut covered: BTreeMap<Box<str>, i128> = BTreeMap::new();
        let notes = view.settlement.of_kind(ObjectKind::CreditNote).filter_map(|(_, object)| object.credit_note());
        for note in notes.filter(|note| note.status != CreditNoteStatus::Void) {
            for (id, promised) in credit_note::refunds(view.settlement, note) {
                let shown = view.settlement.get(ObjectKind::Refund, &id).and_then(|object| object.refund());
                let delivered = shown.map_or(0, |refund| i128::from(refund.amount));
                if let Some(currency) = note.currency.or(only) {
                    *owed.by_notes.entry(currency).or_default() += (promised - delivered).max(0);
                }
                *covered.entry(id).or_default() += promised;
            }
        }
        for payer in payers(view) {
            let mut failures: Vec<(Timestamp, i128)> = Vec::new();
            let mut currency = only;
            for made in refunds_of(view, &payer) {
                currency = made.refund.currency.or(currency);
                let amount = i128::from(made.refund.amount);
                let mut open = amount - covered.get(made.id).copied().unwrap_or(0).clamp(0, amount);
                for (_, left) in failures.iter_mut().filter(|(failed, _)| *failed <= made.at) {
                    let paid = open.min(*left).max(0);
                    (open, *left) = (open - paid, *left - paid);
                }
                failures.extend(made.failed.map(|at| (at, amount)));
            }
            if let Some(currency) = currency {
                *owed.failed.entry(currency).or_default() += failures.iter().map(|(_, left)| left).sum::<i128>();
            }
        }
        owed
    }
}

/// One refund that was posted.
struct Made<'a> {
    id: &'a str,
    at: Timestamp,
    refund: &'a Refund,
    failed: Option<Timestamp>,
}

/// Those who paid and got something back.
fn payers(view: &View<'_>) -> Vec<ObjectRef> {
    let refunds = view.settlement.of_kind(ObjectKind::Refund);
    let mut payers: Vec<ObjectRef> = refunds.map(|(id, object)| payer_of(view, id, object)).collect();
    payers.sort();
    payers.dedup();
    payers
}

fn payer_of(view: &View<'_>, id: &str, object: &Object) -> ObjectRef {
    payer::of_reversal(view.settlement, &ObjectRef::new(ObjectKind::Refund, id), object)
}

/// What was given back to one of them, oldest first. A refund that only released an authorization gave nothing back.
fn refunds_of<'a>(view: &View<'a>, payer: &ObjectRef) -> Vec<Made<'a>> {
    let refunds = view.settlement.of_kind(ObjectKind::Refund);
    let made = refunds.filter(|(id, object)| payer_of(view, id, object) == *payer).filter_map(|(id, object)| {
        let (refund, first) = object.refund().zip(object.milestones.earliest())?;
        let key = format!("{id}:created");
        let reached = |status: RefundStatus| object.milestones.first(status.as_str()).map(|moment| moment.at);
        let failed = reached(RefundStatus::Failed).or_else(|| reached(RefundStatus::Canceled));
        let at = refund.created.unwrap_or(first.at);
        view.legs.iter().any(|leg| leg.key == key).then_some(Made { id, at, refund, failed })
    });
    let mut made: Vec<Made<'a>> = made.collect();
    made.sort_by_key(|one| (one.at, one.id));
    made
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
