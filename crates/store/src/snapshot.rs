//! Reading the derived state whole: one transaction that sees one pointer, one set of generations and one size, whatever is switched or written
//! meanwhile.

use std::ops::{Deref, DerefMut};

use sqlx::{PgConnection, PgPool, Postgres, Transaction};

use crate::Error;

/// A reader's own moment. Unqualified names in it are those of the live generations. Dropping it ends it.
#[derive(Debug)]
pub struct Snapshot {
    transaction: Transaction<'static, Postgres>,
    /// Nothing while there are no read models.
    size: Option<i64>,
}

impl Snapshot {
    /// Begins to read. Two round trips.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin(pool: &PgPool) -> Result<Self, Error> {
        Self::begin_with(pool, "begin isolation level repeatable read read only").await
    }

    /// Begins to read where temporary tables may be made.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin_with_tables(pool: &PgPool) -> Result<Self, Error> {
        Self::begin_with(pool, "begin isolation level repeatable read read write").await
    }

    async fn begin_with(pool: &PgPool, how: &'static str) -> Result<Self, Error> {
        let mut transaction = pool.begin_with(how).await?;
        // The newest generation first: a read model that was rebuilt alone hides the one it replaced.
        let row = sqlx::query!(
            r#"select min(size) as size,
                 set_config('search_path',
                     coalesce(string_agg('generation_' || generation, ', ' order by generation desc) || ', ', '') || 'public',
                     true) as path
             from checkpoint
             where generation in (select generation from live_generation)"#
        )
        .fetch_one(&mut *transaction)
        .await?;
        Ok(Self { transaction, size: row.size })
    }

    /// How many records everything read here has applied.
    pub fn size(&self) -> i64 {
        self.size.unwrap_or_default()
    }

    /// Whether there are read models to read. Without any, only the log can be read.
    pub fn has_read_models(&self) -> bool {
        self.size.is_some()
    }

    /// Puts the transaction's own temporary tables before those of the live generations: what stands in them has applied so
    /// many records.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn prefer_temporary(&mut self, size: i64) -> Result<(), Error> {
        sqlx::query_scalar!("select set_config('search_path', 'pg_temp, ' || current_setting('search_path'), true)")
            .fetch_one(&mut *self.transaction)
            .await?;
        self.size = Some(size);
        Ok(())
    }

    /// Ends it, and with it whatever it made, and gives the connection back at once.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn undo(self) -> Result<(), Error> {
        Ok(self.transaction.rollback().await?)
    }

    /// Ends it and gives the connection back at once.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end(self) -> Result<(), Error> {
        Ok(self.transaction.commit().await?)
    }
}

impl Deref for Snapshot {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.transaction
    }
}

impl DerefMut for Snapshot {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }
}
