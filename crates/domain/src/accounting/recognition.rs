//! Recognition over time (rule 5): computed on reading, never posted.
//!
//! Every posting to `liabilities:deferred` carries the period it is earned over. At time t the part
//! `trunc(amount * elapsed / length)` of it counts as revenue, all of it from the period's end on. A reduction is a posting of
//! its own with a period of its own, so it stops earning exactly what it took back. Whole numbers throughout.

use std::collections::BTreeMap;

use super::{Account, Posting, Transaction};
use crate::{
    money::Currency,
    time::{Period, Timestamp},
};

/// What deferred amounts count as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Basis {
    /// As they were posted: deferred, past periods included
    #[default]
    Posted,
    /// What is earned by then counts as revenue
    Earned,
}

impl Basis {
    /// Both, with their names.
    pub const ALL: [(Self, &'static str); 2] = [(Self::Posted, "posted"), (Self::Earned, "earned")];

    /// The basis of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == name).map(|(basis, _)| basis)
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Posted => "posted",
            Self::Earned => "earned",
        }
    }
}

/// The part of `amount` that is earned at `at`, towards zero.
pub fn earned(amount: i128, over: Period, at: Timestamp) -> i128 {
    let length = i128::from(over.end.seconds_since(over.start));
    let elapsed = i128::from(at.seconds_since(over.start)).clamp(0, length.max(0));
    if elapsed >= length {
        return amount;
    }
    amount.checked_mul(elapsed).map_or(amount, |product| product / length)
}

/// What of a posting counts as revenue at `at`: nothing but the earned part of deferred amounts moves.
pub fn earned_of(posting: &Posting, at: Timestamp) -> i128 {
    match posting.earned_over {
        Some(over) if posting.account == Account::Deferred => earned(i128::from(posting.amount), over, at),
        _ => 0,
    }
}

/// Sums by currency and account: a trial balance, in memory. Those of each currency sum to zero.
pub type Trial = BTreeMap<(Currency, Account), i128>;

/// The trial balance of some transactions: those effective by `as_of`, where one is given. `earned_at` says when deferred
/// amounts are looked at; without it they stay deferred. This is what the statements of the journal compute with sets.
pub fn trial<'a>(
    transactions: impl IntoIterator<Item = &'a Transaction>,
    as_of: Option<Timestamp>,
    earned_at: Option<Timestamp>,
) -> Trial {
    let mut sums = Trial::new();
    let effective = transactions.into_iter().filter(|one| as_of.is_none_or(|as_of| one.effective <= as_of));
    for posting in effective.flat_map(|transaction| &transaction.postings) {
        let earned = earned_at.map_or(0, |at| earned_of(posting, at));
        *sums.entry((posting.currency, posting.account)).or_default() += i128::from(posting.amount) - earned;
        if earned != 0 {
            *sums.entry((posting.currency, Account::Revenue)).or_default() += earned;
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn time(seconds: i64) -> Timestamp {
        Timestamp::from_unix(seconds).unwrap()
    }

    #[test]
    fn ten_days_of_a_month_earn_a_third() {
        let month = Period { start: time(0), end: time(30 * 86_400) };
        assert_eq!(earned(-3000, month, time(10 * 86_400)), -1000);
        assert_eq!(earned(-3001, month, time(10 * 86_400)), -1000, "towards zero, so nothing is earned too early");
        assert_eq!(earned(-3000, month, time(0)), 0);
        assert_eq!(earned(-3000, month, time(30 * 86_400)), -3000);
    }

    #[test]
    fn a_period_without_length_is_earned_at_once() {
        let moment = Period { start: time(50), end: time(50) };
        assert_eq!(earned(-100, moment, time(50)), -100);
        assert_eq!(earned(-100, moment, time(10)), -100, "there is nothing to spread it over");
    }

    #[test]
    fn every_basis_has_its_name() {
        for (basis, name) in Basis::ALL {
            assert_eq!((Basis::parse(name), basis.as_str()), (Some(basis), name));
        }
        assert_eq!(Basis::parse("cash"), None);
    }

    proptest! {
        #[test]
        fn what_is_earned_only_grows_and_is_complete_at_the_end(
            amount in any::<i64>(),
            start in 0_i64..10_000_000,
            length in 0_i64..100_000_000,
            one in 0_i64..200_000_000,
            other in 0_i64..200_000_000,
        ) {
            let over = Period { start: time(start), end: time(start + length) };
            let amount = i128::from(amount);
            let (sooner, later) = (earned(amount, over, time(one.min(other))), earned(amount, over, time(one.max(other))));
            prop_assert!(sooner.abs() <= later.abs() && later.abs() <= amount.abs());
            prop_assert!(sooner * amount >= 0, "never of the other sign");
            prop_assert_eq!(earned(amount, over, over.end), amount);
            if length > 0 {
                prop_assert_eq!(earned(amount, over, over.start), 0);
            }
        }

        #[test]
        fn what_is_taken_back_in_the_middle_and_what_ran_until_then_never_exceed_what_was_sold(
            sold in 1_i64..10_000_000,
            length in 1_i64..40_000_000,
            at in 0_i64..40_000_000,
            looked in 0_i64..80_000_000,
        ) {
            let over = Period { start: time(0), end: time(length) };
            let at = time(at.min(length));
            let sold = i128::from(sold);
            let left = sold - earned(sold, over, at);
            let rest = Period { start: at, end: over.end };
            let net = earned(sold, over, time(looked)) - if time(looked) >= at { earned(left, rest, time(looked)) } else { 0 };
            prop_assert!((0..=sold).contains(&net));
            let kept = earned(sold, over, at);
            if time(looked) >= at {
                prop_assert!((net - kept).abs() <= 1, "after a full refund nothing keeps earning: {} and {}", net, kept);
            }
        }
    }
}
