//! Questions to PostgreSQL itself: its settings, its clock, and what the connected role may do.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// The server as this connection sees it.
#[derive(Debug)]
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
    sqlx::query_as!(
        Server,
        r#"select current_setting('server_version') as "version!",
             current_setting('server_version_num')::integer as "version_number!",
             current_setting('fsync') as "fsync!",
             current_setting('synchronous_commit') as "synchronous_commit!",
             current_setting('full_page_writes') as "full_page_writes!",
             clock_timestamp() as "now!""#,
    )
    .fetch_one(connection)
    .await
}

/// What the connected role may do to one table.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each right is given or not, by itself")]
pub struct Rights {
    /// the table
    pub table_name: String,
    /// read its rows
    pub select: bool,
    /// add rows
    pub insert: bool,
    /// change and remove rows, both
    pub change: bool,
    /// update, delete or truncate, any of them
    pub any_change: bool,
    /// lock its rows, for which the right to update one column is enough
    pub lock: bool,
}

/// What the connected role may do to these tables; those that are not there are left out.
pub async fn rights(connection: &mut PgConnection, tables: &[&str]) -> Result<Vec<Rights>, sqlx::Error> {
    sqlx::query_as!(
        Rights,
        r#"select name as "table_name!",
             has_table_privilege(current_user, name, 'select') as "select!",
             has_table_privilege(current_user, name, 'insert') as "insert!",
             has_table_privilege(current_user, name, 'update') and has_table_privilege(current_user, name, 'delete') as "change!",
             has_table_privilege(current_user, name, 'update, delete, truncate') as "any_change!",
             has_any_column_privilege(current_user, name, 'update') as "lock!"
         from unnest($1::text[]) as name
         where to_regclass(name) is not null"#,
        tables as &[&str],
    )
    .fetch_all(connection)
    .await
}

/// The connected role.
#[derive(Debug)]
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
    /// tells this database from every other one of any server
    pub database_identity: String,
}

/// Asks who we are.
pub async fn role(connection: &mut PgConnection) -> Result<Role, sqlx::Error> {
    sqlx::query_as!(
        Role,
        r#"select current_user::text as "name!", rolsuper as "is_superuser!",
             coalesce((select pg_has_role(current_user, relowner, 'member') from pg_class where oid = to_regclass('record')), false)
                 as "owns_the_log!",
             has_database_privilege(current_user, current_database(), 'create') as "may_create_schemas!",
             current_database()::text as "database!",
             (select oid::text || ' ' || pg_postmaster_start_time()::text from pg_database where datname = current_database())
                 as "database_identity!"
         from pg_roles where rolname = current_user"#,
    )
    .fetch_one(connection)
    .await
}
