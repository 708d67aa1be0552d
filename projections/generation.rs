//! The tables of one generation: made bare, indexed when the rows are in.

use sqlx::{Executor, PgConnection};

/// A part of a generation that can be rebuilt by itself: its name, its tables, its keys and indexes.
#[derive(Debug)]
pub struct Part {
    /// What operators call it.
    pub name: &'static str,
    /// Its tables.
    pub tables: &'static [&'static str],
    schema: &'static str,
    indexes: &'static str,
}

/// Defines the parts from their folders.
macro_rules! parts {
    ($($constant:ident: $name:literal = [$($folder:literal),+], $tables:expr;)*) => {
        $(const $constant: Part = Part {
            name: $name,
            tables: &$tables,
            schema: concat!($(include_str!(concat!($folder, "/schema.sql"))),+),
            indexes: concat!($(include_str!(concat!($folder, "/indexes.sql"))),+),
        };)*
        /// All parts; the first is what the worker itself stands on.
        pub const PARTS: &[Part] = &[$($constant),*];
    };
}

parts! {
    AGGREGATES: "aggregates" = ["objects", "aggregates", "records", "changes"],
        ["object", "event", "record_outcome", "change"];
    ENTITLEMENTS: "entitlements" = ["entitlements"], ["entitlement_source"];
    SUBSCRIPTIONS: "subscriptions" = ["subscriptions"], ["subscription"];
    CUSTOMERS: "customers" = ["customers"], ["customer", "account_link"];
    JOURNAL: "journal" = ["journal", "balances"], ["posting", "balance"];
}

impl Part {
    /// Makes its tables in the first schema of the search path.
    ///
    /// # Errors
    /// What the database says.
    pub async fn create(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        connection.execute(self.schema).await.map(drop)
    }

    /// Drops its tables from the first schema of the search path.
    ///
    /// # Errors
    /// What the database says.
    pub async fn drop_tables(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        // Not checked at compile time: the names are those above.
        connection.execute(format!("drop table {}", self.tables.join(", ")).as_str()).await.map(drop)
    }

    /// Makes its keys and indexes.
    ///
    /// # Errors
    /// What the database says: a row that stands twice, for one.
    pub async fn index(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        connection.execute(self.indexes).await.map(drop)
    }
}
