//! Sums of the journal by customer, currency and account, moved by the same transaction that writes the postings.

mod read;

pub use read::{Balance, of_customer};

use std::collections::BTreeMap;

use daybook_domain::{accounting::Transaction, scope::ScopeId};
use sqlx::PgConnection;

/// How much one balance moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delta {
    /// Whose books.
    pub scope: i32,
    /// Whose balance; empty for nobody's.
    pub customer: String,
    /// Its currency.
    pub currency: String,
    /// Its account.
    pub account: String,
    /// Minor units, debit positive.
    pub amount: i64,
    /// How many postings more, or fewer.
    pub postings: i64,
}

/// Balances about to move, by scope, customer, currency and account.
#[derive(Debug, Default)]
pub struct Deltas(BTreeMap<(i32, String, String, String), (i64, i64)>);

impl Deltas {
    /// What new postings add.
    pub fn add_transaction(&mut self, scope: ScopeId, transaction: &Transaction) {
        for posting in &transaction.postings {
            self.add(Delta {
                scope: scope.0,
                customer: posting.customer.as_ref().map(ToString::to_string).unwrap_or_default(),
                currency: posting.currency.as_str().to_owned(),
                account: posting.account.as_str().to_owned(),
                amount: posting.amount,
                postings: 1,
            });
        }
    }

    /// One movement more.
    pub fn add(&mut self, delta: Delta) {
        let key = (delta.scope, delta.customer, delta.currency, delta.account);
        let sum = self.0.entry(key).or_default();
        *sum = (sum.0.saturating_add(delta.amount), sum.1.saturating_add(delta.postings));
    }

    /// Moves the balances; one that sums no posting any more goes away.
    ///
    /// # Errors
    /// What the database says.
    pub async fn write(&mut self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        self.0.retain(|_, (amount, postings)| *amount != 0 || *postings != 0);
        if self.0.is_empty() {
            return Ok(());
        }
        let (mut scopes, mut customers, mut currencies, mut accounts) = (vec![], vec![], vec![], vec![]);
        let (mut amounts, mut postings) = (vec![], vec![]);
        for ((scope, customer, currency, account), (amount, count)) in std::mem::take(&mut self.0) {
            scopes.push(scope);
            customers.push(customer);
            currencies.push(currency);
            accounts.push(account);
            amounts.push(amount);
            postings.push(count);
        }
        sqlx::query!(
            "insert into balance as known (scope, customer, currency, account, amount, postings)
             select * from unnest($1::integer[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
             on conflict on constraint balance_pk
             do update set amount = known.amount + excluded.amount, postings = known.postings + excluded.postings",
            &scopes,
            &customers,
            &currencies,
            &accounts,
            &amounts,
            &postings,
        )
        .execute(&mut *connection)
        .await?;
        sqlx::query!(
            "delete from balance using unnest($1::integer[], $2::text[]) as moved (scope, customer)
             where balance.scope = moved.scope and balance.customer = moved.customer and balance.postings = 0",
            &scopes,
            &customers,
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// Sums the whole journal: how a rebuild ends.
///
/// # Errors
/// What the database says.
pub async fn sum(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into balance (scope, customer, currency, account, amount, postings)
         select scope, coalesce(customer, ''), currency, account, sum(amount)::bigint, count(*)
         from posting group by 1, 2, 3, 4"
    )
    .execute(connection)
    .await?;
    Ok(())
}
