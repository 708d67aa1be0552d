//! `balance_transaction`: inside the object whose money it moves, where that is expanded, or by itself.

use daybook_domain::{
    fact::{BalanceTransaction, Claim, Fee, Observed, ShownTransaction},
    id::{BalanceTransactionId, ObjectKind, ObjectRef},
};

use super::{
    amounts::subtract,
    evidence::{Attribute, attributes},
    frame::Frame,
    types::Kind,
};
use crate::json::{Fault, Found, List, Object, Reference};

/// The attributes whose values are evidence.
pub(super) const ATTRIBUTES: &[Attribute] = attributes![amount, available_on, fee, net, status];

/// One by itself: its `source` says whose money it moves, its `type` what kind of object that is.
pub(super) fn read(object: &Object<'_>, frame: &mut Frame<'_>) -> Found<Observed> {
    let transaction = transaction(object)?;
    let source = object.reference("source")?;
    let of = object.text("type")?.and_then(|name| source_kind(&name, &transaction.category));
    let by = of.zip(source.id()).map(|((_, kind), id)| ObjectRef::new(kind, id));
    if let Some((kind, _)) = of {
        frame.embed("source", kind, &source)?;
    }
    Ok(Observed::BalanceTransaction(Box::new(ShownTransaction { transaction, by, claim: Claim::Own })))
}

/// What kind of object a movement of this `type` has as its source. An adjustment may be about anything; only disputes
/// are told apart by what it is reported as.
fn source_kind(name: &str, category: &str) -> Option<(Kind, ObjectKind)> {
    Some(match name {
        "charge" | "payment" => (Kind::Charge, ObjectKind::Charge),
        "refund" | "payment_refund" | "refund_failure" => (Kind::Refund, ObjectKind::Refund),
        "payout" | "payout_cancel" | "payout_failure" => (Kind::Payout, ObjectKind::Payout),
        "transfer" | "transfer_cancel" | "transfer_failure" => (Kind::Transfer, ObjectKind::Transfer),
        "transfer_refund" => (Kind::TransferReversal, ObjectKind::TransferReversal),
        "application_fee" => (Kind::ApplicationFee, ObjectKind::ApplicationFee),
        "application_fee_refund" => (Kind::FeeRefund, ObjectKind::FeeRefund),
        "topup" | "topup_reversal" | "issuing_transaction" => (Kind::OtherMoney, ObjectKind::OtherMoney),
        "adjustment" if category.starts_with("dispute") => (Kind::Dispute, ObjectKind::Dispute),
        _ => return None,
    })
}

/// Everything an object shows of its balance transactions. An id alone shows nothing.
pub(super) struct Holder {
    by: ObjectRef,
    /// The charge in dispute: old shapes name it as the source of a dispute's money.
    charge: Option<Box<str>>,
    is_inquiry: IsInquiry,
}

/// Whether the holder is a dispute that takes no money.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum IsInquiry {
    Yes,
    No,
}

impl Holder {
    /// The object being read.
    pub(super) fn of(kind: ObjectKind, object: &Object<'_>, is_inquiry: IsInquiry) -> Found<Self> {
        let id = object.id("id")?.ok_or_else(|| object.missing("id"))?;
        Ok(Self { by: ObjectRef::new(kind, &*id), charge: None, is_inquiry })
    }

    /// The same, over this charge.
    pub(super) fn over(self, charge: Option<Box<str>>) -> Self {
        Self { charge, ..self }
    }

    /// Reads the field `name`, if it is expanded, as a fact of its own.
    pub(super) fn show(&self, frame: &mut Frame<'_>, name: &str, object: &Object<'_>) -> Found<()> {
        if let Reference::Expanded(_, shown) = object.reference(name)? {
            self.take(frame, transaction(&shown).map_err(|fault| fault.under(name))?);
        }
        Ok(())
    }

    /// Reads a list of them.
    pub(super) fn show_all(
        &self,
        frame: &mut Frame<'_>,
        name: &str,
        list: &List<'_>,
    ) -> Found<Vec<BalanceTransaction>> {
        let mut transactions = Vec::with_capacity(list.data.len());
        for (index, shown) in list.data.iter().enumerate() {
            let shown = transaction(shown).map_err(|fault| fault.at(name, index))?;
            self.take(frame, shown.clone());
            transactions.push(shown);
        }
        Ok(transactions)
    }

    /// Adds one that was read.
    pub(super) fn take(&self, frame: &mut Frame<'_>, transaction: BalanceTransaction) {
        let another = transaction
            .source
            .as_ref()
            .is_some_and(|source| *source != self.by.id && self.charge.as_ref() != Some(source));
        let claim = match self.is_inquiry {
            _ if another => Claim::OfAnother,
            IsInquiry::Yes => Claim::OfInquiry,
            IsInquiry::No => Claim::Own,
        };
        let id = transaction.id.as_str().into();
        let shown = ShownTransaction { transaction, by: Some(self.by.clone()), claim };
        frame.embedded.push((id, Observed::BalanceTransaction(Box::new(shown))));
    }
}

/// The transaction itself.
pub(super) fn transaction(object: &Object<'_>) -> Found<BalanceTransaction> {
    let (amount, fee) = (object.needed_int("amount")?, object.amount("fee")?);
    let net = object.int("net")?;
    let (category, kind) = (object.boxed("reporting_category")?, object.boxed("type")?);
    let of_stripe = kind.as_deref() == Some("stripe_fee") || category.as_deref() == Some("fee");
    Ok(BalanceTransaction {
        id: BalanceTransactionId::new(&*object.id("id")?.ok_or_else(|| object.missing("id"))?),
        amount,
        fee,
        net: net.map_or_else(|| subtract("net", amount, fee), Ok)?,
        currency: object.currency("currency")?,
        exchange_rate: object.some("exchange_rate").map(Into::into),
        created: object.time("created")?,
        available: object.time("available_on")?,
        category: category.or(kind).unwrap_or_default(),
        fees: fees(object)?,
        source: object.reference("source")?.boxed(),
        fee_for: if of_stripe { object.boxed("description")? } else { None },
    })
}

fn fees(object: &Object<'_>) -> Found<Vec<Fee>> {
    let list = object.list("fee_details")?;
    let mut fees = Vec::with_capacity(list.data.len());
    for (index, shown) in list.data.iter().enumerate() {
        let at = |fault: Fault| fault.at("fee_details", index);
        let kind = shown.boxed("type").map_err(at)?.unwrap_or_default();
        fees.push(Fee { kind, amount: shown.needed_int("amount").map_err(at)? });
    }
    Ok(fees)
}
