//! Questions to PostgreSQL itself: its settings, its clock, and what the connected role may do. None touches a table of ours, so none is checked against
//! them at compile time.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// The server as this connection sees it.
#[derive(Debug, sqlx::FromRow)]
pub struct Server {
    /// `17.2 (Debian ...)`
    pub version: String,
    /// `170002`
    pub version_number: i32,
    /// whether commits reach the disk at all
    pub fsync: String,
    /// whether a commit waits for the disk, as far as a session does not say otherwise
    pub synchronous_commit: String,
    /// whether a torn page can be repaired
    pub full_page_writes: String,
    /// the server's clock
    pub now: DateTime<Utc>,
}

/// Asks for the server.
pub async fn server(connection: &mut PgConnection) -> Result<Server, sqlx::Error> {
    sqlx::query_as(
        "select current_setting('server_version') as version,
             current_setting('server_version_num')::integer as version_number,
             current_setting('fsync') as fsync,
             current_setting('synchronous_commit') as synchronous_commit,
             current_setting('full_page_writes') as full_page_writes,
             clock_timestamp() as now",
    )
    .fetch_one(connection)
    .await
}

/// What the connected role may do to one table.
#[derive(Debug, sqlx::FromRow)]
pub struct Rights {
    /// the table
    pub table_name: String,
    /// needed
    pub may_select: bool,
    /// needed
    pub may_insert: bool,
    /// must not be
    pub may_change: bool,
}

/// What the connected role may do to these tables.
pub async fn rights(connection: &mut PgConnection, tables: &[&str]) -> Result<Vec<Rights>, sqlx::Error> {
    sqlx::query_as(
        "select name as table_name,
             has_table_privilege(current_user, name, 'select') as may_select,
             has_table_privilege(current_user, name, 'insert') as may_insert,
             has_table_privilege(current_user, name, 'update, delete, truncate') as may_change
         from unnest($1::text[]) as name
         where to_regclass(name) is not null",
    )
    .bind(tables)
    .fetch_all(connection)
    .await
}

/// The connected role.
#[derive(Debug, sqlx::FromRow)]
pub struct Role {
    /// its name
    pub name: String,
    /// whether nothing is forbidden to it
    pub is_superuser: bool,
    /// whether it owns the log, directly or as a member of the owning role
    pub owns_the_log: bool,
    /// whether it may make the schemas of new generations
    pub may_create_schemas: bool,
    /// the connected database
    pub database: String,
}

/// Asks who we are.
pub async fn role(connection: &mut PgConnection) -> Result<Role, sqlx::Error> {
    sqlx::query_as(
        "select current_user::text as name, rolsuper as is_superuser,
             coalesce((select pg_has_role(current_user, relowner, 'member') from pg_class where oid = to_regclass('record')), false)
                 as owns_the_log,
             has_database_privilege(current_user, current_database(), 'create') as may_create_schemas,
             current_database()::text as database
         from pg_roles where rolname = current_user",
    )
    .fetch_one(connection)
    .await
}
