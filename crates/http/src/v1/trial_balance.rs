//! `GET /v1/trial-balance`: every account of the chart in every currency, as of any time, posted or earned. Debits and credits are equal, or
//! something is broken.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use daybook_domain::money::shown;
use daybook_projections::journal::trial;
use serde::Serialize;
use sqlx::PgConnection;
use utoipa::ToSchema;

use super::refusals::Unanswered;
use super::view::View;
use crate::Problem;
use crate::auth::AnalystCaller;
use crate::query::Asked;
use crate::state::Shared;
use crate::wait::{Wait, then_answer};

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
    )
)]
pub async fn trial_balance(
    State(app): State<Shared>,
    AnalystCaller(access): AnalystCaller,
    Asked((view, wait)): Asked<(View, Wait)>,
) -> Result<Json<TrialBalance>, Problem> {
    let asked =
        trial::Asked { scope: access.scope, customer: None, as_of: view.as_of, earned_at: view.earned_at(&app) };
    then_answer(&app, access.scope, &wait, async |snapshot| {
        let size = snapshot.size();
        Ok(read(snapshot, &asked, size).await?)
    })
    .await
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
