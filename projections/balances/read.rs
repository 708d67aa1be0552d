//! Reading balances.

use daybook_domain::scope::ScopeId;
use sqlx::PgConnection;

/// One balance of a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    /// Its currency.
    pub currency: String,
    /// By its name in the chart of accounts.
    pub account: String,
    /// Minor units, debit positive.
    pub amount: i64,
    /// How many postings it sums.
    pub postings: i64,
}

/// The balances of one customer, by currency and account.
///
/// # Errors
/// What the database says.
pub async fn of_customer(
    connection: &mut PgConnection,
    scope: ScopeId,
    customer: &str,
) -> Result<Vec<Balance>, sqlx::Error> {
    sqlx::query_as!(
        Balance,
        "select currency, account, amount, postings from balance
         where scope = $1 and customer = $2 order by currency, account",
        scope.0,
        customer
    )
    .fetch_all(connection)
    .await
}
