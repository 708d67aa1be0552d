//! The journal as it is checked: the postings of given owners, and what sets alone can show to be wrong with all of it.

use chrono::{DateTime, Utc};
use daybook_domain::{
    id::{ObjectKind, ObjectRef},
    scope::ScopeId,
};
use sqlx::PgConnection;

use crate::owner::{Owner, Owners};

/// One posting, as far as checking needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Whose transition it records.
    pub owner: Owner,
    /// `<object>:<transition>`
    pub transaction_key: String,
    /// When it takes effect.
    pub effective_at: DateTime<Utc>,
    /// By its name in the chart of accounts.
    pub account: String,
    /// What it is about.
    pub subject: String,
    /// Currency of the amount.
    pub currency: String,
    /// Minor units, debit positive.
    pub amount: i64,
}

/// The postings of these owners.
///
/// # Errors
/// What the database says.
pub async fn of_owners(connection: &mut PgConnection, owners: &Owners) -> Result<Vec<Leg>, sqlx::Error> {
    let rows = sqlx::query!(
        "select posting.scope, posting.kind, posting.id, transaction_key, effective_at, account, subject, currency, amount
         from unnest($1::integer[], $2::smallint[], $3::text[]) as owner (scope, kind, id)
         join posting on posting.id = owner.id and posting.kind = owner.kind and posting.scope = owner.scope",
        &owners.scopes,
        &owners.kinds,
        &owners.ids,
    )
    .fetch_all(connection)
    .await?;
    let legs = rows.into_iter().filter_map(|row| {
        let kind = ObjectKind::from_number(row.kind)?;
        Some(Leg {
            owner: Owner { scope: ScopeId(row.scope), object: ObjectRef::new(kind, row.id) },
            transaction_key: row.transaction_key,
            effective_at: row.effective_at,
            account: row.account,
            subject: row.subject,
            currency: row.currency,
            amount: row.amount,
        })
    });
    Ok(legs.collect())
}

/// A customer's balance of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerSum {
    /// Whose books.
    pub scope: ScopeId,
    /// The customer.
    pub customer: String,
    /// Its currency.
    pub currency: String,
    /// Minor units, debit positive.
    pub amount: i64,
}

/// What one account comes to for each of these customers, by scope and id.
///
/// # Errors
/// What the database says.
pub async fn of_customers(
    connection: &mut PgConnection,
    account: &str,
    (scopes, customers): (&[i32], &[String]),
) -> Result<Vec<CustomerSum>, sqlx::Error> {
    let rows = sqlx::query!(
        "select balance.scope, balance.customer, balance.currency, balance.amount
         from unnest($2::integer[], $3::text[]) as wanted (scope, customer)
         join balance using (scope, customer) where account = $1",
        account,
        scopes,
        customers,
    )
    .fetch_all(connection)
    .await?;
    let sums = rows.into_iter().map(|row| CustomerSum {
        scope: ScopeId(row.scope),
        customer: row.customer,
        currency: row.currency,
        amount: row.amount,
    });
    Ok(sums.collect())
}

/// Something in the journal that sets alone show to be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oddity {
    /// Whose books.
    pub scope: ScopeId,
    /// What it is about: a transaction's key, or a customer's account.
    pub subject: String,
    /// Its currency.
    pub currency: String,
    /// What stands there.
    pub found: i64,
    /// What should.
    pub expected: i64,
}

/// Postings of objects that no state stands behind, by transaction; at most `limit`.
///
/// # Errors
/// What the database says.
pub async fn without_owner(connection: &mut PgConnection, limit: i64) -> Result<Vec<Oddity>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select scope, transaction_key, currency, count(*) as "postings!"
         from posting
         where not exists (
             select from object
             where object.id = posting.id and object.kind = posting.kind and object.scope = posting.scope)
         group by 1, 2, 3 order by 1, 2, 3 limit $1"#,
        limit,
    )
    .fetch_all(connection)
    .await?;
    let oddities = rows.into_iter().map(|row| Oddity {
        scope: ScopeId(row.scope),
        subject: row.transaction_key,
        currency: row.currency,
        found: row.postings,
        expected: 0,
    });
    Ok(oddities.collect())
}

/// Balances that are not the sums of their postings; at most `limit`.
///
/// # Errors
/// What the database says.
pub async fn wrong_sums(connection: &mut PgConnection, limit: i64) -> Result<Vec<Oddity>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select scope as "scope!", customer as "customer!", account as "account!", currency as "currency!",
             coalesce(balance.amount, 0) as "found!", coalesce(summed.amount, 0) as "expected!"
         from balance
         full join (
             select scope, coalesce(customer, '') as customer, currency, account, sum(amount)::bigint as amount,
                 count(*) as postings
             from posting group by 1, 2, 3, 4
         ) as summed using (scope, customer, currency, account)
         where balance.amount is distinct from summed.amount or balance.postings is distinct from summed.postings
         order by 1, 2, 3, 4 limit $1"#,
        limit,
    )
    .fetch_all(connection)
    .await?;
    let oddities = rows.into_iter().map(|row| Oddity {
        scope: ScopeId(row.scope),
        subject: format!("{} of {}", row.account, if row.customer.is_empty() { "nobody" } else { &row.customer }),
        currency: row.currency,
        found: row.found,
        expected: row.expected,
    });
    Ok(oddities.collect())
}

/// How many postings carry each mark for a person to look at.
///
/// # Errors
/// What the database says.
pub async fn marks(connection: &mut PgConnection) -> Result<Vec<(String, i64)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select problem as "problem!", count(*) as "postings!" from posting
         where problem is not null group by 1 order by 1"#
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.problem, row.postings)).collect())
}

/// How many balances of `suspense` are not empty, in all scopes.
///
/// # Errors
/// What the database says.
pub async fn suspense(connection: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from balance where account = 'suspense' and amount <> 0"#)
        .fetch_one(connection)
        .await
}
