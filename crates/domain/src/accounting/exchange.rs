//! How much of a dispute a movement in another currency is. No rate is ever applied to the ledger's own amounts: rates only tell a part of what
//! was withdrawn from all of it, given back at another day's rate.

use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::balance_transaction::amount_in;
use crate::fact::{BalanceTransaction, Dispute};

/// What a balance transaction moved of a dispute, in the dispute's own currency. `withdrawn` is what took all of it.
pub(super) fn amount(
    dispute: &Dispute,
    withdrawn: Option<&BalanceTransaction>,
    transaction: &BalanceTransaction,
) -> i128 {
    let whole = amount_in(Some((dispute.amount, dispute.currency)), transaction);
    let is_settled_elsewhere = dispute.currency.is_some() && transaction.currency != dispute.currency;
    let part = withdrawn
        .filter(|withdrawn| {
            is_settled_elsewhere && transaction.amount > 0 && withdrawn.currency == transaction.currency
        })
        .and_then(|withdrawn| part(dispute.amount.unsigned_abs(), withdrawn, transaction));
    part.map_or(whole, |part| part * whole.signum())
}

/// The part of `all` that came back, where it is less than all of it.
fn part(all: u64, withdrawn: &BalanceTransaction, back: &BalanceTransaction) -> Option<i128> {
    let rate = |transaction: &BalanceTransaction| {
        let text = transaction.exchange_rate.as_deref()?;
        text.parse().or_else(|_| Decimal::from_scientific(text)).ok().filter(|rate| !rate.is_zero())
    };
    let (taken_at, given_at) = (rate(withdrawn)?, rate(back)?);
    let all = Decimal::from(all);
    let (taken, given) = (Decimal::from(withdrawn.amount.unsigned_abs()), Decimal::from(back.amount.unsigned_abs()));
    // Both were rounded to whole units. In which units a rate counts does not matter, because only their relation does.
    let share = given.checked_div(taken)?.checked_mul(taken_at.checked_div(given_at)?)?;
    let part = all.checked_mul(share)?.round();
    let of_amounts = Decimal::ONE.checked_div(taken)?.checked_add(Decimal::ONE.checked_div(given)?)?;
    let of_rates = rounding_of(taken_at)?.checked_add(rounding_of(given_at)?)?;
    let tolerance = all.checked_mul(of_amounts.checked_add(of_rates)?)?.checked_add(Decimal::ONE)?;
    if part.checked_add(tolerance)? < all { part.to_i128() } else { None }
}

/// By which part of itself a rate may be wrong: half a unit of its last written digit, at least a thousandth.
fn rounding_of(rate: Decimal) -> Option<Decimal> {
    let half = Decimal::try_new(5, rate.scale() + 1).ok()?;
    Some(half.checked_div(rate)?.max(Decimal::new(1, 3)))
}
