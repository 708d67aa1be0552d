//! `application_fee` with its refunds: what a platform takes of a connected account's charge, and gives back.

use daybook_domain::{
    fact::{ApplicationFee, FeeRefund, Observed},
    id::ObjectKind,
};

use super::{
    balance_transaction::{Holder, IsInquiry},
    evidence::{Attribute, attributes},
    frame::Frame,
    types::Kind,
};
use crate::json::{Found, Object};

/// The attributes of a fee whose values are evidence.
pub(super) const ATTRIBUTES: &[Attribute] =
    attributes![account, amount, amount_refunded, balance_transaction, originating_transaction, refunded];
/// The attributes of a refund whose values are evidence.
pub(super) const REFUND_ATTRIBUTES: &[Attribute] = attributes![amount, balance_transaction, fee];

/// `charge` is the connected account's own, a stranger here; `originating_transaction` is the platform's.
pub(super) fn read(object: &Object<'_>, frame: &mut Frame<'_>) -> Found<Observed> {
    let origin = object.reference("originating_transaction")?;
    let fee = ApplicationFee {
        amount: object.needed_int("amount")?,
        amount_refunded: object.amount("amount_refunded")?,
        currency: object.currency("currency")?,
        account: object.reference("account")?.boxed(),
        charge: origin.boxed(),
        created: object.time("created")?,
    };
    let holder = Holder::of(ObjectKind::ApplicationFee, object, IsInquiry::No)?;
    holder.show(frame, "balance_transaction", object)?;
    frame.embed("originating_transaction", Kind::Charge, &origin)?;
    frame.embed_list("refunds.data", Kind::FeeRefund, &object.list("refunds")?)?;
    Ok(Observed::ApplicationFee(Box::new(fee)))
}

pub(super) fn read_refund(object: &Object<'_>, frame: &mut Frame<'_>) -> Found<Observed> {
    let fee = object.reference("fee")?;
    let refund = FeeRefund {
        fee: fee.boxed(),
        amount: object.needed_int("amount")?,
        currency: object.currency("currency")?,
        created: object.time("created")?,
    };
    let holder = Holder::of(ObjectKind::FeeRefund, object, IsInquiry::No)?;
    holder.show(frame, "balance_transaction", object)?;
    frame.embed("fee", Kind::ApplicationFee, &fee)?;
    Ok(Observed::FeeRefund(Box::new(refund)))
}
