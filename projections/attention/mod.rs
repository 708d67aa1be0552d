//! What needs a person, and why. Most of it is read out of the other read models, against the clock that comes with the question;
//! rows of its own are kept for what no other read model shows.

mod ask;
mod books;
mod found;
mod log;
mod objects;

pub use ask::{Item, list};
pub use found::Asked;

use daybook_domain::{
    attention::Concern,
    id::{CustomerId, SubscriptionId},
};
use sqlx::PgConnection;

use crate::{
    copy::{Rows, Table},
    owner::{Owner, Owners},
};

/// Its table.
pub const TABLE: Table = Table {
    name: "attention",
    columns: &["scope", "kind", "id", "code", "customer", "subscription", "since", "until", "detail", "cause"],
};

/// Adds the row of one concern.
pub fn derive(rows: &mut Rows, owner: &Owner, concern: &Concern) {
    let _complete = rows
        .row()
        .integer(owner.scope.0)
        .smallint(owner.object.kind.number())
        .text(owner.id())
        .text(concern.code.as_str())
        .optional_text(concern.place.customer.as_ref().map(CustomerId::as_str))
        .optional_text(concern.place.subscription.as_ref().map(SubscriptionId::as_str))
        .timestamp(concern.since)
        .optional_timestamp(concern.until)
        .optional_text(concern.detail.as_deref())
        .text(concern.cause.as_str());
}

/// Removes the rows of these objects.
///
/// # Errors
/// What the database says.
pub async fn remove(connection: &mut PgConnection, owners: &Owners) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from attention using unnest($1::integer[], $2::smallint[], $3::text[]) as gone (scope, kind, id)
         where attention.scope = gone.scope and attention.kind = gone.kind and attention.id = gone.id",
        &owners.scopes,
        &owners.kinds,
        &owners.ids,
    )
    .execute(connection)
    .await?;
    Ok(())
}
