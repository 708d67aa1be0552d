//! Balance transactions, wherever an event embeds them: what Stripe's balance gained, what it kept as fees.

use super::{Account, draft::Draft};
use crate::{fact::BalanceTransaction, money::Currency};

/// The movement as its source's own books count it.
pub(super) struct Gross<'a> {
    /// The object whose money it is, by id.
    pub source: &'a str,
    /// Minor units, negative when money leaves.
    pub amount: i128,
    /// Their currency.
    pub currency: Currency,
}

/// The legs of one balance transaction. Two currencies meet in `equity:fx`, each balancing by itself.
pub(super) fn legs(draft: &mut Draft, transaction: &BalanceTransaction, gross: &Gross<'_>) {
    let currency = transaction.currency.unwrap_or(gross.currency);
    let id = transaction.id.as_str();
    draft.debit(Account::StripeBalance, id, currency, i128::from(transaction.net));
    let mut open = i128::from(transaction.fee);
    for fee in &transaction.fees {
        open -= i128::from(fee.amount);
        draft.debit(fee_account(&transaction.category, &fee.kind), id, currency, i128::from(fee.amount));
    }
    draft.debit(fee_account(&transaction.category, ""), id, currency, open);
    if currency == gross.currency {
        draft.credit(Account::Clearing, gross.source, currency, i128::from(transaction.amount));
    } else {
        draft.credit(Account::Exchange, id, currency, i128::from(transaction.amount));
        draft.debit(Account::Exchange, id, gross.currency, gross.amount);
        draft.credit(Account::Clearing, gross.source, gross.currency, gross.amount);
    }
}

/// Fees by what the movement is reported as, then by their own kind.
fn fee_account(category: &str, kind: &str) -> Account {
    match (category, kind) {
        (_, "tax") => Account::FeeTax,
        (category, _) if category.contains("dispute") || category == "adjustment" => Account::DisputeFees,
        ("charge" | "payment" | "refund" | "payment_refund" | "partial_capture_reversal", "" | "stripe_fee") => {
            Account::ProcessingFees
        }
        _ => Account::OtherFees,
    }
}
