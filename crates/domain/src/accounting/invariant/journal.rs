//! What postings show by themselves: transactions that balance, balance transactions posted once and in full, claims that they match.

use std::collections::{BTreeMap, BTreeSet};

use super::{Breach, Invariant, View, balanced};
use crate::{accounting::Account, fact::BalanceTransaction, id::ObjectKind, money::Currency};

/// I1, I2 and I3.
pub(super) fn check(view: &View<'_>, breaches: &mut Vec<Breach>) {
    breaches.extend(balanced(view.legs));
    let known = known(view);
    stripe_balance(view, &known, breaches);
    clearing(view, &known, breaches);
}

/// The balance transactions whose money members move, by id, as each event shows them; several members may show one.
fn known<'a>(view: &View<'a>) -> BTreeMap<&'a str, Vec<&'a BalanceTransaction>> {
    let own = view.settlement.of_kind(ObjectKind::BalanceTransaction);
    let mut known: BTreeMap<&str, Vec<&BalanceTransaction>> = own
        .filter_map(|(_, object)| object.balance_transaction())
        .map(|transaction| (transaction.id.as_str(), vec![transaction]))
        .collect();
    let disputes = view.settlement.of_kind(ObjectKind::Dispute);
    let embedded =
        disputes.filter_map(|(_, object)| object.dispute()).flat_map(|dispute| &dispute.balance_transactions);
    for transaction in embedded {
        if let Some(shown) = known.get_mut(transaction.id.as_str()) {
            shown.push(transaction);
        }
    }
    known
}

fn stripe_balance(view: &View<'_>, known: &BTreeMap<&str, Vec<&BalanceTransaction>>, breaches: &mut Vec<Breach>) {
    for (id, shown) in known {
        for transaction in shown {
            let expected = (transaction.currency, i128::from(transaction.net));
            let why = "the net of this balance transaction";
            view.expect((Account::StripeBalance, id), expected, (Invariant::StripeBalance, why), breaches);
        }
    }
    let unknown: BTreeSet<&str> =
        view.on(Account::StripeBalance).map(|leg| leg.subject).filter(|id| !known.contains_key(id)).collect();
    for id in unknown {
        let why = "no event shows this balance transaction";
        view.expect((Account::StripeBalance, id), (None, 0), (Invariant::StripeBalance, why), breaches);
    }
}

/// Each movement that a balance transaction shows must meet one that was claimed. Claims may wait for theirs.
fn clearing(view: &View<'_>, known: &BTreeMap<&str, Vec<&BalanceTransaction>>, breaches: &mut Vec<Breach>) {
    let mut claimed: BTreeMap<(&str, Currency), Vec<i128>> = BTreeMap::new();
    let mut shown: BTreeMap<(&str, Currency), Vec<i128>> = BTreeMap::new();
    for leg in view.on(Account::Clearing) {
        let side = if known.contains_key(leg.key) { &mut shown } else { &mut claimed };
        side.entry((leg.subject, leg.currency)).or_default().push(leg.amount);
    }
    for ((subject, currency), amounts) in shown {
        let mut open = claimed.remove(&(subject, currency)).unwrap_or_default();
        let found = open.iter().chain(&amounts).sum::<i128>();
        let met = amounts.iter().all(|amount| match open.iter().position(|claim| *claim == -amount) {
            Some(place) => {
                open.swap_remove(place);
                true
            }
            None => false,
        });
        if !met && found != 0 {
            breaches.push(Breach {
                invariant: Invariant::Clearing,
                object: subject.into(),
                currency,
                expected: 0,
                found,
                why: "what balance transactions show and what events claim",
            });
        }
    }
}
