//! What an entitlement check looks at. Rows are inputs: policy and clock come in on reading.

mod read;
mod sold;

pub use read::{Known, sources_of};
pub use sold::{page, sold};

use daybook_domain::entitlement::Source;
use sqlx::PgConnection;

use crate::{
    changes::Changed,
    copy::{Rows, Table},
    owner::{Owner, Owners},
};

/// Its table.
pub const TABLE: Table =
    Table { name: "entitlement_source", columns: &["scope", "kind", "id", "part", "customer", "source"] };

/// Adds the row of one source. An object has at most one of each variant.
pub fn derive(rows: &mut Rows, owner: &Owner, customer: &str, source: &Source) {
    let part = match source {
        Source::Subscription { .. } | Source::Summary { .. } | Source::Purchase { .. } => 0,
        Source::Operators { .. } => 1,
    };
    let _complete = rows
        .row()
        .integer(owner.scope.0)
        .smallint(owner.object.kind.number())
        .text(owner.id())
        .smallint(part)
        .text(customer)
        .jsonb(source);
}

/// Removes the rows that come from these objects. Returns the customers they were about.
///
/// # Errors
/// What the database says.
pub async fn remove(connection: &mut PgConnection, owners: &Owners) -> Result<Vec<Changed>, sqlx::Error> {
    let rows = sqlx::query!(
        "delete from entitlement_source using unnest($1::integer[], $2::smallint[], $3::text[]) as gone (scope, kind, id)
         where entitlement_source.scope = gone.scope and entitlement_source.kind = gone.kind
           and entitlement_source.id = gone.id
         returning entitlement_source.scope, entitlement_source.customer",
        &owners.scopes,
        &owners.kinds,
        &owners.ids,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| Changed::new(row.scope, row.customer)).collect())
}
