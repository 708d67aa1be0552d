//! Small pieces of money that several acts need: balance transactions.

use super::Stage;
use crate::calendar::DAY;
use crate::currency::Currency;
use crate::model::BalanceTransaction;

/// A movement of the seller's balance, in the settlement currency. `amount` and `fee` are given in the presentment currency.
pub(crate) fn movement(
    stage: &mut Stage,
    (currency, amount): (Currency, i64),
    fee: i64,
    source: &str,
    (category, kind): (&'static str, &'static str),
) -> BalanceTransaction {
    let (settled, settled_amount, exchange_rate) = currency.settle(amount);
    BalanceTransaction {
        id: stage.ids.make("txn_1", 23),
        created: stage.now,
        available_on: stage.now + 2 * DAY,
        currency: settled,
        amount: settled_amount,
        fee,
        exchange_rate,
        description: format!("{category} {source}"),
        source: source.to_owned(),
        category,
        kind,
    }
}
