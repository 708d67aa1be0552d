//! `transfer` with its reversals: money for a connected account, and money that comes back.

use daybook_domain::{
    fact::{Observed, Transfer, TransferReversal},
    id::ObjectKind,
};

use super::{
    balance_transaction::{Holder, IsInquiry},
    evidence::{Attribute, attributes},
    frame::Frame,
    payout,
    types::Kind,
};
use crate::json::{Found, Object};

/// The attributes of a transfer whose values are evidence.
pub(super) const ATTRIBUTES: &[Attribute] =
    attributes![amount, amount_reversed, balance_transaction, destination, reversed, source_transaction, status];
/// The attributes of a reversal whose values are evidence.
pub(super) const REVERSAL_ATTRIBUTES: &[Attribute] = attributes![amount, balance_transaction, transfer];

pub(super) fn read(object: &Object<'_>, frame: &mut Frame<'_>) -> Found<Observed> {
    // What went to a bank account or a card was a transfer before there were payouts.
    if matches!(object.text("type")?.as_deref(), Some("bank_account" | "card")) {
        return payout::read(object, frame);
    }
    let source = object.reference("source_transaction")?;
    let transfer = Transfer {
        amount: object.needed_int("amount")?,
        amount_reversed: object.amount("amount_reversed")?,
        currency: object.currency("currency")?,
        destination: object.reference("destination")?.boxed(),
        charge: source.boxed(),
        created: object.time("created")?,
    };
    let holder = Holder::of(ObjectKind::Transfer, object, IsInquiry::No)?;
    holder.show(frame, "balance_transaction", object)?;
    frame.embed("source_transaction", Kind::Charge, &source)?;
    frame.embed_list("reversals.data", Kind::TransferReversal, &object.list("reversals")?)?;
    Ok(Observed::Transfer(Box::new(transfer)))
}

pub(super) fn read_reversal(object: &Object<'_>, frame: &mut Frame<'_>) -> Found<Observed> {
    let transfer = object.reference("transfer")?;
    let reversal = TransferReversal {
        transfer: transfer.boxed(),
        amount: object.needed_int("amount")?,
        currency: object.currency("currency")?,
        created: object.time("created")?,
    };
    let holder = Holder::of(ObjectKind::TransferReversal, object, IsInquiry::No)?;
    holder.show(frame, "balance_transaction", object)?;
    frame.embed("transfer", Kind::Transfer, &transfer)?;
    Ok(Observed::TransferReversal(Box::new(reversal)))
}
