//! `GET /v1/attention`: what needs a person, why, since when and until when, and the events behind it.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use daybook_domain::attention::Code;
use daybook_domain::entitlement::Policy;
use daybook_domain::money::Currency;
use daybook_domain::scope::ScopeId;
use daybook_projections::attention::{Asked as Question, Item as Needing, list};
use daybook_projections::records;
use daybook_store::operated;
use daybook_store::snapshot::Snapshot;
use daybook_store::{policy, scope};
use serde::Serialize;
use utoipa::ToSchema;

use super::list::Part;
use super::refusals::Unlisted;
use super::shown::{Money, words};
use crate::Problem;
use crate::auth::AnalystCaller;
use crate::config::Config;
use crate::entitlement::answer::{Because, Positions, because_of};
use crate::query::{Asked, Parameters, Query, read_time};
use crate::state::Shared;
use crate::wait::{Wait, then_answer};

/// Items of one reason that are counted at most.
const COUNTED: u32 = 1_000;

/// What is asked for.
#[derive(Clone, Debug, Default, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Only for this reason: `evidence_due`, `payment_failing`, ...
    #[param(value_type = Option<String>)]
    pub code: Option<Code>,
    /// Only what is about this customer.
    pub customer: Option<String>,
    /// Only what needs somebody since this time or later: RFC 3339 or seconds.
    #[param(value_type = Option<String>)]
    pub since: Option<DateTime<Utc>>,
}

impl Parameters for Wanted {
    fn names() -> impl Iterator<Item = &'static str> {
        ["code", "customer", "since"].into_iter()
    }

    fn read(query: &Query, _: &Config) -> Result<Self, Problem> {
        let since = query.text("since").map(|text| read_time(text, "since")).transpose()?;
        let code =
            |name| Code::parse(name).ok_or_else(|| Problem::malformed(format!("code: expected one of {}", codes())));
        Ok(Self {
            code: query.text("code").map(code).transpose()?,
            customer: query.id("customer")?,
            since: since.and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
        })
    }
}

/// The names of all reasons.
pub fn codes() -> String {
    Code::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>().join(", ")
}

/// What needs a person, newest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attention)]
pub struct Page {
    /// Newest first.
    pub items: Vec<Item>,
    /// `before` of the next page; null on the last one.
    pub next: Option<String>,
    /// The time it was worked out for: trials end, silence grows.
    pub as_of: DateTime<Utc>,
    /// How many records of the log the answer has seen.
    pub size: i64,
}

/// Something that needs a person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AttentionItem)]
pub struct Item {
    /// Why, of a closed list: codes are added, never renamed.
    pub code: &'static str,
    /// The same in a sentence.
    pub why: &'static str,
    /// What it is about: a dispute, an invoice, a payment, a subscription, a customer, an event, an endpoint.
    pub object: String,
    /// The customer.
    pub customer: Option<String>,
    /// The subscription.
    pub subscription: Option<String>,
    /// How much is at stake.
    pub amount: Option<Money>,
    /// Since when; 1970 where no event says.
    pub since: DateTime<Utc>,
    /// When something can or will happen: the deadline for evidence, the next attempt, the end of the trial.
    pub until: Option<DateTime<Utc>>,
    /// Attempts to collect so far.
    pub attempts: Option<i64>,
    /// More, in Stripe's words for programs.
    pub detail: Option<String>,
    /// The events behind it.
    pub because: Vec<Because>,
}

/// What needs a person?
#[utoipa::path(
    get, path = "/v1/attention", tag = "books",
    params(Wanted, Part, Wait),
    responses(
        (status = 200, description = "A page, newest first.", body = Page),
        Unlisted,
    )
)]
pub async fn attention(
    State(app): State<Shared>,
    AnalystCaller(access): AnalystCaller,
    Asked((wanted, part, wait)): Asked<(Wanted, Part, Wait)>,
) -> Result<Json<Page>, Problem> {
    let (now, asked) = (app.clock.now(), (&wanted, &part));
    then_answer(&app, access.scope, &wait, async |snapshot| page(snapshot, access.scope, asked, now).await).await
}

/// A page of what needs a person, as the API and the command line tell it.
///
/// # Errors
/// What the database says.
pub async fn page(
    snapshot: &mut Snapshot,
    scope: ScopeId,
    (wanted, part): (&Wanted, &Part),
    now: DateTime<Utc>,
) -> Result<Page, Problem> {
    let policy = in_force(snapshot, scope).await?;
    let asked = Question {
        scope,
        code: wanted.code,
        customer: wanted.customer.clone(),
        since: wanted.since,
        now,
        fields: fields(&policy),
        acknowledged: operated::acknowledged(snapshot).await?,
        limits: policy.attention,
        before: part.before.clone(),
        limit: part.limit(),
    };
    let found = list(snapshot, &asked).await?;
    let causes: Vec<String> = found.entries.iter().flat_map(|item| &item.found.causes).cloned().collect();
    let positions = records::positions_of_events(snapshot, &causes).await?;
    Ok(Page {
        items: found.entries.iter().map(|item| Item::new(item, &positions)).collect(),
        next: found.next.map(|end| end.to_string()),
        as_of: now,
        size: snapshot.size(),
    })
}

/// The policy in force, which says where your own ids stand and how long things may wait; the usual one where it cannot be read.
async fn in_force(snapshot: &mut Snapshot, scope: ScopeId) -> Result<Policy, Problem> {
    let size = snapshot.size();
    let found = policy::in_force(snapshot, scope, size).await?;
    Ok(found.and_then(|found| Policy::recorded(&found.applied.policy).ok()).unwrap_or_default())
}

fn fields(policy: &Policy) -> Vec<String> {
    policy.accounts.from.iter().map(ToString::to_string).collect()
}

/// How many items there are of each reason, in all scopes together; of one scope at most 1,000 of each are counted.
///
/// # Errors
/// What the database says.
pub(crate) async fn counts(app: &Shared) -> Result<BTreeMap<Code, i64>, Problem> {
    let mut snapshot = Snapshot::begin(&app.pool).await?;
    let acknowledged = operated::acknowledged(&mut snapshot).await?;
    let mut counts: BTreeMap<Code, i64> = Code::ALL.iter().map(|code| (*code, 0)).collect();
    for scope in scope::all(&mut snapshot).await?.into_keys() {
        let policy = in_force(&mut snapshot, scope).await?;
        for (code, count) in &mut counts {
            let asked = Question {
                scope,
                code: Some(*code),
                customer: None,
                since: None,
                now: app.clock.now(),
                fields: fields(&policy),
                acknowledged: acknowledged.clone(),
                limits: policy.attention,
                before: None,
                limit: COUNTED,
            };
            let found = list(&mut snapshot, &asked).await?.entries.len();
            *count = count.saturating_add(i64::try_from(found).unwrap_or(i64::MAX));
        }
    }
    snapshot.end().await?;
    Ok(counts)
}

impl Item {
    fn new(item: &Needing, positions: &Positions) -> Self {
        let found = &item.found;
        let currency = found.currency.as_deref().and_then(Currency::parse);
        Self {
            code: item.code.as_str(),
            why: item.code.why(),
            object: found.object.clone(),
            customer: found.customer.clone(),
            subscription: found.subscription.clone(),
            amount: found.amount.map(|amount| Money::new(amount, currency)),
            since: found.since,
            until: found.until,
            attempts: found.attempts,
            detail: words(found.detail.as_deref()),
            because: because_of(found.causes.iter().map(String::as_str), positions),
        }
    }
}
