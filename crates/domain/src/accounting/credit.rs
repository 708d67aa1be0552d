//! The credit balance of one customer: what customers' events show of it, and what documents explain.

use serde::{Deserialize, Serialize};

use super::{Account, Transaction};
use crate::{
    id::{CustomerId, EventId, ObjectKind, ObjectRef},
    money::Currency,
    order::Moment,
    settlement::Settlement,
    time::Timestamp,
};

/// A change of a customer's balance that a document explains.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Explained {
    /// When it took effect.
    pub at: Timestamp,
    /// The event that says so.
    pub cause: EventId,
    /// Currency of the amounts.
    pub currency: Currency,
    /// By how much `customer.balance` changed, minor units: negative when the customer got credit.
    pub delta: i64,
    /// The balance before, where the document shows it (`starting_balance`).
    pub before: Option<i64>,
}

/// What is known of one customer's credit balance: a join.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerCredit {
    seen: Vec<Sight>,
    explained: Vec<(ObjectRef, Vec<Explained>)>,
}

/// One event's view of the balance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Sight {
    currency: Option<Currency>,
    moment: Moment,
    previous: Option<i64>,
    balance: i64,
}

impl CustomerCredit {
    /// Takes in what an event shows of the balance. Returns whether anything is new.
    ///
    /// Kept are the first and the newest sight of each currency, and every sight that names the balance before: so
    /// it stays small for customers whose balance never moves.
    pub fn observe_balance(
        &mut self,
        moment: &Moment,
        currency: Option<Currency>,
        previous: Option<i64>,
        balance: i64,
    ) -> bool {
        let sight = Sight { currency, moment: moment.clone(), previous, balance };
        let known = self.seen.iter().any(|known| known.currency == currency && known.moment.event == moment.event);
        if known {
            return false;
        }
        let before = self.seen.len();
        let place = self.seen.partition_point(|known| *known < sight);
        self.seen.insert(place, sight);
        let _ = before;
        true
    }

    /// Sets what an object explains of the balance's changes; nothing withdraws it. Returns whether that is news.
    pub fn explain(&mut self, by: &ObjectRef, changes: Vec<Explained>) -> bool {
        let place = self.explained.binary_search_by(|(known, _)| known.cmp(by));
        match place {
            Ok(index) if changes.is_empty() => {
                self.explained.remove(index);
                true
            }
            Ok(index) => self.explained.get_mut(index).is_some_and(|(_, known)| {
                let news = *known != changes;
                *known = changes;
                news
            }),
            Err(_) if changes.is_empty() => false,
            Err(index) => {
                self.explained.insert(index, (by.clone(), changes));
                true
            }
        }
    }

    /// The transactions of what no document explains.
    pub fn post(&self, _customer: &CustomerId) -> Vec<Transaction> {
        Vec::new()
    }
}

/// What the objects of a settlement explain of their customers' balances, object by object. `transactions` are those
/// that [`super::post`] made of the same settlement, so that both always agree.
pub fn credit_effects(
    settlement: &Settlement<'_>,
    transactions: &[Transaction],
) -> Vec<(CustomerId, ObjectRef, Vec<Explained>)> {
    let mut effects: Vec<(CustomerId, ObjectRef, Vec<Explained>)> = Vec::new();
    for transaction in transactions {
        for posting in transaction.postings.iter().filter(|posting| posting.account == Account::CustomerCredit) {
            let (Some(customer), Some(cause)) = (&posting.customer, transaction.causes.first()) else { continue };
            let invoice =
                settlement.get(ObjectKind::Invoice, &transaction.object.id).and_then(|object| object.invoice());
            let explained = Explained {
                at: transaction.effective,
                cause: cause.clone(),
                currency: posting.currency,
                delta: posting.amount,
                before: invoice
                    .filter(|_| transaction.key.ends_with(":customer_balance"))
                    .map(|invoice| invoice.starting_balance),
            };
            match effects.iter_mut().find(|(of, object, _)| of == customer && *object == transaction.object) {
                Some((_, _, known)) => known.push(explained),
                None => effects.push((customer.clone(), transaction.object.clone(), vec![explained])),
            }
        }
    }
    effects
}
