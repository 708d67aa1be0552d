//! Money that no rule knows: it is not dropped, and nothing is made up about it. It waits in `suspense`.

use super::{Account, Problem, Transaction, book::Book, draft::When};
use crate::id::{ObjectKind, ObjectRef};

/// States in which such money has moved.
const MOVED: &[&str] = &["succeeded", "posted", "reversed", "returned"];
/// States in which it has come back.
const BACK: &[&str] = &["reversed", "returned"];

/// `tu_1:moved`, `tu_1:back`.
pub(super) fn post(book: &Book<'_>, into: &mut Vec<Transaction>) {
    for (id, object) in book.settlement.of_kind(ObjectKind::OtherMoney) {
        let Some((other, seen)) = object.other_money().zip(object.milestones.first_of(MOVED)) else { continue };
        let (amount, currency) = (i128::from(other.amount), book.currency(other.currency));
        let back = object.milestones.first_of(BACK).map(|seen| ("back", -amount, When::new(None, seen)));
        for (transition, amount, when) in [("moved", amount, When::new(other.created, seen))].into_iter().chain(back) {
            let mut draft = book.draft(ObjectRef::new(ObjectKind::OtherMoney, id), transition, &when);
            draft.mark(Problem::NoRule);
            draft.debit(Account::Clearing, id, currency, amount);
            draft.credit(Account::Suspense, id, currency, amount);
            into.extend(draft.finish());
        }
    }
}
