//! `dispute` (`charge.dispute.*`) with the balance transactions it embeds.

use daybook_domain::{
    fact::{BalanceTransaction, Dispute, DisputeStatus, Fee, Observed},
    id::BalanceTransactionId,
};

use super::{
    amounts::subtract,
    details,
    evidence::{Attribute, attributes},
    frame::Frame,
    types::Kind,
};
use crate::json::{Fault, Found, Object, Reference};

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
    let dispute = Dispute {
        charge: charge.boxed(),
        payment_intent: payment_intent.boxed(),
        status: DisputeStatus::parse(&object.text("status")?.ok_or_else(|| object.missing("status"))?),
        amount: object.needed_int("amount")?,
        currency: object.currency("currency")?,
        reason: object.boxed("reason")?,
        evidence_due: due.or(object.time("evidence_due_by")?),
        created: object.time("created")?,
        balance_transactions: balance_transactions(object)?,
        details: Box::new(details::dispute(object)),
    };
    frame.embed("charge", Kind::Charge, &charge)?;
    frame.embed("payment_intent", Kind::PaymentIntent, &payment_intent)?;
    Ok(Observed::Dispute(Box::new(dispute)))
}

/// `balance_transactions`, or the single expanded `balance_transaction` of old shapes.
fn balance_transactions(object: &Object<'_>) -> Found<Vec<BalanceTransaction>> {
    let list = object.list("balance_transactions")?;
    let mut transactions = Vec::with_capacity(list.data.len());
    for (index, shown) in list.data.iter().enumerate() {
        transactions.push(balance_transaction(shown).map_err(|fault| fault.at("balance_transactions", index))?);
    }
    if transactions.is_empty()
        && let Reference::Expanded(_, shown) = object.reference("balance_transaction")?
    {
        transactions.push(balance_transaction(&shown).map_err(|fault| fault.under("balance_transaction"))?);
    }
    Ok(transactions)
}

fn balance_transaction(object: &Object<'_>) -> Found<BalanceTransaction> {
    let (amount, fee) = (object.needed_int("amount")?, object.amount("fee")?);
    let net = object.int("net")?;
    let category = object.boxed("reporting_category")?;
    Ok(BalanceTransaction {
        id: BalanceTransactionId::new(&*object.id("id")?.ok_or_else(|| object.missing("id"))?),
        amount,
        fee,
        net: net.map_or_else(|| subtract("net", amount, fee), Ok)?,
        currency: object.currency("currency")?,
        created: object.time("created")?,
        category: category.map_or_else(|| object.boxed("type"), |shown| Ok(Some(shown)))?.unwrap_or_default(),
        fees: fees(object)?,
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
