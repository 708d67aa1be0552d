//! Sums of the journal at a time: by account and currency, of everybody or of one customer, deferred amounts as they were
//! posted or as they are earned. `daybook_domain::accounting::trial` says the same in memory, and tests hold both to it.

use chrono::{DateTime, Utc};
use daybook_domain::{
    accounting::{Account, Basis, Movement, Summary},
    id::ObjectKind,
    scope::ScopeId,
};
use sqlx::PgConnection;

/// Which postings are summed, and how.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Whose books.
    pub scope: ScopeId,
    /// Of this customer only.
    pub customer: Option<&'a str>,
    /// Effective by then; all where no time is given. Whole seconds.
    pub as_of: Option<DateTime<Utc>>,
    /// What is earned by then counts as revenue; without it deferred amounts stay deferred. Whole seconds.
    pub earned_at: Option<DateTime<Utc>>,
}

impl Asked<'_> {
    /// What deferred amounts count as.
    pub fn basis(&self) -> Basis {
        if self.earned_at.is_some() { Basis::Earned } else { Basis::Posted }
    }
}

/// The sum of one account in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// Its currency.
    pub currency: String,
    /// By its name in the chart of accounts.
    pub account: String,
    /// Minor units, debit positive.
    pub amount: i64,
    /// How many postings it sums.
    pub postings: i64,
    /// The newest events behind it, where it is about one customer.
    pub causes: Vec<String>,
}

/// The sums by currency and account. Those of a currency sum to zero when nobody in particular was asked about.
///
/// # Errors
/// What the database says.
pub async fn sums(connection: &mut PgConnection, asked: &Asked<'_>) -> Result<Vec<Sum>, sqlx::Error> {
    let mut sums = Vec::new();
    let mut earned = Vec::new();
    for (sum, of_it) in counted(connection, asked).await? {
        if of_it.amount != 0 {
            earned.push(of_it);
        }
        sums.push(sum);
    }
    for of_it in earned {
        let revenue = Account::Revenue.as_str();
        match sums.iter_mut().find(|sum| sum.currency == of_it.currency && sum.account == revenue) {
            Some(sum) => {
                sum.amount = sum.amount.saturating_add(of_it.amount);
                sum.postings += of_it.postings;
                sum.causes.extend(of_it.causes);
            }
            None => sums.push(of_it),
        }
    }
    sums.sort_by(|left, right| (&left.currency, &left.account).cmp(&(&right.currency, &right.account)));
    for sum in &mut sums {
        sum.causes.sort_unstable();
        sum.causes.dedup();
    }
    Ok(sums)
}

/// Every account's sum without what is earned of it, and what is.
async fn counted(connection: &mut PgConnection, asked: &Asked<'_>) -> Result<Vec<(Sum, Sum)>, sqlx::Error> {
    if let (None, None, None) = (asked.customer, asked.as_of, asked.earned_at) {
        return of_all_time(connection, asked.scope).await;
    }
    let rows = sqlx::query!(
        r#"with counted as (
             select currency, account, customer, amount, effective_at, transaction_key, causes[1] as cause,
                 case when account <> 'liabilities:deferred' or earned_from is null then 0
                      when $4::timestamptz >= earned_until then amount
                      when $4 > earned_from
                      then div(amount::numeric * extract(epoch from $4 - earned_from),
                               extract(epoch from earned_until - earned_from))::bigint
                      else 0
                 end as earned
             from posting
             where scope = $1 and ($2::text is null or customer = $2) and ($3::timestamptz is null or effective_at <= $3)
         )
         select currency as "currency!", account as "account!", sum(amount - earned)::bigint as "amount!",
             count(*) as "postings!", sum(earned)::bigint as "earned!",
             count(*) filter (where earned <> 0) as "earning!",
             coalesce((array_agg(cause order by effective_at desc, transaction_key desc)
                 filter (where $2 is not null))[1:5], '{}') as "causes!: Vec<String>"
         from counted group by currency, account"#,
        asked.scope.0,
        asked.customer,
        asked.as_of,
        asked.earned_at,
    )
    .fetch_all(connection)
    .await?;
    let sums = rows.into_iter().map(|row| {
        let revenue = Sum {
            currency: row.currency.clone(),
            account: Account::Revenue.as_str().to_owned(),
            amount: row.earned,
            postings: row.earning,
            causes: row.causes.clone(),
        };
        let (currency, account) = (row.currency, row.account);
        (Sum { currency, account, amount: row.amount, postings: row.postings, causes: row.causes }, revenue)
    });
    Ok(sums.collect())
}

/// Everybody's, as posted: summed already.
async fn of_all_time(connection: &mut PgConnection, scope: ScopeId) -> Result<Vec<(Sum, Sum)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select currency, account, sum(amount)::bigint as "amount!", sum(postings)::bigint as "postings!"
         from balance where scope = $1 group by currency, account"#,
        scope.0,
    )
    .fetch_all(connection)
    .await?;
    let sums = rows.into_iter().map(|row| {
        let (currency, account) = (row.currency, row.account);
        let sum = Sum { currency, account, amount: row.amount, postings: row.postings, causes: Vec::new() };
        let nothing = Sum { amount: 0, postings: 0, ..sum.clone() };
        (sum, nothing)
    });
    Ok(sums.collect())
}

/// What one customer's postings come to, by currency.
///
/// # Errors
/// What the database says.
pub async fn summaries(
    connection: &mut PgConnection,
    scope: ScopeId,
    customer: &str,
    as_of: Option<DateTime<Utc>>,
) -> Result<Vec<(String, Summary)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select currency, account, kind, split_part(transaction_key, ':', 2) as "transition!",
             sum(amount)::bigint as "amount!"
         from posting
         where scope = $1 and customer = $2 and ($3::timestamptz is null or effective_at <= $3)
         group by 1, 2, 3, 4 order by 1"#,
        scope.0,
        customer,
        as_of,
    )
    .fetch_all(connection)
    .await?;
    let mut summaries: Vec<(String, Summary)> = Vec::new();
    for row in rows {
        let (Some(owner), Some(account)) = (ObjectKind::from_number(row.kind), Account::parse(&row.account)) else {
            continue;
        };
        if summaries.last().is_none_or(|(currency, _)| *currency != row.currency) {
            summaries.push((row.currency, Summary::default()));
        }
        if let Some((_, summary)) = summaries.last_mut() {
            let amount = i128::from(row.amount);
            summary.add(&Movement { owner, transition: &row.transition, account, amount });
        }
    }
    Ok(summaries)
}
