//! `POST /v1/entitlements/check`: many customers, accounts and features at one size. A check that cannot be read fails by itself; the others are answered.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::accounts::{BestEntitlement, best_of};
use super::entitlement::shown;
use super::{Explanation, check_feature, count_reads};
use crate::Problem;
use crate::auth::AppCaller;
use crate::entitlement::answer::{Entitlement, Explain, Stamp};
use crate::entitlement::inquiry::{Features, Inquiry};
use crate::extract::{Asked, Body, check_id};
use crate::state::Shared;
use crate::wait::Wait;

/// Checks in one request.
const MOST_CHECKS: usize = 500;
/// Of them, checks of accounts, each of which is searched for.
const MOST_ACCOUNTS: usize = 50;
/// Features in one check.
const MOST_FEATURES: usize = 100;

/// What is asked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckRequest {
    /// At most 500.
    checks: Vec<Check>,
}

/// One customer or one account, and features of it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// The customer: `cus_...`. Either this or `account`.
    customer: Option<String>,
    /// Your own id. Either this or `customer`. At most 50 of the checks.
    account: Option<String>,
    /// The features, at most 100; absent for every feature that anything names.
    features: Option<Vec<String>>,
}

/// What is answered, in the order of the checks.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckAnswer {
    /// One result for each check.
    results: Vec<CheckResult>,
    /// Their size and time.
    #[serde(flatten)]
    stamp: Stamp,
}

/// The result of one check.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum CheckResult {
    /// Of a customer.
    Customer {
        /// The customer.
        customer: String,
        /// The answers.
        entitlements: Vec<Entitlement>,
    },
    /// Of an account.
    Account {
        /// Your id.
        account: String,
        /// Its customers.
        customers: Vec<String>,
        /// The best answers.
        entitlements: Vec<BestEntitlement>,
    },
    /// The check cannot be read.
    Failed {
        /// Why.
        error: CheckError,
    },
}

/// Why a check has no answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckError {
    /// A word for programs.
    reason: &'static str,
    /// The reason in words.
    detail: String,
}

/// Who is asked about.
enum Subject<'a> {
    Customer(&'a str),
    Account(&'a str),
}

/// May these customers and accounts use these features?
#[utoipa::path(
    post, path = "/v1/entitlements/check", tag = "entitlements",
    params(Explanation, Wait),
    request_body = CheckRequest,
    responses(
        (status = 200, description = "One result for each check, all at one size.", body = CheckAnswer),
        (status = 400, description = "The request as a whole cannot be read."),
        (status = 401, description = "No valid key."),
        (status = 504, description = "What was waited for has not been applied yet."),
    )
)]
pub async fn check(
    State(app): State<Shared>,
    AppCaller(access): AppCaller,
    Asked(explanation): Asked<Explanation>,
    Asked(wait): Asked<Wait>,
    Body(request): Body<CheckRequest>,
) -> Result<Json<CheckAnswer>, Problem> {
    ensure_bounds(&request.checks)?;
    let explain = explanation.wanted();
    let mut inquiry = Inquiry::begin(&app, access.scope, &wait).await?;
    let of_customers = customers_results(&mut inquiry, &request.checks, explain).await?;
    let mut results = Vec::with_capacity(request.checks.len());
    for (check, result) in request.checks.iter().zip(of_customers) {
        results.push(match (result, check.subject()) {
            (Some(result), _) => result,
            (None, Ok(Subject::Account(account))) => account_result(&mut inquiry, account, check, explain).await?,
            (None, Ok(Subject::Customer(_))) => failed(&Problem::malformed("the check has no answer")),
            (None, Err(problem)) => failed(&problem),
        });
    }
    count_reads(&app, results.iter().map(CheckResult::answers).sum());
    let stamp = inquiry.end().await?;
    Ok(Json(CheckAnswer { results, stamp }))
}

fn ensure_bounds(checks: &[Check]) -> Result<(), Problem> {
    if checks.len() > MOST_CHECKS {
        return Err(Problem::malformed(format!("{} checks: at most {MOST_CHECKS} can be asked at once", checks.len())));
    }
    let accounts = checks.iter().filter(|check| check.account.is_some()).count();
    if accounts > MOST_ACCOUNTS {
        return Err(Problem::malformed(format!(
            "{accounts} checks of accounts: at most {MOST_ACCOUNTS} can be asked at once"
        )));
    }
    Ok(())
}

/// The results of all checks of customers, read together; none in the places of others.
async fn customers_results(
    inquiry: &mut Inquiry,
    checks: &[Check],
    explain: Explain,
) -> Result<Vec<Option<CheckResult>>, Problem> {
    let customers = checks.iter().map(|check| match check.subject() {
        Ok(Subject::Customer(customer)) => Some(customer.to_owned()),
        _ => None,
    });
    let customers: Vec<Option<String>> = customers.collect();
    let asked: Vec<String> = customers.iter().flatten().cloned().collect();
    let known = inquiry.known(&asked).await?;
    let answers: Vec<Option<_>> = checks
        .iter()
        .zip(&customers)
        .map(|(check, customer)| {
            let known = known.get(customer.as_ref()?).cloned().unwrap_or_default();
            Some(inquiry.answers(&known, check.features()))
        })
        .collect();
    let positions = inquiry.positions(answers.iter().flatten().flatten().map(|(_, answer)| answer)).await?;
    let results = customers.into_iter().zip(answers).map(|(customer, answers)| {
        let entitlements = shown(&answers?, &positions, explain);
        Some(CheckResult::Customer { customer: customer?, entitlements })
    });
    Ok(results.collect())
}

async fn account_result(
    inquiry: &mut Inquiry,
    account: &str,
    check: &Check,
    explain: Explain,
) -> Result<CheckResult, Problem> {
    let (customers, entitlements) = best_of(inquiry, account, check.features(), explain).await?;
    Ok(CheckResult::Account { account: account.to_owned(), customers, entitlements })
}

fn failed(problem: &Problem) -> CheckResult {
    CheckResult::Failed { error: CheckError { reason: problem.reason(), detail: problem.to_string() } }
}

impl Check {
    /// Who is asked about, if the check can be read.
    fn subject(&self) -> Result<Subject<'_>, Problem> {
        let features = self.features.as_deref().unwrap_or_default();
        if features.len() > MOST_FEATURES {
            let count = features.len();
            return Err(Problem::malformed(format!("{count} features: at most {MOST_FEATURES} in one check")));
        }
        for feature in features {
            check_feature(feature)?;
        }
        match (&self.customer, &self.account) {
            (Some(customer), None) => Ok(Subject::Customer(check_id(customer, "the customer")?)),
            (None, Some(account)) => Ok(Subject::Account(check_id(account, "the account")?)),
            _ => Err(Problem::malformed("a check names either a `customer` or an `account`")),
        }
    }

    fn features(&self) -> Features<'_> {
        self.features.as_deref().map_or(Features::All, Features::These)
    }
}

impl CheckResult {
    fn answers(&self) -> usize {
        match self {
            Self::Customer { entitlements, .. } => entitlements.len(),
            Self::Account { entitlements, .. } => entitlements.len(),
            Self::Failed { .. } => 0,
        }
    }
}
