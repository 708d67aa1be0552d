//! `GET /v1/parked`: what is known only by name, with what waits for it and since when.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use daybook_domain::id::ObjectKind;
use daybook_domain::scope::ScopeId;
use daybook_projections::page::Cursor;
use daybook_projections::parked;
use daybook_store::snapshot::Snapshot;
use serde::Serialize;
use utoipa::ToSchema;

use super::refusals::Unanswered;
use crate::Problem;
use crate::auth::AnalystCaller;
use crate::config::Config;
use crate::query::{Asked, Parameters, Query};
use crate::state::Shared;
use crate::wait::{Wait, then_answer};

/// Objects of an answer when the request does not say.
const USUAL: u32 = 100;
/// Objects of an answer at most.
const MOST: u32 = 1_000;

/// What is wanted.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Objects of one kind only, by Stripe's name: `invoice`, `charge`, `payment_intent`.
    #[param(value_type = Option<String>)]
    pub kind: Option<ObjectKind>,
    /// Continue a page: its `next`.
    #[param(value_type = Option<String>)]
    pub after: Option<Cursor>,
    /// How many: 100 unless said, at most 1,000.
    pub limit: Option<u32>,
}

impl Parameters for Wanted {
    fn names() -> impl Iterator<Item = &'static str> {
        ["kind", "after", "limit"].into_iter()
    }

    fn read(query: &Query, _: &Config) -> Result<Self, Problem> {
        let kind = query.text("kind").map(|name| {
            let known = ObjectKind::ALL.into_iter().find(|kind| kind.name() == name);
            known.ok_or_else(|| {
                Problem::malformed("kind: expected a kind of object, like invoice, charge or payment_intent")
            })
        });
        let after = query.text("after").map(str::parse).transpose();
        Ok(Self {
            kind: kind.transpose()?,
            after: after.map_err(|error| Problem::malformed(format!("after: {error}")))?,
            limit: query.whole("limit", 1..=MOST)?,
        })
    }
}

/// What is parked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Parked)]
pub struct Listed {
    /// The longest first.
    pub parked: Vec<Waited>,
    /// How many there are in all, of every kind.
    pub count: i64,
    /// `after` of the next page; null on the last one.
    pub next: Option<String>,
    /// How many records of the log the answer has seen.
    pub size: i64,
}

/// An object that others name and no event has shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ParkedObject)]
pub struct Waited {
    /// What it is, by Stripe's name.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// The first time, at Stripe, that an event showed something that waits for it.
    pub since: DateTime<Utc>,
    /// What waits, as kind and id; the first twenty.
    pub waiting: Vec<String>,
    /// How many wait.
    pub waiting_count: i64,
}

impl From<parked::Parked> for Waited {
    fn from(found: parked::Parked) -> Self {
        let parked::Parked { kind, id, since, waiting, waiting_count } = found;
        Self { kind, id, since, waiting, waiting_count }
    }
}

/// What waits for an object that no event has shown?
#[utoipa::path(
    get, path = "/v1/parked", tag = "books",
    params(Wanted, Wait),
    responses(
        (status = 200, description = "What is known only by name, the longest first.", body = Listed),
        (status = 400, description = "A kind that nobody knows."),
        Unanswered,
    )
)]
pub async fn parked(
    State(app): State<Shared>,
    AnalystCaller(access): AnalystCaller,
    Asked((wanted, wait)): Asked<(Wanted, Wait)>,
) -> Result<Json<Listed>, Problem> {
    then_answer(&app, access.scope, &wait, async |snapshot| listed(snapshot, access.scope, wanted).await).await
}

/// What is parked in a scope, as the API and the command line tell it.
///
/// # Errors
/// What the database says.
pub async fn listed(snapshot: &mut Snapshot, scope: ScopeId, wanted: Wanted) -> Result<Listed, Problem> {
    let Wanted { kind, after, limit } = wanted;
    let found = parked::list(snapshot, scope, &parked::Wanted { kind, after }, limit.unwrap_or(USUAL)).await?;
    let next = found.next.as_ref().map(Cursor::to_string);
    let count = parked::count(snapshot, scope).await?;
    Ok(Listed { parked: found.entries.into_iter().map(Waited::from).collect(), count, next, size: snapshot.size() })
}
