//! Customers to ask about. Time is counted in days since 1970.

use crate::{
    entitlement::{Answer, Code, CustomerState, Policy, Source, evaluate},
    fact::{EntitlementSummary, Item, SubscriptionStatus, SummaryFeature, TrialEnd},
    id::{CustomerId, EventId, InvoiceId, PriceId, ProductId, SubscriptionId},
    order::{Moment, Rank},
    settlement::{DisputePhase, DisputeStanding},
    subscription::{Names, PaidItem, Standing, UnpaidInvoice},
    time::{Period, Timestamp},
};

/// The first second of a day.
pub(super) fn day(number: i64) -> Timestamp {
    Timestamp::from_unix(number * 86_400).unwrap()
}

/// An event of that day.
pub(super) fn moment(event: &str, number: i64) -> Moment {
    Moment { at: day(number), rank: Rank::Updated, event: EventId::new(event) }
}

/// One item of `price_NAME`, product `prod_NAME`, lookup key `NAME`.
pub(super) fn item(name: &str) -> Item {
    Item {
        id: None,
        price: Some(PriceId::new(format!("price_{name}"))),
        product: Some(ProductId::new(format!("prod_{name}"))),
        lookup_key: Some(name.into()),
        quantity: Some(1),
        period: None,
    }
}

/// The same item, paid for.
pub(super) fn paid(name: &str) -> PaidItem {
    let Item { product, lookup_key, quantity, .. } = item(name);
    let names = Some(Names { product: product.clone(), lookup_key });
    PaidItem { price: PriceId::new(format!("price_{name}")), product, quantity, names }
}

/// A subscription to `pro` that was paid on day 0 and lasts until day 30.
pub(super) fn standing(status: &str) -> Standing {
    Standing {
        customer: Some(CustomerId::new("cus_1")),
        status: SubscriptionStatus::parse(status),
        since: moment("evt_since", 0),
        cause: EventId::new("evt_shown"),
        items: vec![item("pro")],
        started: Some(day(0)),
        period: Some(Period { start: day(0), end: day(30) }),
        trial_end: None,
        trial_end_without_method: TrialEnd::CreateInvoice,
        has_payment_method: false,
        cancel_at: None,
        cancel_at_period_end: false,
        ended: None,
        pause_collection: None,
        pending_update: false,
        unpaid: Vec::new(),
        last_paid: Some(moment("evt_paid", 0)),
        last_paid_created: Some(day(0)),
        paid_items: vec![paid("pro")],
        last_paid_refunded: false,
        period_paid: Some(moment("evt_paid", 0)),
        disputes: Vec::new(),
    }
}

/// The same, in a trial until day 14; nothing was paid yet.
pub(super) fn trial() -> Standing {
    Standing {
        trial_end: Some(day(14)),
        period: Some(Period { start: day(0), end: day(14) }),
        last_paid: None,
        last_paid_created: None,
        paid_items: Vec::new(),
        period_paid: None,
        ..standing("trialing")
    }
}

/// The same, past due since the renewal on day 30 failed.
pub(super) fn past_due() -> Standing {
    Standing {
        since: moment("evt_past_due", 30),
        period: Some(Period { start: day(30), end: day(60) }),
        unpaid: vec![failed("in_2", 30)],
        ..standing("past_due")
    }
}

/// An invoice whose first attempt failed on the day it was made.
pub(super) fn failed(invoice: &str, number: i64) -> UnpaidInvoice {
    UnpaidInvoice {
        invoice: InvoiceId::new(invoice),
        created: day(number),
        due: None,
        failed: Some(moment(&format!("evt_failed_{invoice}"), number)),
        amount_remaining: 1_000,
        written_off: false,
    }
}

/// A dispute opened on day 5 and, unless it is open, decided on day 20.
pub(super) fn dispute(phase: DisputePhase) -> DisputeStanding {
    DisputeStanding {
        dispute: "dp_1".into(),
        invoice: InvoiceId::new("in_1"),
        status: crate::fact::DisputeStatus::NeedsResponse,
        phase,
        amount: 1_000,
        currency: None,
        opened: moment("evt_dispute_opened", 5),
        closed: matches!(phase, DisputePhase::Won | DisputePhase::Lost).then(|| moment("evt_dispute_closed", 20)),
    }
}

pub(super) fn source(id: &str, standing: Standing) -> Source {
    Source::Subscription { id: SubscriptionId::new(id), standing: Box::new(standing) }
}

pub(super) fn summary(features: &[&str]) -> Source {
    let features = features.iter().map(|key| SummaryFeature { id: None, lookup_key: (*key).into() }).collect();
    Source::Summary { moment: moment("evt_summary", 1), summary: EntitlementSummary { features, truncated: false } }
}

pub(super) const KNOWN: CustomerState = CustomerState::Known { has_payment_method: Some(false) };

pub(super) fn policy(text: &str) -> Policy {
    Policy::parse(text).unwrap()
}

/// The answer on a day, without a policy.
pub(super) fn ask(sources: &[Source], feature: &str, number: i64) -> Answer {
    evaluate(&Policy::default(), KNOWN, sources, feature, day(number))
}

/// The answer on a day for one subscription, without a policy.
pub(super) fn ask_one(standing: Standing, number: i64) -> Answer {
    ask(&[source("sub_1", standing)], "pro", number)
}

/// What time will do, if anything.
pub(super) fn next(answer: &Answer) -> Option<(Timestamp, Code)> {
    answer.next_change.as_ref().map(|change| (change.at, change.code))
}

/// The events named by an answer.
pub(super) fn because(answer: &Answer) -> Vec<&str> {
    answer.because.iter().map(EventId::as_str).collect()
}
