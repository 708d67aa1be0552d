//! The chain of a customer's balances: each sight leads to the next, documents explain some of the changes, and what
//! they do not explain is goodwill, or existed before the log.

use super::{
    credit::{Explained, Sight},
    draft::When,
};

/// How far apart a document and the customer's event about the same change may lie, in seconds.
pub(super) const SAME_CHANGE: i64 = 3_600;

/// A change of the balance that no document explains.
#[derive(Debug)]
pub(super) struct Unexplained {
    /// When, and the event that shows it.
    pub when: When,
    /// Minor units, as `customer.balance` counts them.
    pub amount: i128,
    /// Whether it existed before the first event.
    pub opening: bool,
}

/// Sights in the order in which they lead to each other: by time; inside one second by "before" and "after", because
/// event ids say nothing. Expects them sorted by currency, then moment.
pub(super) fn in_order(mut sights: Vec<&Sight>) -> Vec<&Sight> {
    sights.sort_by(|left, right| left.moment.cmp(&right.moment));
    let mut ordered: Vec<&Sight> = Vec::with_capacity(sights.len());
    for second in sights.chunk_by(|left, right| left.moment.at == right.moment.at) {
        let (mut moves, still): (Vec<&Sight>, Vec<&Sight>) = second.iter().partition(|sight| sight.previous.is_some());
        // A sight that shows no move adds nothing to a second whose moves pass through its balance.
        let news = still.into_iter().filter(|sight| {
            !moves.iter().any(|known| known.balance == sight.balance || known.previous == Some(sight.balance))
        });
        let news: Vec<&Sight> = news.collect();
        while let Some(next) = next_move(&moves, ordered.last().map(|sight| sight.balance)) {
            ordered.push(moves.remove(next));
        }
        ordered.extend(news);
    }
    ordered
}

/// The move that begins where the balance stands; else one that follows no other; else the least.
fn next_move(moves: &[&Sight], balance: Option<i64>) -> Option<usize> {
    let continues = moves.iter().position(|sight| balance.is_some() && sight.previous == balance);
    let begins = || moves.iter().position(|sight| !moves.iter().any(|other| Some(other.balance) == sight.previous));
    continues.or_else(begins).or_else(|| (!moves.is_empty()).then_some(0))
}

/// What documents leave unexplained. Both lists are in order of time.
pub(super) fn unexplained(sights: &[&Sight], explained: &[&Explained]) -> Vec<Unexplained> {
    let Some(first) = sights.first() else {
        return opening_by_document(explained).into_iter().collect();
    };
    let mut sums = vec![0_i128; sights.len() + 2];
    for (place, explained) in places(sights, explained).into_iter().zip(explained) {
        if let Some(sum) = sums.get_mut(place) {
            *sum += i128::from(explained.delta);
        }
    }
    let sum = |place: usize| sums.get(place).copied().unwrap_or(0);
    let mut balance = i128::from(first.previous.unwrap_or(first.balance));
    let mut found = vec![Unexplained { when: When::new(None, &first.moment), amount: balance - sum(0), opening: true }];
    for (index, sight) in sights.iter().enumerate() {
        let change = i128::from(sight.balance) - balance;
        balance = i128::from(sight.balance);
        let amount = change - sum(index + 1);
        found.push(Unexplained { when: When::new(None, &sight.moment), amount, opening: false });
    }
    found.retain(|found| found.amount != 0);
    found
}

/// Where each document's change belongs: 0 before the first sight, i with the i-th, beyond all of them after the last.
/// One whose value is just that of a sight's own move at about the same time belongs to that sight; the others go by
/// time.
fn places(sights: &[&Sight], explained: &[&Explained]) -> Vec<usize> {
    let mut taken = vec![false; sights.len()];
    let mut places = Vec::with_capacity(explained.len());
    for change in explained {
        let start = sights.partition_point(|sight| change.at.seconds_since(sight.moment.at) > SAME_CHANGE);
        let near =
            sights.iter().enumerate().skip(start).take_while(|(_, sight)| distance(sight, change) <= SAME_CHANGE);
        let matching = near.filter(|(index, sight)| {
            let own = sight.previous.and_then(|previous| sight.balance.checked_sub(previous));
            own == Some(change.delta) && taken.get(*index).is_some_and(|taken| !taken)
        });
        let nearest = matching.min_by_key(|(index, sight)| (distance(sight, change), *index)).map(|(index, _)| index);
        if let Some(slot) = nearest.and_then(|index| taken.get_mut(index)) {
            *slot = true;
        }
        places.push(nearest.map_or_else(|| by_time(sights, change), |index| index + 1));
    }
    places
}

fn distance(sight: &Sight, change: &Explained) -> i64 {
    sight.moment.at.seconds_since(change.at).saturating_abs()
}

/// The first sight that is not older; a first sight that shows no move may be older by less than a second.
fn by_time(sights: &[&Sight], change: &Explained) -> usize {
    let older = sights.partition_point(|sight| sight.moment.at < change.at);
    match sights.first() {
        Some(first) if change.at < first.moment.at => 0,
        Some(first) if first.previous.is_none() => older.max(1) + 1,
        _ => older + 1,
    }
}

/// While no event has shown the balance: what the first document says there was before it.
fn opening_by_document(explained: &[&Explained]) -> Option<Unexplained> {
    let place = explained.iter().position(|change| change.before.is_some())?;
    let change = explained.get(place)?;
    let earlier: i128 = explained.iter().take(place).map(|change| i128::from(change.delta)).sum();
    let amount = i128::from(change.before?) - earlier;
    let when = When { at: change.at, cause: change.cause.clone() };
    (amount != 0).then_some(Unexplained { when, amount, opening: true })
}
