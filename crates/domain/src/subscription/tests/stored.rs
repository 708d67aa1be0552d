//! What subscriptions' events look like where they are stored. A change here is a change of stored events: fields may come as
//! optional ones, and nothing is renamed.

use super::*;
use crate::{
    fact::{DisputeStatus, PauseCollection},
    id::{CustomerId, ProductId, SubscriptionItemId},
    money::Currency,
    settlement::{DisputePhase, DisputeStanding},
    time::Period,
};

fn moment(rank: Rank) -> Moment {
    Moment { at: day(1), rank, event: EventId::new("evt_1") }
}

fn period() -> Period {
    Period { start: day(1), end: day(31) }
}

/// Nothing is left out.
fn full_snapshot() -> fact::Subscription {
    fact::Subscription {
        customer: Some(CustomerId::new("cus_1")),
        status: SubscriptionStatus::PastDue,
        previous_status: Some(SubscriptionStatus::Active),
        created: Some(day(1)),
        started: Some(day(1)),
        ended: Some(day(90)),
        cancel_at: Some(day(90)),
        cancel_at_period_end: true,
        cancel_requested: Some(day(80)),
        trial_end: Some(day(8)),
        trial_end_without_method: TrialEnd::Pause,
        has_payment_method: true,
        period: Some(period()),
        pause_collection: Some(PauseCollection { behavior: "void".into(), resumes: Some(day(60)) }),
        invoiced_by_mail: true,
        latest_invoice: Some(InvoiceId::new("in_1")),
        pending_update: true,
        items: vec![Item {
            id: Some(SubscriptionItemId::new("si_1")),
            price: Some(PriceId::new("price_1")),
            product: Some(ProductId::new("prod_1")),
            lookup_key: Some("basic_monthly".into()),
            quantity: Some(3),
            period: Some(period()),
        }],
        metadata: [("user_id".into(), "42".into())].into(),
    }
}

fn full_invoice() -> InvoiceStanding {
    InvoiceStanding {
        invoice: InvoiceId::new("in_1"),
        status: InvoiceStatus::Paid,
        created: day(1),
        currency: Currency::parse("eur"),
        amount_due: 1_000,
        amount_remaining: 0,
        from_credit: 0,
        refunded: 200,
        due: Some(day(15)),
        failed: Some(moment(Rank::Updated)),
        paid: Some(moment(Rank::Updated)),
        billed: vec![
            Billed {
                price: PriceId::new("price_1"),
                product: Some(ProductId::new("prod_1")),
                quantity: Some(3),
                what: BilledFor::Period,
                free: false,
            },
            Billed {
                price: PriceId::new("price_2"),
                product: None,
                quantity: None,
                what: BilledFor::Change,
                free: true,
            },
        ],
        lines_truncated: true,
    }
}

fn full_dispute() -> DisputeStanding {
    DisputeStanding {
        dispute: "dp_1".into(),
        invoice: InvoiceId::new("in_1"),
        status: DisputeStatus::Lost,
        phase: DisputePhase::Lost,
        amount: 1_000,
        currency: Currency::parse("eur"),
        opened: moment(Rank::Created),
        closed: Some(moment(Rank::Deleted)),
    }
}

#[test]
fn every_event_is_stored_in_the_form_that_reviewers_have_seen_and_is_read_back_from_it() {
    let evidence = Evidence { fields: [(1, 2), (3, 4)].into(), previous: [(1, Some(5)), (3, None)].into() };
    let events = [
        SubscriptionEvent::Observed { moment: moment(Rank::Updated), evidence, snapshot: Box::new(full_snapshot()) },
        SubscriptionEvent::InvoiceObserved(Box::new(full_invoice())),
        SubscriptionEvent::DisputeObserved(Box::new(full_dispute())),
        SubscriptionEvent::InvoiceWithdrawn { invoice: InvoiceId::new("in_1") },
        SubscriptionEvent::DisputeWithdrawn { dispute: "dp_1".into() },
    ];
    insta::assert_json_snapshot!("subscription_events", events);
    let stored = serde_json::to_string(&events).unwrap();
    assert_eq!(serde_json::from_str::<[SubscriptionEvent; 5]>(&stored).unwrap(), events);
}
