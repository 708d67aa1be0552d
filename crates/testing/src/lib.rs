//! A database of its own for every test, on real PostgreSQL: on the server of `DATABASE_URL` when that is set (`cargo xtask test` sets it), else
//! on a private throw-away cluster that the test process starts once. Never touches a database that it did not make.
//!
//! ```no_run
//! # async fn test() -> Result<(), daybook_testing::Error> {
//! let database = daybook_testing::TestDatabase::from_template("ledger", async |pool| {
//!     sqlx::query("create table entry (id bigint)").execute(&pool).await.map(drop)
//! })
//! .await?;
//! sqlx::query("insert into entry values (1)").execute(&database.pool).await?;
//! # Ok(()) }
//! ```

mod leftovers;
mod server;

use std::fmt::Display;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection, PgConnection, PgPool};

use server::Server;

/// Why a test has no database.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No server could be started.
    #[error("no PostgreSQL for the tests: {0}")]
    NoServer(#[from] local_postgres::Error),
    /// The server refused something.
    #[error("the test's database: {0}")]
    Database(#[from] sqlx::Error),
    /// The test's own preparation failed.
    #[error("preparing the test's database: {0}")]
    Preparation(String),
}

/// An empty or prepared database, dropped some time after the test.
#[derive(Debug)]
pub struct TestDatabase {
    /// Up to ten connections as the database's owner.
    pub pool: PgPool,
    /// The URL that `pool` is connected to, for programs under test.
    pub url: String,
    name: String,
    server: Server,
}

impl TestDatabase {
    /// An empty database.
    pub async fn empty() -> Result<Self, Error> {
        let server = server::get().await?;
        let name = fresh_name();
        let mut admin = PgConnection::connect(&server.url).await?;
        sqlx::query(&format!("create database {name}")).execute(&mut admin).await?;
        Self::open(server, name).await
    }

    /// An empty database, then `setup`.
    pub async fn create<E: Display>(setup: impl AsyncFnOnce(&PgPool) -> Result<(), E>) -> Result<Self, Error> {
        let database = Self::empty().await?;
        setup(&database.pool).await.map_err(|error| Error::Preparation(error.to_string()))?;
        Ok(database)
    }

    /// A copy of a database that `prepare` has filled, once for each `key` (lower-case letters, digits and `_`) and build of the tests.
    /// Copying takes a fraction of the time that migrations take. `prepare` must leave no connection open.
    pub async fn from_template<E: Display>(
        key: &str,
        prepare: impl AsyncFnOnce(PgPool) -> Result<(), E>,
    ) -> Result<Self, Error> {
        let server = server::get().await?;
        let template = format!("daybook_template_{}_{key}", server::build_time());
        let mut admin = PgConnection::connect(&server.url).await?;
        // Tests of one process and of others want the same template at the same time; the lock ends with the connection.
        sqlx::query("select pg_advisory_lock(hashtextextended($1, 0))").bind(&template).execute(&mut admin).await?;
        if !exists(&mut admin, &template).await? {
            make_template(&server, &mut admin, &template, prepare).await?;
        }
        sqlx::query("select pg_advisory_unlock_all()").execute(&mut admin).await?;
        let name = fresh_name();
        sqlx::query(&format!("create database {name} template {template}")).execute(&mut admin).await?;
        Self::open(server, name).await
    }

    async fn open(server: Server, name: String) -> Result<Self, Error> {
        let url = server.url_of(&name);
        let pool = pool(&url).await?;
        Ok(Self { pool, url, name, server })
    }
}

impl Drop for TestDatabase {
    /// Drops the database in the background. What the end of the process cuts short is dropped by a later run.
    fn drop(&mut self) {
        leftovers::drop_soon(self.server.url.clone(), self.name.clone());
    }
}

/// Under another name until it is whole, so that nobody copies half a template.
async fn make_template<E: Display>(
    server: &Server,
    admin: &mut PgConnection,
    template: &str,
    prepare: impl AsyncFnOnce(PgPool) -> Result<(), E>,
) -> Result<(), Error> {
    let unfinished = fresh_name();
    sqlx::query(&format!("create database {unfinished}")).execute(&mut *admin).await?;
    let pool = pool(&server.url_of(&unfinished)).await?;
    let prepared = prepare(pool.clone()).await;
    pool.close().await;
    prepared.map_err(|error| Error::Preparation(error.to_string()))?;
    sqlx::query(&format!("alter database {unfinished} rename to {template}")).execute(&mut *admin).await?;
    Ok(())
}

async fn exists(admin: &mut PgConnection, name: &str) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("select exists (select from pg_database where datname = $1)").bind(name).fetch_one(admin).await
}

async fn pool(url: &str) -> Result<PgPool, sqlx::Error> {
    PgPoolOptions::new().max_connections(10).acquire_timeout(Duration::from_secs(60)).connect(url).await
}

/// `daybook_test_<seconds>_<process>_<number>`: unique, and its age can be read from it.
fn fresh_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("daybook_test_{}_{}_{number}", server::now(), std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn two_tests_do_not_see_each_others_rows() {
        let setup = async |pool: &PgPool| sqlx::query("create table entry (id bigint)").execute(pool).await.map(drop);
        let first = TestDatabase::create(setup).await.unwrap();
        let second = TestDatabase::create(setup).await.unwrap();
        sqlx::query("insert into entry values (1)").execute(&first.pool).await.unwrap();
        let seen: i64 = sqlx::query_scalar("select count(*) from entry").fetch_one(&second.pool).await.unwrap();
        assert_eq!(seen, 0);
    }

    #[tokio::test]
    async fn a_template_is_prepared_once_and_copied() {
        let prepared = AtomicU32::new(0);
        for _ in 0..3 {
            let database = TestDatabase::from_template("counted", async |pool| {
                prepared.fetch_add(1, Ordering::Relaxed);
                sqlx::query("create table entry as select 7::bigint as id").execute(&pool).await.map(drop)
            })
            .await
            .unwrap();
            let id: i64 = sqlx::query_scalar("select id from entry").fetch_one(&database.pool).await.unwrap();
            assert_eq!(id, 7);
        }
        assert_eq!(prepared.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn a_failed_preparation_is_said_and_leaves_no_template() {
        let failing = TestDatabase::from_template("failing", async |_| Err("no ink")).await;
        assert_eq!(failing.unwrap_err().to_string(), "preparing the test's database: no ink");
        let next = TestDatabase::from_template("failing", async |_| Ok::<_, Error>(())).await;
        assert!(next.is_ok());
    }
}
