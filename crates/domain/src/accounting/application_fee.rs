//! Application fees: what a platform takes of its connected accounts' charges, and gives back.

use super::{Account, Transaction, book::Book, draft::When};
use crate::{
    fact::ApplicationFee,
    id::{ObjectKind, ObjectRef},
    object::Object,
};

/// `fee_1:earned`, `fr_1:created`, and `fee_1:refunded` for what the fee shows beyond all known refunds of it.
pub(super) fn post(book: &Book<'_>, into: &mut Vec<Transaction>) {
    for (id, object) in book.settlement.of_kind(ObjectKind::ApplicationFee) {
        let Some((fee, seen)) = object.application_fee().zip(object.milestones.earliest()) else { continue };
        let currency = book.currency(fee.currency);
        let itself = ObjectRef::new(ObjectKind::ApplicationFee, id);
        let mut draft = book.draft(itself.clone(), "earned", &When::new(fee.created, seen));
        draft.debit(Account::Clearing, id, currency, i128::from(fee.amount));
        draft.credit(Account::ApplicationFees, id, currency, i128::from(fee.amount));
        into.extend(draft.finish());
        if let Some((amount, when)) = unseen(book, id, object, fee) {
            let mut draft = book.draft(itself, "refunded", &when);
            draft.debit(Account::ApplicationFees, id, currency, amount);
            draft.credit(Account::Clearing, id, currency, amount);
            into.extend(draft.finish());
        }
    }
    for (id, object) in book.settlement.of_kind(ObjectKind::FeeRefund) {
        let Some((refund, seen)) = object.fee_refund().zip(object.milestones.earliest()) else { continue };
        let (amount, currency) = (i128::from(refund.amount), book.currency(refund.currency));
        let itself = ObjectRef::new(ObjectKind::FeeRefund, id);
        let mut draft = book.draft(itself, "created", &When::new(refund.created, seen));
        draft.debit(
            Account::ApplicationFees,
            object.linked(ObjectKind::ApplicationFee).unwrap_or(id),
            currency,
            amount,
        );
        draft.credit(Account::Clearing, id, currency, amount);
        into.extend(draft.finish());
    }
}

/// What a fee shows as refunded beyond the refunds known when it was shown.
fn unseen(book: &Book<'_>, id: &str, object: &Object, fee: &ApplicationFee) -> Option<(i128, When)> {
    let newest = object.moment()?;
    let refunds = book.settlement.of_kind(ObjectKind::FeeRefund);
    let own = refunds.filter(|(_, refund)| refund.linked(ObjectKind::ApplicationFee) == Some(id));
    let known: i128 = own
        .filter_map(|(_, refund)| refund.fee_refund())
        .filter(|refund| refund.created.is_none_or(|created| created <= newest.at))
        .map(|refund| i128::from(refund.amount))
        .sum();
    let beyond = i128::from(fee.amount_refunded) - known;
    (beyond > 0).then(|| (beyond, When::new(None, newest)))
}
