//! Generations: one build of the aggregates and read models, each in a schema of its own. A pointer names, for the aggregates and for each read
//! model, the generation that answers. SQL is unqualified; the search path is set from the pointer.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::{Connection, PgConnection};

use crate::Error;

/// The pointer: what answers, by the name of a read model or `aggregates`.
pub type Pointer = BTreeMap<String, i32>;

/// The name under which the pointer names the aggregates.
pub const AGGREGATES: &str = "aggregates";

/// A build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generation {
    /// its number; its schema is [`schema`] of it
    pub id: i32,
    /// when it was begun
    pub created_at: DateTime<Utc>,
    /// the version of the code that built it
    pub code_version: String,
}

/// The schema of a generation.
pub fn schema(generation: i32) -> String {
    format!("generation_{generation}")
}

/// Begins a generation: its row, its checkpoint at 0 and its empty schema, whose tables the runtime role and the owner of the log may use, whoever
/// creates them. They are created by those who own them, after [`use_generation`].
///
/// # Errors
/// When the database fails.
pub async fn create(connection: &mut PgConnection, code_version: &str) -> Result<Generation, Error> {
    let generation = sqlx::query_as!(
        Generation,
        "with created as (
             insert into generation (code_version) values ($1) returning id, created_at, code_version
         ), begun as (
             insert into checkpoint (generation) select id from created
         )
         select id, created_at, code_version from created",
        code_version,
    )
    .fetch_one(&mut *connection)
    .await?;
    // Not checked at compile time: the schema's name is made of a number of ours.
    sqlx::query(&format!("create schema {}", schema(generation.id))).execute(&mut *connection).await?;
    sqlx::query_scalar!("select share_generation($1)", generation.id).fetch_one(connection).await?;
    Ok(generation)
}

/// Gives the runtime role and the owner of the log their rights to every generation that is the connected role's to share. Doing it twice changes
/// nothing.
///
/// # Errors
/// When the database fails.
pub async fn share_all(connection: &mut PgConnection) -> Result<(), Error> {
    let mut transaction = connection.begin().await?;
    // Two processes that grant at once would trip over each other in the catalogue.
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('daybook share generations', 0))")
        .execute(&mut *transaction)
        .await?;
    sqlx::query!("select share_generation(id) from generation order by id").fetch_all(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(())
}

/// The live generations that a role cannot read and write, oldest first: for want of the rights, or because the schema is gone. Readers of such a one
/// are told that nothing is built. Without a name, the connected role is meant; of a role that does not exist there are none.
///
/// # Errors
/// When the database fails.
pub async fn unusable(connection: &mut PgConnection, role: Option<&str>) -> Result<Vec<i32>, Error> {
    let generations = sqlx::query_scalar!(
        r#"select live.generation as "generation!"
         from (select distinct generation, to_regnamespace('generation_' || generation) as namespace from live_generation) live
         join pg_roles on rolname = coalesce($1, current_user)
         where not coalesce(has_schema_privilege(pg_roles.oid, namespace, 'usage'), false)
           or exists (
               select from pg_class
               where relnamespace = namespace and relkind = 'r'
                 and not (has_table_privilege(pg_roles.oid, pg_class.oid, 'select')
                     and has_table_privilege(pg_roles.oid, pg_class.oid, 'insert')
                     and has_table_privilege(pg_roles.oid, pg_class.oid, 'update')
                     and has_table_privilege(pg_roles.oid, pg_class.oid, 'delete')))
         order by live.generation"#,
        role,
    )
    .fetch_all(connection)
    .await?;
    Ok(generations)
}

/// Every generation, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn all(connection: &mut PgConnection) -> Result<Vec<Generation>, Error> {
    let generations = sqlx::query_as!(Generation, "select id, created_at, code_version from generation order by id")
        .fetch_all(connection)
        .await?;
    Ok(generations)
}

/// The pointer as it is now.
///
/// # Errors
/// When the database fails.
pub async fn pointer(connection: &mut PgConnection) -> Result<Pointer, Error> {
    let rows = sqlx::query!("select name, generation from live_generation").fetch_all(connection).await?;
    Ok(rows.into_iter().map(|row| (row.name, row.generation)).collect())
}

/// The pointer, kept from moving until the transaction ends; others may keep it too. For the worker, once for each batch.
///
/// # Errors
/// When the database fails.
pub async fn hold_pointer(connection: &mut PgConnection) -> Result<Pointer, Error> {
    let rows = sqlx::query!("select name, generation from live_generation order by name for share")
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.name, row.generation)).collect())
}

/// The pointer, locked until the transaction ends, so that it can be switched.
///
/// # Errors
/// When the database fails.
pub async fn lock_pointer(connection: &mut PgConnection) -> Result<Pointer, Error> {
    let rows = sqlx::query!("select name, generation from live_generation order by name for update")
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.name, row.generation)).collect())
}

/// Lets a generation answer for these names.
///
/// # Errors
/// When there is no such generation, or the database fails.
pub async fn switch(connection: &mut PgConnection, names: &[&str], generation: i32) -> Result<(), Error> {
    sqlx::query!(
        "insert into live_generation (name, generation)
         select name, $2 from unnest($1::text[]) as wanted (name)
         order by name
         on conflict on constraint live_generation_pk do update set generation = excluded.generation",
        names as &[&str],
        generation,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Sets the search path to one generation until the transaction ends: for those who build or fill it.
///
/// # Errors
/// When the database fails.
pub async fn use_generation(connection: &mut PgConnection, generation: i32) -> Result<(), Error> {
    let path = format!("{}, public", schema(generation));
    sqlx::query_scalar!("select set_config('search_path', $1, true)", path).fetch_one(connection).await?;
    Ok(())
}

/// A generation whose schema belongs to a role that the connected one is not a member of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfAnother {
    /// the generation
    pub generation: i32,
    /// the role that alone may drop it
    pub owner: String,
}

/// Generations that answer nobody and that the connected role may not drop, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn of_others(connection: &mut PgConnection) -> Result<Vec<OfAnother>, Error> {
    let generations = sqlx::query_as!(
        OfAnother,
        r#"select id as "generation!", rolname::text as "owner!"
         from generation
         join pg_namespace on nspname = 'generation_' || id
         join pg_roles on pg_roles.oid = nspowner
         where not pg_has_role(nspowner, 'usage') and id not in (select generation from live_generation)
         order by id"#,
    )
    .fetch_all(connection)
    .await?;
    Ok(generations)
}

/// Drops a generation with everything in it.
///
/// # Errors
/// [`Error::GenerationLive`] while the pointer names it, [`Error::NoSuchGeneration`], [`Error::GenerationOfAnother`] when it belongs to a role that the
/// connected one is not a member of, or when the database fails.
pub async fn prune(connection: &mut PgConnection, generation: i32) -> Result<(), Error> {
    let known = all(connection).await?;
    if !known.iter().any(|known| known.id == generation) {
        return Err(Error::NoSuchGeneration(generation));
    }
    if hold_pointer(connection).await?.values().any(|live| *live == generation) {
        return Err(Error::GenerationLive(generation));
    }
    // Not checked at compile time: the schema's name is made of a number of ours.
    sqlx::query(&format!("drop schema if exists {} cascade", schema(generation)))
        .execute(&mut *connection)
        .await
        .map_err(Error::from)
        .map_err(|error| match error.sqlstate().as_deref() {
            Some("42501") => Error::GenerationOfAnother(generation),
            _ => error,
        })?;
    sqlx::query!("delete from generation where id = $1", generation).execute(connection).await?;
    Ok(())
}
