//! One row per invoice: how it stands, every line as it is, its taxes, and what paid it.

mod read;

pub use read::{Invoice, Wanted, customer_of, find, list};

use daybook_domain::{
    fact::Line,
    id::{CustomerId, SubscriptionId},
    money::Currency,
    settlement::Bill,
};
use sqlx::PgConnection;

use crate::{
    copy::{Rows, Table},
    owner::{Owner, Owners},
};

/// Its table.
pub const TABLE: Table = Table {
    name: "invoice",
    columns: &[
        "scope",
        "id",
        "customer",
        "subscription",
        "status",
        "currency",
        "total",
        "amount_due",
        "amount_remaining",
        "created_at",
        "due_at",
        "bill",
        "lines",
    ],
};

/// Adds the row of one invoice.
pub fn derive(rows: &mut Rows, owner: &Owner, bill: &Bill, lines: &[Line]) {
    let _complete = rows
        .row()
        .integer(owner.scope.0)
        .text(owner.id())
        .optional_text(bill.place.customer.as_ref().map(CustomerId::as_str))
        .optional_text(bill.place.subscription.as_ref().map(SubscriptionId::as_str))
        .text(bill.status.as_str())
        .optional_text(bill.currency.as_ref().map(Currency::as_str))
        .bigint(bill.total)
        .bigint(bill.amount_due)
        .bigint(bill.amount_remaining)
        .timestamp(bill.created)
        .optional_timestamp(bill.due)
        .json(bill)
        .json(&lines);
}

/// Removes the rows of these invoices.
///
/// # Errors
/// What the database says.
pub async fn remove(connection: &mut PgConnection, owners: &Owners) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from invoice using unnest($1::integer[], $2::text[]) as gone (scope, id)
         where invoice.scope = gone.scope and invoice.id = gone.id",
        &owners.scopes,
        &owners.ids,
    )
    .execute(connection)
    .await?;
    Ok(())
}
