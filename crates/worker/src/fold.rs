//! One record into the states: facts to their objects, links between them, standings to their subscriptions.
//!
//! This is done record by record, not batch by batch, so that what an aggregate takes in depends on the log alone and
//! a rebuild gives the events that live processing gave. Nothing here fails or waits.

use cqrs_es::{Aggregate, event_sink::EventSink};
use daybook_domain::{
    customer::{Customer, CustomerCommand},
    fact::{Fact, Observed},
    id::{ObjectKind, ObjectRef, SubscriptionId},
    order::Moment,
    scope::ScopeId,
    subscription::{Subscription, SubscriptionCommand},
};
use daybook_projections::{aggregates, copy::Rows};
use daybook_store::operated::CustomerEntry;
use futures::FutureExt;

use crate::{state::State, working_set::Books};

/// Where the facts of one record come from, and where the events of aggregates go.
#[derive(Debug)]
pub struct Context<'a> {
    /// Whose books.
    pub scope: ScopeId,
    /// The record.
    pub position: i64,
    /// Rows of the `event` table.
    pub events: &'a mut Rows,
}

/// Takes in the facts of one record.
pub fn fold(books: &mut Books, facts: Vec<Fact>, context: &mut Context<'_>) {
    let Some(moment) = facts.first().map(|fact| fact.moment.clone()) else { return };
    let mut touched = Vec::new();
    for fact in facts {
        let subject = fact.subject();
        match fact.observed {
            Observed::Subscription(snapshot) => {
                let command = SubscriptionCommand::Observe { moment: fact.moment, evidence: fact.evidence, snapshot };
                tell_subscription(books, &subject, command, &moment, context);
            }
            Observed::Customer(snapshot) => {
                observe_balance(books, &subject, &fact.moment, &snapshot);
                let command = CustomerCommand::Observe { moment: fact.moment, evidence: fact.evidence, snapshot };
                tell_customer(books, &subject, command, &moment, context);
            }
            Observed::EntitlementSummary(summary) => {
                let command = CustomerCommand::ObserveSummary { moment: fact.moment, evidence: fact.evidence, summary };
                tell_customer(books, &subject, command, &moment, context);
            }
            _ => {
                if observe(books, &subject, &fact, &mut touched) {
                    touched.push(subject);
                }
            }
        }
    }
    for object in touched {
        if object.kind.settles() {
            tell_standings(books, &object, &moment, context);
            books.unsettle(&object);
        }
    }
}

/// Takes in an operator's act. It was decided before it was recorded, so nothing is refused here.
pub fn take_in(books: &mut Books, entry: CustomerEntry, context: &mut Context<'_>) {
    let moment = entry.operated.moment.clone();
    let subject = ObjectRef::new(ObjectKind::Customer, entry.customer.as_str());
    tell_customer(books, &subject, CustomerCommand::TakeIn(Box::new(entry.operated)), &moment, context);
}

/// Lets an object take in a fact, and keeps both ends of its links in step. What it pointed to and points to no more is
/// added to `left`. Returns whether anything is new.
fn observe(books: &mut Books, subject: &ObjectRef, fact: &Fact, left: &mut Vec<ObjectRef>) -> bool {
    let Some(object) = books.change_object(subject) else { return false };
    let before: Vec<ObjectRef> = object.outgoing().collect();
    let changed = object.observe(fact);
    let after: Vec<ObjectRef> = object.outgoing().collect();
    for gone in before.iter().filter(|target| !after.contains(target)) {
        if let Some(target) = books.change_object(gone) {
            target.incoming.remove(subject);
        }
        left.push(gone.clone());
    }
    for new in after.iter().filter(|target| !before.contains(target)) {
        if let Some(target) = books.change_object(new) {
            target.incoming.insert(subject.clone());
        }
    }
    changed
}

fn observe_balance(
    books: &mut Books,
    customer: &ObjectRef,
    moment: &Moment,
    snapshot: &daybook_domain::fact::Customer,
) {
    let Some(balance) = snapshot.balance else { return };
    let credit = ObjectRef::new(ObjectKind::CustomerCredit, customer.id.clone());
    if let State::Credit(credit) = &mut books.change(&credit).state {
        credit.observe_balance(moment, snapshot.currency, snapshot.previous_balance, balance);
    }
}

/// Tells subscriptions how the invoices and disputes of a settlement stand now.
fn tell_standings(books: &mut Books, object: &ObjectRef, moment: &Moment, context: &mut Context<'_>) {
    for (about, news) in standings(books, object) {
        let told = books.object(&about).and_then(|object| object.told.clone());
        let whose = news.as_ref().map(|(subscription, _)| subscription.clone());
        if let Some(told) = told.as_ref().filter(|told| whose.as_ref() != Some(*told)) {
            tell_subscription(books, &reference(told), withdrawal(&about), moment, context);
        }
        if told != whose
            && let Some(object) = books.change_object(&about)
        {
            object.told = whose;
        }
        if let Some((subscription, command)) = news {
            tell_subscription(books, &reference(&subscription), command, moment, context);
        }
    }
}

/// An invoice or dispute, and the subscription to tell about it, if it belongs to one.
type News = (ObjectRef, Option<(SubscriptionId, SubscriptionCommand)>);

fn standings(books: &Books, object: &ObjectRef) -> Vec<News> {
    let settlement = books.settlement(object);
    let concerned = |object: &daybook_domain::object::Object| object.told.is_some() || object.subscription().is_some();
    if !settlement.members().any(|(_, object)| concerned(object)) {
        return Vec::new();
    }
    let mut news = Vec::new();
    for (id, _) in settlement.of_kind(ObjectKind::Invoice) {
        let command = settlement.invoice_standing(id).map(|(subscription, standing)| {
            (subscription.clone(), SubscriptionCommand::ObserveInvoice(Box::new(standing)))
        });
        news.push((ObjectRef::new(ObjectKind::Invoice, id), command));
    }
    for (id, _) in settlement.of_kind(ObjectKind::Dispute) {
        let command = settlement.dispute_standing(id).map(|(subscription, standing)| {
            (subscription.clone(), SubscriptionCommand::ObserveDispute(Box::new(standing)))
        });
        news.push((ObjectRef::new(ObjectKind::Dispute, id), command));
    }
    news
}

fn withdrawal(about: &ObjectRef) -> SubscriptionCommand {
    match about.kind {
        ObjectKind::Dispute => SubscriptionCommand::WithdrawDispute(about.id.clone()),
        _ => SubscriptionCommand::WithdrawInvoice(daybook_domain::id::InvoiceId::new(about.id.clone())),
    }
}

fn reference(subscription: &SubscriptionId) -> ObjectRef {
    ObjectRef::new(ObjectKind::Subscription, subscription.as_str())
}

fn tell_subscription(
    books: &mut Books,
    object: &ObjectRef,
    command: SubscriptionCommand,
    moment: &Moment,
    context: &mut Context<'_>,
) {
    let entry = books.change(object);
    if let State::Subscription(subscription) = &mut entry.state {
        let events = execute::<Subscription>(subscription, command);
        keep::<Subscription>(&events, &mut entry.sequence, object, moment, context);
    }
}

fn tell_customer(
    books: &mut Books,
    object: &ObjectRef,
    command: CustomerCommand,
    moment: &Moment,
    context: &mut Context<'_>,
) {
    let entry = books.change(object);
    if let State::Customer(customer) = &mut entry.state {
        let events = execute::<Customer>(customer, command);
        keep::<Customer>(&events, &mut entry.sequence, object, moment, context);
    }
}

/// Lets an aggregate handle a command of the log. Our handlers never wait, so the future is ready at once.
fn execute<A>(aggregate: &mut A, command: A::Command) -> Vec<A::Event>
where
    A: Aggregate<Services = ()>,
{
    let sink = EventSink::default();
    // A sink locks through tokio, which makes a busy task wait now and then even for a free lock: not here.
    let handled = tokio::task::unconstrained(aggregate.handle(command, &(), &sink)).now_or_never();
    handled.expect("no handler waits").expect("nothing the log holds is refused");
    sink.collect().now_or_never().expect("collecting does not wait")
}

fn keep<A: Aggregate>(
    events: &[A::Event],
    sequence: &mut i64,
    object: &ObjectRef,
    moment: &Moment,
    context: &mut Context<'_>,
) {
    for event in events {
        *sequence += 1;
        let taken = aggregates::Taken {
            aggregate_type: A::TYPE,
            scope: context.scope,
            id: &object.id,
            sequence: *sequence,
            event,
            moment,
            position: context.position,
        };
        aggregates::add(context.events, &taken);
    }
}
