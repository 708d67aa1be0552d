//! One row per charge and refund, and per payment intent that has not come to an end: what moved, what failed and why, what waits
//! for whom, and the invoice, subscription and customer it is about.

mod read;

pub use read::{Kind, Payment, Wanted, find, list};

use daybook_domain::{
    id::{CustomerId, SubscriptionId},
    money::Currency,
    settlement,
};
use sqlx::PgConnection;

use crate::{
    copy::{Rows, Table},
    owner::{Owner, Owners},
};

/// Its table.
pub const TABLE: Table = Table {
    name: "payment",
    columns: &[
        "scope",
        "kind",
        "id",
        "customer",
        "subscription",
        "invoice",
        "status",
        "amount",
        "currency",
        "created_at",
        "details",
    ],
};

/// Adds the row of one payment.
pub fn derive(rows: &mut Rows, owner: &Owner, payment: &settlement::Payment) {
    let place = &payment.place;
    let _complete = rows
        .row()
        .integer(owner.scope.0)
        .smallint(owner.object.kind.number())
        .text(owner.id())
        .optional_text(place.customer.as_ref().map(CustomerId::as_str))
        .optional_text(place.subscription.as_ref().map(SubscriptionId::as_str))
        .optional_text(place.invoice.as_deref())
        .text(&payment.status)
        .bigint(payment.amount)
        .optional_text(payment.currency.as_ref().map(Currency::as_str))
        .timestamp(payment.created)
        .json(payment);
}

/// Removes the rows of these objects.
///
/// # Errors
/// What the database says.
pub async fn remove(connection: &mut PgConnection, owners: &Owners) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from payment using unnest($1::integer[], $2::smallint[], $3::text[]) as gone (scope, kind, id)
         where payment.scope = gone.scope and payment.kind = gone.kind and payment.id = gone.id",
        &owners.scopes,
        &owners.kinds,
        &owners.ids,
    )
    .execute(connection)
    .await?;
    Ok(())
}
