//! Refunds: the money that leaves, and what it undoes. What charges show as refunded beyond all known refunds is booked
//! under the charge until the refund itself comes.

use super::{Account, Transaction, book::Book, credit_note, draft::When, payer, taking::Taking};
use crate::{
    fact::{Refund, RefundStatus},
    id::{ObjectKind, ObjectRef},
    object::Object,
    order::Moment,
    settlement::release::{release_among, released},
};

/// Everything refunded.
pub(super) fn takings(book: &Book<'_>) -> Vec<Taking> {
    let refunds = book.settlement.of_kind(ObjectKind::Refund);
    let mut takings: Vec<Taking> = refunds.filter_map(|(id, object)| of_refund(book, id, object)).collect();
    let charges = book.settlement.of_kind(ObjectKind::Charge);
    takings.extend(charges.filter_map(|(id, object)| of_charge(book, id, object)));
    takings
}

fn of_refund(book: &Book<'_>, id: &str, object: &Object) -> Option<Taking> {
    let refund = object.refund()?;
    let itself = ObjectRef::new(ObjectKind::Refund, id);
    let payer = payer::of_reversal(book.settlement, &itself, object);
    if payer.kind == ObjectKind::Charge && is_release(book, &payer.id, id) {
        return None;
    }
    Some(Taking {
        payer,
        amount: i128::from(refund.amount),
        covered: credit_note::covered(book, id),
        currency: book.currency(refund.currency),
        when: When::new(refund.created, object.milestones.earliest()?),
        failed: failure(object).map(|(_, moment)| moment.at),
        contra: Account::ContraRefunds,
        regained: None,
        shares: Vec::new(),
        object: itself,
    })
}

/// When and how it failed.
fn failure(object: &Object) -> Option<(&'static str, &Moment)> {
    let failed = object.milestones.first(RefundStatus::Failed.as_str()).map(|moment| ("failed", moment));
    failed.or_else(|| object.milestones.first(RefundStatus::Canceled.as_str()).map(|moment| ("canceled", moment)))
}

/// Refunds of a charge, oldest first.
fn refunds_of<'a>(book: &'a Book<'_>, charge: &str) -> Vec<(&'a str, &'a Object, &'a Refund)> {
    let all = book.settlement.of_kind(ObjectKind::Refund);
    let mut refunds: Vec<_> = all
        .filter(|(id, object)| {
            let itself = ObjectRef::new(ObjectKind::Refund, *id);
            let payer = payer::of_reversal(book.settlement, &itself, object);
            payer.kind == ObjectKind::Charge && &*payer.id == charge
        })
        .filter_map(|(id, object)| object.refund().map(|refund| (id, object, refund)))
        .collect();
    refunds.sort_by(|left, right| (left.2.created, left.0).cmp(&(right.2.created, right.0)));
    refunds
}

/// Whether a refund only released money that was authorized and never taken: all of it, or what a partial capture left.
fn is_release(book: &Book<'_>, charge: &str, refund: &str) -> bool {
    let Some(object) = book.settlement.get(ObjectKind::Charge, charge) else { return false };
    let Some(shown) = object.charge() else { return false };
    if payer::captured(object).is_none() {
        return !book.captures.iter().any(|capture| &*capture.payer.id == charge);
    }
    let refunds: Vec<_> = refunds_of(book, charge).into_iter().map(|(id, _, refund)| (id, refund)).collect();
    release_among(shown, &refunds) == Some(refund)
}

/// What a charge shows as refunded beyond the refunds known when it was shown. One that failed still counts there: the
/// charge's sum is of everything refunded.
fn of_charge(book: &Book<'_>, id: &str, object: &Object) -> Option<Taking> {
    let charge = payer::captured(object)?;
    let newest = object.moment()?;
    let known: i128 = refunds_of(book, id)
        .into_iter()
        .filter(|(refund, ..)| !is_release(book, id, refund))
        .filter(|(_, _, refund)| refund.created.is_none_or(|created| created <= newest.at))
        .map(|(_, _, refund)| i128::from(refund.amount))
        .sum();
    let uncovered = i128::from(charge.amount_refunded) - i128::from(released(charge)) - known;
    if uncovered <= 0 {
        return None;
    }
    let payer = ObjectRef::new(ObjectKind::Charge, id);
    let covered =
        payer::invoice_of(book.settlement, &payer).map_or(0, |invoice| credit_note::covered_unseen(book, invoice));
    Some(Taking {
        object: payer.clone(),
        payer,
        amount: uncovered,
        covered: covered.min(uncovered),
        currency: book.currency(charge.currency),
        when: When::new(None, newest),
        failed: None,
        contra: Account::ContraRefunds,
        regained: None,
        shares: Vec::new(),
    })
}

/// `re_1:created` and `re_1:undone` (`ch_1:refunded` and `ch_1:undone`), `re_1:failed`, `re_1:canceled`.
pub(super) fn post(book: &Book<'_>, into: &mut Vec<Transaction>) {
    for taking in book.takings.iter().filter(|taking| taking.contra == Account::ContraRefunds) {
        let (itself, id) = (&taking.object, &*taking.object.id);
        let transition = if itself.kind == ObjectKind::Charge { "refunded" } else { "created" };
        let mut draft = book.draft(itself.clone(), transition, &taking.when);
        draft.debit(Account::RefundsPayable, id, taking.currency, taking.amount);
        draft.credit(Account::Clearing, id, taking.currency, taking.amount);
        into.extend(draft.finish());
        let mut draft = book.draft(itself.clone(), "undone", &taking.when);
        taking.post(book, &mut draft);
        let undone: i128 = taking.shares.iter().map(|(_, amount)| amount).sum();
        draft.credit(Account::RefundsPayable, id, taking.currency, undone);
        into.extend(draft.finish());
        let failed = book.settlement.get(ObjectKind::Refund, id).and_then(failure);
        if let Some((transition, moment)) = failed {
            let mut draft = book.draft(itself.clone(), transition, &When::new(None, moment));
            draft.debit(Account::Clearing, id, taking.currency, taking.amount);
            draft.credit(Account::RefundsPayable, id, taking.currency, taking.amount);
            into.extend(draft.finish());
        }
    }
}
