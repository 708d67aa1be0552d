//! Balance transactions, payouts, transfers and application fees.

use super::node::{Node, json};
use super::{View, list};
use crate::model::{ApplicationFee, BalanceTransaction, Payout, Reversal, Transfer};

pub(super) fn transaction(transaction: &BalanceTransaction) -> Node {
    let words = if transaction.category == "dispute" { "Dispute fee" } else { "Stripe processing fees" };
    let fees: Vec<Node> = if transaction.fee == 0 {
        Vec::new()
    } else {
        vec![json!({
            "amount": transaction.fee, "application": null, "currency": transaction.currency.code(),
            "description": words, "type": "stripe_fee",
        })]
    };
    json!({
        "id": &transaction.id, "object": "balance_transaction", "amount": transaction.amount,
        "available_on": transaction.available_on, "balance_type": "payments", "created": transaction.created,
        "currency": transaction.currency.code(), "description": &transaction.description,
        "exchange_rate": transaction.exchange_rate.map(Node::decimal), "fee": transaction.fee, "fee_details": fees,
        "net": transaction.net(), "reporting_category": transaction.category,
        "source": &transaction.source, "status": "available", "type": transaction.kind,
    })
}

/// A reference to a balance transaction: whole where it is expanded, else its id.
pub(super) fn reference(id: Option<&String>, expanded: Option<&BalanceTransaction>) -> Node {
    expanded.map_or_else(|| id.into(), transaction)
}

pub(super) fn payout(view: View, payout: &Payout) -> Node {
    let movement = |movement: &Option<BalanceTransaction>| {
        let shown = movement.as_ref();
        reference(shown.map(|movement| &movement.id), shown.filter(|_| payout.expanded))
    };
    json!({
        "id": &payout.id, "object": "payout", "amount": payout.amount, "application_fee": null,
        "application_fee_amount": null, "arrival_date": payout.arrival, "automatic": true,
        "balance_transaction": movement(&payout.movement), "created": payout.created,
        "currency": payout.currency.code(), "description": "STRIPE PAYOUT", "destination": "ba_1example",
        "failure_balance_transaction": movement(&payout.failure_movement), "failure_code": payout.failure,
        "failure_message": payout.failure.map(|_| "The bank account has been closed."), "livemode": view.livemode,
        "metadata": {}, "method": "standard", "original_payout": null, "reconciliation_status": "completed",
        "reversed_by": null, "source_type": "card", "statement_descriptor": null, "status": payout.status,
        "type": "bank_account",
    })
}

fn reversal(transfer: &Transfer, reversal: &Reversal) -> Node {
    json!({
        "id": &reversal.id, "object": "transfer_reversal", "amount": reversal.amount,
        "balance_transaction": &reversal.movement.id, "created": reversal.created,
        "currency": transfer.currency.code(), "destination_payment_refund": null, "metadata": {},
        "source_refund": &reversal.refund, "transfer": &transfer.id,
    })
}

pub(super) fn transfer(view: View, transfer: &Transfer) -> Node {
    let reversals = transfer.reversals.iter().map(|one| reversal(transfer, one)).collect();
    json!({
        "id": &transfer.id, "object": "transfer", "amount": transfer.amount, "amount_reversed": transfer.reversed(),
        "balance_transaction": &transfer.movement.id, "created": transfer.created,
        "currency": transfer.currency.code(), "description": null, "destination": &transfer.destination,
        "destination_payment": null, "livemode": view.livemode, "metadata": {},
        "reversals": list(reversals, &format!("/v1/transfers/{}/reversals", transfer.id)),
        "reversed": transfer.reversed() == transfer.amount, "source_transaction": &transfer.charge,
        "source_type": "card", "transfer_group": null,
    })
}

pub(super) fn application_fee(view: View, fee: &ApplicationFee) -> Node {
    let refund = |refund: &crate::model::FeeRefund| {
        json!({
            "id": &refund.id, "object": "fee_refund", "amount": refund.amount, "balance_transaction": null,
            "created": refund.created, "currency": fee.currency.code(), "fee": &fee.id, "metadata": {},
        })
    };
    let refunds = fee.refunds.iter().map(refund).collect();
    json!({
        "id": &fee.id, "object": "application_fee", "account": &fee.account, "amount": fee.amount,
        "amount_refunded": fee.refunded(), "application": "ca_example", "balance_transaction": null,
        "charge": &fee.payment, "created": fee.created, "currency": fee.currency.code(), "fee_source": null,
        "livemode": view.livemode, "originating_transaction": &fee.charge, "refunded": fee.refunded() == fee.amount,
        "refunds": list(refunds, &format!("/v1/application_fees/{}/refunds", fee.id)),
    })
}
