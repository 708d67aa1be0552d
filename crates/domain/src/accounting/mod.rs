//! How Stripe's money becomes balanced postings: pure functions of what is known about objects.
//!
//! Two things own transactions: a settlement (its invoices, payments, refunds, disputes, credit notes) through
//! [`post`], and a customer's credit (the changes of the balance that no document explains) through
//! [`CustomerCredit::post`]. Neither ever asks in which order anything became known.
//!
//! # Layout
//! - [`Account`], [`Transaction`], [`Posting`]: the chart, and what is written
//! - `draft`: a transaction in the making, balanced before it can be written
//! - `book`: one settlement worked out: money received, applied, taken back, and what that undoes
//! - `invoice`, `payment`, `sale`, `refund`, `credit_note`, `dispute`, `balance_transaction`, `payout`, `connect`,
//!   `application_fee`, `other_money`: one file per owner
//! - `exchange`: how much of a dispute money in another currency is
//! - `payer`, `taking`, `reduction`, `split`: who paid, whose money is taken back, and which parts of a sale go with it
//! - [`Basis`], [`earned`], [`trial`]: what of deferred amounts is revenue at a time, computed on reading
//! - [`Summary`]: what a customer's postings come to, in the words people ask in
//! - [`invariant`]: what must hold of all of it (I1 to I8)
//! - `credit`, `chain`: the customer's credit balance, and what of its changes no document explains

mod account;
mod application_fee;
mod balance_transaction;
mod book;
mod chain;
mod connect;
mod credit;
mod credit_note;
mod dispute;
mod draft;
mod exchange;
pub mod invariant;
mod invoice;
mod other_money;
mod payer;
mod payment;
mod payout;
mod posting;
mod recognition;
mod reduction;
mod refund;
mod sale;
mod split;
mod summary;
mod taking;

pub use account::Account;
pub use credit::{CustomerCredit, Explained, credit_effects};
pub use posting::{Posting, Problem, Transaction};
pub use recognition::{Basis, Trial, earned, earned_of, trial};
pub use summary::{Movement, Summary};

#[cfg(test)]
pub(crate) mod tests;

use std::collections::BTreeSet;

use crate::settlement::Settlement;

/// All transactions of one settlement, sorted by effective time and key. Pure: the same for every order in which its
/// members became known.
pub fn post(settlement: &Settlement<'_>) -> Vec<Transaction> {
    let Some(book) = book::Book::of(settlement) else { return Vec::new() };
    let mut transactions = Vec::new();
    invoice::post(&book, &mut transactions);
    payment::post(&book, &mut transactions);
    sale::post(&book, &mut transactions);
    refund::post(&book, &mut transactions);
    credit_note::post(&book, &mut transactions);
    dispute::post(&book, &mut transactions);
    balance_transaction::post(&book, &mut transactions);
    payout::post(&book, &mut transactions);
    connect::post(&book, &mut transactions);
    application_fee::post(&book, &mut transactions);
    other_money::post(&book, &mut transactions);
    transactions.sort_by(|left, right| (left.effective, &left.key).cmp(&(right.effective, &right.key)));
    // A movement that an object shows twice is one movement.
    let mut seen = BTreeSet::new();
    transactions.retain(|one| seen.insert((one.object.clone(), one.key.clone())));
    transactions
}
