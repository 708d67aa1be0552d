//! `GET /v1/trial-balance`: every account of the chart in every currency, as of any time, posted or earned, and as it was known at any size. Debits and
//! credits are equal, or something is broken.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use daybook_domain::money::shown;
use daybook_projections::journal::trial;
use daybook_worker::rebuild::{self, BesideLive, Observer, RebuildConfig, What};
use serde::Serialize;
use sqlx::PgConnection;
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

use super::refusals::Unanswered;
use super::view::View;
use crate::Problem;
use crate::auth::{Access, AnalystCaller};
use crate::past::{When, size_to_fold, take_place};
use crate::query::Asked;
use crate::state::Shared;
use crate::wait::{Wait, then_answer};

/// Folding for one question keeps little in memory, because several may ask at once and live work goes on beside them.
const SMALL: RebuildConfig =
    RebuildConfig { states: 10_000, rows: 256 << 10, records: 4_000, beside_live: BesideLive::Trust };

/// A trial balance.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrialBalance {
    /// By currency and account. Never summed across currencies.
    pub accounts: Vec<AccountBalance>,
    /// What the accounts of each currency come to.
    pub totals: Vec<Total>,
    /// What had happened by then; null for all of it.
    pub as_of: Option<DateTime<Utc>>,
    /// `posted` or `earned`.
    pub basis: &'static str,
    /// On the earned basis: when deferred amounts were looked at.
    pub earned_at: Option<DateTime<Utc>>,
    /// How many records of the log the answer has seen.
    pub size: i64,
}

/// One account in one currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountBalance {
    /// The currency.
    pub currency: String,
    /// The account, by its name in the chart.
    pub account: String,
    /// Minor units, debit positive.
    pub amount: i64,
    /// The same for people.
    pub display: String,
    /// How many postings it sums.
    pub postings: i64,
}

/// One currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct Total {
    /// The currency.
    pub currency: String,
    /// Sum of the accounts with a debit balance, minor units.
    pub debits: i64,
    /// Sum of the accounts with a credit balance, minor units, positive.
    pub credits: i64,
    /// Whether both are equal.
    pub balanced: bool,
}

/// What do all accounts come to?
#[utoipa::path(
    get, path = "/v1/trial-balance", tag = "books",
    params(View, Wait),
    responses(
        (status = 200, description = "The accounts and what they come to.", body = TrialBalance),
        Unanswered,
        (status = 422, description = "So much was known then that it is not folded for one question."),
        (status = 503, description = "Too many ask about the past, or it could not be folded in time."),
    )
)]
pub async fn trial_balance(
    State(app): State<Shared>,
    AnalystCaller(access): AnalystCaller,
    Asked((view, wait)): Asked<(View, Wait)>,
) -> Result<Json<TrialBalance>, Problem> {
    let asked =
        trial::Asked { scope: access.scope, customer: None, as_of: view.as_of, earned_at: view.earned_at(&app) };
    if let Some(when) = view.earlier() {
        return as_known(&app, access, (&wait, when), asked).await.map(Json);
    }
    then_answer(&app, access.scope, &wait, async |snapshot| {
        let size = snapshot.size();
        Ok(read(snapshot, &asked, size).await?)
    })
    .await
}

/// As it was known at an earlier size: the log is folded anew into a journal beside the live one, which is read and dropped. When whoever asked goes away it is
/// stopped, and still cleans up after itself.
async fn as_known(
    app: &Shared,
    access: Access,
    (wait, when): (&Wait, When),
    asked: trial::Asked<'static>,
) -> Result<TrialBalance, Problem> {
    let size = size_to_fold(app, access.scope, wait, when).await?;
    let stop = CancellationToken::new();
    let _stops_when_dropped = stop.clone().drop_guard();
    let app = Arc::clone(app);
    let folding = tokio::spawn(async move {
        let _place = take_place(&app, access)?;
        let observer = Observer { progress: &|_| {}, shutdown: &stop };
        let what = (What::only("journal")?, size);
        rebuild::past(&app.database, what, &SMALL, &observer, async |connection: &mut PgConnection| {
            Ok::<_, Problem>(read(connection, &asked, size).await?)
        })
        .await
    });
    folding.await.unwrap_or(Err(Problem::Busy))
}

/// The trial balance that was asked for.
///
/// # Errors
/// What the database says.
pub async fn read(
    connection: &mut PgConnection,
    asked: &trial::Asked<'_>,
    size: i64,
) -> Result<TrialBalance, sqlx::Error> {
    let sums = trial::sums(connection, asked).await?;
    Ok(TrialBalance {
        totals: totals(&sums),
        accounts: sums.into_iter().map(AccountBalance::from).collect(),
        as_of: asked.as_of,
        basis: asked.basis().as_str(),
        earned_at: asked.earned_at,
        size,
    })
}

fn totals(sums: &[trial::Sum]) -> Vec<Total> {
    let mut totals: Vec<Total> = Vec::new();
    for sum in sums {
        if totals.last().is_none_or(|total| total.currency != sum.currency) {
            totals.push(Total { currency: sum.currency.clone(), debits: 0, credits: 0, balanced: true });
        }
        if let Some(total) = totals.last_mut() {
            total.debits = total.debits.saturating_add(sum.amount.max(0));
            total.credits = total.credits.saturating_add(sum.amount.min(0).saturating_neg());
            total.balanced = total.debits == total.credits;
        }
    }
    totals
}

impl From<trial::Sum> for AccountBalance {
    fn from(sum: trial::Sum) -> Self {
        Self {
            display: shown(sum.amount, &sum.currency),
            currency: sum.currency,
            account: sum.account,
            amount: sum.amount,
            postings: sum.postings,
        }
    }
}
