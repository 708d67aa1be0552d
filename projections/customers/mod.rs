//! One row per customer, and the links between your own account ids and Stripe's customers.

mod link;
mod read;

pub use link::{
    BY_OPERATOR, LINK, LONGEST_ACCOUNT, Link, UNLINKED, add_link, links_of_customer, links_of_session,
    links_of_subscription,
};
pub use read::{AccountLink, Customer, find, links_of, seen_beside};

use daybook_domain::{customer, money::Currency};
use sqlx::PgConnection;

use crate::{
    changes::Changed,
    copy::{Rows, Table},
    owner::{Owner, Owners},
};

/// Its table.
pub const TABLE: Table = Table {
    name: "customer",
    columns: &[
        "scope",
        "id",
        "created_at",
        "deleted_at",
        "currency",
        "balance",
        "delinquent",
        "has_payment_method",
        "metadata",
        "cause",
    ],
};

/// Adds the row of one customer; none while no event has shown it.
pub fn derive(rows: &mut Rows, owner: &Owner, customer: &customer::Customer) {
    let (Some(snapshot), Some(moment)) = (customer.snapshot(), customer.moment()) else { return };
    let row = rows
        .row()
        .integer(owner.scope.0)
        .text(owner.id())
        .optional_timestamp(snapshot.created)
        .optional_timestamp(customer.deleted().map(|moment| moment.at))
        .optional_text(snapshot.currency.as_ref().map(Currency::as_str));
    let row = match snapshot.balance {
        Some(balance) => row.bigint(balance),
        None => row.null(),
    };
    let row = match snapshot.delinquent {
        Some(delinquent) => row.boolean(delinquent),
        None => row.null(),
    };
    let _complete = row.boolean(snapshot.has_payment_method).jsonb(&snapshot.metadata).text(moment.event.as_str());
}

/// Removes the rows of these customers, and the links that these objects show. Returns the customers that were linked.
///
/// # Errors
/// What the database says.
pub async fn remove(connection: &mut PgConnection, owners: &Owners) -> Result<Vec<Changed>, sqlx::Error> {
    sqlx::query!(
        "delete from customer using unnest($1::integer[], $2::smallint[], $3::text[]) as gone (scope, kind, id)
         where gone.kind = 0 and customer.scope = gone.scope and customer.id = gone.id",
        &owners.scopes,
        &owners.kinds,
        &owners.ids,
    )
    .execute(&mut *connection)
    .await?;
    let rows = sqlx::query!(
        "delete from account_link using unnest($1::integer[], $2::smallint[], $3::text[]) as gone (scope, kind, id)
         where account_link.scope = gone.scope and account_link.kind = gone.kind and account_link.id = gone.id
         returning account_link.scope, account_link.customer",
        &owners.scopes,
        &owners.kinds,
        &owners.ids,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| Changed::new(row.scope, row.customer)).collect())
}
