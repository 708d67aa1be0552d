//! The journal: postings of all transactions, owned by the object whose transition they record.

pub mod audit;
pub mod export;
pub mod overdue;
mod read;
pub mod trial;

pub use read::{Posting, caused_by, of_customer, of_id, of_object};

use daybook_domain::{
    accounting::{Problem, Transaction},
    id::{CustomerId, EventId, ProductId},
};
use sqlx::PgConnection;

use crate::{
    balances::Delta,
    copy::{Rows, Table},
    owner::{Owner, Owners},
};

/// Its table.
pub const TABLE: Table = Table {
    name: "posting",
    columns: &[
        "scope",
        "transaction_key",
        "line",
        "kind",
        "id",
        "account",
        "customer",
        "subject",
        "currency",
        "amount",
        "effective_at",
        "earned_from",
        "earned_until",
        "product",
        "causes",
        "problem",
    ],
};

/// Adds the postings of one transaction.
pub fn derive(rows: &mut Rows, owner: &Owner, transaction: &Transaction) {
    for (line, posting) in (0_i32..).zip(&transaction.postings) {
        let row = rows
            .row()
            .integer(owner.scope.0)
            .text(&transaction.key)
            .integer(line)
            .smallint(owner.object.kind.number())
            .text(owner.id())
            .text(posting.account.as_str())
            .optional_text(posting.customer.as_ref().map(CustomerId::as_str))
            .text(&posting.object)
            .text(posting.currency.as_str())
            .bigint(posting.amount)
            .timestamp(transaction.effective)
            .optional_timestamp(posting.earned_over.map(|period| period.start))
            .optional_timestamp(posting.earned_over.map(|period| period.end))
            .optional_text(posting.product.as_ref().map(ProductId::as_str))
            .texts(transaction.causes.iter().map(EventId::as_str).collect::<Vec<_>>().into_iter());
        let _complete = match transaction.problem {
            Some(problem) => row.text(problem_name(problem)),
            None => row.null(),
        };
    }
}

fn problem_name(problem: Problem) -> &'static str {
    match problem {
        Problem::NeedsFetch => "needs_fetch",
        Problem::Difference => "difference",
        Problem::SourceUnknown => "source_unknown",
        Problem::NothingToUndo => "nothing_to_undo",
        Problem::Overflow => "overflow",
        Problem::CurrencyUnknown => "currency_unknown",
        Problem::NoRule => "no_rule",
    }
}

/// Removes the postings of these objects; says what that takes from the balances.
///
/// # Errors
/// What the database says.
pub async fn remove(connection: &mut PgConnection, owners: &Owners) -> Result<Vec<Delta>, sqlx::Error> {
    let rows = sqlx::query!(
        "with gone as (
             delete from posting using unnest($1::integer[], $2::smallint[], $3::text[]) as owner (scope, kind, id)
             where posting.scope = owner.scope and posting.kind = owner.kind and posting.id = owner.id
             returning posting.scope, posting.customer, posting.currency, posting.account, posting.amount
         )
         select scope as \"scope!\", customer, currency as \"currency!\", account as \"account!\",
                sum(amount)::bigint as \"amount!\", count(*) as \"postings!\"
         from gone group by 1, 2, 3, 4",
        &owners.scopes,
        &owners.kinds,
        &owners.ids,
    )
    .fetch_all(connection)
    .await?;
    let deltas = rows.into_iter().map(|row| Delta {
        scope: row.scope,
        customer: row.customer.unwrap_or_default(),
        currency: row.currency,
        account: row.account,
        amount: row.amount.saturating_neg(),
        postings: row.postings.saturating_neg(),
    });
    Ok(deltas.collect())
}
