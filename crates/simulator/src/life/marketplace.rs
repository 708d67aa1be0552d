//! A platform's sales for its sellers: destination charges with an application fee, transfers out of charges, and how both are
//! taken back.

use super::{Stage, Thread, money, one_off, payment, refund};
use crate::model::{ApplicationFee, FeeRefund, PaymentIntent, Reversal, SessionMode, Transfer, TransferData};

/// A one-off sale whose money goes to a seller: all of it less an application fee of a tenth, or a share of `percent`.
pub(crate) fn sell(stage: &mut Stage, thread: &mut Thread, percent: Option<i64>) {
    stage.by_request();
    stage.greet();
    let mut session = one_off::sale(stage, thread);
    let total = session.amount_total;
    let mut intent = payment::new_intent(stage, session.currency, total);
    stage.happened("payment_intent.created", &intent);
    let data = TransferData {
        destination: "acct_1example".to_owned(),
        amount: percent.map(|percent| intent.currency.share(total, percent, 100)),
        transfer: stage.ids.make("tr_3", 23),
        fee: percent.is_none().then(|| (stage.ids.make("fee_1", 23), intent.currency.share(total, 1, 10))),
    };
    intent.transfer_data = Some(data.clone());
    let charge = payment::charge(stage, &mut intent);
    let moved = data.amount.unwrap_or(charge.amount_captured);
    pass_on(stage, thread, &intent, (&charge.id, moved, data.transfer.clone()), &data.destination);
    if let Some((id, amount)) = data.fee {
        let fee = ApplicationFee {
            id,
            created: stage.now,
            currency: charge.currency,
            amount,
            account: data.destination,
            charge: charge.id.clone(),
            payment: stage.ids.make("py_1", 23),
            refunds: Vec::new(),
        };
        stage.happened("application_fee.created", &fee);
        thread.fee = Some(fee);
    }
    session.mode = SessionMode::Payment { payment_intent: Some(intent.id.clone()) };
    session.payment_status = "paid";
    stage.happened("checkout.session.completed", &session);
    thread.sale = Some((intent, charge));
}

fn pass_on(
    stage: &mut Stage,
    thread: &mut Thread,
    intent: &PaymentIntent,
    (charge, amount, id): (&str, i64, String),
    destination: &str,
) {
    let movement = money::movement(stage, (intent.currency, -amount), 0, &id, ("transfer", "transfer"));
    let transfer = Transfer {
        id,
        created: stage.now,
        currency: movement.currency,
        amount: -movement.amount,
        destination: destination.to_owned(),
        charge: charge.to_owned(),
        movement,
        reversals: Vec::new(),
    };
    stage.happened("transfer.created", &transfer);
    thread.transfer = Some(transfer);
}

/// A transfer of `percent` of the newest one-off sale to a seller, where both are in one currency.
pub(crate) fn distribute(stage: &mut Stage, thread: &mut Thread, percent: i64) {
    let Some((intent, charge)) = thread.sale.clone() else { return };
    if charge.currency.settle(1).0 != charge.currency {
        return;
    }
    stage.by_request();
    let id = stage.ids.make("tr_1", 23);
    let amount = charge.currency.share(charge.amount_captured, percent, 100);
    pass_on(stage, thread, &intent, (&charge.id, amount, id), "acct_2example");
}

/// Takes `part` of `whole` of what was transferred back.
pub(crate) fn reverse(stage: &mut Stage, thread: &mut Thread, (part, whole): (i64, i64)) {
    let of_refund = thread.refund.as_ref().map(|refund| refund.id.clone());
    let Some(transfer) = thread.transfer.as_mut() else { return };
    let left = transfer.amount - transfer.reversed();
    let amount = transfer.currency.share(left, part, whole);
    if amount <= 0 {
        return;
    }
    let before = transfer.clone();
    let id = stage.ids.make("trr_1", 23);
    let movement =
        money::movement(stage, (transfer.currency, amount), 0, &id, ("transfer_reversal", "transfer_refund"));
    transfer.reversals.insert(0, Reversal { id, created: stage.now, amount, refund: of_refund, movement });
    stage.changed("transfer.reversed", &before, &*transfer);
}

/// Refunds `part` of `whole` of the sale, with the transfer and the application fee.
pub(crate) fn take_back(stage: &mut Stage, thread: &mut Thread, part: (i64, i64)) {
    if refund::give_back(stage, thread, part).is_none() {
        return;
    }
    reverse(stage, thread, part);
    let Some(fee) = thread.fee.as_mut() else { return };
    let amount = fee.currency.share(fee.amount - fee.refunded(), part.0, part.1);
    if amount > 0 {
        let before = fee.clone();
        fee.refunds.insert(0, FeeRefund { id: stage.ids.make("fr_1", 23), created: stage.now, amount });
        stage.changed("application_fee.refunded", &before, &*fee);
    }
}
