//! One row per subscription, as it stands.

mod read;

pub use read::{Subscription, customer_of, find, of_customer};

use daybook_domain::{id::CustomerId, subscription::Standing};
use sqlx::PgConnection;

use crate::{
    copy::{Rows, Table},
    owner::{Owner, Owners},
};

/// Its table.
pub const TABLE: Table = Table {
    name: "subscription",
    columns: &[
        "scope",
        "id",
        "customer",
        "status",
        "disputed",
        "since",
        "period_start",
        "period_end",
        "trial_end",
        "cancel_at",
        "ended_at",
        "standing",
    ],
};

/// Adds the row of one subscription.
pub fn derive(rows: &mut Rows, owner: &Owner, standing: &Standing) {
    let _complete = rows
        .row()
        .integer(owner.scope.0)
        .text(owner.id())
        .optional_text(standing.customer.as_ref().map(CustomerId::as_str))
        .text(standing.status.as_str())
        .boolean(standing.is_disputed())
        .timestamp(standing.since.at)
        .optional_timestamp(standing.period.map(|period| period.start))
        .optional_timestamp(standing.period.map(|period| period.end))
        .optional_timestamp(standing.trial_end)
        .optional_timestamp(standing.cancel_at)
        .optional_timestamp(standing.ended)
        .jsonb(standing);
}

/// Removes the rows of these subscriptions.
///
/// # Errors
/// What the database says.
pub async fn remove(connection: &mut PgConnection, owners: &Owners) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from subscription using unnest($1::integer[], $2::text[]) as gone (scope, id)
         where subscription.scope = gone.scope and subscription.id = gone.id",
        &owners.scopes,
        &owners.ids,
    )
    .execute(connection)
    .await?;
    Ok(())
}
