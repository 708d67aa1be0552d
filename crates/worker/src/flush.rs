//! From changed states to rows: what a flush has to write.
//!
//! Rows are derived once per flush, whatever the number of records behind it, and only those that differ from what was
//! written last are replaced.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use daybook_domain::{
    accounting::{self, Explained, Transaction},
    id::{CustomerId, ObjectKind, ObjectRef},
    parked::Parked,
    scope::ScopeId,
    settlement::{Purchase, View},
};
use daybook_projections::{changes::Changed, objects, owner::Owner};
use sqlx::PgConnection;
use tokio::sync::mpsc;

use crate::{
    Error,
    loader::Loader,
    output::Output,
    reader_rows::ReaderRows,
    state::State,
    working_set::{Books, WorkingSet},
};

/// Settlements that are worked through at a time: their transactions are in memory together.
const SETTLEMENTS: usize = 4_000;
/// Rows are let out as soon as they are so many bytes.
const ENOUGH: usize = 8 << 20;

/// Where rows go while more are derived. Whoever takes them writes them in the order they come.
pub type Outlet = mpsc::Sender<Output>;

/// Derives the rows of everything that has changed since the last flush. With an outlet, what is more than a few megabytes
/// goes there at once; the rest is left in `output`.
///
/// # Errors
/// What the database says.
pub async fn flush(
    set: &mut WorkingSet,
    loader: &mut Loader,
    connection: &mut PgConnection,
    (output, outlet): (&mut Output, Option<&Outlet>),
) -> Result<(), Error> {
    for (scope, books) in set.all() {
        for seeds in books.take_unsettled().chunks(SETTLEMENTS) {
            let settled = settle(books, seeds);
            load_credit(loader, connection, scope, books, &settled).await?;
            explain_credit(books, &settled);
            for (object, member) in settled.members {
                let owner = Owner { scope, object };
                renew(books, &owner, Some(&member), loader, output);
                let_out(output, outlet).await;
            }
        }
        for object in books.take_dirty() {
            if books.is_dirty(&object) {
                renew(books, &Owner { scope, object }, None, loader, output);
                let_out(output, outlet).await;
            }
        }
    }
    Ok(())
}

/// Derives the same rows of states that are all in memory, so that nothing has to be loaded or let out.
pub(crate) fn derive_in_memory(set: &mut WorkingSet, loader: &mut Loader, output: &mut Output) {
    for (scope, books) in set.all() {
        for seeds in books.take_unsettled().chunks(SETTLEMENTS) {
            let settled = settle(books, seeds);
            explain_credit(books, &settled);
            for (object, member) in settled.members {
                renew(books, &Owner { scope, object }, Some(&member), loader, output);
            }
        }
        for object in books.take_dirty() {
            if books.is_dirty(&object) {
                renew(books, &Owner { scope, object }, None, loader, output);
            }
        }
    }
}

async fn let_out(output: &mut Output, outlet: Option<&Outlet>) {
    if output.size() >= ENOUGH
        && let Some(outlet) = outlet
    {
        // Nobody takes them when the writer has failed: it says why itself.
        let _failed = outlet.send(std::mem::take(output)).await;
    }
}

/// Derives the rows of one owner, and stores its state if it or its rows have changed.
fn renew(books: &mut Books, owner: &Owner, member: Option<&Member>, loader: &mut Loader, output: &mut Output) {
    let other_rows = derive(books, owner, member, output);
    if other_rows || books.is_dirty(&owner.object) {
        store(books, owner, output);
        loader.note_written(owner);
    }
}

/// What the settlements that may have changed say now.
struct Settled {
    /// What each member owns; every member has an entry, so that one that lost its transactions is seen.
    members: BTreeMap<ObjectRef, Member>,
    /// What explains customers' credit, by customer and object; an object without any explains nothing any more.
    credit: BTreeMap<CustomerId, Vec<(ObjectRef, Vec<Explained>)>>,
}

/// What a member of a settlement owns.
#[derive(Default)]
struct Member {
    transactions: Vec<Transaction>,
    /// What people read of it.
    view: Option<View>,
    /// What was bought once, where it stands for that.
    purchase: Option<Purchase>,
}

fn settle(books: &mut Books, seeds: &[ObjectRef]) -> Settled {
    let mut settled = Settled { members: BTreeMap::new(), credit: BTreeMap::new() };
    for seed in seeds {
        if !books.is_unsettled(seed) {
            continue;
        }
        let settlement = books.settlement(seed);
        let mut explained_before: BTreeMap<ObjectRef, CustomerId> = BTreeMap::new();
        let mut purchases = settlement.purchases();
        for (member, object) in settlement.members() {
            let view = settlement.view(member, object);
            let purchase = purchases.remove(member);
            settled.members.insert(member.clone(), Member { transactions: Vec::new(), view, purchase });
            if let Some(customer) = &object.explains {
                explained_before.insert(member.clone(), customer.clone());
            }
        }
        let transactions = accounting::post(&settlement);
        for (customer, object, explained) in accounting::credit_effects(&settlement, &transactions) {
            if explained_before.get(&object) == Some(&customer) {
                explained_before.remove(&object);
            }
            settled.credit.entry(customer).or_default().push((object, explained));
        }
        for (object, customer) in explained_before {
            settled.credit.entry(customer).or_default().push((object, Vec::new()));
        }
        let members: Vec<ObjectRef> = settlement.members().map(|(member, _)| member.clone()).collect();
        for member in &members {
            books.settled(member);
        }
        for transaction in transactions {
            settled.members.entry(transaction.object.clone()).or_default().transactions.push(transaction);
        }
    }
    settled
}

/// The credit of a customer.
fn credit_of(customer: &CustomerId) -> ObjectRef {
    ObjectRef::new(ObjectKind::CustomerCredit, customer.as_str())
}

/// Brings in the credits that settlements explain.
async fn load_credit(
    loader: &Loader,
    connection: &mut PgConnection,
    scope: ScopeId,
    books: &mut Books,
    settled: &Settled,
) -> Result<(), Error> {
    let wanted: HashSet<ObjectRef> = settled.credit.keys().map(credit_of).collect();
    loader.load(connection, scope, books, wanted).await
}

/// Tells customers' credit what explains it.
fn explain_credit(books: &mut Books, settled: &Settled) {
    for (customer, effects) in &settled.credit {
        let object = credit_of(customer);
        for (by, explained) in effects {
            if let State::Credit(credit) = &mut books.change(&object).state {
                credit.explain(by, explained.clone());
            }
        }
    }
    note_explained(books, settled);
}

/// Notes with every document whose credit it explains now, so that the customer can be told when it does no more.
fn note_explained(books: &mut Books, settled: &Settled) {
    let mut explains: BTreeMap<&ObjectRef, Option<&CustomerId>> = BTreeMap::new();
    for (customer, effects) in &settled.credit {
        for (object, explained) in effects {
            let now = explains.entry(object).or_default();
            if !explained.is_empty() {
                *now = Some(customer);
            }
        }
    }
    for (object, customer) in explains {
        let known = books.object(object).and_then(|object| object.explains.as_ref());
        if known != customer
            && let Some(object) = books.change_object(object)
        {
            object.explains = customer.cloned();
        }
    }
}

/// Derives the rows of one owner. Returns whether they differ from those written last, and so are written.
fn derive(books: &mut Books, owner: &Owner, member: Option<&Member>, output: &mut Output) -> bool {
    let Some(entry) = books.get(&owner.object) else { return false };
    if owner.object.kind.settles() && member.is_none() {
        return false;
    }
    let mut rows = ReaderRows::default();
    let mut credit = Vec::new();
    match &entry.state {
        State::Subscription(subscription) => rows.add_subscription(owner, subscription),
        State::Customer(customer) => rows.add_customer(owner, customer),
        State::Credit(state) => credit = state.post(&CustomerId::new(owner.id())),
        State::Object(object) => {
            rows.add_object(owner, object);
            if let Some(view) = member.and_then(|member| member.view.as_ref()) {
                rows.add_view(owner, object, view);
            }
            let waited_for = object.is_only_named() && owner.object.kind.settles();
            if let Some(parked) =
                waited_for.then(|| Parked::of(&owner.object, &books.settlement(&owner.object))).flatten()
            {
                rows.add_parked(owner, &parked);
            }
        }
    }
    let transactions = member.map_or(&credit, |member| &member.transactions);
    let purchase = member.and_then(|member| member.purchase.as_ref());
    if let Some(purchase) = purchase {
        rows.add_purchase(owner, purchase);
    }
    for transaction in transactions {
        rows.add_transaction(owner, transaction);
    }
    let digest = rows.digest();
    if digest == entry.derived {
        return false;
    }
    if entry.derived != 0 {
        output.replaced.insert(owner.clone());
    }
    note_change(books, owner, transactions, output);
    if let Some(purchase) = purchase {
        output.changed.insert(Changed { scope: owner.scope, customer: purchase.customer.as_str().into() });
    }
    for transaction in transactions {
        output.deltas.add_transaction(owner.scope, transaction);
    }
    output.readers.append(&mut rows);
    books.derived(&owner.object, digest);
    true
}

/// Names the customers whose answers change with this owner.
fn note_change(books: &Books, owner: &Owner, transactions: &[Transaction], output: &mut Output) {
    let customer = match books.get(&owner.object).map(|entry| &entry.state) {
        Some(State::Subscription(subscription)) => {
            subscription.snapshot().and_then(|snapshot| snapshot.customer.as_ref()).map(CustomerId::as_str)
        }
        Some(State::Customer(_) | State::Credit(_)) => Some(owner.id()),
        Some(State::Object(object)) => object.customer().map(CustomerId::as_str),
        None => None,
    };
    let posted = transactions.iter().flat_map(|transaction| &transaction.postings);
    let posted = posted.filter_map(|posting| posting.customer.as_ref()).map(CustomerId::as_str);
    for customer in customer.into_iter().chain(posted).collect::<BTreeSet<_>>() {
        output.changed.insert(Changed { scope: owner.scope, customer: customer.into() });
    }
}

/// Adds the row of one state.
fn store(books: &mut Books, owner: &Owner, output: &mut Output) {
    let Some(entry) = books.get(&owner.object) else { return };
    let stored = objects::Stored {
        owner: owner.clone(),
        state: entry.state.encode(),
        sequence: entry.sequence,
        derived: entry.derived,
    };
    let only_named = entry.state.as_object().is_some_and(daybook_domain::object::Object::is_only_named);
    let was_stored = entry.stored;
    objects::add(&mut output.objects, &stored, only_named);
    if was_stored {
        output.stored.insert(owner.clone());
    }
    books.mark_stored(&owner.object);
}
