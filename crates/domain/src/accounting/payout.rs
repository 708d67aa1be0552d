//! Payouts: money on its way from Stripe to the bank, there, or back again.

use super::{Account, Transaction, book::Book, draft::When};
use crate::id::{ObjectKind, ObjectRef};

/// `po_1:created`, `po_1:paid`, `po_1:failed`, `po_1:canceled`. One that is shown paid and fails later comes back from
/// the bank first.
pub(super) fn post(book: &Book<'_>, into: &mut Vec<Transaction>) {
    for (id, object) in book.settlement.of_kind(ObjectKind::Payout) {
        let Some((payout, first)) = object.payout().zip(object.milestones.earliest()) else { continue };
        let (amount, currency) = (i128::from(payout.amount), book.currency(payout.currency));
        let draft =
            |transition: &str, when: &When| book.draft(ObjectRef::new(ObjectKind::Payout, id), transition, when);
        let mut created = draft("created", &When::new(payout.created, first));
        created.debit(Account::InTransit, id, currency, amount);
        created.credit(Account::Clearing, id, currency, amount);
        into.extend(created.finish());
        let paid = object.milestones.first("paid");
        if let Some(seen) = paid {
            let mut paid = draft("paid", &When::new(None, seen));
            paid.debit(Account::Bank, id, currency, amount);
            paid.credit(Account::InTransit, id, currency, amount);
            into.extend(paid.finish());
        }
        let ended = ["failed", "canceled"].into_iter().filter_map(|end| Some((end, object.milestones.first(end)?)));
        if let Some((transition, seen)) = ended.min_by_key(|(_, seen)| *seen) {
            let mut back = draft(transition, &When::new(None, seen));
            back.debit(Account::Clearing, id, currency, amount);
            let from = if paid.is_some() { Account::Bank } else { Account::InTransit };
            back.credit(from, id, currency, amount);
            into.extend(back.finish());
        }
    }
}
