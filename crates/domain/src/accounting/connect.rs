//! Connected accounts: what of a charge's money is owed to them, transfers that pay it, and reversals that bring it back.
//!
//! Money of a charge that nothing of your own sold is theirs: it goes from `unapplied` to what you owe them (you act as
//! an agent). Where the charge paid a document of your own, an invoice, that sale is yours (you are the principal), and
//! what you pass on of it is an expense.

use super::{
    Account, Transaction,
    book::Book,
    draft::{Draft, When},
    payment::Capture,
};
use crate::{
    fact::{Charge, Transfer},
    id::{ObjectKind, ObjectRef},
    money::Currency,
    object::Object,
    time::Timestamp,
};

/// Money of a charge that a connected account receives.
#[derive(Clone, Debug)]
pub(super) struct Passed {
    /// The transfer, or the charge while no event shows one.
    pub owner: ObjectRef,
    /// Whose money it is.
    pub charge: ObjectRef,
    /// Who receives it.
    account: Box<str>,
    /// Of money that nothing of one's own was sold for, in the charge's currency.
    unapplied: i128,
    /// Of money that paid a sale of one's own, in the same currency.
    of_sale: i128,
    currency: Currency,
    /// What the connected account is owed for it.
    owed: (Currency, i128),
    when: When,
    returned: Vec<Returned>,
}

/// What came back of it.
#[derive(Clone, Debug)]
struct Returned {
    by: ObjectRef,
    when: When,
    unapplied: i128,
    of_sale: i128,
    owed: i128,
}

impl Passed {
    /// What of unapplied money it took and did not bring back.
    pub fn kept(&self) -> i128 {
        self.unapplied - self.returned.iter().map(|returned| returned.unapplied).sum::<i128>()
    }

    fn post(&self, draft: &mut Draft, sign: i128, (unapplied, of_sale, owed): (i128, i128, i128)) {
        let charge = &self.charge.id;
        draft.debit(Account::Unapplied, charge, self.currency, sign * unapplied);
        draft.debit(Account::PassedOn, charge, self.currency, sign * of_sale);
        if self.owed.0 != self.currency {
            draft.credit(Account::Exchange, &self.owner.id, self.currency, sign * (unapplied + of_sale));
            draft.debit(Account::Exchange, &self.owner.id, self.owed.0, sign * owed);
        }
        draft.credit(Account::Connect, &self.account, self.owed.0, sign * owed);
    }
}

/// What connected accounts receive of captured money, charge by charge.
pub(super) fn passed(book: &Book<'_>) -> Vec<Passed> {
    let mut passed = Vec::new();
    for capture in book.captures.iter().filter(|capture| capture.payer.kind == ObjectKind::Charge) {
        let Some(charge) = book.settlement.get(ObjectKind::Charge, &capture.payer.id).and_then(Object::charge) else {
            continue;
        };
        let mut left = book.unapplied(capture);
        let transfers = transfers_of(book, &capture.payer.id);
        let by_charge = charge.destination.as_ref().filter(|_| transfers.is_empty()).map(|account| {
            let amount = charge.destination_amount.map_or(capture.amount, i128::from);
            let owed = (capture.currency, amount);
            (capture.payer.clone(), account.clone(), amount, owed, capture.when.clone(), None)
        });
        let mut so_far = 0;
        let by_transfer = transfers.into_iter().filter_map(|(id, object, transfer)| {
            let owed = (book.currency(transfer.currency), i128::from(transfer.amount));
            let before = so_far;
            so_far += owed.1;
            let taken = |sum| in_currency_of_charge(book, (charge, capture), (owed.0, sum));
            let amount = taken(so_far)? - taken(before)?;
            let when = When::new(transfer.created, object.milestones.earliest()?);
            let account = transfer.destination.clone().unwrap_or_else(|| id.into());
            Some((ObjectRef::new(ObjectKind::Transfer, id), account, amount, owed, when, Some((id, transfer))))
        });
        for (owner, account, amount, owed, when, transfer) in by_charge.into_iter().chain(by_transfer) {
            let unapplied = amount.min(left.max(0));
            left -= unapplied;
            let mut one = Passed {
                owner,
                charge: capture.payer.clone(),
                account,
                unapplied,
                of_sale: amount - unapplied,
                currency: capture.currency,
                owed,
                when,
                returned: Vec::new(),
            };
            if let Some((id, transfer)) = transfer {
                one.returned = returned(book, &one, id, transfer);
            }
            passed.push(one);
        }
    }
    passed
}

/// What transfers that come to `owed` take of their charge, in the charge's currency: what the charge itself says is passed
/// on; else, where Stripe shows what the charge came to in theirs, in proportion to that. None where no event says.
fn in_currency_of_charge(
    book: &Book<'_>,
    (charge, capture): (&Charge, &Capture),
    (currency, owed): (Currency, i128),
) -> Option<i128> {
    if currency == capture.currency || owed == 0 {
        return Some(owed);
    }
    let passed_on = charge.destination.as_ref().map(|_| charge.destination_amount.map_or(capture.amount, i128::from));
    let settled = || settled_as(book, &capture.payer, currency).map(|worth| share(capture.amount, owed, worth));
    passed_on.or_else(settled)
}

/// What Stripe's balance gained by a charge, before fees, where an event shows that it did in this currency.
fn settled_as(book: &Book<'_>, charge: &ObjectRef, currency: Currency) -> Option<i128> {
    let all = book.settlement.of_kind(ObjectKind::BalanceTransaction).map(|(_, object)| object);
    let own = all.filter(|object| object.money_of().is_some_and(|(owner, _)| owner == charge));
    let gained = own.filter_map(Object::balance_transaction).filter(|shown| shown.currency == Some(currency));
    gained.map(|shown| i128::from(shown.amount)).find(|amount| *amount > 0)
}

/// Transfers of a charge's money, oldest first.
fn transfers_of<'a>(book: &'a Book<'_>, charge: &str) -> Vec<(&'a str, &'a Object, &'a Transfer)> {
    let all = book.settlement.of_kind(ObjectKind::Transfer);
    let own = all.filter(|(_, object)| object.linked(ObjectKind::Charge) == Some(charge));
    let mut transfers: Vec<_> =
        own.filter_map(|(id, object)| object.transfer().map(|transfer| (id, object, transfer))).collect();
    transfers.sort_by(|left, right| (left.2.created, left.0).cmp(&(right.2.created, right.0)));
    transfers
}

/// One reversal of a transfer.
struct Reversal {
    by: ObjectRef,
    created: Option<Timestamp>,
    when: When,
    amount: i128,
}

/// Reversals of a transfer, oldest first; what the transfer itself shows beyond those known comes last, under its own id.
fn reversals_of(book: &Book<'_>, id: &str, transfer: &Transfer) -> Vec<Reversal> {
    let all = book.settlement.of_kind(ObjectKind::TransferReversal);
    let own = all.filter(|(_, object)| object.linked(ObjectKind::Transfer) == Some(id));
    let mut reversals: Vec<Reversal> = own
        .filter_map(|(id, object)| {
            let (reversal, seen) = object.transfer_reversal().zip(object.milestones.earliest())?;
            Some(Reversal {
                by: ObjectRef::new(ObjectKind::TransferReversal, id),
                created: reversal.created,
                when: When::new(reversal.created, seen),
                amount: i128::from(reversal.amount),
            })
        })
        .collect();
    reversals.sort_by(|left, right| (left.when.at, &left.by).cmp(&(right.when.at, &right.by)));
    let Some(newest) = book.settlement.get(ObjectKind::Transfer, id).and_then(Object::moment) else { return reversals };
    let by_then = reversals.iter().filter(|known| known.created.is_none_or(|created| created <= newest.at));
    let beyond = i128::from(transfer.amount_reversed) - by_then.map(|known| known.amount).sum::<i128>();
    if beyond > 0 {
        let by = ObjectRef::new(ObjectKind::Transfer, id);
        reversals.push(Reversal { by, created: None, when: When::new(None, newest), amount: beyond });
    }
    reversals
}

/// What reversals bring back of passed money: in proportion where the currencies differ, cumulatively, so that it adds
/// up. An expense comes back first.
fn returned(book: &Book<'_>, passed: &Passed, id: &str, transfer: &Transfer) -> Vec<Returned> {
    let (all, owed) = (passed.unapplied + passed.of_sale, passed.owed.1);
    let mut so_far = 0;
    let mut open = passed.of_sale;
    let mut found = Vec::new();
    for reversal in reversals_of(book, id, transfer) {
        let before = share(all, so_far, owed);
        so_far += reversal.amount;
        let back = share(all, so_far, owed) - before;
        let of_sale = back.min(open);
        open -= of_sale;
        let unapplied = back - of_sale;
        found.push(Returned { by: reversal.by, when: reversal.when, unapplied, of_sale, owed: reversal.amount });
    }
    found
}

fn share(all: i128, part: i128, whole: i128) -> i128 {
    if whole == 0 { 0 } else { all.checked_mul(part.clamp(0, whole.max(0))).map_or(0, |product| product / whole) }
}

/// `tr_1:created` with `tr_1:passed` (`ch_1:passed`), `trr_1:created` with `trr_1:returned` (`tr_1:reversed`).
pub(super) fn post(book: &Book<'_>, into: &mut Vec<Transaction>) {
    for passed in &book.passed {
        let mut draft = book.draft(passed.owner.clone(), "passed", &passed.when);
        passed.post(&mut draft, 1, (passed.unapplied, passed.of_sale, passed.owed.1));
        into.extend(draft.finish());
        for back in &passed.returned {
            let mut draft = book.draft(back.by.clone(), "returned", &back.when);
            passed.post(&mut draft, -1, (back.unapplied, back.of_sale, back.owed));
            into.extend(draft.finish());
        }
    }
    for (id, object) in book.settlement.of_kind(ObjectKind::Transfer) {
        let Some((transfer, seen)) = object.transfer().zip(object.milestones.earliest()) else { continue };
        let account = transfer.destination.as_deref().unwrap_or(id);
        let currency = book.currency(transfer.currency);
        let itself = ObjectRef::new(ObjectKind::Transfer, id);
        let mut draft = book.draft(itself.clone(), "created", &When::new(transfer.created, seen));
        draft.debit(Account::Connect, account, currency, i128::from(transfer.amount));
        draft.credit(Account::Clearing, id, currency, i128::from(transfer.amount));
        into.extend(draft.finish());
        for reversal in reversals_of(book, id, transfer) {
            let transition = if reversal.by == itself { "reversed" } else { "created" };
            let mut draft = book.draft(reversal.by.clone(), transition, &reversal.when);
            draft.debit(Account::Clearing, &reversal.by.id, currency, reversal.amount);
            draft.credit(Account::Connect, account, currency, reversal.amount);
            into.extend(draft.finish());
        }
    }
}
