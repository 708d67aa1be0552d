//! Credit notes: they undo what they say themselves, and give it to what is left to pay, to refunds, to the customer's
//! balance, or outside Stripe.

use super::{
    Account, Problem, Transaction,
    book::Book,
    draft::{Draft, When},
    reduction::{How, Reduction, Step},
    split::Undone,
};
use crate::{
    fact::{CreditNote, CreditNoteStatus},
    id::{ObjectKind, ObjectRef},
    object::Object,
    settlement::Settlement,
};

/// The credit notes of an invoice.
pub(super) fn of_invoice<'a>(
    settlement: &'a Settlement<'a>,
    invoice: &str,
) -> impl Iterator<Item = (&'a str, &'a Object, &'a CreditNote)> {
    let notes = settlement.of_kind(ObjectKind::CreditNote);
    notes
        .filter(move |(_, object)| object.linked(ObjectKind::Invoice) == Some(invoice))
        .filter_map(|(id, object)| object.credit_note().map(|note| (id, object, note)))
}

/// When it was issued: every credit note was.
pub(super) fn issued(object: &Object) -> Option<When> {
    Some(When::new(object.credit_note()?.effective, object.milestones.earliest()?))
}

/// When it was voided. Never before it took effect.
pub(super) fn voided(object: &Object) -> Option<When> {
    let seen = object.milestones.first(CreditNoteStatus::Void.as_str())?;
    let when = When::new(object.credit_note()?.voided_at, seen);
    let issued = issued(object)?;
    Some(When { at: when.at.max(issued.at), ..when })
}

/// The refunds it names, with the amount each covers. One of unknown size covers what nothing else explains.
pub(super) fn refunds(settlement: &Settlement<'_>, note: &CreditNote) -> Vec<(Box<str>, i128)> {
    let mut open = i128::from(note.post_payment) - i128::from(note.out_of_band);
    let mut refunds: Vec<(Box<str>, i128)> = Vec::new();
    for (id, stated) in &note.refunds {
        let refund = settlement.get(ObjectKind::Refund, id).and_then(|object| object.refund());
        let amount = stated.or_else(|| refund.map(|refund| refund.amount)).map_or(open.max(0), i128::from);
        open -= amount;
        refunds.push((id.clone(), amount));
    }
    refunds
}

/// How much of a refund credit notes cover, so that the refund itself undoes only the rest.
pub(super) fn covered(book: &Book<'_>, refund: &str) -> i128 {
    standing(book.settlement)
        .flat_map(|note| refunds(book.settlement, note))
        .filter(|(id, _)| **id == *refund)
        .map(|(_, amount)| amount)
        .sum()
}

/// What credit notes of an invoice gave to refunds that no event shows.
pub(super) fn covered_unseen(book: &Book<'_>, invoice: &str) -> i128 {
    let notes = of_invoice(book.settlement, invoice).filter(|(_, object, _)| voided(object).is_none());
    let named = notes.flat_map(|(_, _, note)| refunds(book.settlement, note));
    let unseen = named
        .filter(|(id, _)| book.settlement.get(ObjectKind::Refund, id).is_none_or(|refund| refund.refund().is_none()));
    unseen.map(|(_, amount)| amount).sum()
}

fn standing<'a>(settlement: &'a Settlement<'a>) -> impl Iterator<Item = &'a CreditNote> {
    let notes = settlement.of_kind(ObjectKind::CreditNote);
    notes.filter(|(_, object)| voided(object).is_none()).filter_map(|(_, object)| object.credit_note())
}

/// What the credit notes of an invoice undo of it.
pub(super) fn reductions<'a>(book: &Book<'a>, invoice: &str) -> Vec<Reduction<'a>> {
    let mut found = Vec::new();
    for (id, object, note) in of_invoice(book.settlement, invoice) {
        let Some(issued) = issued(object) else { continue };
        let amount = i128::from(note.total);
        let reduction = Reduction {
            at: issued.at,
            by: id.into(),
            step: Step::Taken,
            amount,
            how: how(note),
            contra: Account::ContraCreditNotes,
        };
        if let Some(voided) = voided(object) {
            let how = How::Back;
            found.push(Reduction { at: voided.at, step: Step::GivenBack, how, ..reduction.clone() });
        }
        found.push(reduction);
    }
    found
}

/// By its own lines and tax; pro rata only where it shows neither.
fn how(note: &CreditNote) -> How<'_> {
    if note.lines.is_empty() && note.tax == 0 {
        return How::ProRata;
    }
    let named = note.lines.iter().filter_map(|line| Some((line.invoice_line.as_ref()?.as_str(), i128::from(line.net))));
    let lines: Vec<(&str, i128)> = named.collect();
    let tax = i128::from(note.tax);
    let rest = i128::from(note.total) - tax - lines.iter().map(|(_, net)| net).sum::<i128>();
    How::Own { lines, tax, rest }
}

/// `cn_1:issued`, `cn_1:voided`.
pub(super) fn post(book: &Book<'_>, into: &mut Vec<Transaction>) {
    for (id, object) in book.settlement.of_kind(ObjectKind::CreditNote) {
        let Some((note, when)) = object.credit_note().zip(issued(object)) else { continue };
        let invoice = object.linked(ObjectKind::Invoice);
        let itself = ObjectRef::new(ObjectKind::CreditNote, id);
        let undone = |step| {
            let target = ObjectRef::new(ObjectKind::Invoice, invoice?);
            book.undone.get(&(target, id.into(), step))
        };
        let mut draft = book.draft(itself.clone(), "issued", &when);
        taken_back(book, &mut draft, id, note, undone(Step::Taken));
        given(book, &mut draft, id, invoice, note, 1);
        into.extend(draft.finish());
        if let Some(when) = voided(object) {
            let mut draft = book.draft(itself, "voided", &when);
            match undone(Step::Taken).zip(undone(Step::GivenBack)) {
                Some((taken, back)) => {
                    legs(book, &mut draft, note, back);
                    unexplained(book, &mut draft, id, note, -taken.excess);
                }
                None => unexplained(book, &mut draft, id, note, -i128::from(note.total)),
            }
            given(book, &mut draft, id, invoice, note, -1);
            into.extend(draft.finish());
        }
    }
}

/// The debits: what it undoes. Without its invoice nothing says what that is.
fn taken_back(book: &Book<'_>, draft: &mut Draft, id: &str, note: &CreditNote, undone: Option<&Undone>) {
    match undone {
        Some(undone) => {
            legs(book, draft, note, undone);
            unexplained(book, draft, id, note, undone.excess);
        }
        None => unexplained(book, draft, id, note, i128::from(note.total)),
    }
}

fn legs(book: &Book<'_>, draft: &mut Draft, note: &CreditNote, undone: &Undone) {
    for entry in undone.entries() {
        draft.entry(book.currency(note.currency), entry);
    }
}

fn unexplained(book: &Book<'_>, draft: &mut Draft, id: &str, note: &CreditNote, amount: i128) {
    if amount != 0 {
        draft.mark(Problem::NothingToUndo);
        draft.debit(Account::Suspense, id, book.currency(note.currency), amount);
    }
}

/// The credits: whom it gives it to. `sign` is -1 to reverse.
fn given(book: &Book<'_>, draft: &mut Draft, id: &str, invoice: Option<&str>, note: &CreditNote, sign: i128) {
    let currency = book.currency(note.currency);
    draft.credit(Account::Receivable, invoice.unwrap_or(id), currency, sign * i128::from(note.pre_payment));
    let mut open = i128::from(note.post_payment) - i128::from(note.out_of_band);
    for (refund, amount) in refunds(book.settlement, note) {
        open -= amount;
        draft.credit(Account::RefundsPayable, &refund, currency, sign * amount);
    }
    draft.credit(Account::Bank, id, currency, sign * i128::from(note.out_of_band));
    draft.credit(Account::CustomerCredit, id, currency, sign * open.max(0));
}
