//! How a reduction is split over what was sold (rule 6): tax pro rata, the rest by lines in proportion to their net
//! amounts, cumulatively, so that parts always add up and three thirds make a whole.

use super::{Account, draft::Entry, recognition::earned};
use crate::{
    id::ProductId,
    time::{Period, Timestamp},
};

/// What kind of part of a sale this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Share {
    /// Tax
    Tax,
    /// Revenue from the first moment: one-off lines, shipping
    AtOnce,
    /// Earned over a period that has a length
    Over(Period),
    /// What the document does not explain
    Unexplained,
}

/// One part of what was sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// What it is about: a line, else the document.
    pub subject: Box<str>,
    /// Its kind.
    pub share: Share,
    /// Minor units, without discounts and tax (tax itself for the tax part).
    pub net: i128,
    /// The product sold.
    pub product: Option<ProductId>,
}

impl Part {
    /// A part without product.
    pub fn new(subject: &str, share: Share, net: i128) -> Self {
        Self { subject: subject.into(), share, net, product: None }
    }

    fn entry(&self, account: Account, amount: i128, earned_over: Option<Period>) -> Entry {
        Entry { account, subject: self.subject.clone(), amount, earned_over, product: self.product.clone() }
    }

    /// The leg that sells it: a credit.
    pub fn sold(&self) -> Entry {
        match self.share {
            Share::Tax => self.entry(Account::Tax, -self.net, None),
            Share::AtOnce => self.entry(Account::Revenue, -self.net, None),
            Share::Over(period) => self.entry(Account::Deferred, -self.net, Some(period)),
            Share::Unexplained => self.entry(Account::Suspense, -self.net, None),
        }
    }

    /// The legs that take `amount` of it back: what was earned by then from `contra`, the rest from deferred.
    fn taken_back(&self, amount: i128, at: Timestamp, contra: Account) -> Vec<Entry> {
        match self.share {
            Share::Tax => vec![self.entry(Account::Tax, amount, None)],
            Share::AtOnce => vec![self.entry(contra, amount, None)],
            Share::Unexplained => vec![self.entry(Account::Suspense, amount, None)],
            Share::Over(period) => {
                let earned = earned(amount, period, at);
                let left = Period { start: period.start.max(at), end: period.end };
                vec![self.entry(contra, earned, None), self.entry(Account::Deferred, amount - earned, Some(left))]
            }
        }
    }
}

/// What a reduction takes back, leg by leg, and what found nothing to take back from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Undone {
    /// Debits (negative ones are credits), each with the place of its part.
    legs: Vec<(usize, Entry)>,
    /// What exceeds all that was left.
    pub excess: i128,
}

impl Undone {
    /// The debits.
    pub fn entries(&self) -> impl Iterator<Item = Entry> {
        self.legs.iter().map(|(_, entry)| entry.clone())
    }

    /// Sum of the debits.
    pub fn sum(&self) -> i128 {
        self.legs.iter().map(|(_, entry)| entry.amount).sum()
    }

    /// The same legs the other way, with their periods, for `amount` of it all.
    fn back(&self, amount: i128) -> Self {
        let weights: Vec<i128> = self.legs.iter().map(|(_, entry)| entry.amount).collect();
        let amounts = proportional(amount, &weights).unwrap_or_default();
        let legs = self.legs.iter().zip(amounts).map(|((place, entry), amount)| {
            let entry = Entry { amount, ..entry.clone() };
            (*place, entry.reversed())
        });
        Self { legs: legs.collect(), excess: 0 }
    }
}

/// What is left of one sale while reductions take from it, one after the other.
#[derive(Clone, Debug)]
pub(super) struct Splitter {
    parts: Vec<Part>,
    /// What pro rata reductions are in proportion to.
    base: Vec<i128>,
    /// What pro rata reductions took from that base so far.
    taken: i128,
}

impl Splitter {
    /// Begins with everything that was sold. Ties go to the first part in the order given.
    pub fn new(parts: Vec<Part>) -> Self {
        let base = parts.iter().map(|part| part.net).collect();
        Self { parts, base, taken: 0 }
    }

    /// What can still be taken back.
    pub fn left(&self) -> i128 {
        self.base.iter().sum::<i128>() - self.taken
    }

    /// Takes `amount` back pro rata.
    pub fn take(&mut self, amount: i128, at: Timestamp, contra: Account) -> Undone {
        let left = self.left();
        let within = if left < 0 { amount.clamp(left, 0) } else { amount.clamp(0, left) };
        let (Some(before), Some(after)) = (self.share(self.taken), self.share(self.taken + within)) else {
            return Undone { legs: Vec::new(), excess: amount };
        };
        self.taken += within;
        let amounts: Vec<i128> = after.iter().zip(&before).map(|(after, before)| after - before).collect();
        Undone { legs: self.legs(&amounts, at, contra), excess: amount - within }
    }

    /// Takes back what a document itself says: so much of certain lines, so much tax, and `rest` by lines.
    pub fn take_own(&mut self, own: &Own<'_>, at: Timestamp, contra: Account) -> Undone {
        self.rebase();
        let mut amounts = vec![0_i128; self.parts.len()];
        let mut excess = 0;
        for (line, net) in own.lines {
            match self.place(|part| *part.subject == **line && part.share != Share::Tax) {
                Some(slot) => add(&mut amounts, slot, *net),
                None => excess += net,
            }
        }
        match self.place(|part| part.share == Share::Tax) {
            Some(slot) => add(&mut amounts, slot, own.tax),
            None => excess += own.tax,
        }
        let rest = excess + own.rest;
        let left: Vec<i128> = self.base.iter().zip(&amounts).map(|(base, amount)| base - amount).collect();
        let by_lines = proportional(rest, &self.without_tax(&left));
        if let Some(by_lines) = &by_lines {
            for (slot, amount) in by_lines.iter().enumerate() {
                add(&mut amounts, slot, *amount);
            }
        }
        for (base, amount) in self.base.iter_mut().zip(&amounts) {
            *base -= amount;
        }
        let excess = if by_lines.is_some() { 0 } else { rest };
        Undone { legs: self.legs(&amounts, at, contra), excess }
    }

    /// Gives back `amount` of an earlier reduction, leg for leg.
    pub fn give_back(&mut self, earlier: &Undone, amount: i128) -> Undone {
        self.rebase();
        let back = earlier.back(amount);
        for (place, entry) in &back.legs {
            if let Some(base) = self.base.get_mut(*place) {
                *base -= entry.amount;
            }
        }
        back
    }

    /// Makes what is left the new base.
    fn rebase(&mut self) {
        if let Some(taken) = self.share(self.taken) {
            for (base, taken) in self.base.iter_mut().zip(taken) {
                *base -= taken;
            }
        }
        self.taken = 0;
    }

    /// The shares of a total of `amount`, part by part; none where nothing can be in proportion.
    fn share(&self, amount: i128) -> Option<Vec<i128>> {
        if amount == 0 {
            return Some(vec![0; self.parts.len()]);
        }
        let lines = self.without_tax(&self.base);
        let net: i128 = lines.iter().sum();
        let tax = self.base.iter().sum::<i128>() - net;
        let halves = proportional(amount, &[tax, net])?;
        let (tax, net) = (halves.first().copied()?, halves.get(1).copied()?);
        let mut shares = if net == 0 { vec![0; self.parts.len()] } else { proportional(net, &lines)? };
        if let Some(slot) = self.place(|part| part.share == Share::Tax) {
            add(&mut shares, slot, tax);
        }
        Some(shares)
    }

    fn without_tax(&self, amounts: &[i128]) -> Vec<i128> {
        let parts = self.parts.iter().zip(amounts);
        parts.map(|(part, amount)| if part.share == Share::Tax { 0 } else { *amount }).collect()
    }

    fn place(&self, wanted: impl Fn(&Part) -> bool) -> Option<usize> {
        self.parts.iter().position(wanted)
    }

    fn legs(&self, amounts: &[i128], at: Timestamp, contra: Account) -> Vec<(usize, Entry)> {
        let parts = self.parts.iter().zip(amounts).enumerate();
        let legs = parts.flat_map(|(place, (part, amount))| {
            part.taken_back(*amount, at, contra).into_iter().map(move |entry| (place, entry))
        });
        legs.filter(|(_, entry)| entry.amount != 0).collect()
    }
}

/// What a document itself says it takes back.
#[derive(Clone, Debug)]
pub(super) struct Own<'a> {
    /// Lines and the net amounts taken back of them.
    pub lines: &'a [(&'a str, i128)],
    /// Tax.
    pub tax: i128,
    /// What it says of no line.
    pub rest: i128,
}

fn add(amounts: &mut [i128], slot: usize, amount: i128) {
    if let Some(known) = amounts.get_mut(slot) {
        *known += amount;
    }
}

/// Splits `total` in proportion to `weights`: floors, and the remainder by largest fraction, ties to the first.
/// None where the weights sum to zero while the total does not.
fn proportional(total: i128, weights: &[i128]) -> Option<Vec<i128>> {
    if total == 0 {
        return Some(vec![0; weights.len()]);
    }
    let sum: i128 = weights.iter().sum();
    if sum == 0 {
        return None;
    }
    let sign = sum.signum();
    let sum = sum * sign;
    let mut shares = Vec::with_capacity(weights.len());
    let mut fractions = Vec::with_capacity(weights.len());
    for (index, weight) in weights.iter().enumerate() {
        let product = total.checked_mul(weight * sign)?;
        shares.push(product.div_euclid(sum));
        fractions.push((product.rem_euclid(sum), index));
    }
    fractions.sort_by(|left, right| right.0.cmp(&left.0).then(left.1.cmp(&right.1)));
    let missing = usize::try_from(total - shares.iter().sum::<i128>()).unwrap_or(0);
    for (_, index) in fractions.into_iter().take(missing) {
        add(&mut shares, index, 1);
    }
    Some(shares)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn time(day: i64) -> Timestamp {
        Timestamp::from_unix(day * 86_400).unwrap()
    }

    fn month() -> Share {
        Share::Over(Period { start: time(0), end: time(30) })
    }

    fn amounts(undone: &Undone) -> Vec<(Account, i128)> {
        undone.entries().map(|entry| (entry.account, entry.amount)).collect()
    }

    #[test]
    fn three_thirds_take_back_all_the_tax_and_not_a_cent_more() {
        let parts = vec![Part::new("il_1", month(), 1000), Part::new("in_1", Share::Tax, 80)];
        let mut splitter = Splitter::new(parts);
        let tax: i128 = (0..3)
            .map(|_| {
                let undone = splitter.take(360, time(0), Account::ContraRefunds);
                let tax = amounts(&undone).into_iter().find(|(account, _)| *account == Account::Tax).unwrap().1;
                assert!((26..=27).contains(&tax));
                tax
            })
            .sum();
        assert_eq!(tax, 80);
        assert_eq!(splitter.left(), 0);
    }

    #[test]
    fn ten_days_in_a_third_is_earned_and_the_rest_runs_on_from_there() {
        let mut splitter = Splitter::new(vec![Part::new("il_1", month(), 3000)]);
        let undone = splitter.take(3000, time(10), Account::ContraDisputes);
        assert_eq!(amounts(&undone), [(Account::ContraDisputes, 1000), (Account::Deferred, 2000)]);
        let left = undone.entries().last().unwrap().earned_over;
        assert_eq!(left, Some(Period { start: time(10), end: time(30) }));
    }

    #[test]
    fn more_than_was_sold_is_excess() {
        let mut splitter = Splitter::new(vec![Part::new("il_1", Share::AtOnce, 500)]);
        let undone = splitter.take(700, time(1), Account::ContraRefunds);
        assert_eq!((undone.sum(), undone.excess), (500, 200));
    }

    #[test]
    fn what_is_given_back_can_be_taken_again() {
        let parts = vec![Part::new("il_1", month(), 1000), Part::new("in_1", Share::Tax, 80)];
        let mut splitter = Splitter::new(parts);
        let written_off = splitter.take(1080, time(10), Account::BadDebt);
        let back = splitter.give_back(&written_off, 1080);
        assert_eq!(back.sum(), -1080);
        assert_eq!(splitter.left(), 1080);
        assert_eq!(
            amounts(&splitter.take(1080, time(40), Account::ContraRefunds)),
            [(Account::ContraRefunds, 1000), (Account::Tax, 80)]
        );
    }

    proptest! {
        #[test]
        fn parts_add_up_whatever_is_sold_and_taken(
            lines in prop::collection::vec(1_i64..100_000, 1..6),
            tax in 0_i64..10_000,
            takes in prop::collection::vec(0_i64..60_000, 0..8),
            day in 0_i64..40,
        ) {
            let mut parts: Vec<Part> =
                lines.iter().map(|net| Part::new("il", month(), i128::from(*net))).collect();
            parts.push(Part::new("in", Share::Tax, i128::from(tax)));
            let mut splitter = Splitter::new(parts);
            let total = splitter.left();
            let mut taken = 0;
            for amount in takes.into_iter().map(i128::from) {
                let undone = splitter.take(amount, time(day), Account::ContraRefunds);
                prop_assert_eq!(undone.sum() + undone.excess, amount);
                taken += undone.sum();
                prop_assert_eq!(splitter.left(), total - taken);
            }
            let rest = splitter.take(total - taken, time(day), Account::ContraRefunds);
            prop_assert_eq!(rest.sum(), total - taken);
            prop_assert_eq!(splitter.left(), 0);
        }
    }
}
