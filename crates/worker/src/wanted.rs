//! Which states the records at hand need: what their facts are about, and everything linked with it.
//!
//! Links are followed until nothing new turns up, so that a fold finds every settlement whole, whichever of its members
//! the record names.

use std::collections::HashSet;

use daybook_domain::{
    fact::{Fact, Observed},
    id::{ObjectKind, ObjectRef, SubscriptionId},
    object::links_of,
};

use crate::{state::State, working_set::Books};

/// What the fold of a fact touches at once.
pub fn by_fact(fact: &Fact, wanted: &mut HashSet<ObjectRef>) {
    wanted.insert(fact.subject());
    match &fact.observed {
        Observed::Customer(_) => {
            wanted.insert(ObjectRef::new(ObjectKind::CustomerCredit, fact.id.clone()));
        }
        Observed::Invoice(invoice) => {
            let lines = invoice.lines.iter().filter_map(|line| line.subscription.as_ref());
            wanted.extend(invoice.subscription.iter().chain(lines).map(subscription));
        }
        Observed::CreditNote(note) => {
            wanted.extend(note.refunds.iter().map(|(id, _)| ObjectRef::new(ObjectKind::Refund, id.clone())));
        }
        Observed::BalanceTransaction(shown) => wanted.extend(shown.by.clone()),
        _ => {}
    }
    wanted.extend(links_of(&fact.observed));
}

/// What a state that is here leads to.
pub fn by_state(books: &Books, object: &ObjectRef, wanted: &mut HashSet<ObjectRef>) {
    let Some(State::Object(object)) = books.get(object).map(|entry| &entry.state) else { return };
    wanted.extend(object.outgoing());
    wanted.extend(object.incoming.iter().cloned());
    wanted.extend(object.in_question());
    wanted.extend(object.told.iter().map(subscription));
}

fn subscription(id: &SubscriptionId) -> ObjectRef {
    ObjectRef::new(ObjectKind::Subscription, id.as_str())
}
