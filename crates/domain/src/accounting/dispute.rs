//! Disputes: money withdrawn while the outcome is open, given back or lost. Inquiries take no money.

use std::collections::BTreeMap;

use super::{
    Account, Transaction,
    book::Book,
    draft::When,
    exchange, payer,
    taking::{Regained, Taking},
};
use crate::{
    fact::{BalanceTransaction, Dispute, DisputeStatus, Signal},
    id::{ObjectKind, ObjectRef},
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
    /// Whether another object owns the balance transaction that this one shows.
    elsewhere: bool,
}

/// All movements that it owns: those of the balance transactions it shows, else what the events' types say.
fn movements<'a>(book: &'a Book<'_>, id: &str, dispute: &'a Dispute, object: &Object) -> Vec<Movement<'a>> {
    let shown = shown(book, id, dispute);
    let withdrawn = first_withdrawn(&shown);
    let of_shown = shown.iter().filter_map(|(shown, elsewhere)| {
        let amount = exchange::amount(dispute, withdrawn, shown);
        of_transaction(object, shown, amount, *elsewhere)
    });
    let mut found: Vec<Movement<'a>> = of_shown.collect();
    let amount = i128::from(dispute.amount);
    if let Some(seen) = withdrawal(object)
        && !found.iter().any(|movement| movement.amount < 0)
    {
        let when = When::new(None, seen);
        found.push(Movement { transition: "withdrawn", amount: -amount, when, elsewhere: false });
    }
    if let Some(seen) =
        object.milestones.first(Signal::FundsReinstated.milestone()).filter(|_| serious(object).is_some())
        && !found.iter().any(|movement| movement.amount > 0)
    {
        let when = When::new(None, seen);
        found.push(Movement { transition: "reinstated", amount, when, elsewhere: false });
    }
    found.retain(|movement| !movement.elsewhere);
    found.sort_by(|left, right| (&left.when, left.transition).cmp(&(&right.when, right.transition)));
    found
}

/// All balance transactions that anything shows of it, and of each whether another object owns it.
fn shown<'a>(book: &'a Book<'_>, id: &str, dispute: &'a Dispute) -> Vec<(&'a BalanceTransaction, bool)> {
    let itself = ObjectRef::new(ObjectKind::Dispute, id);
    let members = book.settlement.of_kind(ObjectKind::BalanceTransaction);
    let own = members.filter(|(_, shown)| shown.money_of().is_some_and(|(owner, _)| *owner == itself));
    let own: BTreeMap<&str, &BalanceTransaction> =
        own.filter_map(|(id, shown)| shown.balance_transaction().map(|shown| (id, shown))).collect();
    let embedded = dispute.balance_transactions.iter();
    let elsewhere = embedded.filter(|shown| !own.contains_key(shown.id.as_str())).map(|shown| (shown, true));
    own.values().map(|shown| (*shown, false)).chain(elsewhere).collect()
}

/// The oldest withdrawal: it moved all of what is disputed.
fn first_withdrawn<'a>(shown: &[(&'a BalanceTransaction, bool)]) -> Option<&'a BalanceTransaction> {
    let withdrawn = shown.iter().map(|(shown, _)| *shown).filter(|shown| shown.amount < 0);
    withdrawn.min_by_key(|shown| (shown.created, &shown.id))
}

/// What one of its balance transactions moved, in the dispute's currency.
pub(super) fn amount_in(book: &Book<'_>, id: &str, dispute: &Dispute, transaction: &BalanceTransaction) -> i128 {
    exchange::amount(dispute, first_withdrawn(&shown(book, id, dispute)), transaction)
}

fn of_transaction<'a>(
    object: &Object,
    shown: &'a BalanceTransaction,
    amount: i128,
    elsewhere: bool,
) -> Option<Movement<'a>> {
    let signal = if amount > 0 { Signal::FundsReinstated } else { Signal::FundsWithdrawn };
    let signalled = object.milestones.first(signal.milestone());
    let decided = object.milestones.first(DisputeStatus::Won.as_str()).filter(|_| amount > 0);
    let seen = signalled.or(decided).or_else(|| serious(object)).or_else(|| object.milestones.earliest())?;
    let when = When::new(shown.created, seen);
    Some(Movement { transition: shown.id.as_str(), amount, when, elsewhere })
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
    let Some(decided) = object.milestones.first(DisputeStatus::Lost.as_str()) else {
        return kept_back(book, id, object, dispute);
    };
    let when = When::new(None, decided);
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
    Some(taking(book, id, object, dispute, (amount, when, regained)))
}

/// What a won dispute did not give back: a reinstatement can be partial.
fn kept_back(book: &Book<'_>, id: &str, object: &Object, dispute: &Dispute) -> Option<Taking> {
    object.milestones.first(DisputeStatus::Won.as_str())?;
    let movements = movements(book, id, dispute, object);
    let last = movements.iter().filter(|movement| movement.amount > 0).map(|movement| movement.when.clone()).max()?;
    let left: i128 = movements.iter().map(|movement| -movement.amount).sum();
    (left > 0).then(|| taking(book, id, object, dispute, (left, last, None)))
}

fn taking(
    book: &Book<'_>,
    id: &str,
    object: &Object,
    dispute: &Dispute,
    (amount, when, regained): (i128, When, Option<Regained>),
) -> Taking {
    let itself = ObjectRef::new(ObjectKind::Dispute, id);
    Taking {
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
    }
}

/// `dp_1:txn_1`, `dp_1:withdrawn`, `dp_1:reinstated`, `dp_1:lost`, `dp_1:regained`.
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
    let mut draft = book.draft(itself, movement.transition, &movement.when);
    draft.credit(Account::Contested, id, currency, movement.amount);
    draft.debit(Account::Clearing, id, currency, movement.amount);
    into.extend(draft.finish());
}
