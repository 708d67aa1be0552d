//! A customer's credit: what all its postings come to is what Stripe last showed, and what documents did to it since (I5).

use std::collections::BTreeMap;

use super::{Breach, Invariant};
use crate::{accounting::CustomerCredit, id::CustomerId, money::Currency};

/// `sums` are what `liabilities:customer_credit` comes to for the customer, by currency.
pub fn of_credit(customer: &CustomerId, credit: &CustomerCredit, sums: &BTreeMap<Currency, i128>) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (currency, possible) in credit.stands_at() {
        let found = sums.get(&currency).copied().unwrap_or_default();
        if !possible.contains(&found) {
            breaches.push(Breach {
                invariant: Invariant::CustomerCredit,
                object: customer.as_str().into(),
                currency,
                expected: possible.first().copied().unwrap_or_default(),
                found,
                why: "the newest balance an event showed, and what documents did to it since",
            });
        }
    }
    breaches
}
