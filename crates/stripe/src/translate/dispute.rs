//! `dispute` (`charge.dispute.*`) with the balance transactions it embeds.

use daybook_domain::{
    fact::{BalanceTransaction, Dispute, DisputeStatus, Observed},
    id::ObjectKind,
};

use super::{
    balance_transaction::{Holder, IsInquiry, transaction},
    details,
    evidence::{Attribute, attributes},
    frame::Frame,
    types::Kind,
};
use crate::json::{Found, Object, Reference};

/// The attributes whose values are evidence.
pub(super) const ATTRIBUTES: &[Attribute] = attributes![
    amount,
    balance_transaction,
    balance_transactions,
    charge,
    currency,
    evidence_details.due_by,
    evidence_details.submission_count,
    payment_intent,
    reason,
    status,
];

pub(super) fn read(object: &Object<'_>, frame: &mut Frame<'_>) -> Found<Observed> {
    let (charge, payment_intent) = (object.reference("charge")?, object.reference("payment_intent")?);
    let evidence = object.object("evidence_details")?.unwrap_or_default();
    let due = evidence.time("due_by").map_err(|fault| fault.under("evidence_details"))?;
    let status = DisputeStatus::parse(&object.text("status")?.ok_or_else(|| object.missing("status"))?);
    let dispute = Dispute {
        charge: charge.boxed(),
        payment_intent: payment_intent.boxed(),
        amount: object.needed_int("amount")?,
        currency: object.currency("currency")?,
        reason: object.boxed("reason")?,
        evidence_due: due.or(object.time("evidence_due_by")?),
        created: object.time("created")?,
        balance_transactions: balance_transactions(object, &status, frame)?,
        status,
        details: Box::new(details::dispute(object)),
    };
    frame.embed("charge", Kind::Charge, &charge)?;
    frame.embed("payment_intent", Kind::PaymentIntent, &payment_intent)?;
    Ok(Observed::Dispute(Box::new(dispute)))
}

/// `balance_transactions`, or the single expanded `balance_transaction` of old shapes.
fn balance_transactions(
    object: &Object<'_>,
    status: &DisputeStatus,
    frame: &mut Frame<'_>,
) -> Found<Vec<BalanceTransaction>> {
    let is_inquiry = if status.is_inquiry() { IsInquiry::Yes } else { IsInquiry::No };
    let holder = Holder::of(ObjectKind::Dispute, object, is_inquiry)?.over(object.reference("charge")?.boxed());
    let mut transactions = holder.show_all(frame, "balance_transactions", &object.list("balance_transactions")?)?;
    if transactions.is_empty()
        && let Reference::Expanded(_, shown) = object.reference("balance_transaction")?
    {
        let shown = transaction(&shown).map_err(|fault| fault.under("balance_transaction"))?;
        holder.take(frame, shown.clone());
        transactions.push(shown);
    }
    Ok(transactions)
}
