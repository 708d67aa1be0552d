//! One customer's events, and in words those among them that move the story.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};
use daybook_domain::money::{Currency, Money};
use daybook_domain::scope::ScopeId;
use daybook_projections::records::{self, Subject};
use daybook_store::log::list::Filter;
use daybook_store::log::read::{self, Record};
use daybook_store::snapshot::Snapshot;
use serde::Serialize;
use serde_json::Value;

/// One event.
#[derive(Serialize)]
pub struct Happening {
    pub position: i64,
    pub at: Option<DateTime<Utc>>,
    #[serde(rename = "type")]
    pub kind: String,
    /// what it means, if it moves the story
    pub told: Option<String>,
}

/// The types that move a story, in the order in which they follow each other within a second.
const TOLD: &[&str] = &[
    "customer.created",
    "customer.subscription.created",
    "invoice.paid",
    "invoice.payment_failed",
    "customer.subscription.updated",
    "charge.refunded",
    "charge.dispute.created",
    "charge.dispute.closed",
    "customer.subscription.deleted",
    "customer.deleted",
];

/// The events that name a customer, in the order of Stripe's time.
pub async fn of_customer(snapshot: &mut Snapshot, scope: ScopeId, customer: &str) -> anyhow::Result<Vec<Happening>> {
    let positions = records::search(snapshot, scope, Subject::Customer(customer), &Filter::default(), 1_000).await?;
    let mut events = Vec::new();
    for record in read::records_at(snapshot, &positions).await? {
        let body = read::body(snapshot, record.position).await?.unwrap_or_default();
        events.push(happening(record, &serde_json::from_slice(&body).unwrap_or_default()));
    }
    let rank = |kind: &str| TOLD.iter().position(|told| *told == kind);
    events.sort_by_key(|event| (event.at, Reverse(rank(&event.kind).map(Reverse)), event.position));
    // Stripe may make two events of one change; a story tells it once.
    let mut last: Option<(Option<DateTime<Utc>>, String)> = None;
    for event in &mut events {
        let telling = event.told.clone().map(|told| (event.at, told));
        if telling.is_some() && telling == last {
            event.told = None;
        } else if telling.is_some() {
            last = telling;
        }
    }
    Ok(events)
}

fn happening(record: Record, body: &Value) -> Happening {
    let at = record.created.and_then(|created| DateTime::from_timestamp(created, 0));
    Happening { position: record.position, at, told: told(&record.kind, body), kind: record.kind }
}

fn told(kind: &str, body: &Value) -> Option<String> {
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str);
    let amount = |field: &str| {
        let amount = body.pointer(&format!("/data/object/{field}"))?.as_i64()?;
        let currency = Currency::parse(text("/data/object/currency")?)?;
        Some(Money { amount, currency }.to_string())
    };
    let status = text("/data/object/status").unwrap_or_default();
    match kind {
        "customer.created" => Some("became a customer".to_owned()),
        "customer.subscription.created" => Some(format!("subscribed; the subscription is {status}")),
        "customer.subscription.updated" => {
            let before = text("/data/previous_attributes/status")?;
            Some(format!("the subscription is {status}, was {before}"))
        }
        "invoice.paid" => Some(format!("paid {}", amount("amount_paid")?)),
        "invoice.payment_failed" => Some(format!("a payment of {} failed", amount("amount_remaining")?)),
        "charge.refunded" => Some(format!("{} given back", amount("amount_refunded")?)),
        "charge.dispute.created" => Some(format!("disputes {}", amount("amount")?)),
        "charge.dispute.closed" => Some(format!("the dispute is {status}")),
        "customer.subscription.deleted" => Some("the subscription ended".to_owned()),
        "customer.deleted" => Some("was deleted".to_owned()),
        _ => None,
    }
}
