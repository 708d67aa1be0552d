//! Balance transactions, wherever an event shows them: what Stripe's balance gained, what it kept as fees. Each is posted
//! once, under its own id, by the object whose money it moves; one of no object goes straight to fees or reserves.

use super::{
    Account, Problem, Transaction,
    book::Book,
    dispute,
    draft::{Draft, When},
};
use crate::{
    fact::{BalanceTransaction, Observed},
    id::{ObjectKind, ObjectRef},
    money::Currency,
    object::Object,
};

/// The movement as its source's own books count it.
struct Gross<'a> {
    /// The object whose money it is, by id.
    source: &'a str,
    /// Minor units, negative when money leaves.
    amount: i128,
    /// Their currency.
    currency: Currency,
}

/// `txn_1`
pub(super) fn post(book: &Book<'_>, into: &mut Vec<Transaction>) {
    for (id, object) in book.settlement.of_kind(ObjectKind::BalanceTransaction) {
        let Some((transaction, first)) = object.balance_transaction().zip(object.milestones.earliest()) else {
            continue;
        };
        let itself = ObjectRef::new(ObjectKind::BalanceTransaction, id);
        let (owner, seen) = object.money_of().unwrap_or((&itself, first));
        let when = When::new(transaction.created, seen);
        let mut draft = Draft::with_key(id.into(), owner.clone(), &when, book.customer.clone());
        if *owner == itself {
            of_nothing(book, &mut draft, transaction);
        } else {
            legs(&mut draft, transaction, &gross(book, owner, transaction));
        }
        into.extend(draft.finish());
    }
}

/// The movement in its source's own currency. No rates are computed: where the two differ, the source says itself how
/// much it moved.
pub(super) fn amount_in(own: Option<(i64, Option<Currency>)>, transaction: &BalanceTransaction) -> i128 {
    let transferred = i128::from(transaction.amount);
    match own {
        Some((amount, Some(currency))) if transaction.currency.is_some_and(|settled| settled != currency) => {
            i128::from(amount.unsigned_abs()) * transferred.signum()
        }
        _ => transferred,
    }
}

fn gross<'a>(book: &Book<'_>, owner: &'a ObjectRef, transaction: &BalanceTransaction) -> Gross<'a> {
    let shown = book.settlement.get(owner.kind, &owner.id).and_then(Object::snapshot);
    let own = shown.and_then(own_money);
    let stated = own.and_then(|(_, currency)| currency).or(transaction.currency);
    let amount = match shown {
        Some(Observed::Dispute(dispute)) => dispute::amount_in(book, &owner.id, dispute, transaction),
        _ => amount_in(own, transaction),
    };
    Gross { source: &owner.id, amount, currency: book.currency(stated) }
}

/// What an object says that it moved.
fn own_money(observed: &Observed) -> Option<(i64, Option<Currency>)> {
    match observed {
        Observed::Charge(charge) => Some((charge.amount_captured, charge.currency)),
        Observed::Refund(refund) => Some((refund.amount, refund.currency)),
        Observed::Dispute(dispute) => Some((dispute.amount, dispute.currency)),
        Observed::Payout(payout) => Some((payout.amount, payout.currency)),
        Observed::Transfer(transfer) => Some((transfer.amount, transfer.currency)),
        Observed::TransferReversal(reversal) => Some((reversal.amount, reversal.currency)),
        Observed::ApplicationFee(fee) => Some((fee.amount, fee.currency)),
        Observed::FeeRefund(refund) => Some((refund.amount, refund.currency)),
        Observed::OtherMoney(other) => Some((other.amount, other.currency)),
        _ => None,
    }
}

/// The legs of one balance transaction. Two currencies meet in `equity:fx`, each balancing by itself.
fn legs(draft: &mut Draft, transaction: &BalanceTransaction, gross: &Gross<'_>) {
    let currency = transaction.currency.unwrap_or(gross.currency);
    let id = transaction.id.as_str();
    gained(draft, transaction, currency);
    if currency == gross.currency {
        draft.credit(Account::Clearing, gross.source, currency, i128::from(transaction.amount));
    } else {
        draft.credit(Account::Exchange, id, currency, i128::from(transaction.amount));
        draft.debit(Account::Exchange, id, gross.currency, gross.amount);
        draft.credit(Account::Clearing, gross.source, gross.currency, gross.amount);
    }
}

/// What the balance gained and what was kept as fees.
fn gained(draft: &mut Draft, transaction: &BalanceTransaction, currency: Currency) {
    let id = transaction.id.as_str();
    draft.debit(Account::StripeBalance, id, currency, i128::from(transaction.net));
    let mut open = i128::from(transaction.fee);
    for fee in &transaction.fees {
        open -= i128::from(fee.amount);
        draft.debit(fee_account(&transaction.category, &fee.kind), id, currency, i128::from(fee.amount));
    }
    draft.debit(fee_account(&transaction.category, ""), id, currency, open);
}

/// One without a business object.
fn of_nothing(book: &Book<'_>, draft: &mut Draft, transaction: &BalanceTransaction) {
    let currency = book.currency(transaction.currency);
    gained(draft, transaction, currency);
    let account = account_of(transaction);
    if account == Account::Suspense {
        draft.mark(Problem::NoRule);
    }
    draft.credit(account, transaction.id.as_str(), currency, i128::from(transaction.amount));
}

/// What a movement without a business object is for.
fn account_of(transaction: &BalanceTransaction) -> Account {
    match &*transaction.category {
        "tax" | "tax_fee" => Account::FeeTax,
        "fee" | "stripe_fee" | "stripe_fx_fee" | "network_cost" | "platform_earning" => fee_for(transaction),
        category if category.contains("reserve") || category.starts_with("payout_minimum_balance") => Account::Reserved,
        _ => Account::Suspense,
    }
}

/// Stripe says in words what a fee of its own is for; only the words for billing have an account of their own.
fn fee_for(transaction: &BalanceTransaction) -> Account {
    let words = transaction.fee_for.as_deref().unwrap_or_default().to_ascii_lowercase();
    if ["billing", "invoicing", "subscriptions"].iter().any(|product| words.starts_with(product)) {
        Account::BillingFees
    } else {
        Account::OtherFees
    }
}

/// Fees by what the movement is reported as, then by their own kind.
fn fee_account(category: &str, kind: &str) -> Account {
    match (category, kind) {
        (_, "tax" | "withheld_tax") => Account::FeeTax,
        (category, _) if category.contains("dispute") || category == "adjustment" => Account::DisputeFees,
        (
            "charge"
            | "payment"
            | "refund"
            | "payment_refund"
            | "partial_capture_reversal"
            | "refund_failure"
            | "charge_failure",
            "" | "stripe_fee" | "payment_method_passthrough_fee",
        ) => Account::ProcessingFees,
        _ => Account::OtherFees,
    }
}
