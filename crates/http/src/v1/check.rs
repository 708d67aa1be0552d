//! `POST /v1/entitlements/check`: many customers, accounts and features at one size. A check that cannot be read fails by itself; the others are answered.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::{Explanation, check_feature, closed};
use crate::Problem;
use crate::auth::AppCaller;
use crate::cache::kept::Kept;
use crate::entitlement::answer::{BestEntitlement, Entitlement, Stamp};
use crate::entitlement::question::{self, Question, Subject};
use crate::extract::{Body, check_id};
use crate::query::Asked;
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
    #[schema(value_type = Vec<Check>)]
    checks: Vec<Box<RawValue>>,
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
    pub results: Vec<CheckResult>,
    /// Their size and time.
    #[serde(flatten)]
    pub stamp: Stamp,
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
    Asked((explanation, wait)): Asked<(Explanation, Wait)>,
    Body(request): Body<CheckRequest>,
) -> Result<Response, Problem> {
    let asked: Vec<Result<Check, String>> = request.checks.iter().map(|check| Check::of(check)).collect();
    ensure_bounds(&asked)?;
    let checks: Vec<Result<Readable<'_>, Problem>> = asked.iter().map(readable).collect();
    let questions: Vec<Question<'_>> = checks.iter().flatten().flat_map(Readable::questions).collect();
    let told = question::answer(&app, access.scope, &questions, &wait, explanation.wanted()).await?;
    let mut body = br#"{"results":["#.to_vec();
    let mut answers = told.answers.as_slice();
    for (index, check) in checks.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        match check {
            Ok(check) => {
                let (own, rest) = answers.split_at_checked(check.questions().count()).unwrap_or((answers, &[]));
                answers = rest;
                check.write(own, &mut body);
            }
            Err(problem) => write_failure(problem, &mut body)?,
        }
    }
    body.push(b']');
    Ok(closed(body, told.stamp))
}

fn ensure_bounds(checks: &[Result<Check, String>]) -> Result<(), Problem> {
    if checks.len() > MOST_CHECKS {
        return Err(Problem::malformed(format!("{} checks: at most {MOST_CHECKS} can be asked at once", checks.len())));
    }
    let accounts = checks.iter().flatten().filter(|check| check.account.is_some()).count();
    if accounts > MOST_ACCOUNTS {
        return Err(Problem::malformed(format!(
            "{accounts} checks of accounts: at most {MOST_ACCOUNTS} can be asked at once"
        )));
    }
    Ok(())
}

fn write_failure(problem: &Problem, body: &mut Vec<u8>) -> Result<(), Problem> {
    let error = CheckError { reason: problem.reason(), detail: problem.to_string() };
    Ok(serde_json::to_writer(body, &CheckResult::Failed { error })?)
}

/// A check that can be read.
struct Readable<'a> {
    subject: Subject<'a>,
    features: Option<&'a [String]>,
}

/// What can be asked of a check, or why it fails.
fn readable(check: &Result<Check, String>) -> Result<Readable<'_>, Problem> {
    check.as_ref().map_err(|error| Problem::malformed(error.clone())).and_then(Check::read)
}

impl Check {
    /// The check as it was written.
    fn of(written: &RawValue) -> Result<Self, String> {
        serde_json::from_str(written.get()).map_err(|error| format!("the check: {error}"))
    }

    fn read(&self) -> Result<Readable<'_>, Problem> {
        let features = self.features.as_deref();
        let count = features.map_or(0, <[String]>::len);
        if count > MOST_FEATURES {
            return Err(Problem::malformed(format!("{count} features: at most {MOST_FEATURES} in one check")));
        }
        for feature in features.unwrap_or_default() {
            check_feature(feature)?;
        }
        let subject = match (&self.customer, &self.account) {
            (Some(customer), None) => Subject::Customer(check_id(customer, "the customer")?),
            (None, Some(account)) => Subject::Account(check_id(account, "the account")?),
            _ => return Err(Problem::malformed("a check names either a `customer` or an `account`")),
        };
        Ok(Readable { subject, features })
    }
}

impl<'a> Readable<'a> {
    /// One question for each feature; one for all of them where none is named, which also tells whom it is about.
    fn questions(&self) -> impl Iterator<Item = Question<'a>> + use<'a> {
        let (subject, features) = (self.subject, self.features.unwrap_or_default());
        let every = features.is_empty().then_some(Question { subject, feature: None });
        every.into_iter().chain(features.iter().map(move |feature| Question { subject, feature: Some(feature) }))
    }

    /// Writes the result.
    fn write(&self, answers: &[Kept], body: &mut Vec<u8>) {
        let Some(first) = answers.first() else { return };
        if self.features.is_none() {
            first.write(body);
            body.push(b'}');
            return;
        }
        first.write_head(body);
        body.extend_from_slice(br#""entitlements":["#);
        for (index, answer) in answers.iter().enumerate().filter(|_| self.features.is_some_and(|all| !all.is_empty())) {
            if index > 0 {
                body.push(b',');
            }
            answer.write_members(body);
        }
        body.extend_from_slice(b"]}");
    }
}
