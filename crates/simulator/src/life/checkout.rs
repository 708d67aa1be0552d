//! How a subscription begins: by a checkout session, or by a request of the seller's.

use super::{Stage, Thread, entitlement, invoice, payment, subscription};
use crate::model::{BillingReason, Session, SessionMode};

fn first_invoice(stage: &mut Stage, thread: &mut Thread) {
    let lines = subscription::period_lines(stage, thread);
    invoice::draft(stage, thread, BillingReason::Create, lines);
}

/// The sums a session shows.
struct Sums {
    subtotal: i64,
    discount: i64,
    tax: i64,
    total: i64,
}

fn sums(thread: &Thread) -> Sums {
    thread.bills.last().map_or(Sums { subtotal: 0, discount: 0, tax: 0, total: 0 }, |bill| Sums {
        subtotal: bill.invoice.subtotal(),
        discount: bill.invoice.discounted(),
        tax: bill.invoice.tax_total(),
        total: bill.invoice.total(),
    })
}

/// A session of this customer, before it is completed.
pub(crate) fn session(stage: &mut Stage, thread: &Thread, mode: SessionMode) -> Session {
    Session {
        id: stage.ids.make("cs_test_", 58),
        created: stage.now,
        customer: stage.customer.clone(),
        mode,
        status: "open",
        payment_status: "unpaid",
        currency: thread.terms.price.currency,
        amount_subtotal: 0,
        amount_discount: 0,
        amount_tax: 0,
        amount_total: 0,
        user_id: stage.customer.user_id.clone(),
        price_lookup_key: thread.terms.price.lookup_key.clone(),
    }
}

/// A subscription bought in a checkout: created `incomplete` and active within the same second.
pub(crate) fn buy_subscription(stage: &mut Stage, thread: &mut Thread) {
    stage.by_request();
    let mut session = session(stage, thread, SessionMode::Subscription { subscription: None, invoice: None });
    session.created -= stage.random.between(20, 600);
    stage.greet();
    subscription::create(stage, thread, "incomplete", None);
    first_invoice(stage, thread);
    invoice::finalize(stage, thread);
    stage.attach_card();
    subscription::announce(stage, thread);
    payment::pay(stage, thread);
    let card = stage.customer.card.id.clone();
    subscription::change(stage, thread, |subscription| {
        subscription.status = "active";
        subscription.payment_method = Some(card);
    });
    entitlement::open(stage, thread);
    if stage.random.chance(50) {
        stage.wait(1);
    }
    complete(stage, thread, session);
}

fn complete(stage: &mut Stage, thread: &Thread, mut session: Session) {
    let sums = sums(thread);
    session.customer = stage.customer.clone();
    session.status = "complete";
    session.payment_status = if sums.total > 0 { "paid" } else { "no_payment_required" };
    session.amount_subtotal = sums.subtotal;
    session.amount_discount = sums.discount;
    session.amount_tax = sums.tax;
    session.amount_total = sums.total;
    session.mode = SessionMode::Subscription {
        subscription: thread.subscription.as_ref().map(|subscription| subscription.id.clone()),
        invoice: thread.bills.last().map(|bill| bill.invoice.id.clone()),
    };
    stage.happened("checkout.session.completed", &session);
}

/// A checkout that the customer left.
pub(crate) fn leave_checkout(stage: &mut Stage, thread: &Thread) {
    let mut session = session(stage, thread, SessionMode::Subscription { subscription: None, invoice: None });
    session.created -= crate::calendar::DAY;
    session.status = "expired";
    stage.happened("checkout.session.expired", &session);
}

/// A subscription made by the seller's server for a card already on file.
pub(crate) fn subscribe(stage: &mut Stage, thread: &mut Thread) {
    begin(stage, thread, "active");
    stage.wait(1);
    invoice::finalize(stage, thread);
    payment::pay(stage, thread);
    entitlement::open(stage, thread);
}

/// A subscription whose first payment the bank wants confirmed; it waits as `incomplete`.
pub(crate) fn subscribe_unconfirmed(stage: &mut Stage, thread: &mut Thread) {
    begin(stage, thread, "incomplete");
    invoice::finalize(stage, thread);
    payment::require_action(stage, thread);
}

fn begin(stage: &mut Stage, thread: &mut Thread, status: &'static str) {
    stage.by_request();
    stage.greet();
    stage.attach_card();
    subscription::create(stage, thread, status, None);
    first_invoice(stage, thread);
    subscription::announce(stage, thread);
}

/// How a trial begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trial {
    ByCheckout,
    ByRequest,
    /// No card is asked for; at its end the subscription pauses.
    WithoutCard,
}

/// A trial until `end`: an invoice of nothing, paid at once. With a checkout session when the customer came that way. The
/// calendar begins at its end, until something else moves it.
pub(crate) fn start_trial(stage: &mut Stage, thread: &mut Thread, kind: Trial, end: i64) {
    thread.terms.cycle.anchor = end;
    stage.by_request();
    stage.greet();
    let session = session(stage, thread, SessionMode::Subscription { subscription: None, invoice: None });
    if kind != Trial::WithoutCard {
        stage.attach_card();
    }
    let trial = (stage.now, end);
    subscription::create(stage, thread, "trialing", Some(trial));
    if let Some(subscription) = thread.subscription.as_mut().filter(|_| kind == Trial::WithoutCard) {
        subscription.without_card = "pause";
    }
    first_invoice(stage, thread);
    subscription::announce(stage, thread);
    invoice::finalize(stage, thread);
    entitlement::open(stage, thread);
    if kind == Trial::ByCheckout {
        complete(stage, thread, session);
    }
}
