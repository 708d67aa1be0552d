//! How Stripe's money becomes balanced postings: pure functions of what is known about objects.
//!
//! Two things own transactions: a settlement (its invoices, payments, refunds, disputes, credit notes) through
//! [`post`], and a customer's credit (the changes of the balance that no document explains) through
//! [`CustomerCredit::post`]. Neither ever asks in which order anything became known.

mod account;
mod credit;
mod draft;
mod posting;

pub use account::Account;
pub use credit::{CustomerCredit, Explained, credit_effects};
pub use posting::{Posting, Problem, Transaction};

use crate::settlement::Settlement;

/// All transactions of one settlement, sorted by effective time and key. Pure: the same for every order in which its
/// members became known.
pub fn post(_settlement: &Settlement<'_>) -> Vec<Transaction> {
    Vec::new()
}
