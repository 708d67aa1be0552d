//! `GET /v1/subscriptions/{id}`: how a subscription stands, before any policy and clock.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use daybook_domain::fact::Item;
use daybook_domain::settlement::DisputeStanding;
use daybook_domain::subscription::{Standing, UnpaidInvoice};
use daybook_domain::time::{Period, Timestamp};
use daybook_projections::{records, subscriptions};
use serde::Serialize;
use utoipa::ToSchema;

use super::refusals::Unanswered;
use crate::Problem;
use crate::auth::AnalystCaller;
use crate::entitlement::answer::{Because, Positions, time};
use crate::extract::{Named, check_id};
use crate::past::{self, When};
use crate::query::Asked;
use crate::state::Shared;
use crate::wait::{Wait, then_read};

/// A subscription as it stands.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact about the subscription")]
pub struct Subscription {
    /// The subscription: `sub_...`.
    id: String,
    /// Whose it is.
    customer: Option<String>,
    /// Stripe's status; `canceled` and `incomplete_expired` are for good.
    status: String,
    /// Whether a dispute on one of its payments is open, or was lost and not paid since.
    disputed: bool,
    /// When it was first seen in this status.
    since: DateTime<Utc>,
    /// What is subscribed to.
    items: Vec<SubscribedItem>,
    /// When it began.
    started_at: Option<DateTime<Utc>>,
    /// The current period.
    period: Option<Span>,
    /// When the trial ends or ended.
    trial_end: Option<DateTime<Utc>>,
    /// When it will end by itself.
    cancel_at: Option<DateTime<Utc>>,
    /// Whether it ends with the current period.
    cancel_at_period_end: bool,
    /// When it ended.
    ended_at: Option<DateTime<Utc>>,
    /// Whether collection is paused.
    collection_paused: bool,
    /// Whether an update waits for its payment.
    pending_update: bool,
    /// Invoices that are not paid, oldest first.
    unpaid: Vec<Unpaid>,
    /// When it was last paid.
    last_paid_at: Option<DateTime<Utc>>,
    /// Disputes that were more than an inquiry.
    disputes: Vec<Disputed>,
    /// The events that show its status and it as it is now.
    because: Vec<Because>,
}

/// One item.
#[derive(Debug, Serialize, ToSchema)]
pub struct SubscribedItem {
    /// The price or plan.
    price: Option<String>,
    /// Its product.
    product: Option<String>,
    /// The price's lookup key.
    lookup_key: Option<String>,
    /// How many; null for metered items.
    quantity: Option<i64>,
}

/// A span of time.
#[derive(Debug, Serialize, ToSchema)]
pub struct Span {
    /// Its first second.
    start: DateTime<Utc>,
    /// The first second after it.
    end: DateTime<Utc>,
}

/// An invoice that is not paid.
#[derive(Debug, Serialize, ToSchema)]
pub struct Unpaid {
    /// The invoice.
    invoice: String,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it was or will be due.
    due_at: Option<DateTime<Utc>>,
    /// The first failed attempt to collect it.
    failed_at: Option<DateTime<Utc>>,
    /// What is left to pay, minor units.
    amount_remaining: i64,
}

/// A dispute over a payment.
#[derive(Debug, Serialize, ToSchema)]
pub struct Disputed {
    /// The dispute.
    dispute: String,
    /// The invoice whose payment is disputed.
    invoice: String,
    /// Stripe's status.
    status: String,
    /// When it was opened.
    opened_at: DateTime<Utc>,
    /// When it was decided.
    closed_at: Option<DateTime<Utc>>,
}

/// A subscription and the size it stands so at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SubscriptionAnswer)]
pub struct Answer {
    /// The subscription.
    #[serde(flatten)]
    subscription: Subscription,
    /// How many records of the log the answer has seen.
    size: i64,
}

/// How does this subscription stand?
#[utoipa::path(
    get, path = "/v1/subscriptions/{id}", tag = "books",
    params(("id" = String, Path, description = "The subscription: `sub_...`."), When, Wait),
    responses(
        (status = 200, description = "The subscription.", body = Answer),
        (status = 404, description = "Nobody has seen this subscription."),
        Unanswered,
    )
)]
pub async fn subscription(
    State(app): State<Shared>,
    AnalystCaller(access): AnalystCaller,
    Named(id): Named<String>,
    Asked((when, wait)): Asked<(When, Wait)>,
) -> Result<Json<Answer>, Problem> {
    check_id(&id, "the subscription")?;
    let mut snapshot = then_read(&app, access.scope, &wait).await?;
    let mut size = snapshot.size();
    let mut found = subscriptions::find(&mut snapshot, access.scope, &id).await?;
    if let Some(now) = found.as_ref().filter(|_| !when.is_now()) {
        let customer = now.customer.clone().ok_or_else(|| {
            Problem::malformed("as_of, known_at: no event has shown whose this subscription is, and what was known is looked up by customer")
        })?;
        snapshot.end().await?;
        snapshot = past::look_back(&app, access, &[customer], &wait, when).await?;
        size = snapshot.size();
        found = subscriptions::find(&mut snapshot, access.scope, &id).await?;
    }
    let found = found.ok_or(Problem::Unknown { what: "subscription", size })?;
    let causes: Vec<String> = Subscription::causes(&found).collect();
    let positions = records::positions_of_events(&mut snapshot, &causes).await?;
    snapshot.undo().await?;
    Ok(Json(Answer { subscription: Subscription::new(found, &positions), size }))
}

impl Subscription {
    /// The events it names.
    pub(super) fn causes(found: &subscriptions::Subscription) -> impl Iterator<Item = String> + use<> {
        let standing = &found.standing.0;
        let (since, shown) = (standing.since.event.to_string(), standing.cause.to_string());
        let second = (since != shown).then_some(shown);
        std::iter::once(since).chain(second)
    }

    pub(super) fn new(found: subscriptions::Subscription, positions: &Positions) -> Self {
        let because = Self::causes(&found).map(|event| Because::new(&event, positions)).collect();
        let standing: Standing = found.standing.0;
        Self {
            id: found.id,
            customer: found.customer,
            status: standing.status.as_str().to_owned(),
            disputed: standing.is_disputed(),
            since: time(standing.since.at),
            items: standing.items.iter().map(SubscribedItem::from).collect(),
            started_at: standing.started.map(time),
            period: standing.period.map(Span::from),
            trial_end: standing.trial_end.map(time),
            cancel_at: standing.cancel_at.map(time),
            cancel_at_period_end: standing.cancel_at_period_end,
            ended_at: standing.ended.map(time),
            collection_paused: standing.pause_collection.is_some(),
            pending_update: standing.pending_update,
            unpaid: standing.unpaid.iter().map(Unpaid::from).collect(),
            last_paid_at: standing.last_paid.as_ref().map(|moment| time(moment.at)),
            disputes: standing.disputes.iter().map(Disputed::from).collect(),
            because,
        }
    }
}

impl From<&Item> for SubscribedItem {
    fn from(item: &Item) -> Self {
        Self {
            price: item.price.as_ref().map(ToString::to_string),
            product: item.product.as_ref().map(ToString::to_string),
            lookup_key: item.lookup_key.as_deref().map(str::to_owned),
            quantity: item.quantity,
        }
    }
}

impl From<Period> for Span {
    fn from(period: Period) -> Self {
        Self { start: time(period.start), end: time(period.end) }
    }
}

impl From<&UnpaidInvoice> for Unpaid {
    fn from(invoice: &UnpaidInvoice) -> Self {
        Self {
            invoice: invoice.invoice.to_string(),
            created_at: time(invoice.created),
            due_at: invoice.due.map(time),
            failed_at: invoice.failed.as_ref().map(|moment| time(moment.at)),
            amount_remaining: invoice.amount_remaining,
        }
    }
}

impl From<&DisputeStanding> for Disputed {
    fn from(dispute: &DisputeStanding) -> Self {
        let at = |at: Timestamp| time(at);
        Self {
            dispute: dispute.dispute.to_string(),
            invoice: dispute.invoice.to_string(),
            status: dispute.status.as_str().to_owned(),
            opened_at: at(dispute.opened.at),
            closed_at: dispute.closed.as_ref().map(|moment| at(moment.at)),
        }
    }
}
