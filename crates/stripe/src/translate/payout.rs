//! `payout`: money on its way to the bank. Before 2017-04-06 such money was a `transfer` to a bank account or card.

use daybook_domain::{
    fact::{Observed, Payout},
    id::ObjectKind,
};

use super::{
    balance_transaction::{Holder, IsInquiry},
    evidence::{Attribute, attributes},
    frame::Frame,
};
use crate::json::{Found, Object};

/// The attributes whose values are evidence.
pub(super) const ATTRIBUTES: &[Attribute] =
    attributes![amount, arrival_date, balance_transaction, date, failure_balance_transaction, failure_code, status];

pub(super) fn read(object: &Object<'_>, frame: &mut Frame<'_>) -> Found<Observed> {
    let payout = Payout {
        amount: object.needed_int("amount")?,
        currency: object.currency("currency")?,
        status: object.boxed("status")?.ok_or_else(|| object.missing("status"))?,
        created: object.time("created")?,
        arrival: object.time("arrival_date")?.or(object.time("date")?),
        failure: object.boxed("failure_code")?,
    };
    let holder = Holder::of(ObjectKind::Payout, object, IsInquiry::No)?;
    holder.show(frame, "balance_transaction", object)?;
    holder.show(frame, "failure_balance_transaction", object)?;
    Ok(Observed::Payout(Box::new(payout)))
}
