//! The folded state of every object. Only the worker reads it; readers have read models.

use daybook_domain::{
    id::{ObjectKind, ObjectRef},
    scope::ScopeId,
};
use sqlx::PgConnection;

use crate::{
    copy::{Rows, Table},
    owner::{Owner, Owners},
};

/// Its table.
pub const TABLE: Table =
    Table { name: "object", columns: &["scope", "kind", "id", "state", "sequence", "derived", "only_named"] };

/// One stored state.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Whose state.
    pub owner: Owner,
    /// The state, in the worker's encoding.
    pub state: Vec<u8>,
    /// How many cqrs events it has.
    pub sequence: i64,
    /// Digest of the rows derived from it.
    pub derived: i64,
}

/// Adds the row of one state.
pub fn add(rows: &mut Rows, stored: &Stored, only_named: bool) {
    let _complete = rows
        .row()
        .integer(stored.owner.scope.0)
        .smallint(stored.owner.object.kind.number())
        .text(stored.owner.id())
        .bytes(&stored.state)
        .bigint(stored.sequence)
        .bigint(stored.derived)
        .boolean(only_named);
}

/// Reads the states of these owners; those unknown are missing from the answer.
///
/// # Errors
/// What the database says.
pub async fn load(connection: &mut PgConnection, owners: &Owners) -> Result<Vec<Stored>, sqlx::Error> {
    let rows = sqlx::query!(
        "select object.scope, object.kind, object.id, object.state, object.sequence, object.derived
         from unnest($1::integer[], $2::smallint[], $3::text[]) as wanted (scope, kind, id)
         join object using (scope, kind, id)",
        &owners.scopes,
        &owners.kinds,
        &owners.ids,
    )
    .fetch_all(connection)
    .await?;
    let stored = rows.into_iter().filter_map(|row| {
        let kind = ObjectKind::from_number(row.kind)?;
        Some(Stored {
            owner: Owner { scope: ScopeId(row.scope), object: ObjectRef::new(kind, row.id) },
            state: row.state,
            sequence: row.sequence,
            derived: row.derived,
        })
    });
    Ok(stored.collect())
}

/// How many states there are, those of objects that are only named included.
///
/// # Errors
/// What the database says.
pub async fn count(connection: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from object"#).fetch_one(connection).await
}

/// The states that come after an owner in the order of the key (id, kind, scope), from the first one where none is given; at
/// most `limit`.
///
/// # Errors
/// What the database says.
pub async fn page(
    connection: &mut PgConnection,
    after: Option<&Owner>,
    limit: i64,
) -> Result<Vec<Stored>, sqlx::Error> {
    let (id, kind, scope) = after.map_or(("", -1, 0), |owner| (owner.id(), owner.object.kind.number(), owner.scope.0));
    let rows = sqlx::query!(
        "select scope, kind, id, state, sequence, derived from object
         where (id, kind, scope) > ($1::text collate \"C\", $2, $3) order by id, kind, scope limit $4",
        id,
        kind,
        scope,
        limit,
    )
    .fetch_all(connection)
    .await?;
    let stored = rows.into_iter().filter_map(|row| {
        let kind = ObjectKind::from_number(row.kind)?;
        Some(Stored {
            owner: Owner { scope: ScopeId(row.scope), object: ObjectRef::new(kind, row.id) },
            state: row.state,
            sequence: row.sequence,
            derived: row.derived,
        })
    });
    Ok(stored.collect())
}

/// Removes the states of these owners, before newer ones are written.
///
/// # Errors
/// What the database says.
pub async fn remove(connection: &mut PgConnection, owners: &Owners) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from object using unnest($1::integer[], $2::smallint[], $3::text[]) as gone (scope, kind, id)
         where object.scope = gone.scope and object.kind = gone.kind and object.id = gone.id",
        &owners.scopes,
        &owners.kinds,
        &owners.ids,
    )
    .execute(connection)
    .await?;
    Ok(())
}
