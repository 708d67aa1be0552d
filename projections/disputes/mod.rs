//! One row per dispute: what is asked for until when, whose it is, what it holds, what came of it.

mod read;

pub use read::{Dispute, Wanted, find, list};

use daybook_domain::{
    id::{CustomerId, SubscriptionId},
    money::Currency,
    settlement::DisputeCase,
};
use sqlx::PgConnection;

use crate::{
    copy::{Rows, Table},
    owner::{Owner, Owners},
};

/// Its table.
pub const TABLE: Table = Table {
    name: "dispute",
    columns: &[
        "scope",
        "id",
        "customer",
        "subscription",
        "invoice",
        "charge",
        "seller",
        "status",
        "is_open",
        "amount",
        "currency",
        "created_at",
        "due_at",
        "details",
    ],
};

/// Adds the row of one dispute.
pub fn derive(rows: &mut Rows, owner: &Owner, case: &DisputeCase) {
    let place = &case.place;
    let _complete = rows
        .row()
        .integer(owner.scope.0)
        .text(owner.id())
        .optional_text(place.customer.as_ref().map(CustomerId::as_str))
        .optional_text(place.subscription.as_ref().map(SubscriptionId::as_str))
        .optional_text(place.invoice.as_deref())
        .optional_text(place.charge.as_deref())
        .optional_text(place.seller.as_ref().map(|seller| &*seller.account))
        .text(case.status.as_str())
        .boolean(case.is_open())
        .bigint(case.amount)
        .optional_text(case.currency.as_ref().map(Currency::as_str))
        .timestamp(case.created)
        .optional_timestamp(case.evidence_due.filter(|_| case.needs_response()))
        .json(case);
}

/// Removes the rows of these disputes.
///
/// # Errors
/// What the database says.
pub async fn remove(connection: &mut PgConnection, owners: &Owners) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from dispute using unnest($1::integer[], $2::text[]) as gone (scope, id)
         where dispute.scope = gone.scope and dispute.id = gone.id",
        &owners.scopes,
        &owners.ids,
    )
    .execute(connection)
    .await?;
    Ok(())
}
