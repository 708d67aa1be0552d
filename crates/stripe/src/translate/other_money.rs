//! Objects that carry money by no rule of the books: top-ups, card issuing, customers' cash balances.

use daybook_domain::{
    fact::{Observed, OtherMoney},
    id::ObjectKind,
};

use super::{
    balance_transaction::{Holder, IsInquiry},
    evidence::{Attribute, attributes},
    frame::Frame,
};
use crate::json::{Found, Object};

/// The attributes whose values are evidence.
pub(super) const ATTRIBUTES: &[Attribute] = attributes![amount, balance_transaction, net_amount, status];

/// What Stripe calls such objects.
pub(super) const NAMES: &[&str] = &["customer_cash_balance_transaction", "issuing.transaction", "topup"];

pub(super) fn read(object: &Object<'_>, frame: &mut Frame<'_>) -> Found<Observed> {
    let amount = object.int("amount")?.or(object.int("net_amount")?).ok_or_else(|| object.missing("amount"))?;
    let other = OtherMoney {
        object: object.boxed("object")?.unwrap_or_default(),
        amount,
        currency: object.currency("currency")?,
        status: object.boxed("status")?.unwrap_or_else(|| "posted".into()),
        created: object.time("created")?,
    };
    let holder = Holder::of(ObjectKind::OtherMoney, object, IsInquiry::No)?;
    holder.show(frame, "balance_transaction", object)?;
    Ok(Observed::OtherMoney(Box::new(other)))
}
