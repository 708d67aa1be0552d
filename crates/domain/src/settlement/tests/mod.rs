//! What people read of invoices, payments and disputes, as given / when / then. Each case is learned in several orders and must
//! not notice.

mod bills;
mod concerns;
mod disputes;
mod linked_by_checkout;
mod payments;
mod purchases;

use crate::{
    accounting::tests::world::World,
    fact::Fact,
    id::{ObjectKind, ObjectRef},
    settlement::Settlement,
};

/// What is read of the settlement around an object, whatever the order in which its facts were learned.
fn read<T: PartialEq + std::fmt::Debug>(
    facts: &[Fact],
    (kind, id): (ObjectKind, &str),
    look: impl Fn(&Settlement<'_>) -> T,
) -> T {
    let at = ObjectRef::new(kind, id);
    let found = World::learning(facts).look(&at, &look);
    assert_eq!(found, World::learning(facts.iter().rev()).look(&at, &look), "in reverse");
    for start in 1..facts.len() {
        let turned = facts.iter().cycle().skip(start).take(facts.len() * 2);
        assert_eq!(found, World::learning(turned).look(&at, &look), "beginning with {start}, twice");
    }
    found
}
