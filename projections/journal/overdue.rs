//! Since when a customer owes something that should have been paid.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use daybook_domain::scope::ScopeId;
use sqlx::PgConnection;

/// What is overdue in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overdue {
    /// Minor units; the largest there is where it is more.
    pub amount: i64,
    /// Since when the oldest of it is.
    pub since: DateTime<Utc>,
}

/// How much a customer's unpaid invoices come to that are overdue, and since when the oldest is, by currency; currencies in which nothing is are left out.
///
/// What is left to pay of an invoice is its part of the receivables, so what was paid, voided, written off or credited in full by then is not
/// overdue, and what was paid in part is. `as_of` is up to when it is summed, `by` the time with which due dates are compared: of an invoice that is sent its own,
/// of one that is charged by itself the first attempt that failed. One that nobody tried to charge yet is not overdue.
///
/// # Errors
/// What the database says.
pub async fn since(
    connection: &mut PgConnection,
    scope: ScopeId,
    customer: &str,
    (as_of, by): (Option<DateTime<Utc>>, DateTime<Utc>),
) -> Result<BTreeMap<String, Overdue>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select open.currency as "currency!", min(coalesce(due_at, failed_at)) as "since!",
                  least(sum(open.amount), 9223372036854775807)::bigint as "amount!"
         from (select subject, currency, sum(amount) as amount from posting
               where scope = $1 and customer = $2 and account = 'assets:receivable'
                 and ($3::timestamptz is null or effective_at <= $3)
               group by subject, currency having sum(amount) > 0) as open
         join (select id, scope, due_at, to_timestamp((bill->'failed'->>'at')::bigint) as failed_at from invoice) as asked_for
           on asked_for.id = open.subject and asked_for.scope = $1
         where coalesce(due_at, failed_at) < $4
         group by open.currency"#,
        scope.0,
        customer,
        as_of,
        by,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.currency, Overdue { amount: row.amount, since: row.since })).collect())
}
