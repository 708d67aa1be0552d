//! Disputes: money withdrawn while the outcome is open, given back or lost. Inquiries take no money.

use super::{
    Account, Transaction,
    balance_transaction::{self, Gross},
    book::Book,
    draft::{Draft, When},
    payer,
    taking::{Regained, Taking},
};
use crate::{
    fact::{BalanceTransaction, Dispute, DisputeStatus, Signal},
    id::{BalanceTransactionId, ObjectKind, ObjectRef},
    object::Object,
    order::Moment,
};

/// One movement of a dispute's money, in the dispute's currency.
struct Movement<'a> {
    /// What its key ends in.
    transition: &'a str,
    /// Minor units, negative when withdrawn.
    amount: i128,
    when: When,
    transaction: Option<&'a BalanceTransaction>,
}

/// All movements that it owns: those of embedded balance transactions, else what the events' types say.
fn movements<'a>(book: &Book<'_>, id: &str, dispute: &'a Dispute, object: &Object) -> Vec<Movement<'a>> {
    let mut found: Vec<Movement<'a>> =
        dispute.balance_transactions.iter().filter_map(|embedded| of_transaction(dispute, object, embedded)).collect();
    let amount = i128::from(dispute.amount);
    if let Some(seen) = withdrawal(object)
        && !found.iter().any(|movement| movement.amount < 0)
    {
        let when = When::new(None, seen);
        found.push(Movement { transition: "withdrawn", amount: -amount, when, transaction: None });
    }
    if let Some(seen) =
        object.milestones.first(Signal::FundsReinstated.milestone()).filter(|_| serious(object).is_some())
        && !found.iter().any(|movement| movement.amount > 0)
    {
        let when = When::new(None, seen);
        found.push(Movement { transition: "reinstated", amount, when, transaction: None });
    }
    found.retain(|movement| movement.transaction.is_none_or(|shown| owner_of(book, &shown.id) == Some(id)));
    found.sort_by(|left, right| (&left.when, left.transition).cmp(&(&right.when, right.transition)));
    found
}

fn of_transaction<'a>(dispute: &'a Dispute, object: &Object, embedded: &'a BalanceTransaction) -> Option<Movement<'a>> {
    let own = embedded.currency.is_none() || dispute.currency.is_none() || embedded.currency == dispute.currency;
    let transferred = i128::from(embedded.amount);
    let amount = if own { transferred } else { i128::from(dispute.amount) * transferred.signum() };
    let signal = if amount > 0 { Signal::FundsReinstated } else { Signal::FundsWithdrawn };
    let signalled = object.milestones.first(signal.milestone());
    let decided = object.milestones.first(DisputeStatus::Won.as_str()).filter(|_| amount > 0);
    let seen = signalled.or(decided).or_else(|| serious(object)).or_else(|| object.milestones.earliest())?;
    let when = When::new(embedded.created, seen);
    Some(Movement { transition: embedded.id.as_str(), amount, when, transaction: Some(embedded) })
}

/// Whose money a balance transaction moves that several disputes show: that of the first that is more than an inquiry.
fn owner_of<'a>(book: &'a Book<'_>, transaction: &BalanceTransactionId) -> Option<&'a str> {
    let disputes = book.settlement.of_kind(ObjectKind::Dispute);
    let showing = disputes.filter(|(_, object)| {
        let embedded = object.dispute().map(|dispute| dispute.balance_transactions.as_slice()).unwrap_or_default();
        embedded.iter().any(|shown| shown.id == *transaction)
    });
    let first = showing.min_by_key(|(id, object)| (serious(object).is_none(), object.milestones.earliest(), *id));
    first.map(|(id, _)| id)
}

/// The first moment it was more than an inquiry.
fn serious(object: &Object) -> Option<&Moment> {
    let states =
        object.milestones.iter().filter(|(state, _)| !state.starts_with("warning_") && !state.starts_with('!'));
    states.map(|(_, moment)| moment).min()
}

/// What proves that money was withdrawn, where no balance transaction does.
fn withdrawal(object: &Object) -> Option<&Moment> {
    let signalled = object.milestones.first(Signal::FundsWithdrawn.milestone());
    let lost = object.milestones.first(DisputeStatus::Lost.as_str());
    signalled.or(lost).filter(|_| serious(object).is_some())
}

/// What lost disputes take for good.
pub(super) fn takings(book: &Book<'_>) -> Vec<Taking> {
    let disputes = book.settlement.of_kind(ObjectKind::Dispute);
    disputes.filter_map(|(id, object)| lost(book, id, object)).collect()
}

fn lost(book: &Book<'_>, id: &str, object: &Object) -> Option<Taking> {
    let dispute = object.dispute()?;
    let when = When::new(None, object.milestones.first(DisputeStatus::Lost.as_str())?);
    let movements = movements(book, id, dispute, object);
    let withdrawn: i128 =
        movements.iter().filter(|movement| movement.amount < 0).map(|movement| -movement.amount).sum();
    let (before, after): (Vec<_>, Vec<_>) =
        movements.into_iter().filter(|movement| movement.amount > 0).partition(|movement| movement.when.at < when.at);
    let amount = withdrawn - before.iter().map(|movement| movement.amount).sum::<i128>();
    if amount <= 0 {
        return None;
    }
    let back: i128 = after.iter().map(|movement| movement.amount).sum();
    let regained = after.into_iter().next().map(|movement| Regained { amount: back.min(amount), when: movement.when });
    let itself = ObjectRef::new(ObjectKind::Dispute, id);
    Some(Taking {
        payer: payer::of_reversal(book.settlement, &itself, object),
        object: itself,
        amount,
        covered: 0,
        currency: book.currency(dispute.currency),
        when,
        failed: None,
        contra: Account::ContraDisputes,
        regained,
        shares: Vec::new(),
    })
}

/// `dp_1:txn_1` with `txn_1`, `dp_1:withdrawn`, `dp_1:reinstated`, `dp_1:lost`, `dp_1:regained`.
pub(super) fn post(book: &Book<'_>, into: &mut Vec<Transaction>) {
    for (id, object) in book.settlement.of_kind(ObjectKind::Dispute) {
        let Some(dispute) = object.dispute() else { continue };
        for movement in movements(book, id, dispute, object) {
            post_movement(book, id, dispute, &movement, into);
        }
    }
    for taking in book.takings.iter().filter(|taking| taking.contra == Account::ContraDisputes) {
        let (itself, id) = (&taking.object, &*taking.object.id);
        let mut draft = book.draft(itself.clone(), "lost", &taking.when);
        taking.post(book, &mut draft);
        draft.credit(Account::Contested, id, taking.currency, taking.amount);
        into.extend(draft.finish());
        if let Some(regained) = &taking.regained {
            let mut draft = book.draft(itself.clone(), "regained", &regained.when);
            taking.post_back(book, &mut draft);
            draft.debit(Account::Contested, id, taking.currency, regained.amount);
            into.extend(draft.finish());
        }
    }
}

fn post_movement(book: &Book<'_>, id: &str, dispute: &Dispute, movement: &Movement<'_>, into: &mut Vec<Transaction>) {
    let itself = ObjectRef::new(ObjectKind::Dispute, id);
    let currency = book.currency(dispute.currency);
    let mut draft = book.draft(itself.clone(), movement.transition, &movement.when);
    draft.credit(Account::Contested, id, currency, movement.amount);
    draft.debit(Account::Clearing, id, currency, movement.amount);
    into.extend(draft.finish());
    if let Some(transaction) = movement.transaction {
        let key = transaction.id.as_str().into();
        let mut draft = Draft::with_key(key, itself, &movement.when, book.customer.clone());
        let gross = Gross { source: id, amount: movement.amount, currency };
        balance_transaction::legs(&mut draft, transaction, &gross);
        into.extend(draft.finish());
    }
}
